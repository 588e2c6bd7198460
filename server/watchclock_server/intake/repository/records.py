"""Queries of records and of their places in downloads; in bulk, nothing record by record."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Final, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from watchclock_protocol.records import RecordKind
from watchclock_server.intake.domain.conflicts import (
    Conflict,
    KeyColumns,
    ReadingRecord,
    RecordKey,
)
from watchclock_server.intake.domain.downloads import Download
from watchclock_server.intake.domain.record_table import RecordTable
from watchclock_server.intake.domain.visits import StoredPatrol, StoredRecord
from watchclock_server.intake.repository.bulk_rows import (
    batched,
    insert_columns,
    is_sqlite,
    reserve_ids,
)
from watchclock_server.intake.repository.memories import change_records
from watchclock_server.intake.repository.tables import NO_SLOT, RecordRow, SightingRow

__all__ = [
    "add_records",
    "add_sightings",
    "find_records",
    "link_conflicts",
    "list_patrol_records",
    "list_reading",
    "list_records_of_download",
    "move_first_sightings",
]

KEYS_A_STATEMENT: Final = 30_000
"""SQLite takes at most 32,766 values in one statement."""

_RECORDS: Final[Table] = RecordRow.metadata.tables[RecordRow.__tablename__]
_SIGHTINGS: Final[Table] = SightingRow.metadata.tables[SightingRow.__tablename__]
_KEY_COLUMNS: Final = (
    RecordRow.kind,
    RecordRow.slot,
    RecordRow.raw,
    RecordRow.rank,
    RecordRow.emptied_by,
)
_KINDS: Final = {kind.value: kind for kind in RecordKind}
# Drivers take plain text much faster than a kind of text.
_WORDS: Final = {kind: kind.value for kind in RecordKind}


def find_records(
    session: Session, wand_id: int, keys: Collection[RecordKey]
) -> Mapping[RecordKey, tuple[int, int]]:
    """Record and first download of what this wand is known to have stored, among it these keys."""
    memories = sorted({key.emptied_by for key in keys})
    raws = sorted({key.raw for key in keys})
    find = _rows_of_sqlite if is_sqlite(session) else _rows_of_postgresql
    return {
        _key(kind, slot, raw, rank, by): (record_id, download_id)
        for kind, slot, raw, rank, by, record_id, download_id in find(
            session, wand_id, memories, raws
        )
    }


_FIND: Final = (
    "SELECT kind, slot, raw, rank, emptied_by, id, download_id FROM records WHERE wand_id = "
)


def _rows_of_sqlite(
    session: Session, wand_id: int, memories: Sequence[int], raws: Sequence[bytes]
) -> Iterator[Sequence[Any]]:
    for some in batched(raws, KEYS_A_STATEMENT):
        statement = f"{_FIND}? AND emptied_by IN ({_marks(memories)}) AND raw IN ({_marks(some)})"
        found = session.connection().exec_driver_sql(statement, (wand_id, *memories, *some))
        yield from cast("Iterable[Sequence[Any]]", found)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _rows_of_postgresql(
    session: Session, wand_id: int, memories: Sequence[int], raws: Sequence[bytes]
) -> Iterator[Sequence[Any]]:
    statement = f"{_FIND}%s AND emptied_by = ANY(%s) AND raw = ANY(%s)"
    found = session.connection().exec_driver_sql(statement, (wand_id, memories, raws))
    yield from cast("Iterable[Sequence[Any]]", found)


def _key(kind: str, slot: int, raw: bytes, rank: int, emptied_by: int) -> RecordKey:
    return RecordKey(_KINDS[kind], None if slot == NO_SLOT else slot, raw, rank, emptied_by)


def add_records(
    session: Session, download: Download, keys: KeyColumns, rows: RecordTable
) -> Sequence[int]:
    """Store new records of one download and give their keys in the database, in their order."""
    count = len(keys)
    if not count:
        return ()
    ids = reserve_ids(session, _RECORDS, count)
    insert_columns(
        session,
        _RECORDS,
        {
            "id": ids,
            "wand_id": repeat(download.wand_id, count),
            "kind": [_WORDS[kind] for kind in keys.kinds],
            "slot": [NO_SLOT if slot is None else slot for slot in keys.slots],
            "rank": keys.ranks,
            "emptied_by": keys.memories,
            "raw": keys.raws,
            "download_id": repeat(download.id, count),
            "position": rows.positions,
            "wand_civil": rows.civils,
            "time_flaw": rows.time_flaws,
            "tag": rows.tags,
            "guard_number": rows.guard_numbers,
            "is_guard_tag": rows.are_guard_tags,
            "code": rows.codes,
            "flags": rows.flags,
        },
    )
    return ids


def add_sightings(session: Session, download_id: int, record_ids: Sequence[int]) -> None:
    """Store which records a download holds, in its order."""
    insert_columns(
        session,
        _SIGHTINGS,
        {
            "download_id": repeat(download_id, len(record_ids)),
            "position": range(len(record_ids)),
            "record_id": record_ids,
        },
    )


def move_first_sightings(session: Session, download_id: int, positions: Mapping[int, int]) -> None:
    """Make this download the first that saw the records; ``positions`` by record."""
    change_records(
        session,
        [
            {"id": record_id, "download_id": download_id, "position": position}
            for record_id, position in positions.items()
        ],
    )


def link_conflicts(session: Session, conflicts: Iterable[Conflict]) -> None:
    """Tie records that contradict each other to one another; the first tie stays."""
    for conflict in conflicts:
        for one, other in (
            (conflict.record_id, conflict.other_id),
            (conflict.other_id, conflict.record_id),
        ):
            session.execute(
                update(RecordRow)
                .where(RecordRow.id == one, RecordRow.conflict_with.is_(None))
                .values(conflict_with=other)
            )


def list_reading(session: Session, download_id: int) -> Sequence[ReadingRecord]:
    """What one download found, in its order."""
    rows = session.execute(
        select(*_KEY_COLUMNS, RecordRow.id, RecordRow.wand_civil)
        .join(SightingRow, SightingRow.record_id == RecordRow.id)
        .where(SightingRow.download_id == download_id)
        .order_by(SightingRow.position)
    )
    return [
        ReadingRecord(record_id=record_id, key=_key(kind, slot, raw, rank, by), civil=civil)
        for kind, slot, raw, rank, by, record_id, civil in rows
    ]


def list_patrol_records(session: Session, download_ids: Collection[int]) -> Sequence[StoredPatrol]:
    """Patrol records first seen in some downloads, in the order in which they were read."""
    rows = session.scalars(
        select(RecordRow)
        .where(RecordRow.download_id.in_(download_ids), RecordRow.kind == RecordKind.PATROL)
        .order_by(RecordRow.download_id, RecordRow.position)
    )
    return [_stored_patrol(row) for row in rows]


def list_records_of_download(session: Session, download_id: int) -> Sequence[StoredRecord]:
    """Every record a download holds, known before or not, in its order."""
    rows = session.scalars(
        select(RecordRow)
        .join(SightingRow, SightingRow.record_id == RecordRow.id)
        .where(SightingRow.download_id == download_id)
        .order_by(SightingRow.position)
    )
    return [_stored_record(row) for row in rows]


def _stored_record(row: RecordRow) -> StoredRecord:
    return StoredRecord(
        id=row.id,
        kind=RecordKind(row.kind),
        slot=None if row.slot == NO_SLOT else row.slot,
        raw=row.raw,
        civil=row.wand_civil,
        tag=row.tag,
        code=row.code,
        flags=tuple(row.flags.split()),
        conflict_with=row.conflict_with,
    )


def _stored_patrol(row: RecordRow) -> StoredPatrol:
    return StoredPatrol(
        id=row.id,
        wand_id=row.wand_id,
        download_id=row.download_id,
        position=row.position,
        civil=row.wand_civil,
        tag=row.tag or "",
        guard_number=row.guard_number,
        is_guard_tag=row.is_guard_tag,
        flags=tuple(row.flags.split()),
        conflict_with=row.conflict_with,
    )
