"""Use cases of intake: take a capture in once, and tell what is known of a site's patrols."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import chain

from sqlalchemy.orm import Session

from watchclock_protocol.capture import capture_name, read_capture
from watchclock_protocol.records import PatrolRecord, Record
from watchclock_protocol.replay import KeyedRecord, replay
from watchclock_server.archive import Archive
from watchclock_server.errors import NotFoundError, PayloadError, RuleViolationError
from watchclock_server.faults import service as faults
from watchclock_server.intake import repository
from watchclock_server.intake.domain.conflicts import (
    Conflict,
    Reading,
    RecordKey,
    find_conflicts,
    inner_conflicts,
)
from watchclock_server.intake.domain.downloads import (
    Download,
    previous_of,
    same_memory,
    windows_of,
)
from watchclock_server.intake.domain.facts import facts_of
from watchclock_server.intake.domain.incoming import Incoming, incoming_of, keys_of, record_values
from watchclock_server.intake.domain.memories import emptied_by, kept_kinds, late_wipe
from watchclock_server.intake.domain.receipts import Outcome, Receipt, RecordReceipt, outcome_of
from watchclock_server.intake.domain.visits import (
    PatrolMaterial,
    StoredPatrol,
    StoredRecord,
    Visit,
    WandCoverage,
    coverage_of,
    visits_of,
)
from watchclock_server.intake.repository import DownloadRow
from watchclock_server.sites import service as sites
from watchclock_server.sites.domain import Site
from watchclock_server.wands import service as wands
from watchclock_server.wands.domain import ClockModel, Wand

__all__ = [
    "CaptureAnonymousError",
    "CaptureNameError",
    "DownloadNotFoundError",
    "coverage",
    "downloads_of",
    "load_download",
    "patrol_material",
    "receive_capture",
    "records_of_download",
    "visits_between",
]


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


class DownloadNotFoundError(NotFoundError):
    """There is no such download."""

    code = "intake.download_not_found"
    template = "There is no download {download}."
    next_step = "Look the download up on its wand's page."


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
    capture = read_capture(data)
    decoded = replay(capture)
    if decoded.identity is None:
        raise CaptureAnonymousError(sha256=sha256)
    incoming = incoming_of(capture, decoded, decoded.identity).doubted(dock_error)
    wand = wands.ensure_wand(session, identity=incoming.identity, now=now)
    # Another upload of this capture may have been taken in while this one waited for the wand.
    if known := repository.find_download_by_capture(session, sha256):
        return _known_receipt(session, known)
    row = _download_row(wand, incoming, sha256, now)
    repository.add_download(session, row)
    return _take_in(session, wand, row, incoming, now)


def _known_receipt(session: Session, row: DownloadRow) -> Receipt:
    records = [
        RecordReceipt(
            position=position,
            kind=item.key.kind,
            slot=item.key.slot,
            outcome=Outcome.DUPLICATE,
        )
        for position, item in enumerate(repository.list_reading(session, row.id))
    ]
    return Receipt(
        capture_sha256=row.capture_sha256,
        wand=wands.load_wand(session, row.wand_id),
        download_id=row.id,
        already_known=True,
        records=records,
        cases_opened=(),
    )


def _download_row(wand: Wand, incoming: Incoming, sha256: str, now: datetime) -> DownloadRow:
    decoded, reading, health = incoming.decoded, incoming.reading, incoming.health
    return DownloadRow(
        wand_id=wand.id,
        capture_sha256=sha256,
        received_at=now,
        started_at=incoming.started_at,
        read_at=incoming.read_at,
        finished_at=incoming.finished_at,
        acknowledged_at=incoming.acknowledged_at,
        is_complete=decoded.is_complete,
        is_closed=incoming.is_closed,
        torn_bytes=incoming.torn_bytes,
        record_count=len(decoded.records),
        skipped_bytes=decoded.skipped_bytes,
        rejected_count=len(decoded.rejected),
        rings=[asdict(ring) for ring in incoming.rings],
        clock_shown=None if reading is None else reading.civil,
        clock_offset_s=None if reading is None else reading.offset_s,
        voltage_mv=health.voltage_mv,
        charge_percent=health.charge_percent,
        power_ons=health.power_ons,
        formats=health.formats,
    )


def _take_in(
    session: Session, wand: Wand, row: DownloadRow, incoming: Incoming, now: datetime
) -> Receipt:
    """Store everything a new download brings; the caller holds the wand."""
    downloads = downloads_of(session, wand.id)
    download = next(item for item in downloads if item.id == row.id)
    keyed = _keyed(session, wand, downloads, download, incoming.decoded.records)
    ids, created = _store_records(session, wand.id, downloads, download, keyed)
    wands.add_anchors(
        session, wand_id=wand.id, capture_sha256=row.capture_sha256, anchors=incoming.anchors
    )
    contested = _contest(session, downloads, download, incoming, ids)
    new = {ids[key]: item.record for key, item in keyed.items() if ids[key] in created}
    facts = facts_of(
        incoming,
        download,
        model=ClockModel(wands.anchors_of(session, [wand.id]).get(wand.id, ())),
        previous=previous_of(downloads, download),
        new=new,
        disagreeing=tuple(sorted(contested)),
    )
    opened = faults.examine(session, wand_id=wand.id, facts=facts, now=now)
    wand = _place(session, wand, new.values(), download)
    return Receipt(
        capture_sha256=row.capture_sha256,
        wand=wand,
        download_id=row.id,
        already_known=False,
        records=[
            RecordReceipt(
                position=item.position,
                kind=item.record.kind,
                slot=item.record.slot,
                outcome=outcome_of(ids[key], created, contested),
            )
            for key, item in keyed.items()
        ],
        cases_opened=tuple(case.id for case in opened),
    )


def _keyed(
    session: Session,
    wand: Wand,
    downloads: Sequence[Download],
    download: Download,
    records: Sequence[KeyedRecord],
) -> Mapping[RecordKey, KeyedRecord]:
    """The records of a new download by their natural keys.

    A wipe that becomes known only now may lie between downloads that are stored already; what was
    one memory until now is taken apart first.
    """
    if wipe := late_wipe(wand.dialect, downloads, download):
        repository.part_memory(session, wand.id, wipe)
    emptied_before = emptied_by(wand.dialect, downloads)[download.id]
    return keys_of(records, emptied_before, download.id, kept_kinds(wand.dialect))


def _store_records(
    session: Session,
    wand_id: int,
    downloads: Sequence[Download],
    download: Download,
    keyed: Mapping[RecordKey, KeyedRecord],
) -> tuple[Mapping[RecordKey, int], frozenset[int]]:
    """Store what is new; every record's key in the database, and which ones are new.

    A record known from a later download was really first seen by this one, and is moved to it.
    """
    known = repository.find_records(session, wand_id, keyed.keys())
    known = {key: known[key] for key in keyed if key in known}
    fresh = [
        (key, {**record_values(item.record), "wand_id": wand_id, "position": item.position})
        for key, item in keyed.items()
        if key not in known
    ]
    stored = repository.add_records(session, download.id, fresh)
    ids = {key: record_id for key, (record_id, _) in known.items()} | {**stored}
    repository.add_sightings(session, download.id, (ids[key] for key in keyed))
    read_at = {item.id: item.read_at for item in downloads}
    earlier = {
        record_id: keyed[key].position
        for key, (record_id, first_id) in known.items()
        if read_at[first_id] > download.read_at
    }
    repository.move_first_sightings(session, download.id, earlier)
    return ids, frozenset(stored.values())


def _contest(
    session: Session,
    downloads: Sequence[Download],
    download: Download,
    incoming: Incoming,
    ids: Mapping[RecordKey, int],
) -> frozenset[int]:
    """Tie records that contradict each other together; all of them, new or known."""
    conflicts = (
        *inner_conflicts(incoming.decoded, ids),
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


def _place(session: Session, wand: Wand, new: Iterable[Record], download: Download) -> Wand:
    """A wand that belongs nowhere yet belongs to the one site whose tags it touched."""
    if wand.site_id is not None:
        return wand
    tags = {str(record.tag) for record in new if isinstance(record, PatrolRecord)}
    found = list(sites.sites_of_tags(session, tags, download.read_at))
    if len(found) != 1:
        return wand
    return wands.assign_wand_to_site(session, wand_id=wand.id, site_id=found[0])


def downloads_of(session: Session, wand_id: int) -> Sequence[Download]:
    """All downloads of a wand, oldest first."""
    return repository.list_downloads(session, [wand_id])


def load_download(session: Session, download_id: int) -> Download:
    """One download.

    Raises:
        DownloadNotFoundError: there is none.
    """
    download = repository.find_download(session, download_id)
    if download is None:
        raise DownloadNotFoundError(download=download_id)
    return download


def records_of_download(session: Session, download_id: int) -> Sequence[StoredRecord]:
    """Every record a download holds, in its order.

    Raises:
        DownloadNotFoundError: there is no such download.
    """
    load_download(session, download_id)
    return repository.list_records_of_download(session, download_id)


def patrol_material(
    session: Session, site: Site, begin_utc: datetime, end_utc: datetime
) -> PatrolMaterial:
    """What the wands of a site recorded between two instants, and how far they are known.

    Four queries, whatever the number of wands, downloads and records.

    Visits whose instant is unknown are among them when they can lie in the interval. Records of
    downloads that cannot reach into the interval are not looked at.
    """
    known = wands.list_wands(session, site_id=site.id)
    ids = [wand.id for wand in known]
    downloads: dict[int, list[Download]] = defaultdict(list)
    for download in repository.list_downloads(session, ids):
        downloads[download.wand_id].append(download)
    anchors = wands.anchors_of(session, ids)
    models = {wand.id: ClockModel(anchors.get(wand.id, ())) for wand in known}
    needed = [
        download_id
        for of_wand in downloads.values()
        for download_id, window in windows_of(of_wand).items()
        if window.meets(begin_utc, end_utc)
    ]
    records: dict[int, list[StoredPatrol]] = defaultdict(list)
    for record in repository.list_patrol_records(session, needed):
        records[record.wand_id].append(record)
    visits = chain.from_iterable(
        visits_of(records[wand.id], downloads[wand.id], models[wand.id]) for wand in known
    )
    return PatrolMaterial(
        visits=[visit for visit in visits if visit.can_lie_between(begin_utc, end_utc)],
        coverage=[coverage_of(wand, downloads[wand.id], models[wand.id]) for wand in known],
    )


def visits_between(
    session: Session, site_id: int, begin_utc: datetime, end_utc: datetime
) -> Sequence[Visit]:
    """What the wands of a site recorded between two instants."""
    site = sites.find_site(session, site_id)
    return patrol_material(session, site, begin_utc, end_utc).visits


def coverage(session: Session, site_id: int) -> Sequence[WandCoverage]:
    """How far every wand of a site is known."""
    never = datetime.min.replace(tzinfo=UTC)
    site = sites.find_site(session, site_id)
    return patrol_material(session, site, never, never).coverage
