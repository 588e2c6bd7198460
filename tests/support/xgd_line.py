"""A line between the "!XD" host role and a hand-made controller: its own time, and faults."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support import by_hand_xgd as by_hand
from tests.support.by_hand_xgd import HandMadeController
from tests.support.line_faults import Fault, no_fault
from watchclock_protocol.dialects.xgd.commands import ChangeAddress
from watchclock_protocol.dialects.xgd.host import XgdHost
from watchclock_protocol.events import (
    Answered,
    Event,
    Failed,
    ReadingBegan,
    RecordsReceived,
    Transmit,
)
from watchclock_protocol.messages import Answer
from watchclock_protocol.session import HostCommand, LiveCommand


@dataclass
class Line:
    """Carries bytes both ways; time passes only when nothing is on its way.

    Attributes:
        to_controller: what becomes of a frame of the host, given its number from 0.
        late: frames of the controller, by number, that arrive when the host waits again.
    """

    controller: HandMadeController
    fault: Fault = no_fault
    host: XgdHost = field(default_factory=lambda: XgdHost(3))
    to_controller: Callable[[int, bytes], bytes] = lambda _number, frame: frame
    late: frozenset[int] = frozenset()
    now: float = 0.0
    events: list[Event] = field(default_factory=list[Event])
    carried: int = 0
    asked: int = 0
    answered: int = 0
    spoken: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    chunk_length: int = 64
    delayed: list[bytes] = field(default_factory=list[bytes])

    def ask(self, command: HostCommand | LiveCommand | ChangeAddress) -> Answer | Failed:
        """Answer to the command, or how it failed; ends after at most 900 seconds of line time."""
        latest = self.note(self.host.send(command, self.now))
        give_up_at = self.now + 900.0
        while self.now < give_up_at:
            self.events += latest
            end = next((it for it in latest if isinstance(it, Answered | Failed)), None)
            if end is not None:
                self.events += self.carry(latest)
                return end.answer if isinstance(end, Answered) else end
            latest = self.carry(latest) or self.pass_time()
        raise AssertionError("the command never ends")

    def carry(self, events: list[Event]) -> list[Event]:
        answers: list[Event] = []
        for event in events:
            if isinstance(event, Transmit):
                frame = self.to_controller(self.asked, event.data)
                self.asked += 1
                answers += self.deliver(self.controller.receive(frame) if frame else b"")
        return answers

    def deliver(self, data: bytes) -> list[Event]:
        self.answered += bool(data)
        if data and self.answered - 1 in self.late:
            self.delayed.append(data)
            return []
        arriving = b"".join(self.fault(self.carried + at, byte) for at, byte in enumerate(data))
        self.carried += len(data)
        self.now += 0.001
        events: list[Event] = []
        for at in range(0, len(arriving), self.chunk_length):
            chunk = arriving[at : at + self.chunk_length]
            self.spoken.append(("RX", chunk))
            events += self.note(self.host.receive(chunk, self.now))
        return events

    def note(self, events: list[Event]) -> list[Event]:
        """The same events, what the host writes noted at its place among what it has read."""
        self.spoken += [("TX", event.data) for event in events if isinstance(event, Transmit)]
        return events

    def pass_time(self) -> list[Event]:
        """The host's deadline is over; what is late arrives right after it has asked again."""
        at = self.host.deadline
        assert at is not None, "the host waits for nothing"
        self.now = max(self.now, at)
        events = self.note(self.host.expire(self.now))
        late, self.delayed = self.delayed, []
        return [*events, *(event for data in late for event in self.deliver(data))]

    def wait(self, seconds: float) -> None:
        """So long nobody says anything; then a live controller pushes what is not answered."""
        self.now += seconds
        self.events += self.deliver(self.controller.push())

    def received(self) -> list[bytes]:
        """Raw records of all readings and pushes, as they were reported."""
        return [
            record.raw
            for event in self.events
            if isinstance(event, RecordsReceived)
            for record in event.records
        ]

    def latest_reading(self) -> list[bytes]:
        """Raw records reported since the memory was last read from the beginning."""
        raws: list[bytes] = []
        for event in self.events:
            if isinstance(event, ReadingBegan):
                raws.clear()
            elif isinstance(event, RecordsReceived):
                raws += [record.raw for record in event.records]
        return raws

    def sent(self, function: int) -> int:
        """How often the host sent a frame of this function."""
        return sum(direction == "TX" and data[5] == function for direction, data in self.spoken)


def full_line(count: int, **surroundings: object) -> Line:
    """A line whose controller holds so many records."""
    return Line(HandMadeController(records=by_hand.records(count)), **surroundings)  # type: ignore[arg-type]
