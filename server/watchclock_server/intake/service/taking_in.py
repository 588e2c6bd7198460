"""Takes a capture in once: records, what is known of the clock, contradictions, evidence."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from watchclock_protocol.capture import capture_name, read_capture
from watchclock_protocol.replay import replay
from watchclock_server.archive import Archive
from watchclock_server.collector import collector_waits
from watchclock_server.errors import PayloadError, RuleViolationError
from watchclock_server.faults import service as faults
from watchclock_server.intake import repository
from watchclock_server.intake.domain.downloads import Download, previous_of
from watchclock_server.intake.domain.facts import NewRecords, facts_of
from watchclock_server.intake.domain.incoming import Incoming, incoming_of
from watchclock_server.intake.domain.receipts import (
    Outcome,
    Receipt,
    RecordReceipts,
    outcomes_of,
)
from watchclock_server.intake.domain.record_table import table_of
from watchclock_server.intake.repository import DownloadRow
from watchclock_server.intake.service.looking_up import downloads_of
from watchclock_server.intake.service.storing import (
    contest,
    download_values,
    keys_in_memory,
    store_records,
)
from watchclock_server.sites import service as sites
from watchclock_server.wands import service as wands
from watchclock_server.wands.domain import ClockModel, Wand

__all__ = ["CaptureAnonymousError", "CaptureNameError", "receive_capture"]


class CaptureNameError(PayloadError):
    """What arrived is not what was sent."""

    code = "intake.capture_name"
    template = "The capture arrived as {found}, but was sent as {claimed}."
    next_step = "Upload it again; the file in the spool is still whole."


class CaptureAnonymousError(RuleViolationError):
    """No wand told its number in this capture, so its records belong to nobody."""

    code = "intake.capture_anonymous"
    template = "No wand identifies itself in capture {sha256}."
    next_step = "Download the wand again; the capture is kept in the archive as it came."


def receive_capture(
    session: Session,
    *,
    archive: Archive,
    data: bytes,
    claimed_sha256: str,
    now: datetime,
    dock_error: timedelta = timedelta(),
) -> Receipt:
    """Take in a capture; the same capture again changes nothing.

    The bytes go into the archive before they are looked at and stay there whatever they hold, so
    a capture that cannot be decoded today can be decoded by a later version. What it says of the
    wand's clock is doubted by ``dock_error``, by which the clocks of dock and server differ.

    Raises:
        CaptureNameError: the bytes are not those that were sent; nothing is stored.
        CaptureError: the bytes are no usable capture; only the archive keeps them.
        CaptureAnonymousError: no wand told its number; only the archive keeps it.
    """
    sha256 = capture_name(data)
    if claimed_sha256.lower() != sha256:
        raise CaptureNameError(found=sha256, claimed=claimed_sha256)
    archive.put(data)
    if known := repository.find_download_by_capture(session, sha256):
        return _known_receipt(session, known)
    with collector_waits():
        return _receive_new(session, sha256, data, now, dock_error)


def _receive_new(
    session: Session, sha256: str, data: bytes, now: datetime, dock_error: timedelta
) -> Receipt:
    capture = read_capture(data)
    decoded = replay(capture)
    if decoded.identity is None:
        raise CaptureAnonymousError(sha256=sha256)
    incoming = incoming_of(capture, decoded, decoded.identity).doubted(dock_error)
    wand = wands.ensure_wand(session, identity=incoming.identity, now=now)
    # Another upload of this capture may have been taken in while this one waited for the wand.
    if known := repository.find_download_by_capture(session, sha256):
        return _known_receipt(session, known)
    values = download_values(incoming)
    row = DownloadRow(wand_id=wand.id, capture_sha256=sha256, received_at=now, **values)
    repository.add_download(session, row)
    return _take_in(session, wand, row, incoming, now)


def _known_receipt(session: Session, row: DownloadRow) -> Receipt:
    keys = [item.key for item in repository.list_reading(session, row.id)]
    kinds, slots = [key.kind for key in keys], [key.slot for key in keys]
    return Receipt(
        capture_sha256=row.capture_sha256,
        wand=wands.load_wand(session, row.wand_id),
        download_id=row.id,
        already_known=True,
        records=RecordReceipts(kinds, slots, [Outcome.DUPLICATE] * len(keys)),
        cases_opened=(),
    )


def _take_in(
    session: Session, wand: Wand, row: DownloadRow, incoming: Incoming, now: datetime
) -> Receipt:
    """Store everything a new download brings; the caller holds the wand."""
    downloads = downloads_of(session, wand.id)
    download = next(item for item in downloads if item.id == row.id)
    table = table_of(incoming.decoded.records)
    keys, may_be_known = keys_in_memory(session, wand, downloads, download, incoming.decoded)
    stored = store_records(session, downloads, download, keys, table, may_be_known=may_be_known)
    wands.add_anchors(
        session, wand_id=wand.id, capture_sha256=row.capture_sha256, anchors=incoming.anchors
    )
    contested = contest(session, downloads, download, incoming, stored)
    new = NewRecords(stored.new_ids, table.at(stored.new))
    facts = facts_of(
        incoming,
        download,
        model=ClockModel(wands.anchors_of(session, [wand.id]).get(wand.id, ())),
        previous=previous_of(downloads, download),
        new=new,
        disagreeing=tuple(sorted(contested)),
    )
    opened = faults.examine(session, wand_id=wand.id, facts=facts, now=now)
    outcomes = outcomes_of(stored.ids, frozenset(new.ids), contested)
    return Receipt(
        capture_sha256=row.capture_sha256,
        wand=_place(session, wand, new.table.tags, download),
        download_id=row.id,
        already_known=False,
        records=RecordReceipts(stored.keys.kinds, stored.keys.slots, outcomes),
        cases_opened=tuple(case.id for case in opened),
    )


def _place(
    session: Session, wand: Wand, new_tags: Sequence[str | None], download: Download
) -> Wand:
    """A wand that belongs nowhere yet belongs to the one site whose tags it touched."""
    if wand.site_id is not None:
        return wand
    tags = {tag for tag in new_tags if tag is not None}
    found = list(sites.sites_of_tags(session, tags, download.read_at))
    if len(found) != 1:
        return wand
    return wands.assign_wand_to_site(session, wand_id=wand.id, site_id=found[0])
