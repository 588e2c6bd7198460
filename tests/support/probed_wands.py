"""Host roles and simulated wands talking in a time of their own, for tests of what probes do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialect import Dialect, host_session
from watchclock_protocol.events import (
    Answered,
    Event,
    Failed,
    ReadingBegan,
    RecordsReceived,
    Transmit,
)
from watchclock_protocol.records import Record
from watchclock_protocol.session import (
    HostCommand,
    HostSession,
    Identify,
    ReadCounters,
    ReadRecords,
)
from watchclock_sim.generated import generated_touches
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.personality import find_personality

__all__ = ["ProbedWand"]

TOUCHES = 3


@dataclass
class ProbedWand:
    """A simulated wand in a dock at which somebody speaks any dialect.

    Attributes:
        firmware: the wand.
    """

    firmware: Firmware
    now: float = 0.0
    events: list[Event] = field(default_factory=list[Event])

    @classmethod
    def touched(cls, name: str) -> Self:
        """A new wand with three touches."""
        personality = find_personality(name)
        number = personality.default_number
        firmware = personality.make(setup_of(number))
        for touch in generated_touches(TOUCHES, 1, personality.technology(number)):
            firmware.touch(touch.tag, touch.utc, is_guard_tag=False)
        return cls(firmware)

    def ask(self, session: HostSession, *commands: HostCommand) -> list[Answered | Failed]:
        """How each command ended, up to the first that failed."""
        ends: list[Answered | Failed] = []
        for command in commands:
            ends.append(self._ask(session, command))
            if isinstance(ends[-1], Failed):
                break
        return ends

    def probe(self, dialect: Dialect, seed: int) -> Answered | Failed:
        """What comes of asking it for its number in a dialect."""
        return self._ask(host_session(dialect, seed), Identify())

    def download(self, dialect: Dialect) -> tuple[list[Answered | Failed], list[Record]]:
        """What it answers to a host of its own dialect that changes nothing, and its records."""
        self.events.clear()
        session = host_session(dialect, 1)
        ends = self.ask(session, Identify(), ReadCounters(), ReadRecords())
        records: list[Record] = []
        for event in self.events:
            if isinstance(event, ReadingBegan):
                records.clear()
            elif isinstance(event, RecordsReceived):
                records += event.records
        return ends, records

    def wait(self, seconds: float) -> None:
        """Nobody asks anything."""
        self.now += seconds
        if self.firmware.deadline is not None and self.firmware.deadline <= self.now:
            list(self.firmware.expire(self.now, self._utc))

    def _ask(self, session: HostSession, command: HostCommand) -> Answered | Failed:
        latest = session.send(command, self.now)
        for _ in range(10_000):
            self.events += latest
            end = next((it for it in latest if isinstance(it, Answered | Failed)), None)
            if end is not None:
                return end
            latest = self._carry(session, latest) or self._pass_time(session)
        raise AssertionError("the command never ends")

    def _carry(self, session: HostSession, events: Iterable[Event]) -> list[Event]:
        told: list[Event] = []
        for event in events:
            if isinstance(event, Transmit):
                frames = self.firmware.receive(event.data, self.now, self._utc)
                told += self._deliver(session, frames)
        return told

    def _deliver(self, session: HostSession, frames: Iterable[bytes]) -> list[Event]:
        self.now += 0.001
        return [event for frame in frames for event in session.receive(frame, self.now)]

    def _pass_time(self, session: HostSession) -> list[Event]:
        host_at, wand_at = session.deadline, self.firmware.deadline
        assert host_at is not None, "the host waits for nothing"
        if wand_at is not None and wand_at < host_at:
            self.now = max(self.now, wand_at)
            return self._deliver(session, self.firmware.expire(self.now, self._utc))
        self.now = max(self.now, host_at)
        return session.expire(self.now)

    @property
    def _utc(self) -> datetime:
        return DOCKED_AT + timedelta(seconds=self.now)
