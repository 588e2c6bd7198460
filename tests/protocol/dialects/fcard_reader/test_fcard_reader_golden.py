"""Every frame kind against bytes from outside our code, both ways."""

from typing import Any

import pytest

from tests.support.by_hand_fcard_reader import golden
from watchclock_protocol.dialects.fcard_reader import commands
from watchclock_protocol.dialects.fcard_reader.commands import (
    COMMANDS,
    REPLIES,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)
from watchclock_protocol.fcard_family.frames import Frame, FrameReader, build_frame

FRAMES = golden()
OF_HOST = [name for name, told in FRAMES.items() if told["from"] == "host"]
OF_READER = [name for name, told in FRAMES.items() if told["from"] == "reader"]


def cut(name: str) -> Frame:
    (frame,) = FrameReader().receive(bytes.fromhex(FRAMES[name]["bytes"]))
    assert isinstance(frame, Frame)
    return frame


def value_of(name: str) -> Any:  # noqa: ANN401 - a request or a reply
    told = FRAMES[name]
    fields = {
        key: bytes.fromhex(value) if isinstance(value, str) else value
        for key, value in told["fields"].items()
    }
    return getattr(commands, told["value"])(**fields)


def built(name: str, address: int, codes: tuple[int, int], data: bytes) -> str:
    frame = Frame(
        address=address,
        token=FRAMES[name]["token"],
        class_code=codes[0],
        command=codes[1],
        data=data,
    )
    return build_frame(frame).hex(" ").upper()


@pytest.mark.parametrize("name", OF_HOST)
def test_a_request_is_built_and_read_as_worked(name: str) -> None:
    frame = cut(name)
    assert decode_request(frame.codes, frame.data) == value_of(name)
    assert built(name, 0, *encode_request(value_of(name))) == FRAMES[name]["bytes"]


@pytest.mark.parametrize("name", OF_READER)
def test_a_reply_is_built_and_read_as_worked(name: str) -> None:
    frame = cut(name)
    assert (frame.address, frame.token) == (7, FRAMES[name]["token"])
    assert decode_reply(frame.codes, frame.data) == value_of(name)
    assert built(name, 7, *encode_reply(value_of(name))) == FRAMES[name]["bytes"]


def test_every_kind_of_frame_has_golden_bytes() -> None:
    worked = {told["value"] for told in FRAMES.values()}
    rows = {getattr(row.value, "__name__", "") for row in (*COMMANDS, *REPLIES)}
    assert worked == rows


def test_the_note_on_the_maker_s_document_has_the_look_for_a_card() -> None:
    assert FRAMES["look_for_card"]["bytes"] == "7E 00 12 34 02 00 00 48 7E"
