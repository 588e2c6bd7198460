"""What a download came to, and how it tells of its progress while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from watchclock_device.tally import TrafficTally
from watchclock_protocol.capture import StepName
from watchclock_protocol.messages import Identity, RingState, WandHealth
from watchclock_protocol.records import RecordFlag, RecordKind

__all__ = ["DownloadResult", "LiveResult", "Progress", "SilentProgress"]


class Progress(Protocol):
    """Is told how far a download is."""

    def begin(self, step: StepName) -> None:
        """A step begins."""
        ...

    def count(self, received: int, announced: int) -> None:
        """So many of the announced records arrived."""
        ...


class SilentProgress:
    """Tells nobody."""

    def begin(self, step: StepName) -> None:
        """Not told."""

    def count(self, received: int, announced: int) -> None:
        """Not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadResult:
    """A finished download.

    Attributes:
        address: where the wand was docked.
        wand: who it is.
        announced: records the wand said it held.
        kinds: records received, by kind.
        flags: how many records carry each doubt.
        rings: the wand's memory before anything was acknowledged.
        health: the wand's condition, where it tells.
        clock_offset_s: seconds the wand's clock was ahead of the site's civil time; None where the
            wand does not tell its clock, or shows no date.
        is_acknowledged: the wand knows that its records are safe.
        is_clock_set: the wand's clock was set to the site's civil time.
        traffic: how troubled the line was.
        capture: the closed capture; its stem is its SHA-256.
    """

    address: str
    wand: Identity
    announced: int
    kinds: Mapping[RecordKind, int]
    flags: Mapping[RecordFlag, int]
    rings: tuple[RingState, ...]
    health: WandHealth | None
    clock_offset_s: float | None
    is_acknowledged: bool
    is_clock_set: bool
    traffic: TrafficTally
    capture: Path

    @property
    def received(self) -> int:
        """Records received, all kinds."""
        return sum(self.kinds.values())

    @property
    def is_overwritten(self) -> bool:
        """Unread records were overwritten on the wand before now; how many is unknown."""
        return any(ring.is_wrapped for ring in self.rings)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResult:
    """What came of listening to a wand that hands its records over as it makes them.

    Attributes:
        address: where the wand is.
        wand: who it is.
        received: records that are safe on disk, each counted once.
        waiting: records the wand said it still held at the end.
        clock_offset_s: seconds the wand's clock was ahead of the site's civil time at the
            beginning; None where the wand does not tell its clock, or shows no date.
        traffic: how troubled the line was.
        capture: the closed capture; its stem is its SHA-256.
    """

    address: str
    wand: Identity
    received: int
    waiting: int
    clock_offset_s: float | None
    traffic: TrafficTally
    capture: Path
