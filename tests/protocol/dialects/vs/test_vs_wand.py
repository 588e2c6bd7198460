"""The wand role: what it understands, what it refuses, what it cannot be made to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_vs
from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.frames import MOST_BUFFERED_OCTETS
from watchclock_protocol.dialects.vs.wand import Requested, WandEvent, WandSession
from watchclock_protocol.errors import LocalProtocolError, RequestRangeError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit

IDENTIFY = by_hand_vs.frame(by_hand_vs.REQUEST, 1, 0x1234)
ASKED = Requested(request=requests.ReadIdentity(), token=0x1234)


def refused(events: list[WandEvent]) -> list[bytes]:
    return [event.data for event in events if isinstance(event, Transmit)]


def test_a_request_is_understood_in_any_cuts() -> None:
    wand = WandSession()
    found = [event for byte in IDENTIFY for event in wand.receive(bytes([byte]), 0.0)]
    assert found == [ASKED]


@given(st.lists(st.binary(max_size=2000), max_size=8))
def test_any_bytes_are_borne_in_bounded_memory(pieces: list[bytes]) -> None:
    wand = WandSession()
    for piece in pieces:
        for event in wand.receive(piece, 0.0):
            assert isinstance(event, BytesSkipped | FrameRejected | Transmit)
        assert wand.buffered < MOST_BUFFERED_OCTETS


@pytest.mark.parametrize(
    ("request_frame", "reason", "detail"),
    [
        (IDENTIFY[:-1] + b"\x00", 1, 0),
        (by_hand_vs.frame(by_hand_vs.REQUEST, 0x77, 0x1234), 2, 0),
        (by_hand_vs.frame(by_hand_vs.REQUEST, 1, 0x1234, b"\x00\x00\x00"), 3, 3),
    ],
    ids=["damaged", "unknown command", "wrong shape"],
)
def test_what_cannot_be_understood_is_refused_with_its_own_token(
    request_frame: bytes, reason: int, detail: int
) -> None:
    command = request_frame[3]
    due = by_hand_vs.frame(
        by_hand_vs.REFUSAL, command, 0x1234, bytes([reason]) + detail.to_bytes(4, "little")
    )
    events = WandSession().receive(request_frame, 0.0)
    assert refused(events) == [due]
    assert isinstance(events[0], FrameRejected)


@pytest.mark.parametrize("kind", [by_hand_vs.PART, by_hand_vs.ANSWER, by_hand_vs.REFUSAL])
def test_the_frames_of_another_wand_are_never_answered(kind: int) -> None:
    good = by_hand_vs.frame(kind, 1, 7, b"\x00")
    events = WandSession().receive(good + good[:-1] + b"\x00", 0.0)
    assert refused(events) == []
    assert isinstance(events[0], FrameRejected)


def test_half_a_request_is_given_up_after_a_second() -> None:
    wand = WandSession()
    wand.receive(IDENTIFY[:10], 0.0)
    assert wand.receive(IDENTIFY[10:] + IDENTIFY, 1.0) == [
        BytesSkipped(10),
        BytesSkipped(3),
        ASKED,
    ]


def test_half_a_request_is_waited_for_during_a_second() -> None:
    wand = WandSession()
    wand.receive(IDENTIFY[:10], 0.0)
    assert wand.receive(IDENTIFY[10:], 0.99) == [ASKED]


def test_pages_are_answered_frame_by_frame_and_then_ended() -> None:
    asked = Requested(
        request=requests.ReadPages(first_page=0, pages=1, first_sequence=1, last_sequence=2),
        token=3,
    )
    page = by_hand_vs.page(0, 1, [by_hand_vs.record(1)])
    frames = WandSession().reply(
        asked, replies.PageRead(number=0, raw=page), replies.PagesEnd(sent=1)
    )
    assert frames == (
        by_hand_vs.frame(by_hand_vs.PART, 5, 3, bytes(4) + page),
        by_hand_vs.frame(by_hand_vs.ANSWER, 5, 3, b"\x01\x00"),
    )


@pytest.mark.parametrize(
    "answers",
    [
        (replies.PagesEnd(sent=0),),
        (replies.Done(), replies.Done()),
        (replies.Refusal(reason=2), replies.Refusal(reason=2)),
    ],
    ids=["another command's answer", "two answers", "two refusals"],
)
def test_the_firmware_cannot_answer_what_the_table_does_not_know(
    answers: tuple[replies.VsReply, ...],
) -> None:
    asked = Requested(request=requests.BeginList(list_number=1, entries=0), token=1)
    with pytest.raises(LocalProtocolError):
        WandSession().reply(asked, *answers)


def test_a_value_that_does_not_fit_is_not_sent() -> None:
    request = requests.ReadPages(first_page=0, pages=1, first_sequence=1, last_sequence=2)
    asked = Requested(request=request, token=3)
    with pytest.raises(RequestRangeError):
        WandSession().reply(asked, replies.PageRead(number=0, raw=bytes(1023)))
