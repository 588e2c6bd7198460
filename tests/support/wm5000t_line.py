"""A line between the WM-5000T host role and a hand-made wand: its own time, and faults on it."""

from dataclasses import dataclass, field

from tests.support.by_hand_wm5000t import CLOSE, HandMadeWand
from tests.support.line_faults import Fault, no_fault
from watchclock_protocol.dialects.wm5000t.host import Wm5000tHost
from watchclock_protocol.events import (
    Answered,
    Event,
    Failed,
    ReadingBegan,
    RecordsReceived,
    Transmit,
)
from watchclock_protocol.messages import Answer
from watchclock_protocol.session import HostCommand


@dataclass
class Line:
    """Carries bytes both ways; time passes only when nothing is on its way."""

    wand: HandMadeWand
    fault: Fault = no_fault
    host: Wm5000tHost = field(default_factory=Wm5000tHost)
    now: float = 0.0
    events: list[Event] = field(default_factory=list[Event])
    carried: int = 0
    closed_during: list[HostCommand] = field(default_factory=list[HostCommand])
    spoken: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    chunk_length: int = 64

    def ask(self, command: HostCommand) -> Answer | Failed:
        """Answer to the command, or how it failed; ends after at most 60 seconds of line time."""
        latest = self.note(self.host.send(command, self.now))
        give_up_at = self.now + 60.0
        while self.now < give_up_at:
            self.events += latest
            end = next((it for it in latest if isinstance(it, Answered | Failed)), None)
            if end is not None:
                return end.answer if isinstance(end, Answered) else end
            latest = self.carry(latest, command) or self.pass_time()
        raise AssertionError("the command never ends")

    def carry(self, events: list[Event], command: HostCommand) -> list[Event]:
        answers: list[Event] = []
        for event in events:
            if isinstance(event, Transmit):
                if event.data == CLOSE:
                    self.closed_during.append(command)
                answers += self.deliver(self.wand.receive(event.data, self.now))
        return answers

    def deliver(self, data: bytes) -> list[Event]:
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
        """Whatever is due first happens: the wand falls back, or the host's deadline is over."""
        host_at = self.host.deadline
        assert host_at is not None, "the host waits for nothing"
        wand_at = self.wand.deadline
        if wand_at is not None and wand_at < host_at:
            self.now = max(self.now, wand_at)
            return self.deliver(self.wand.expire())
        self.now = max(self.now, host_at)
        return self.note(self.host.expire(self.now))

    def wait(self, seconds: float) -> None:
        """Nobody says anything, except the wand when it falls back."""
        self.now += seconds
        if self.wand.deadline is not None and self.wand.deadline <= self.now:
            self.events += self.deliver(self.wand.expire())

    def latest_reading(self) -> list[bytes]:
        """Raw records received since the memory was last read from the beginning."""
        raws: list[bytes] = []
        for event in self.events:
            if isinstance(event, ReadingBegan):
                raws.clear()
            elif isinstance(event, RecordsReceived):
                raws += [record.raw for record in event.records]
        return raws
