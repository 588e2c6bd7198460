"""All frames of a lane as columns: what the live reader and ``layouts`` say, one by one."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard as by_hand
from tests.support.framings import FRAMINGS, streams
from watchclock_protocol.dialects.fcard.frame_columns import cut_lane
from watchclock_protocol.dialects.fcard.layouts import CARD_PAGE, SYSTEM_PAGE
from watchclock_protocol.errors import LayoutError
from watchclock_protocol.fcard_family.frames import BrokenFrame, Frame, FrameReader, Skipped
from watchclock_protocol.fcard_family.layouts import FRAME

CARD_OCTETS, SYSTEM_OCTETS = 12, 8
WHEN = datetime(2026, 11, 1, 22, 30)  # noqa: DTZ001  a wand knows no zone
CARDS = [(serial, by_hand.card_record(3, WHEN, 0, 0x7E017F)) for serial in range(1, 8)]
EVENTS = [(serial, by_hand.system_record(1, WHEN)) for serial in range(1, 10)]
SERIAL = st.integers(0, 2**32 - 1)


def pages(record_octets: int, most: int) -> st.SearchStrategy[bytes]:
    raw = st.binary(min_size=record_octets, max_size=record_octets)
    return st.lists(st.tuples(SERIAL, raw), max_size=most).map(by_hand.page)


def page_frame(data: bytes, class_code: int) -> bytes:
    return by_hand.frame(7, 0x1234, class_code, 0x06, data)


PAGE_FRAMES = st.builds(
    page_frame,
    st.one_of(pages(CARD_OCTETS, 7), pages(SYSTEM_OCTETS, 9), st.binary(max_size=60)),
    st.sampled_from([0x34, 0x34, 0x31]),
)


@given(streams(FRAMINGS["fcard"]))
def test_the_columns_hold_what_the_layout_parses(lane: bytes) -> None:
    columns = cut_lane(lane)
    octets = columns.table.octets.tobytes()
    for place, frame in enumerate(columns.table):
        start = int(columns.data_starts[place])
        assert FRAME.parse(frame) == {
            "address": columns.addresses[place],
            "token": columns.tokens[place],
            "class_code": columns.class_codes[place],
            "command": columns.commands[place],
            "data": octets[start : start + int(columns.data_lengths[place])],
            "check_sum": frame[-1],
        }


@given(streams(FRAMINGS["fcard"]))
def test_the_live_reader_finds_the_same_frames_and_losses(lane: bytes) -> None:
    found = FrameReader().receive(lane + b"\x7e")
    table = cut_lane(lane + b"\x7e").table
    assert sum(isinstance(each, Frame) for each in found) == len(table)
    assert sum(isinstance(each, BrokenFrame) for each in found) == table.losses.rejects
    skipped = sum(each.count for each in found if isinstance(each, Skipped))
    assert skipped == table.losses.skipped_octets


@given(st.lists(PAGE_FRAMES, max_size=12))
def test_pages_are_those_the_page_layouts_take(frames: list[bytes]) -> None:
    columns = cut_lane(b"".join(frames))
    for record_octets, layout in ((CARD_OCTETS, CARD_PAGE), (SYSTEM_OCTETS, SYSTEM_PAGE)):
        expected: list[tuple[int, int, bytes]] = []
        for place, each in enumerate(columns.table):
            frame = Frame(
                **{name: value for name, value in FRAME.parse(each).items() if name != "check_sum"}
            )
            if frame.codes != (0x34, 0x06):
                continue
            try:
                page = layout.parse(frame.data)["entries"]
            except LayoutError:
                continue
            expected += [(place, entry.serial, entry.raw) for entry in page]
        entries = columns.entries(record_octets)
        raws = entries.block.tobytes()
        cut = [raws[at : at + record_octets] for at in range(0, len(raws), record_octets)]
        found = zip(entries.frames.tolist(), entries.serials.tolist(), cut, strict=True)
        assert list(found) == expected


def test_the_pages_of_a_long_lane_give_every_record_in_order() -> None:
    pages = [by_hand.frame(7, 0x1001, 0x34, 0x06, by_hand.page(CARDS))] * 500
    pages.insert(100, by_hand.frame(7, 0x1001, 0x34, 0x06, by_hand.page(EVENTS)))
    pages.insert(200, b"\x55\x55")
    columns = cut_lane(b"".join(pages))
    cards, events = columns.entries(CARD_OCTETS), columns.entries(SYSTEM_OCTETS)
    assert cards.block.tobytes() == b"".join(raw for _, raw in CARDS) * 500
    assert cards.serials.tolist() == [serial for serial, _ in CARDS] * 500
    assert events.block.tobytes() == b"".join(raw for _, raw in EVENTS)
    assert columns.table.losses.skipped_octets == 0
    assert [(span, str(flaw)) for _, span, flaw in columns.table.losses] == [(2, "shape")]
