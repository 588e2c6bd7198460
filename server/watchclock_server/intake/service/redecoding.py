"""Decodes a stored capture again: what differs from what is stored, and putting that right.

Nobody's evidence or case is touched: they stay as they were given (decision 0005).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from watchclock_protocol.messages import Identity
from watchclock_server.errors import ConflictError
from watchclock_server.intake import repository
from watchclock_server.intake.domain.downloads import Download
from watchclock_server.intake.domain.incoming import Incoming, keys_of
from watchclock_server.intake.domain.memories import emptied_by, kept_kinds
from watchclock_server.intake.domain.record_table import RecordTable
from watchclock_server.intake.domain.redecoding import (
    CaptureChange,
    anchor_texts,
    compare_facts,
    compare_records,
    values_of,
)
from watchclock_server.intake.repository import DownloadRow
from watchclock_server.intake.service.looking_up import downloads_of
from watchclock_server.intake.service.storing import contest, download_values, store_records
from watchclock_server.wands import service as wands
from watchclock_server.wands.domain import ClockAnchor, Wand

__all__ = ["RedecodeRefusedError", "apply_again", "compare_again"]


class RedecodeRefusedError(ConflictError):
    """A new decoding moves records to another wand or memory, which a person must decide."""

    code = "intake.redecode_refused"
    template = (
        "The capture is now of another wand or memory than is stored, "
        "so its records stay as they are."
    )
    next_step = "Look at both in the report; report a mistake of the decoder with the capture."


def compare_again(
    session: Session, *, sha256: str, incoming: Incoming, table: RecordTable
) -> CaptureChange | None:
    """What a new decoding of a capture says otherwise; None when nothing is stored of it."""
    row = repository.find_download_by_capture(session, sha256)
    if row is None:
        return None
    wand = wands.load_wand(session, row.wand_id)
    return _change(session, wand, row, incoming, table)


def _change(
    session: Session, wand: Wand, row: DownloadRow, incoming: Incoming, table: RecordTable
) -> CaptureChange:
    now = download_values(incoming)
    anchors = wands.anchors_of_capture(session, row.capture_sha256)
    facts = compare_facts(
        {
            "wand": wand.key,
            "clock": anchor_texts(anchors),
            **{name: getattr(row, name) for name in now},
        },
        {"wand": incoming.identity.key, "clock": anchor_texts(incoming.anchors), **now},
    )
    memory = emptied_by(wand.dialect, downloads_of(session, wand.id))[row.id]
    records = compare_records(
        repository.list_as_stored(session, row.id),
        keys_of(incoming.decoded.records, memory, row.id, kept_kinds(wand.dialect)),
        table,
        row.id,
    )
    return CaptureChange(facts, records)


def apply_again(
    session: Session, *, sha256: str, incoming: Incoming, table: RecordTable
) -> CaptureChange | None:
    """Put right what differs; unchanged records keep their keys. None when nothing is stored.

    Raises:
        RedecodeRefusedError: records would move to another wand or memory; nothing is changed.
    """
    row = repository.find_download_by_capture(session, sha256)
    if row is None:
        return None
    known = wands.load_wand(session, row.wand_id)
    number = Identity(known.dialect, known.number)
    wand = wands.ensure_wand(session, identity=number, now=known.last_seen)
    change = _change(session, wand, row, incoming, table)
    if change.is_none:
        return change
    if any(fact.field == "wand" for fact in change.facts):
        raise RedecodeRefusedError(what="wand")
    before = emptied_by(wand.dialect, downloads_of(session, wand.id))
    repository.change_download(session, row.id, download_values(incoming))
    downloads = downloads_of(session, wand.id)
    if emptied_by(wand.dialect, downloads) != before:
        raise RedecodeRefusedError(what="memory")
    _replace_anchors(session, wand, sha256, incoming.anchors)
    download = next(item for item in downloads if item.id == row.id)
    _replace_records(session, downloads, download, incoming, (table, change, before))
    return change


def _replace_records(
    session: Session,
    downloads: Sequence[Download],
    download: Download,
    incoming: Incoming,
    decoded: tuple[RecordTable, CaptureChange, Mapping[int, int]],
) -> None:
    table, change, memories = decoded
    kept = kept_kinds(incoming.identity.dialect)
    keys = keys_of(incoming.decoded.records, memories[download.id], download.id, kept)
    repository.forget_sightings(session, download.id)
    stored = store_records(session, downloads, download, keys, table, may_be_known=True)
    repository.forget_records(session, change.records.gone_ids)
    values = values_of(table)
    repository.change_values(
        session,
        [(record_id, values[place]) for place, record_id in change.records.changed.items()],
    )
    repository.renumber_positions(session, download.id)
    contest(session, downloads, download, incoming, stored)


def _replace_anchors(
    session: Session, wand: Wand, sha256: str, anchors: Sequence[ClockAnchor]
) -> None:
    """Store what the capture tells of the clock now, as doubtful as it was believed before."""
    before = wands.anchors_of_capture(session, sha256)
    if anchor_texts(before) == anchor_texts(anchors):
        return
    plain = {anchor.utc: anchor.uncertainty_s for anchor in anchors}
    doubts = [anchor.uncertainty_s - plain[anchor.utc] for anchor in before if anchor.utc in plain]
    doubt_s = max([0.0, *doubts])
    doubted = [replace(each, uncertainty_s=each.uncertainty_s + doubt_s) for each in anchors]
    wands.replace_anchors(session, wand_id=wand.id, capture_sha256=sha256, anchors=doubted)
