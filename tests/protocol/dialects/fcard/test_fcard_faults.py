"""The host session on a bad line: nothing lost, nothing twice, nothing too early."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.by_hand_fcard import civil
from tests.support.fcard_line import Line, host_session, numbered_wand, received
from watchclock_protocol.dialect import host_session as dialect_session
from watchclock_protocol.dialects.fcard import FCARD, requests
from watchclock_protocol.events import Answered, Event, Failed, Transmit
from watchclock_protocol.messages import ReadingComplete
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import (
    Acknowledge,
    HostCommand,
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


class BadLine(RuleBasedStateMachine):
    """A host that is asked in any order, over a line that does anything to any frame."""

    def __init__(self) -> None:
        super().__init__()
        self.docked = 0
        self.host = dialect_session(FCARD, self.docked)
        self.wand = numbered_wand(CARDS)
        self.now = 0.0
        self.in_flight: list[bytes] = []
        self.events: list[Event] = []
        self.is_busy = False
        self.is_failed = False
        self.known: set[str] = set()

    def take(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            match event:
                case Transmit(data):
                    self.in_flight += self.wand.receive(data, self.now)
                case Answered(answer):
                    self.is_busy = False
                    self.known.add(type(answer).__name__)
                case Failed():
                    self.is_busy, self.is_failed = False, True
                    self.known.clear()
                case _:
                    pass

    def begin(self, command: HostCommand) -> None:
        self.is_busy = True
        self.take(self.host.send(command, self.now))

    @precondition(lambda self: self.is_failed)
    @rule()
    def dock_again(self) -> None:
        self.docked += 1
        self.host = dialect_session(FCARD, self.docked)
        self.is_failed = False
        self.known.clear()

    @precondition(lambda self: not self.is_busy and not self.is_failed)
    @rule()
    def identify(self) -> None:
        self.begin(Identify())

    @precondition(
        lambda self: not self.is_busy and not self.is_failed and "Identity" in self.known
    )
    @rule()
    def read(self) -> None:
        self.begin(ReadRecords() if "Counters" in self.known else ReadCounters())
        self.known.discard("Counters")

    @precondition(lambda self: not self.is_busy and "ReadingComplete" in self.known)
    @rule()
    def acknowledge(self) -> None:
        self.known.discard("ReadingComplete")
        self.begin(Acknowledge(CIVIL))

    @precondition(lambda self: self.in_flight)
    @rule(fault=st.sampled_from(WEIGHTED), count=st.integers(1, 12))
    def deliver(self, fault: str, count: int) -> None:
        arriving, self.in_flight = self.in_flight[:count], self.in_flight[count:]
        for index, frame in enumerate(arriving):
            for piece in FAULTS[fault if index == 0 else "nothing"](frame):
                self.take(self.host.receive(piece, self.now))

    @precondition(lambda self: self.host.deadline is not None)
    @rule()
    def wait(self) -> None:
        assert self.host.deadline is not None
        self.now = max(self.now, self.host.deadline)
        self.take(self.host.expire(self.now))

    @invariant()
    def nothing_is_acknowledged_before_everything_arrived(self) -> None:
        if any(isinstance(each, requests.WriteReadPointer) for each in self.wand.asked):
            assert set(slots(self.events)) >= EVERYTHING

    @invariant()
    def a_session_waits_exactly_while_it_is_busy(self) -> None:
        assert (self.host.deadline is not None) == self.is_busy


BadLine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestBadLine = BadLine.TestCase
