"""Stores the records of a download under their natural keys, and ties contradictions together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from watchclock_protocol.replay import DecodedDownload
from watchclock_server.intake import repository
from watchclock_server.intake.domain.conflicts import (
    Conflict,
    KeyColumns,
    Reading,
    find_conflicts,
    inner_conflicts,
)
from watchclock_server.intake.domain.downloads import Download, same_memory
from watchclock_server.intake.domain.incoming import Incoming, keys_of
from watchclock_server.intake.domain.memories import (
    emptied_by,
    is_shared,
    kept_kinds,
    late_wipe,
)
from watchclock_server.intake.domain.record_table import RecordTable
from watchclock_server.wands.domain import Wand

__all__ = ["StoredRecords", "contest", "download_values", "keys_in_memory", "store_records"]


@dataclass(frozen=True, slots=True)
class StoredRecords:
    """The records of a download as they stand in the database now.

    Attributes:
        keys: what makes each of them the same record, in the order of the download.
        ids: their keys in the database.
        new: places of those nobody had seen before.
    """

    keys: KeyColumns
    ids: Sequence[int]
    new: Sequence[int]

    @property
    def new_ids(self) -> Sequence[int]:
        """Keys in the database of those nobody had seen before."""
        if len(self.new) == len(self.ids):
            return self.ids
        return [self.ids[place] for place in self.new]


def download_values(incoming: Incoming) -> Mapping[str, Any]:
    """The columns of a download that follow from its capture."""
    decoded, reading, health = incoming.decoded, incoming.reading, incoming.health
    return {
        "started_at": incoming.started_at,
        "read_at": incoming.read_at,
        "finished_at": incoming.finished_at,
        "acknowledged_at": incoming.acknowledged_at,
        "is_complete": decoded.is_complete,
        "is_closed": incoming.is_closed,
        "torn_bytes": incoming.torn_bytes,
        "record_count": len(decoded.records),
        "skipped_bytes": decoded.skipped_bytes,
        "rejected_count": len(decoded.rejected),
        "rings": [asdict(ring) for ring in incoming.rings],
        "clock_shown": None if reading is None else reading.civil,
        "clock_offset_s": None if reading is None else reading.offset_s,
        "voltage_mv": health.voltage_mv,
        "charge_percent": health.charge_percent,
        "power_ons": health.power_ons,
        "formats": health.formats,
    }


def keys_in_memory(
    session: Session,
    wand: Wand,
    downloads: Sequence[Download],
    download: Download,
    decoded: DecodedDownload,
) -> tuple[KeyColumns, bool]:
    """The natural keys of the records of a new download, and whether others may share them.

    A wipe that becomes known only now may lie between downloads that are stored already; what was
    one memory until now is taken apart first.
    """
    if wipe := late_wipe(wand.dialect, downloads, download):
        repository.part_memory(session, wand.id, wipe)
    memories = emptied_by(wand.dialect, downloads)
    keys = keys_of(decoded.records, memories[download.id], download.id, kept_kinds(wand.dialect))
    return keys, is_shared(wand.dialect, memories, download.id)


def store_records(
    session: Session,
    downloads: Sequence[Download],
    download: Download,
    keys: KeyColumns,
    table: RecordTable,
    *,
    may_be_known: bool,
) -> StoredRecords:
    """Store what is new, and which record stands where in the download.

    A record known from a later download was really first seen by this one, and is moved to it.
    """
    known: Sequence[tuple[int, int] | None] = [None] * len(keys)
    if may_be_known:
        each = list(keys.each())
        found = repository.find_records(session, download.wand_id, each)
        known = [found.get(key) for key in each]
    new = [place for place, first in enumerate(known) if first is None]
    stored = repository.add_records(session, download, keys.at(new), table.at(new))
    ids = stored
    if len(new) < len(keys):
        of_new = iter(stored)
        ids = [next(of_new) if first is None else first[0] for first in known]
    repository.add_sightings(session, download.id, ids)
    read_at = {item.id: item.read_at for item in downloads}
    earlier = {
        first[0]: place
        for place, first in enumerate(known)
        if first is not None and read_at[first[1]] > download.read_at
    }
    repository.move_first_sightings(session, download.id, earlier)
    return StoredRecords(keys, ids, new)


def contest(
    session: Session,
    downloads: Sequence[Download],
    download: Download,
    incoming: Incoming,
    stored: StoredRecords,
) -> frozenset[int]:
    """Tie records that contradict each other together; all of them, new or known."""
    conflicts = (
        *inner_conflicts(incoming.decoded, stored.keys, stored.ids),
        *_outer_conflicts(session, downloads, download),
    )
    repository.link_conflicts(session, conflicts)
    return frozenset(
        record_id
        for conflict in conflicts
        for record_id in (conflict.record_id, conflict.other_id)
    )


def _outer_conflicts(
    session: Session, downloads: Sequence[Download], download: Download
) -> Iterable[Conflict]:
    """Contradictions with other readings of the same, not yet given up memory."""
    before, after = same_memory(downloads, download)
    this = _reading(session, download) if before or after else None
    if this is None:
        return
    for other in before:
        yield from find_conflicts(_reading(session, other), this)
    for other in after:
        yield from find_conflicts(this, _reading(session, other))


def _reading(session: Session, download: Download) -> Reading:
    records = repository.list_reading(session, download.id)
    return Reading(rings=download.rings, records=records, shown=download.clock_shown)
