"""Cutting a stream into frames: any bytes, in any cuts, in bounded memory."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard
from watchclock_protocol.errors import ChecksumError, FrameError, RequestRangeError
from watchclock_protocol.fcard_family.frames import (
    MOST_BUFFERED_OCTETS,
    BrokenFrame,
    Frame,
    FrameReader,
    Skipped,
    build_frame,
)

GOOD = bytes.fromhex("7E 05 12 36 21 01 00 6F 7E")
OCTET = st.integers(0, 255)
FRAMES = st.builds(
    Frame,
    address=OCTET,
    token=st.integers(0, 0xFFFF),
    class_code=OCTET,
    command=OCTET,
    data=st.binary(max_size=120),
)
NOISE = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"\x7e", b"\x7f", b"\x7e\x7f\x03\x7e", GOOD, GOOD[:5], GOOD[1:]]),
        FRAMES.map(build_frame),
        FRAMES.map(build_frame).map(lambda data: data[:6] + b"\x55" + data[7:]),
    ),
    max_size=8,
).map(b"".join)


def cut(data: bytes, marks: list[int]) -> list[bytes]:
    edges = sorted({mark % (len(data) + 1) for mark in marks} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(edges)]


def read(pieces: list[bytes]) -> list[tuple[str, str]]:
    reader = FrameReader()
    found = [item for piece in pieces for item in reader.receive(piece)]
    dropped = reader.drop()
    return [(type(item).__name__, str(item)) for item in [*found, dropped]]


@given(FRAMES)
def test_a_frame_is_built_as_the_second_encoder_builds_it(frame: Frame) -> None:
    by_hand = by_hand_fcard.frame(
        frame.address, frame.token, frame.class_code, frame.command, frame.data
    )
    assert build_frame(frame) == by_hand
    assert FrameReader().receive(by_hand) == [frame]


@given(NOISE, st.lists(st.integers(0, 400), max_size=12))
def test_the_same_is_found_whole_or_byte_by_byte_or_in_any_cuts(
    data: bytes, marks: list[int]
) -> None:
    whole = read([data])
    assert read([bytes([each]) for each in data]) == whole
    assert read(cut(data, marks)) == whole


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_the_buffer_never_holds_more_than_one_escaped_frame(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        reader.receive(piece)
        assert reader.buffered <= MOST_BUFFERED_OCTETS


@given(st.lists(FRAMES, min_size=1, max_size=5))
def test_one_flag_may_close_a_frame_and_open_the_next(frames: list[Frame]) -> None:
    shared = b"".join(build_frame(frame)[:-1] for frame in frames) + b"\x7e"
    assert FrameReader().receive(shared) == frames


def test_a_flag_restarts_the_reader_in_the_middle_of_a_frame() -> None:
    torn, whole = FrameReader().receive(GOOD[:6] + GOOD)
    assert isinstance(torn, BrokenFrame)
    assert isinstance(whole, Frame)


def test_bytes_before_the_first_flag_are_counted() -> None:
    assert FrameReader().receive(b"\x00\x01\x02" + GOOD)[0] == Skipped(3)


def test_more_bytes_than_a_frame_has_are_counted_at_the_next_flag() -> None:
    reader = FrameReader()
    assert reader.receive(b"\x7e" + b"\x55" * 10_000) == []
    assert reader.receive(GOOD)[0] == Skipped(10_000)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("05 12 36 21 01 00 70", ChecksumError),
        ("05 12 36 21 01 01 6F", FrameError),
        ("05 12 36 21 01 00 6F 00", FrameError),
        ("05", FrameError),
        ("05 12 36 21 01 7F 03 6F", FrameError),
        ("05 12 36 21 01 00 6F 7F", FrameError),
        ("05 12 36 21 01 79" + "00" * 121 + "E8", FrameError),
    ],
    ids=["sum", "short", "long", "stump", "escape", "cut escape", "121 bytes"],
)
def test_what_stands_between_flags_and_is_no_frame_is_rejected(
    body: str, error: type[Exception]
) -> None:
    (broken,) = FrameReader().receive(b"\x7e" + bytes.fromhex(body) + b"\x7e")
    assert isinstance(broken, BrokenFrame)
    assert type(broken.error) is error


def test_a_dropped_half_frame_is_counted_with_its_flag_and_its_rest_is_no_frame() -> None:
    reader = FrameReader()
    reader.receive(GOOD[:4])
    assert reader.drop() == Skipped(4)
    assert reader.receive(GOOD[4:]) == [Skipped(len(GOOD) - 5)]


@pytest.mark.parametrize(("address", "token", "octets"), [(1, 0, 121), (256, 0, 1), (1, -1, 1)])
def test_a_frame_that_does_not_fit_is_not_built(address: int, token: int, octets: int) -> None:
    frame = Frame(address=address, token=token, class_code=3, command=5, data=bytes(octets))
    with pytest.raises(RequestRangeError):
        build_frame(frame)
