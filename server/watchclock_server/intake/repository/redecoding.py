"""Reads what is stored of one capture, and changes it record by record where it differs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from watchclock_protocol.records import RecordKind
from watchclock_server.intake.domain.redecoding import VALUE_FIELDS, RecordAsStored
from watchclock_server.intake.repository.bulk_rows import KEYS_A_QUERY, batched
from watchclock_server.intake.repository.memories import change_records
from watchclock_server.intake.repository.tables import (
    NO_SLOT,
    DownloadRow,
    RecordRow,
    SightingRow,
)

__all__ = [
    "change_download",
    "change_values",
    "forget_records",
    "forget_sightings",
    "list_as_stored",
    "renumber_positions",
]


def list_as_stored(session: Session, download_id: int) -> Sequence[RecordAsStored]:
    """The records of a download as the database has them, in its order."""
    rows: Iterable[Sequence[Any]] = session.execute(
        select(
            RecordRow.id,
            RecordRow.download_id,
            RecordRow.kind,
            RecordRow.slot,
            RecordRow.raw,
            RecordRow.rank,
            RecordRow.emptied_by,
            *(getattr(RecordRow, name) for name in VALUE_FIELDS),
        )
        .join(SightingRow, SightingRow.record_id == RecordRow.id)
        .where(SightingRow.download_id == download_id)
        .order_by(SightingRow.position)
    )
    return [
        RecordAsStored(
            record_id=record_id,
            first_id=first_id,
            kind=RecordKind(kind),
            slot=None if slot == NO_SLOT else slot,
            raw=raw,
            rank=rank,
            is_after=by == download_id,
            values=tuple(values),
        )
        for record_id, first_id, kind, slot, raw, rank, by, *values in rows
    ]


def change_download(session: Session, download_id: int, values: Mapping[str, Any]) -> None:
    """Change what follows from the capture."""
    session.execute(update(DownloadRow).where(DownloadRow.id == download_id).values(**values))
    session.expire_all()


def change_values(session: Session, rows: Sequence[tuple[int, tuple[object, ...]]]) -> None:
    """Change the values of records, by their keys in the database."""
    change_records(
        session,
        [
            {"id": record_id, **dict(zip(VALUE_FIELDS, values, strict=True))}
            for record_id, values in rows
        ],
    )


def forget_sightings(session: Session, download_id: int) -> None:
    """Forget which records a download holds, because they are told anew."""
    session.execute(delete(SightingRow).where(SightingRow.download_id == download_id))


def forget_records(session: Session, record_ids: Collection[int]) -> None:
    """Forget records that no download holds any more; give the others to the first that does."""
    for some in batched(sorted(record_ids), KEYS_A_QUERY):
        seen = session.execute(
            select(SightingRow.record_id, SightingRow.download_id, SightingRow.position)
            .join(DownloadRow, DownloadRow.id == SightingRow.download_id)
            .where(SightingRow.record_id.in_(some))
            .order_by(DownloadRow.read_at.desc(), DownloadRow.id.desc())
        )
        first = {record_id: (download_id, place) for record_id, download_id, place in seen}
        change_records(
            session,
            [
                {"id": key, "download_id": download_id, "position": place}
                for key, (download_id, place) in first.items()
            ],
        )
        orphans = [record_id for record_id in some if record_id not in first]
        session.execute(
            update(RecordRow)
            .where(RecordRow.conflict_with.in_(orphans))
            .values(conflict_with=None)
        )
        session.execute(delete(RecordRow).where(RecordRow.id.in_(orphans)))


def renumber_positions(session: Session, download_id: int) -> None:
    """Give the records first seen in a download the places they have in it now."""
    place = (
        select(func.min(SightingRow.position))
        .where(
            SightingRow.record_id == RecordRow.id,
            SightingRow.download_id == download_id,
        )
        .scalar_subquery()
    )
    session.execute(
        update(RecordRow)
        .where(RecordRow.download_id == download_id)
        .values(position=place)
        .execution_options(synchronize_session=False)
    )
