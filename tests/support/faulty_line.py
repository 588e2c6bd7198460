"""A line between a host role and a hand-made wand: its own time, and faults on it."""

from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tests.support.line_faults import Fault, no_fault
from watchclock_protocol.capture import Chunk, Lane
from watchclock_protocol.events import (
    Answered,
    Event,
    Failed,
    ReadingBegan,
    RecordsReceived,
    Transmit,
)
from watchclock_protocol.messages import Answer
from watchclock_protocol.records import Record

__all__ = ["FaultyLine"]

LONGEST_COMMAND_S = 300.0


class HandMade(Protocol):
    """A wand that answers whole commands."""

    @property
    def deadline(self) -> float | None: ...
    def expire(self) -> bytes: ...
    def receive(self, data: bytes, now: float) -> bytes: ...


CommandT_contra = TypeVar("CommandT_contra", contravariant=True)
CommandT = TypeVar("CommandT")
WandT = TypeVar("WandT", bound=HandMade)


class Host(Protocol[CommandT_contra]):
    """A host role, also of commands only one dialect has."""

    @property
    def deadline(self) -> float | None: ...
    def send(self, command: CommandT_contra, now: float) -> list[Event]: ...
    def receive(self, data: bytes, now: float) -> list[Event]: ...
    def expire(self, now: float) -> list[Event]: ...


@dataclass
class FaultyLine(Generic[WandT, CommandT]):
    """Carries bytes both ways; time passes only when nothing is on its way."""

    wand: WandT
    fault: Fault = no_fault
    now: float = 0.0
    events: list[Event] = field(default_factory=list[Event])
    carried: int = 0
    spoken: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    chunk_length: int = 64

    def speaker(self) -> Host[CommandT]:
        """The host role at the other end."""
        raise NotImplementedError

    def ask(self, command: CommandT) -> Answer | Failed:
        """Answer to the command, or how it failed; ends after at most 300 s of line time."""
        latest = self.note(self.speaker().send(command, self.now))
        give_up_at = self.now + LONGEST_COMMAND_S
        while self.now < give_up_at:
            self.events += latest
            end = next((it for it in latest if isinstance(it, Answered | Failed)), None)
            if end is not None:
                return end.answer if isinstance(end, Answered) else end
            latest = self.carry(latest, command) or self.pass_time()
        raise AssertionError("the command never ends")

    def carry(self, events: list[Event], command: CommandT) -> list[Event]:
        answers: list[Event] = []
        for event in events:
            if isinstance(event, Transmit):
                self.watch(command, event.data)
                answers += self.deliver(self.wand.receive(event.data, self.now))
        return answers

    def watch(self, command: CommandT, data: bytes) -> None:
        """Called with everything the host writes, and during which command."""

    def deliver(self, data: bytes) -> list[Event]:
        arriving = b"".join(self.fault(self.carried + at, byte) for at, byte in enumerate(data))
        self.carried += len(data)
        self.now += 0.001
        events: list[Event] = []
        for at in range(0, len(arriving), self.chunk_length):
            chunk = arriving[at : at + self.chunk_length]
            self.spoken.append(("RX", chunk))
            events += self.note(self.speaker().receive(chunk, self.now))
        return events

    def note(self, events: list[Event]) -> list[Event]:
        """The same events, what the host writes noted at its place among what it has read."""
        self.spoken += [("TX", event.data) for event in events if isinstance(event, Transmit)]
        return events

    def pass_time(self) -> list[Event]:
        """Whatever is due first happens: the wand gives up, or the host's time is over."""
        host_at = self.speaker().deadline
        assert host_at is not None, "the host waits for nothing"
        wand_at = self.wand.deadline
        if wand_at is not None and wand_at < host_at:
            self.now = max(self.now, wand_at)
            return self.deliver(self.wand.expire())
        self.now = max(self.now, host_at)
        return self.note(self.speaker().expire(self.now))

    def wait(self, seconds: float) -> None:
        """Nobody says anything, except the wand when it gives up."""
        self.now += seconds
        if self.wand.deadline is not None and self.wand.deadline <= self.now:
            self.events += self.deliver(self.wand.expire())

    def latest_records(self) -> list[Record]:
        """Records received since the memory was last read from the beginning."""
        records: list[Record] = []
        for event in self.events:
            if isinstance(event, ReadingBegan):
                records.clear()
            elif isinstance(event, RecordsReceived):
                records += event.records
        return records

    def chunks(self) -> list[Chunk]:
        """What crossed the line, as a capture would hold it."""
        lanes = {"TX": Lane.TO_WAND, "RX": Lane.FROM_WAND}
        return [
            Chunk(lane=lanes[direction], data=data, utc_ns=0, offset=0)
            for direction, data in self.spoken
        ]
