"""Fed piece by piece or in blocks with numpy: the same frames, losses and counts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.framings import FRAMINGS, frame_of, on_the_wire, streams
from watchclock_protocol.framing.cutting import cut, cut_blocks, make_cutter
from watchclock_protocol.framing.declarations import EscapedFraming, Flaw, Framing
from watchclock_protocol.framing.frame_table import FrameTable

BY_NAME = pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS.keys())
ONE_OF_EACH_FAMILY = pytest.mark.parametrize("framing", [FRAMINGS["fcard"], FRAMINGS["kaihe"]])

Content = tuple[list[bytes], list[int], list[int], list[tuple[int, int, Flaw]], int]


def content(table: FrameTable) -> Content:
    """Everything a table says, in plain values."""
    offsets, spans = table.offsets.tolist(), table.spans.tolist()
    return list(table), offsets, spans, list(table.losses), table.flag_octets


def fed(framing: Framing, pieces: list[bytes]) -> FrameTable:
    cutter = make_cutter(framing)
    cuts = [each for piece in pieces for each in cutter.receive(piece)]
    return FrameTable.of_cuts(cuts + cutter.finish(), cutter.flag_octets)


def in_blocks(framing: Framing, data: bytes, block_octets: int) -> FrameTable:
    return FrameTable.joined(tuple(cut_blocks(framing, data, block_octets=block_octets)))


@BY_NAME
@given(drawn=st.data())
def test_any_blocks_and_any_pieces_give_the_same(framing: Framing, drawn: st.DataObject) -> None:
    data = drawn.draw(streams(framing))
    marks = drawn.draw(st.lists(st.integers(0, 5000), max_size=12))
    edges = sorted({mark % (len(data) + 1) for mark in marks} | {0, len(data)})
    expected = content(fed(framing, [data]))
    assert content(fed(framing, [data[a:b] for a, b in pairwise(edges)])) == expected
    assert content(fed(framing, [bytes([octet]) for octet in data])) == expected
    assert content(in_blocks(framing, data, drawn.draw(st.integers(1, 4000)))) == expected
    assert content(in_blocks(framing, data, 1_000_000)) == expected


@BY_NAME
@given(data=st.binary(max_size=3000), block_octets=st.integers(1, 4000))
def test_random_bytes_are_cut_alike_too(framing: Framing, data: bytes, block_octets: int) -> None:
    assert content(in_blocks(framing, data, block_octets)) == content(fed(framing, [data]))


@ONE_OF_EACH_FAMILY
@given(drawn=st.data())
def test_every_byte_is_in_one_frame_or_one_loss_or_is_a_flag(
    framing: Framing, drawn: st.DataObject
) -> None:
    data = drawn.draw(streams(framing))
    table = cut(framing, data)
    runs = list(zip(table.offsets.tolist(), table.spans.tolist(), strict=True))
    runs += [(offset, span) for offset, span, _ in table.losses]
    places = [place for offset, span in runs for place in range(offset, offset + span)]
    covered = set(places)
    assert len(places) == len(covered)
    others = bytes(data[place] for place in range(len(data)) if place not in covered)
    assert len(others) == table.flag_octets
    assert len(set(others)) <= isinstance(framing, EscapedFraming)
    assert table.input_octets == len(data)
    losses = table.losses
    assert losses.skipped_octets + losses.rejected_octets == sum(span for _, span, _ in losses)


@BY_NAME
@given(drawn=st.data())
def test_right_frames_alone_are_all_found(framing: Framing, drawn: st.DataObject) -> None:
    datas = drawn.draw(st.lists(st.binary(max_size=50), min_size=1, max_size=200))
    frames = [frame_of(framing, data) for data in datas]
    stream = b"".join(on_the_wire(framing, frame) for frame in frames)
    for table in (fed(framing, [stream]), in_blocks(framing, stream, 4096)):
        assert list(table) == frames
        assert len(table.losses) == 0


@ONE_OF_EACH_FAMILY
@given(drawn=st.data())
def test_the_cutter_never_holds_more_than_the_longest_frame(
    framing: Framing, drawn: st.DataObject
) -> None:
    cutter = make_cutter(framing)
    most = framing.longest_escaped if isinstance(framing, EscapedFraming) else framing.longest
    for piece in drawn.draw(st.lists(streams(framing), max_size=2)):
        cutter.receive(piece)
        assert cutter.buffered <= most


@given(streams(FRAMINGS["fcard"]))
def test_packed_frames_stand_end_to_end(data: bytes) -> None:
    table = cut(FRAMINGS["fcard"], data)
    octets, bounds = table.packed()
    packed = octets.tobytes()
    assert packed == b"".join(table)
    assert [packed[a:b] for a, b in pairwise(bounds.tolist())] == list(table)


def test_nothing_gives_an_empty_table() -> None:
    for framing in FRAMINGS.values():
        assert content(cut(framing, b"")) == ([], [], [], [], 0)
        assert content(in_blocks(framing, b"", 100)) == ([], [], [], [], 0)
