"""Patrol records with the instants their wands' clocks are worth, and how far they are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import inf

from watchclock_protocol.records import RecordFlag, RecordKind
from watchclock_server.faults.domain import Touch, same_second_runs
from watchclock_server.intake.domain.downloads import (
    Download,
    Window,
    emptied_before,
    windows_of,
)
from watchclock_server.wands.domain import (
    ClockModel,
    CorrectedTime,
    Stretch,
    TimeReason,
    Wand,
)

__all__ = [
    "DoubtInterval",
    "DoubtReason",
    "PatrolMaterial",
    "StoredPatrol",
    "StoredRecord",
    "Visit",
    "WandCoverage",
    "coverage_of",
    "visits_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPatrol:
    """One patrol record as stored, before its time is corrected."""

    id: int
    wand_id: int
    download_id: int
    position: int
    civil: datetime | None
    tag: str
    guard_number: int | None
    is_guard_tag: bool
    flags: tuple[str, ...]
    conflict_with: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patrol record with the instant its wand's clock is worth.

    Attributes:
        record_id: the record.
        wand_id: the wand that holds it.
        tag: what was touched, ``technology:HEX``.
        wand_civil: what the wand's clock showed; None when that was no date.
        time: corrected instant with its bound, or the bounds alone.
        guard_number: the guard selected on the wand, if it keeps one.
        is_guard_tag: the tag names a guard, not a checkpoint.
        flags: what is doubtful about the record.
        conflict_with: another record of which one must be wrong.
    """

    record_id: int
    wand_id: int
    tag: str
    wand_civil: datetime | None
    time: CorrectedTime
    guard_number: int | None
    is_guard_tag: bool
    flags: tuple[str, ...]
    conflict_with: int | None

    def can_lie_between(self, begin: datetime, end: datetime) -> bool:
        """Whether it can have happened between two instants, its error included."""
        earliest, latest = self.time.earliest, self.time.latest
        return (latest is None or latest >= begin) and (earliest is None or earliest <= end)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """One record of either kind, as stored.

    Attributes:
        slot: place in the wand's ring; None where it has none.
        raw: its bytes.
        civil: what the wand's clock showed; None when that was no date.
        tag: ``technology:HEX`` of a patrol record.
        code: number of a system record.
        flags: what is doubtful about it.
        conflict_with: another record of which one must be wrong.
    """

    id: int
    kind: RecordKind
    slot: int | None
    raw: bytes
    civil: datetime | None
    tag: str | None
    code: int | None
    flags: tuple[str, ...]
    conflict_with: int | None


class DoubtReason(StrEnum):
    """Why nothing certain can be said about a wand in some interval."""

    CLOCK = "clock"
    OVERWRITTEN = "overwritten"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtInterval:
    """Instants between which a visit can have happened that this wand does not show rightly."""

    begin: datetime | None
    end: datetime
    reason: DoubtReason


@dataclass(frozen=True, slots=True, kw_only=True)
class WandCoverage:
    """Until when everything a wand recorded is known.

    Attributes:
        wand: the wand.
        complete_downloads: instants before which every record it held was read, oldest first.
        doubts: where its records or its clock prove nothing.
    """

    wand: Wand
    complete_downloads: tuple[datetime, ...]
    doubts: tuple[DoubtInterval, ...]

    @property
    def covered_until(self) -> datetime | None:
        """The last of those instants; None when the wand was never downloaded completely."""
        return self.complete_downloads[-1] if self.complete_downloads else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolMaterial:
    """All a night's reconciliation needs from the wands of a site."""

    visits: Sequence[Visit]
    coverage: Sequence[WandCoverage]


def visits_of(
    records: Sequence[StoredPatrol], downloads: Sequence[Download], model: ClockModel
) -> Iterable[Visit]:
    """The patrol records of one wand with their instants.

    Several tags in one second of a clock that nothing has compared since can mean that it stood
    still, so such records keep no instant.

    Args:
        records: in the order of their downloads and positions.
        downloads: all readings of the wand, oldest first.
        model: what its clock is worth.
    """
    records = [item for item in records if RecordFlag.EMPTY_SLOT not in item.flags]
    windows = windows_of(downloads)
    touches = [Touch(record_id=item.id, civil=item.civil, tag=item.tag) for item in records]
    frozen = {touch.record_id for run in same_second_runs(touches) for touch in run}
    for record in records:
        window = windows[record.download_id]
        time = model.correct(record.civil, window.not_before, window.not_after)
        if record.id in frozen and time.reason is not TimeReason.BETWEEN_CHECKS:
            time = _without_instant(time, window)
        yield _visit(record, time)


def _without_instant(time: CorrectedTime, window: Window) -> CorrectedTime:
    return replace(
        time,
        utc=None,
        error_s=inf,
        earliest=window.not_before,
        latest=window.not_after,
        reason=TimeReason.CLOCK_DOUBTED,
    )


def _visit(record: StoredPatrol, time: CorrectedTime) -> Visit:
    return Visit(
        record_id=record.id,
        wand_id=record.wand_id,
        tag=record.tag,
        wand_civil=record.civil,
        time=time,
        guard_number=record.guard_number,
        is_guard_tag=record.is_guard_tag,
        flags=record.flags,
        conflict_with=record.conflict_with,
    )


def coverage_of(wand: Wand, downloads: Sequence[Download], model: ClockModel) -> WandCoverage:
    """Until when everything a wand recorded is known.

    Args:
        wand: the wand.
        downloads: all its readings, oldest first.
        model: what its clock is worth.
    """
    doubts = [*map(_clock_doubt, model.doubted)]
    for download, emptied in zip(downloads, emptied_before(downloads), strict=True):
        doubts += _losses(download, emptied)
    return WandCoverage(
        wand=wand,
        # A download cannot have begun after it arrived; a dock whose clock is ahead says so.
        complete_downloads=tuple(
            sorted(
                min(item.started_at, item.received_at) for item in downloads if item.is_complete
            )
        ),
        doubts=tuple(doubts),
    )


def _clock_doubt(stretch: Stretch) -> DoubtInterval:
    begin, end = stretch.begin, stretch.end
    if end is None:
        raise ValueError("only a closed stretch can be doubted")
    return DoubtInterval(
        begin=None if begin is None else begin.utc, end=end.utc, reason=DoubtReason.CLOCK
    )


def _losses(download: Download, emptied: datetime | None) -> Iterable[DoubtInterval]:
    """Where records may be gone: overwritten unread, or given up before all had arrived."""
    if download.is_overwritten:
        yield DoubtInterval(begin=emptied, end=download.read_at, reason=DoubtReason.OVERWRITTEN)
    if download.acknowledged_at is not None and not download.is_complete:
        yield DoubtInterval(begin=emptied, end=download.read_at, reason=DoubtReason.MISSING)
