"""Downloads over bad lines: nothing lost, nothing twice, nothing acknowledged too early."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.support.by_hand_vs import CONTACT_SERIAL, RADIO_SERIAL, civil
from tests.support.session_line import AnyHost, BadLine, Disturb, answer, received
from tests.support.vs_line import MemoryWand, VsLine, filled_wand
from watchclock_protocol.dialects.vs.host import VsHostSession, tokens
from watchclock_protocol.dialects.vs.reading import KeptPages
from watchclock_protocol.events import Event, Failed
from watchclock_protocol.messages import ReadingComplete
from watchclock_protocol.session import (
    Acknowledge,
    Identify,
    ReadCounters,
    ReadRecords,
)

CIVIL = civil(2026, 11, 21, 9, 45, 7)
RECORDS = 41 * 6 + 5
EVERYTHING = list(range(1, RECORDS + 1))

FAULTS: dict[str, Disturb] = {
    "nothing": lambda frame: [frame],
    "lost": lambda _frame: [],
    "twice": lambda frame: [frame, frame],
    "bit flipped in the header": lambda frame: [frame[:7] + bytes([frame[7] ^ 4]) + frame[8:]],
    "bit flipped in the data": lambda frame: [frame[:-5] + bytes([frame[-5] ^ 4]) + frame[-4:]],
    "cut short": lambda frame: [frame[: len(frame) // 2]],
    "byte lost": lambda frame: [frame[:10] + frame[11:]],
    "noise before": lambda frame: [b"\x00VS\x03\x56" + frame],
    "torn in two": lambda frame: [frame[:5], frame[5:]],
}
WEIGHTED = ["nothing"] * 12 + list(FAULTS)


def slots(events: list[Event]) -> list[int]:
    return [record.slot or 0 for record in received(events)]


def download(line: VsLine) -> list[Event]:
    """Read and, when complete, acknowledge; stops at the first failure."""
    events: list[Event] = []
    for command in (Identify(), ReadCounters(), ReadRecords(), Acknowledge(CIVIL)):
        events += line.run(command)
        if has_failed(events):
            break
    return events


def has_failed(events: list[Event]) -> bool:
    return any(isinstance(event, Failed) for event in events)


def harm(line: VsLine, events: list[Event]) -> str | None:
    """What went wrong for good, None when nothing did."""
    found = slots(events)
    if len(found) != len(set(found)):
        return "a record was given twice"
    if line.wand.acknowledged() and sorted(found) != EVERYTHING:
        return "acknowledged what was not received"
    return None


@given(st.data())
def test_a_download_over_a_bad_line_loses_nothing_and_gives_nothing_twice(
    data: st.DataObject,
) -> None:
    fault = st.sampled_from(WEIGHTED)

    def disturb(frame: bytes) -> list[bytes]:
        return FAULTS[data.draw(fault)](frame)

    line = VsLine(filled_wand(RECORDS))
    line.to_host = line.to_wand = disturb
    assert harm(line, download(line)) is None


def once(fault: str, nth: int) -> Disturb:
    """This fault happens to the nth frame, counted from 1, and nothing to the others."""
    numbers = count(1)

    def disturb(frame: bytes) -> list[bytes]:
        return FAULTS[fault if next(numbers) == nth else "nothing"](frame)

    return disturb


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "nothing"])
@pytest.mark.parametrize("nth", range(1, 12))
def test_one_fault_in_any_frame_of_the_wand_is_made_good(fault: str, nth: int) -> None:
    line = VsLine(filled_wand(RECORDS))
    line.to_host = once(fault, nth)
    events = download(line)
    assert not has_failed(events)
    assert sorted(slots(events)) == EVERYTHING
    assert line.wand.read_pointer == RECORDS


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "nothing"])
@pytest.mark.parametrize("nth", range(1, 5))
def test_one_fault_in_any_frame_of_the_host_is_made_good(fault: str, nth: int) -> None:
    line = VsLine(filled_wand(RECORDS))
    line.to_wand = once(fault, nth)
    events = download(line)
    assert not has_failed(events)
    assert sorted(slots(events)) == EVERYTHING
    assert line.wand.read_pointer == RECORDS


def broken_after(pages: int) -> tuple[VsLine, list[Event]]:
    """A download whose link goes dead, both ways, after so many pages."""
    line = VsLine(filled_wand(RECORDS))
    arrived = 0

    def go_dead(frame: bytes) -> list[bytes]:
        nonlocal arrived
        arrived += 1
        return [frame] if arrived <= 2 + pages else []

    line.to_host = go_dead
    line.to_wand = lambda frame: [frame] if arrived <= 2 + pages else []
    return line, download(line)


@pytest.mark.parametrize("pages", range(7))
def test_a_link_lost_in_the_middle_is_taken_up_where_it_broke(pages: int) -> None:
    first, events = broken_after(pages)
    assert has_failed(events)
    assert first.wand.acknowledged() == []
    first.wand.asked.clear()
    second = VsLine(first.wand, first.host.kept, seed=500)
    after = download(second)
    assert slots(events + after) == EVERYTHING
    assert first.wand.ranges() == [(pages, 7 - pages)]
    assert [each.sequence for each in first.wand.acknowledged()] == [RECORDS]


def test_a_page_that_was_being_filled_when_the_link_broke_is_read_again() -> None:
    first, events = broken_after(7)
    assert slots(events) == EVERYTHING
    second = VsLine(first.wand, first.host.kept, seed=500)
    assert slots(download(second)) == EVERYTHING[41 * 6 :]


def test_a_reading_that_is_taken_up_says_how_much_is_there_in_all() -> None:
    first, _ = broken_after(3)
    second = VsLine(first.wand, first.host.kept, seed=500)
    second.run(Identify(), ReadCounters())
    assert answer(second.run(ReadRecords())) == ReadingComplete(RECORDS, RECORDS)


@pytest.mark.parametrize(
    "kept",
    [
        KeptPages(serial=RADIO_SERIAL, read_pointer=0, records={0: 41}),
        KeptPages(serial=CONTACT_SERIAL, read_pointer=7, records={0: 41}),
    ],
    ids=["of another wand", "behind another read pointer"],
)
def test_pages_that_do_not_belong_to_this_reading_are_read_again(kept: KeptPages) -> None:
    line = VsLine(filled_wand(RECORDS), kept)
    assert slots(download(line)) == EVERYTHING


class BadVsLine(BadLine):
    faults = FAULTS
    wand: MemoryWand

    @override
    def make_wand(self) -> MemoryWand:
        return filled_wand(RECORDS)

    @override
    def dock(self, former: AnyHost | None) -> AnyHost:
        kept = former.kept if isinstance(former, VsHostSession) else None
        return VsHostSession(tokens(self.docked), kept)

    @override
    def missing_although_acknowledged(self) -> object:
        return set(EVERYTHING) - set(slots(self.events)) if self.wand.acknowledged() else None


BadVsLine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestBadLine = BadVsLine.TestCase
