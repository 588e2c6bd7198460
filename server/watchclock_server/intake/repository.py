"""Tables and queries of downloads and records; in bulk, nothing record by record."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from watchclock_protocol.records import RecordKind
from watchclock_server.database import Base, UtcDateTime
from watchclock_server.intake.domain.conflicts import Conflict, ReadingRecord, RecordKey
from watchclock_server.intake.domain.downloads import Download, Ring
from watchclock_server.intake.domain.memories import LateWipe, Sighting, part
from watchclock_server.intake.domain.visits import StoredPatrol, StoredRecord

__all__ = [
    "DownloadRow",
    "RecordRow",
    "SightingRow",
    "add_download",
    "add_records",
    "add_sightings",
    "find_download",
    "find_download_by_capture",
    "find_records",
    "link_conflicts",
    "list_downloads",
    "list_patrol_records",
    "list_reading",
    "list_records_of_download",
    "move_first_sightings",
    "part_memory",
]

NO_SLOT: Final = 0
"""Stored where a dialect has no slots, so that the natural key holds no null; slots begin at 1."""
KEYS_A_QUERY: Final = 500

Values = Mapping[str, object]
Item = TypeVar("Item")


class DownloadRow(Base):
    """One capture of one wand."""

    __tablename__ = "downloads"
    __table_args__ = (Index(None, "wand_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"))
    capture_sha256: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_complete: Mapped[bool]
    is_closed: Mapped[bool]
    torn_bytes: Mapped[int]
    record_count: Mapped[int]
    skipped_bytes: Mapped[int]
    rejected_count: Mapped[int]
    rings: Mapped[list[dict[str, str | int | bool | None]]] = mapped_column(JSON)
    clock_shown: Mapped[datetime | None] = mapped_column(DateTime)
    clock_offset_s: Mapped[float | None]
    voltage_mv: Mapped[int | None]
    charge_percent: Mapped[int | None]
    power_ons: Mapped[int | None]
    formats: Mapped[int | None]


class RecordRow(Base):
    """One record of one wand, exactly once, as the wand stored it."""

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("wand_id", "raw", "kind", "slot", "rank", "emptied_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"))
    kind: Mapped[str]
    slot: Mapped[int] = mapped_column(BigInteger)
    rank: Mapped[int]
    emptied_by: Mapped[int]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    download_id: Mapped[int] = mapped_column(ForeignKey("downloads.id"), index=True)
    position: Mapped[int]
    wand_civil: Mapped[datetime | None] = mapped_column(DateTime)
    time_flaw: Mapped[str | None]
    tag: Mapped[str | None]
    guard_number: Mapped[int | None]
    is_guard_tag: Mapped[bool]
    code: Mapped[int | None]
    flags: Mapped[str]
    conflict_with: Mapped[int | None] = mapped_column(ForeignKey("records.id"))


class SightingRow(Base):
    """Which record stood at which place of which download."""

    __tablename__ = "sightings"

    download_id: Mapped[int] = mapped_column(ForeignKey("downloads.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)


def add_download(session: Session, row: DownloadRow) -> None:
    """Store a download and give it its key."""
    session.add(row)
    session.flush()


def find_download(session: Session, download_id: int) -> Download | None:
    """The download of this key."""
    row = session.get(DownloadRow, download_id)
    return None if row is None else _download(row)


def find_download_by_capture(session: Session, sha256: str) -> DownloadRow | None:
    """The download stored from this capture."""
    return session.scalar(select(DownloadRow).where(DownloadRow.capture_sha256 == sha256))


def list_downloads(session: Session, wand_ids: Collection[int]) -> Sequence[Download]:
    """The downloads of several wands, oldest first."""
    rows = session.scalars(
        select(DownloadRow)
        .where(DownloadRow.wand_id.in_(wand_ids))
        .order_by(DownloadRow.read_at, DownloadRow.id)
    )
    return [_download(row) for row in rows]


def find_records(
    session: Session, wand_id: int, keys: Collection[RecordKey]
) -> Mapping[RecordKey, tuple[int, int]]:
    """Record and first download of what this wand is known to have stored, among it these keys."""
    memories = {key.emptied_by for key in keys}
    found: dict[RecordKey, tuple[int, int]] = {}
    for some in _parts(sorted({key.raw for key in keys})):
        rows = session.execute(
            select(*_KEY_COLUMNS, RecordRow.id, RecordRow.download_id).where(
                RecordRow.wand_id == wand_id,
                RecordRow.raw.in_(some),
                RecordRow.emptied_by.in_(memories),
            )
        )
        for kind, slot, raw, rank, by, record_id, download_id in rows:
            found[_key(kind, slot, raw, rank, by)] = (record_id, download_id)
    return found


_KEY_COLUMNS: Final = (
    RecordRow.kind,
    RecordRow.slot,
    RecordRow.raw,
    RecordRow.rank,
    RecordRow.emptied_by,
)


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), KEYS_A_QUERY):
        yield items[start : start + KEYS_A_QUERY]


def _key(kind: str, slot: int, raw: bytes, rank: int, emptied_by: int) -> RecordKey:
    return RecordKey(
        kind=RecordKind(kind),
        slot=None if slot == NO_SLOT else slot,
        raw=raw,
        rank=rank,
        emptied_by=emptied_by,
    )


def add_records(
    session: Session, download_id: int, rows: Sequence[tuple[RecordKey, Values]]
) -> Mapping[RecordKey, int]:
    """Store new records of one download and give their keys in the database."""
    if not rows:
        return {}
    session.execute(
        insert(RecordRow),
        [
            {
                **values,
                "download_id": download_id,
                "kind": key.kind,
                "slot": NO_SLOT if key.slot is None else key.slot,
                "raw": key.raw,
                "rank": key.rank,
                "emptied_by": key.emptied_by,
            }
            for key, values in rows
        ],
    )
    stored = session.execute(
        select(*_KEY_COLUMNS, RecordRow.id).where(RecordRow.download_id == download_id)
    )
    return {
        _key(kind, slot, raw, rank, by): record_id
        for kind, slot, raw, rank, by, record_id in stored
    }


def add_sightings(session: Session, download_id: int, record_ids: Iterable[int]) -> None:
    """Store which records a download holds, in its order."""
    rows = [
        {"download_id": download_id, "position": position, "record_id": record_id}
        for position, record_id in enumerate(record_ids)
    ]
    if rows:
        session.execute(insert(SightingRow), rows)


def move_first_sightings(session: Session, download_id: int, positions: Mapping[int, int]) -> None:
    """Make this download the first that saw the records; ``positions`` by record."""
    _change_records(
        session,
        [
            {"id": record_id, "download_id": download_id, "position": position}
            for record_id, position in positions.items()
        ],
    )


def part_memory(session: Session, wand_id: int, wipe: LateWipe) -> None:
    """Take apart what was one memory until the wipe became known."""
    memory = (
        RecordRow.wand_id == wand_id,
        RecordRow.emptied_by.in_((wipe.old, wipe.new)),
        RecordRow.kind.not_in(wipe.kept_kinds),
    )
    new = wipe.new
    seen = session.execute(
        select(SightingRow.record_id, SightingRow.download_id, SightingRow.position)
        .join(RecordRow, SightingRow.record_id == RecordRow.id)
        .where(*memory)
    )
    parting = part([Sighting(*place) for place in seen], wipe.later)
    _change_records(session, [{"id": key, "emptied_by": new} for key in parting.moved])
    copies = _copy_records(session, parting.split, new)
    places = [{**asdict(item), "record_id": copies[item.record_id]} for item in parting.repointed]
    if places:
        session.execute(update(SightingRow), places)
    tied = select(RecordRow.id, RecordRow.emptied_by, RecordRow.conflict_with).where(*memory)
    ties = session.execute(tied.where(RecordRow.conflict_with.is_not(None)))
    rows = [(key, parting.tie(to, copies, is_after=by == new)) for key, by, to in ties if to]
    _change_records(session, [{"id": key, "conflict_with": to} for key, to in rows])


def _copy_records(session: Session, split: Mapping[int, Sighting], new: int) -> dict[int, int]:
    """Store a second record beside each of these; its key in the database by that of the first."""
    for ids in _parts(sorted(split)):
        found = select(*RecordRow.__table__.columns).where(RecordRow.id.in_(ids))
        rows = [{**row, "emptied_by": new} for row in session.execute(found).mappings()]
        for row in rows:
            first = split[row.pop("id")]
            row.update(download_id=first.download_id, position=first.position)
        session.execute(insert(RecordRow), rows)
    downloads = {first.download_id for first in split.values()}
    stored = session.execute(
        select(RecordRow.download_id, RecordRow.position, RecordRow.id).where(
            RecordRow.download_id.in_(downloads), RecordRow.emptied_by == new
        )
    )
    places = {(download_id, position): key for download_id, position, key in stored}
    return {key: places[first.download_id, first.position] for key, first in split.items()}


def _change_records(session: Session, rows: Sequence[Values]) -> None:
    if rows:
        session.execute(update(RecordRow), rows)


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


def _download(row: DownloadRow) -> Download:
    return Download(
        rings=[
            Ring(
                kind=RecordKind(str(ring["kind"])),
                read_index=None if ring["read_index"] is None else int(ring["read_index"]),
                is_wrapped=bool(ring["is_wrapped"]),
            )
            for ring in row.rings
        ],
        id=row.id,
        wand_id=row.wand_id,
        capture_sha256=row.capture_sha256,
        received_at=row.received_at,
        started_at=row.started_at,
        read_at=row.read_at,
        finished_at=row.finished_at,
        acknowledged_at=row.acknowledged_at,
        is_complete=row.is_complete,
        is_closed=row.is_closed,
        torn_bytes=row.torn_bytes,
        record_count=row.record_count,
        skipped_bytes=row.skipped_bytes,
        rejected_count=row.rejected_count,
        clock_shown=row.clock_shown,
        clock_offset_s=row.clock_offset_s,
        voltage_mv=row.voltage_mv,
        charge_percent=row.charge_percent,
        power_ons=row.power_ons,
        formats=row.formats,
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
