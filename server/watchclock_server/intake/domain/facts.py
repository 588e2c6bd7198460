"""What a download tells about the wand itself, as the faults feature wants to know it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final, Literal, overload

from typing_extensions import override

from watchclock_protocol.dialect import Capability
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.records import RecordKind
from watchclock_server.faults.domain import DownloadFacts, LogEntry, Touch
from watchclock_server.intake.domain.downloads import Download
from watchclock_server.intake.domain.incoming import Incoming
from watchclock_server.intake.domain.record_table import RecordTable
from watchclock_server.wands.domain import ClockModel, Stretch

__all__ = ["NewRecords", "facts_of"]


@dataclass(frozen=True, slots=True)
class NewRecords:
    """Records nobody had seen before, with their keys in the database."""

    ids: Sequence[int]
    table: RecordTable


def facts_of(
    incoming: Incoming,
    download: Download,
    *,
    model: ClockModel,
    previous: Download | None,
    new: NewRecords,
    disagreeing: tuple[int, ...],
) -> DownloadFacts:
    """Everything one download says about its wand.

    Args:
        incoming: the capture.
        download: the same, as stored.
        model: what the wand's clock is worth, this download's anchors included.
        previous: the reading before, for counters that only grow.
        new: the records nobody had seen before.
        disagreeing: records that contradict another reading.
    """
    is_file = Capability.IS_FILE in find_dialect(incoming.identity.dialect).capabilities
    return DownloadFacts(
        download_id=download.id,
        shown=download.clock_shown,
        offset_s=download.clock_offset_s,
        clock=_stretch_to(incoming, model),
        voltage_mv=download.voltage_mv,
        power_ons_since=_growth(previous, download, "power_ons"),
        formats_since=_growth(previous, download, "formats"),
        touches=_Touches(new),
        log=_log(new),
        overwritten=download.is_overwritten,
        disagreeing=disagreeing,
        # Lines somebody spoiled after the download say nothing of the wand and its dock.
        rejected=0 if is_file else download.rejected_count,
        skipped_bytes=0 if is_file else download.skipped_bytes,
    )


class _Touches(Sequence[Touch]):
    """Touches made while somebody looks: thousands kept keep the garbage collector busy."""

    def __init__(self, new: NewRecords) -> None:
        wanted = _whole(new.table, RecordKind.PATROL)
        self._ids: Final = list(compress(new.ids, wanted))
        self._civils: Final = list(compress(new.table.civils, wanted))
        self._tags: Final = list(compress(new.table.tags, wanted))

    @override
    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> Touch: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Touch, ...]: ...
    @override
    def __getitem__(self, index: int | slice) -> Touch | tuple[Touch, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        return Touch(
            record_id=self._ids[index],
            civil=self._civils[index],
            tag=self._tags[index] or "",
        )

    @override
    def __iter__(self) -> Iterator[Touch]:
        rows = zip(self._ids, self._civils, self._tags, strict=True)
        for record_id, civil, tag in rows:
            yield Touch(record_id=record_id, civil=civil, tag=tag or "")


def _log(new: NewRecords) -> Sequence[LogEntry]:
    rows = zip(new.ids, new.table.civils, new.table.meanings, strict=True)
    return [
        LogEntry(record_id=record_id, civil=civil, meanings=meanings)
        for record_id, civil, meanings in compress(rows, _whole(new.table, RecordKind.SYSTEM))
    ]


def _whole(records: RecordTable, wanted: RecordKind) -> list[bool]:
    """Which records are of this kind and stand in places that were ever written."""
    return [
        kind is wanted and not is_empty
        for kind, is_empty in zip(records.kinds, records.are_empty, strict=True)
    ]


def _stretch_to(incoming: Incoming, model: ClockModel) -> Stretch | None:
    reading = incoming.reading
    ends = (stretch for stretch in model.stretches if stretch.end == reading)
    return None if reading is None else next(ends, None)


def _growth(
    previous: Download | None, download: Download, counter: Literal["power_ons", "formats"]
) -> int | None:
    """How much a counter of the wand has grown; None when either reading did not tell it."""
    before: int | None = None if previous is None else getattr(previous, counter)
    after: int | None = getattr(download, counter)
    return None if before is None or after is None else after - before
