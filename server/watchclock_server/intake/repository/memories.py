"""Taking apart what was one memory until a wipe became known, in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from watchclock_server.intake.domain.memories import LateWipe, Sighting, part
from watchclock_server.intake.repository.bulk_rows import KEYS_A_QUERY, batched
from watchclock_server.intake.repository.tables import RecordRow, SightingRow

__all__ = ["change_records", "part_memory"]


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
    change_records(session, [{"id": key, "emptied_by": new} for key in parting.moved])
    copies = _copy_records(session, parting.split, new)
    places = [{**asdict(item), "record_id": copies[item.record_id]} for item in parting.repointed]
    if places:
        session.execute(update(SightingRow), places)
    tied = select(RecordRow.id, RecordRow.emptied_by, RecordRow.conflict_with).where(*memory)
    ties = session.execute(tied.where(RecordRow.conflict_with.is_not(None)))
    rows = [(key, parting.tie(to, copies, is_after=by == new)) for key, by, to in ties if to]
    change_records(session, [{"id": key, "conflict_with": to} for key, to in rows])


def _copy_records(session: Session, split: Mapping[int, Sighting], new: int) -> dict[int, int]:
    """Store a second record beside each of these; its key in the database by that of the first."""
    for ids in batched(sorted(split), KEYS_A_QUERY):
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


def change_records(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Change records by their ``id``."""
    if rows:
        session.execute(update(RecordRow), rows)
