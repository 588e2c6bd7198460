"""Use cases of intake that only look: downloads, their records, what a site's wands recorded."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy.orm import Session

from watchclock_server.errors import NotFoundError
from watchclock_server.intake import repository
from watchclock_server.intake.domain.downloads import Download, windows_of
from watchclock_server.intake.domain.visits import (
    PatrolMaterial,
    StoredPatrol,
    StoredRecord,
    Visit,
    WandCoverage,
    coverage_of,
    visits_of,
)
from watchclock_server.sites import service as sites
from watchclock_server.sites.domain import Site
from watchclock_server.wands import service as wands
from watchclock_server.wands.domain import ClockModel

__all__ = [
    "DownloadNotFoundError",
    "coverage",
    "downloads_of",
    "load_download",
    "patrol_material",
    "records_of_download",
    "visits_between",
]


class DownloadNotFoundError(NotFoundError):
    """There is no such download."""

    code = "intake.download_not_found"
    template = "There is no download {download}."
    next_step = "Look the download up on its wand's page."


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
