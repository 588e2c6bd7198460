"""A line between any host session and any wand of a test, and a state machine that spoils it."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.by_hand_fcard import civil
from watchclock_protocol.events import Answered, Event, Failed, RecordsReceived, Transmit
from watchclock_protocol.messages import Answer
from watchclock_protocol.records import Record
from watchclock_protocol.session import (
    Acknowledge,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
)

Disturb = Callable[[bytes], list[bytes]]
FAULT_NUMBERS = st.integers(0, 20)
CIVIL = civil(2026, 11, 21)


class AnyHost(Protocol):
    """A host session with commands of its own."""

    @property
    def deadline(self) -> float | None: ...

    def send(self, command: Any, now: float) -> list[Event]: ...  # noqa: ANN401  any dialect's

    def receive(self, data: bytes, now: float) -> list[Event]: ...

    def expire(self, now: float) -> list[Event]: ...


class AnyWand(Protocol):
    """A wand that answers a host's bytes with frames."""

    def receive(self, data: bytes, now: float) -> list[bytes]: ...


HostType = TypeVar("HostType", bound=AnyHost)
WandType = TypeVar("WandType", bound=AnyWand)


class SessionLine(Generic[HostType, WandType]):
    """Carries bytes between a host session and a wand, and lets time pass when nothing comes.

    Attributes:
        to_host: what becomes of each frame of the wand on its way.
        to_wand: what becomes of each frame of the host on its way.
        now: seconds; moves to the session's deadline when nothing was answered.
        written: every frame of the host.
    """

    def __init__(self, host: HostType, wand: WandType) -> None:
        self.host = host
        self.wand = wand
        self.to_host: Disturb = lambda frame: [frame]
        self.to_wand: Disturb = lambda frame: [frame]
        self.now = 0.0
        self.written: list[bytes] = []

    def run(self, *commands: Any) -> list[Event]:  # noqa: ANN401  any dialect's
        """Every event from the first command to the end of the last."""
        events: list[Event] = []
        for command in commands:
            told = self.host.send(command, self.now)
            events += told
            while not ended(told):
                told = self._carry(told) or self._wait()
                events += told
        return events

    def _carry(self, told: Iterable[Event]) -> list[Event]:
        events: list[Event] = []
        for event in told:
            if isinstance(event, Transmit):
                self.written.append(event.data)
                for damaged in self.to_wand(event.data):
                    for frame in self.wand.receive(damaged, self.now):
                        for arrived in self.to_host(frame):
                            events += self.host.receive(arrived, self.now)
        return events

    def _wait(self) -> list[Event]:
        assert self.host.deadline is not None, "the session neither ends nor waits"
        self.now = self.host.deadline
        return self.host.expire(self.now)


def ended(events: list[Event]) -> bool:
    return any(isinstance(event, Answered | Failed) for event in events)


def answer(events: list[Event]) -> Answer:
    """What the command was answered with."""
    return next(event.answer for event in events if isinstance(event, Answered))


def failure(events: list[Event]) -> Exception:
    """What the command failed with."""
    return next(event.error for event in events if isinstance(event, Failed))


def received(events: list[Event]) -> list[Record]:
    """Every record of the events, in order."""
    return [
        record
        for event in events
        if isinstance(event, RecordsReceived)
        for record in event.records
    ]


class BadLine(RuleBasedStateMachine):
    """A host that is asked in any order, over a line that does anything to any frame.

    Attributes:
        faults: what can become of a frame; the one named "nothing" is more frequent.
    """

    faults: ClassVar[Mapping[str, Disturb]]

    def __init__(self) -> None:
        super().__init__()
        self.docked = 0
        self.wand = self.make_wand()
        self.host = self.dock(None)
        self.now = 0.0
        self.in_flight: list[bytes] = []
        self.events: list[Event] = []
        self.is_busy = False
        self.is_failed = False
        self.known: set[str] = set()

    @abstractmethod
    def make_wand(self) -> AnyWand:
        """The wand, full of records."""

    @abstractmethod
    def dock(self, former: AnyHost | None) -> AnyHost:
        """A session for the next docking; ``former`` is the one that failed."""

    @abstractmethod
    def missing_although_acknowledged(self) -> object:
        """What the wand was told to give up and the host never received; false if nothing."""

    def take(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            match event:
                case Transmit(data):
                    self.in_flight += self.wand.receive(data, self.now)
                case Answered(given):
                    self.is_busy = False
                    self.known.add(type(given).__name__)
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
        self.host = self.dock(self.host)
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
    @rule(fault=FAULT_NUMBERS, count=st.integers(1, 12))
    def deliver(self, fault: int, count: int) -> None:
        arriving, self.in_flight = self.in_flight[:count], self.in_flight[count:]
        names = list(self.faults)
        first = self.faults[names[fault] if fault < len(names) else "nothing"]
        for index, frame in enumerate(arriving):
            for piece in first(frame) if index == 0 else [frame]:
                self.take(self.host.receive(piece, self.now))

    @precondition(lambda self: self.host.deadline is not None)
    @rule()
    def wait(self) -> None:
        assert self.host.deadline is not None
        self.now = max(self.now, self.host.deadline)
        self.take(self.host.expire(self.now))

    @invariant()
    def nothing_is_acknowledged_before_everything_arrived(self) -> None:
        assert not self.missing_although_acknowledged()

    @invariant()
    def a_session_waits_exactly_while_it_is_busy(self) -> None:
        assert (self.host.deadline is not None) == self.is_busy
