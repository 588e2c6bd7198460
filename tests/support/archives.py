"""Small generated archives, and their captures driven through the real host session again."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from watchclock_protocol.capture import Capture, Chunk, Lane, Step, StepName, StepState
from watchclock_protocol.dialect import host_session
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.events import Answered, Event, Failed, Transmit
from watchclock_protocol.replay import replay
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)
from watchclock_sim.archive.settings import ArchiveSettings

__all__ = ["BULK", "SMALL", "Rehearsal", "small"]

SECOND_NS = 1_000_000_000
BULK = ("fcard", "vs", "wm5000t")
SMALL = ArchiveSettings(
    folder=Path("archive"),
    wands=3,
    from_=date(2025, 3, 20),
    nights=30,
    records=6_000,
    dialects="vs,wm5000t,fcard",
    zone="Europe/Berlin",
    workers=1,
)
"""Thirty nights around the beginning of summer time."""


def small(folder: Path, **others: Any) -> ArchiveSettings:  # noqa: ANN401 - any option
    """The small archive in this folder, with other options where given."""
    return replace(SMALL, folder=folder, **others)


class Rehearsal:
    """The real host session in the place of the one that is said to have spoken in a capture.

    Args:
        capture: closed, of a wand whose records were acknowledged.
        seed: of its session.

    Attributes:
        unlike: where it would have said something else, or would not have been done.
    """

    def __init__(self, capture: Capture, seed: int) -> None:
        self.unlike: list[str] = []
        self._host = host_session(find_dialect(capture.about.dialect), seed)
        self._setting = replay(capture).clock_settings[0]
        self._due = bytearray()
        self._is_answered = True
        for block in capture.blocks:
            if isinstance(block, Step):
                self._step(block)
            else:
                self._carry(block)

    def _step(self, step: Step) -> None:
        now = step.utc_ns / SECOND_NS
        self._let_time_pass(now)
        command = self._command(step)
        if command is None:
            return
        if step.state is StepState.BEGUN:
            self._is_answered = False
            self._take(self._host.send(command, now))
        elif step.state is StepState.DONE and (self._due or not self._is_answered):
            self.unlike.append(f"{step.name} is not done: {self._due.hex()} is due")

    def _carry(self, chunk: Chunk) -> None:
        now = chunk.utc_ns / SECOND_NS
        self._let_time_pass(now)
        if chunk.lane is Lane.FROM_WAND:
            self._take(self._host.receive(chunk.data, now))
        elif bytes(self._due) != chunk.data:
            self.unlike.append(f"{chunk.data.hex()} is said where {self._due.hex()} is due")
        else:
            self._due.clear()

    def _let_time_pass(self, now: float) -> None:
        while self._host.deadline is not None and self._host.deadline <= now and not self._due:
            self._take(self._host.expire(now))

    def _take(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Transmit(data):
                    self._due += data
                case Answered():
                    self._is_answered = True
                case Failed(error):
                    self.unlike.append(f"the host fails: {error}")
                case _:
                    pass

    def _command(self, step: Step) -> HostCommand | None:
        ahead_s = round((self._setting.utc_ns - step.utc_ns) / SECOND_NS)
        civil = self._setting.civil - timedelta(seconds=ahead_s)
        commands: dict[StepName, HostCommand] = {
            StepName.IDENTIFY: Identify(),
            StepName.CLOCK_CHECK: CheckClock(),
            StepName.COUNTERS: ReadCounters(),
            StepName.READ: ReadRecords(),
            StepName.ACKNOWLEDGE: Acknowledge(civil),
            StepName.SET_CLOCK: SetClock(self._setting.civil),
        }
        return commands.get(step.name)
