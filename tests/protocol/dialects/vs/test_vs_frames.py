"""Cutting a stream into frames: any bytes, in any cuts, in bounded memory."""

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_vs
from tests.support.framings import HEADED
from watchclock_protocol.dialects.vs.frames import (
    FRAMING,
    MOST_BUFFERED_OCTETS,
    MOST_DATA_OCTETS,
    BrokenFrame,
    Frame,
    FrameKind,
    FrameReader,
    Skipped,
    build_frame,
)
from watchclock_protocol.errors import RequestRangeError
from watchclock_protocol.framing.cutting import cut as cut_frames

GOOD = by_hand_vs.frame(by_hand_vs.ANSWER, 6, 0x1234, b"\x55\x00\x00\x00")
GOOD_FRAME = Frame(kind=FrameKind.ANSWER, command=6, token=0x1234, data=b"\x55\x00\x00\x00")
FRAMES = st.builds(
    Frame,
    kind=st.sampled_from(FrameKind),
    command=st.integers(0, 255),
    token=st.integers(0, 0xFFFF),
    data=st.binary(max_size=120) | st.binary(min_size=1000, max_size=MOST_DATA_OCTETS),
)
DAMAGED = st.tuples(FRAMES.map(build_frame), st.integers(0), st.integers(1, 255)).map(
    lambda drawn: _flip(*drawn)
)
NOISE = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"V", b"VS", b"VVS", GOOD, GOOD[:9], GOOD[:12], GOOD[1:]]),
        FRAMES.map(build_frame),
        DAMAGED,
    ),
    max_size=8,
).map(b"".join)


def _flip(data: bytes, at: int, change: int) -> bytes:
    place = at % len(data)
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def cut(data: bytes, marks: list[int]) -> list[bytes]:
    edges = sorted({mark % (len(data) + 1) for mark in marks} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(edges)]


def read(pieces: list[bytes]) -> list[tuple[str, str]]:
    """What is found, skipped bytes without regard to how they were counted together."""
    reader = FrameReader()
    found = [item for piece in pieces for item in reader.receive(piece)]
    said: list[tuple[str, str]] = []
    for is_skipped, items in groupby([*found, *reader.drop()], lambda it: isinstance(it, Skipped)):
        if is_skipped:
            skipped = sum(item.count for item in items if isinstance(item, Skipped))
            said.append(("Skipped", str(skipped)))
        else:
            said += [(type(item).__name__, str(item)) for item in items]
    return said


@given(FRAMES)
def test_a_frame_is_built_as_the_second_encoder_builds_it(frame: Frame) -> None:
    by_hand = by_hand_vs.frame(frame.kind, frame.command, frame.token, frame.data)
    assert build_frame(frame) == by_hand
    assert FrameReader().receive(by_hand) == [frame]


@given(NOISE, st.lists(st.integers(0, 4000), max_size=12))
def test_the_same_is_found_whole_or_byte_by_byte_or_in_any_cuts(
    data: bytes, marks: list[int]
) -> None:
    whole = read([data])
    assert read([bytes([each]) for each in data]) == whole
    assert read(cut(data, marks)) == whole


@given(st.lists(st.binary(max_size=3000) | NOISE, max_size=20))
def test_the_buffer_never_holds_more_than_one_frame(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        reader.receive(piece)
        assert reader.buffered < MOST_BUFFERED_OCTETS


def test_bytes_before_a_magic_are_counted() -> None:
    assert FrameReader().receive(b"\x00V\x02" + GOOD) == [Skipped(3), GOOD_FRAME]


@pytest.mark.parametrize("at", range(9))
def test_a_broken_header_costs_only_its_own_frame(at: int) -> None:
    found = FrameReader().receive(_flip(GOOD, at, 0x10) + GOOD)
    assert found == [Skipped(len(GOOD)), GOOD_FRAME]


@pytest.mark.parametrize("at", range(9, len(GOOD)))
def test_broken_data_is_rejected_with_the_frame_it_would_be(at: int) -> None:
    broken, good = FrameReader().receive(_flip(GOOD, at, 0x10) + GOOD)
    assert isinstance(broken, BrokenFrame)
    assert broken.frame is not None
    assert (broken.frame.token, broken.frame.command) == (0x1234, 6)
    assert good == GOOD_FRAME


def test_a_kind_no_frame_has_is_rejected_although_both_sums_hold() -> None:
    broken, good = FrameReader().receive(by_hand_vs.frame(5, 1, 1) + GOOD)
    assert isinstance(broken, BrokenFrame)
    assert broken.frame is None
    assert good == GOOD_FRAME


def test_the_bulk_cutters_are_tested_with_exactly_this_framing() -> None:
    assert FRAMING == HEADED
    table = cut_frames(FRAMING, GOOD * 400)
    assert len(table) == 400


@pytest.mark.parametrize("lost", range(9, 60))
def test_a_lost_byte_costs_only_its_own_frame(lost: int) -> None:
    long = by_hand_vs.frame(by_hand_vs.PART, 5, 1, bytes(60))
    found = FrameReader().receive(long[:lost] + long[lost + 1 :] + GOOD * 2)
    assert [item for item in found if isinstance(item, Frame)] == [GOOD_FRAME] * 2


def test_a_length_no_frame_has_is_no_header() -> None:
    too_long = by_hand_vs.frame(by_hand_vs.PART, 5, 1, bytes(MOST_DATA_OCTETS + 1))
    assert FrameReader().receive(too_long[:9] + GOOD) == [Skipped(9), GOOD_FRAME]


def test_dropping_half_a_frame_finds_the_whole_one_inside_it() -> None:
    reader = FrameReader()
    half = by_hand_vs.frame(by_hand_vs.PART, 5, 1, bytes(1000))[:20]
    assert reader.receive(half + GOOD + b"VS") == []
    assert reader.drop() == [Skipped(20), GOOD_FRAME, Skipped(2)]
    assert reader.buffered == 0


@pytest.mark.parametrize(("command", "token", "octets"), [(1, 0, 1041), (256, 0, 1), (1, -1, 1)])
def test_a_frame_that_does_not_fit_is_not_built(command: int, token: int, octets: int) -> None:
    frame = Frame(kind=FrameKind.REQUEST, command=command, token=token, data=bytes(octets))
    with pytest.raises(RequestRangeError):
        build_frame(frame)
