"""What a download tells about the wand itself, as the faults feature wants to know it."""

from collections.abc import Mapping, Sequence
from typing import Literal

from watchclock_protocol.dialect import Capability
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.records import PatrolRecord, Record, RecordFlag, SystemRecord
from watchclock_server.faults.domain import DownloadFacts, LogEntry, Touch
from watchclock_server.intake.domain.downloads import Download
from watchclock_server.intake.domain.incoming import Incoming
from watchclock_server.wands.domain import ClockModel, Stretch

__all__ = ["facts_of"]


def facts_of(
    incoming: Incoming,
    download: Download,
    *,
    model: ClockModel,
    previous: Download | None,
    new: Mapping[int, Record],
    disagreeing: tuple[int, ...],
) -> DownloadFacts:
    """Everything one download says about its wand.

    Args:
        incoming: the capture.
        download: the same, as stored.
        model: what the wand's clock is worth, this download's anchors included.
        previous: the reading before, for counters that only grow.
        new: the records nobody had seen before, by their key in the database.
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
        touches=_touches(new),
        log=_log(new),
        overwritten=download.is_overwritten,
        disagreeing=disagreeing,
        # Lines somebody spoiled after the download say nothing of the wand and its dock.
        rejected=0 if is_file else download.rejected_count,
        skipped_bytes=0 if is_file else download.skipped_bytes,
    )


def _touches(records: Mapping[int, Record]) -> Sequence[Touch]:
    return [
        Touch(record_id=key, civil=record.time.civil, tag=str(record.tag))
        for key, record in records.items()
        if isinstance(record, PatrolRecord) and RecordFlag.EMPTY_SLOT not in record.flags
    ]


def _log(records: Mapping[int, Record]) -> Sequence[LogEntry]:
    return [
        LogEntry(record_id=key, civil=record.time.civil, meanings=record.meanings)
        for key, record in records.items()
        if isinstance(record, SystemRecord) and RecordFlag.EMPTY_SLOT not in record.flags
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
