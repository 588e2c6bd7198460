"""The host session on a bad line: nothing lost, nothing twice, nothing too early."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.support.by_hand_fcard import civil
from tests.support.fcard_line import Line, MemoryWand, host_session, numbered_wand
from tests.support.session_line import AnyHost, BadLine, received
from watchclock_protocol.dialect import host_session as dialect_session
from watchclock_protocol.dialects.fcard import FCARD, requests
from watchclock_protocol.events import Answered, Event, Failed
from watchclock_protocol.messages import ReadingComplete
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import (
    Acknowledge,
    Identify,
    ReadCounters,
    ReadRecords,
)

CARDS = 30
SYSTEM = 3
CIVIL = civil(2026, 11, 21)
Fault = Callable[[bytes], list[bytes]]


def flipped(frame: bytes) -> list[bytes]:
    middle = len(frame) // 2
    return [frame[:middle] + bytes([frame[middle] ^ 0x10]) + frame[middle + 1 :]]


FAULTS: dict[str, Fault] = {
    "nothing": lambda frame: [frame],
    "lost": lambda _: [],
    "twice": lambda frame: [frame, frame],
    "bit flipped": flipped,
    "cut": lambda frame: [frame[: len(frame) // 2]],
    "byte lost": lambda frame: [frame[:3] + frame[4:]],
    "noise before": lambda frame: [b"\x00\x7f\x55" + frame],
    "torn in two": lambda frame: [frame[:5], frame[5:]],
}
WEIGHTED = ["nothing"] * 12 + list(FAULTS)


def slots(events: list[Event]) -> list[tuple[RecordKind, int | None]]:
    return [(record.kind, record.slot) for record in received(events)]


EVERYTHING = {(RecordKind.PATROL, slot) for slot in range(1, CARDS + 1)} | {
    (RecordKind.SYSTEM, slot) for slot in range(1, SYSTEM + 1)
}


def download(to_host: Fault, to_wand: Fault) -> tuple[Line, list[Event], bool]:
    """Read and, when complete, acknowledge; the line, the events and whether all was answered."""
    line = Line(host_session(), numbered_wand(CARDS))
    line.to_host, line.to_wand = to_host, to_wand
    events: list[Event] = []
    for command in (Identify(), ReadCounters(), ReadRecords(), Acknowledge(CIVIL)):
        events += line.run(command)
        if isinstance(events[-1], Failed):
            return line, events, False
    return line, events, True


def harm(line: Line, events: list[Event]) -> str | None:
    """What went wrong for good, None when nothing did."""
    found = slots(events)
    if len(found) != len(set(found)):
        return "a record was given twice"
    is_complete = any(
        isinstance(event, Answered) and isinstance(event.answer, ReadingComplete)
        for event in events
    )
    is_acknowledged = any(isinstance(each, requests.WriteReadPointer) for each in line.wand.asked)
    if is_acknowledged and not is_complete:
        return "acknowledged before the reading was complete"
    if is_acknowledged and set(found) != EVERYTHING:
        return "acknowledged what was not received"
    return None


@given(st.data())
def test_a_download_over_a_bad_line_loses_nothing_and_gives_nothing_twice(
    data: st.DataObject,
) -> None:
    fault = st.sampled_from(WEIGHTED)

    def disturb(frame: bytes) -> list[bytes]:
        return FAULTS[data.draw(fault)](frame)

    line, events, _ = download(disturb, disturb)
    assert harm(line, events) is None


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "nothing"])
@pytest.mark.parametrize("nth", range(13))
def test_one_fault_in_any_frame_of_the_wand_is_made_good(fault: str, nth: int) -> None:
    arrived = 0

    def disturb(frame: bytes) -> list[bytes]:
        nonlocal arrived
        arrived += 1
        return FAULTS[fault if arrived == nth + 1 else "nothing"](frame)

    line, events, is_answered = download(disturb, FAULTS["nothing"])
    assert is_answered
    assert set(slots(events)) == EVERYTHING
    assert harm(line, events) is None


class BadFcardLine(BadLine):
    faults = FAULTS
    wand: MemoryWand

    @override
    def make_wand(self) -> MemoryWand:
        return numbered_wand(CARDS)

    @override
    def dock(self, former: AnyHost | None) -> AnyHost:
        return dialect_session(FCARD, self.docked)

    @override
    def missing_although_acknowledged(self) -> object:
        asked = self.wand.asked
        is_acknowledged = any(isinstance(each, requests.WriteReadPointer) for each in asked)
        return EVERYTHING - set(slots(self.events)) if is_acknowledged else None


BadFcardLine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestBadLine = BadFcardLine.TestCase
