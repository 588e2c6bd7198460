"""A site in the database with checkpoints, a plan, wands and what these recorded in one night."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from tests.support.nights import MORNING, at, minutes, terms_of
from watchclock_protocol.values import TagId
from watchclock_server.intake.repository import DownloadRow, RecordRow
from watchclock_server.plans import service as plans
from watchclock_server.plans.domain import PlanTerms, RecurringRounds, RouteOrder
from watchclock_server.sites import service as sites
from watchclock_server.sites.domain import SiteLayout
from watchclock_server.wands.domain import AnchorKind
from watchclock_server.wands.repository import AnchorRow, WandRow

__all__ = [
    "EVENING",
    "add_plan",
    "add_site",
    "add_wand",
    "record_visits",
    "store_full_night",
    "tag_of",
]

EVENING = at("20:00")
"""When the wands' clocks were set, and tags and plans were there."""
_MOUNTED = datetime(2026, 1, 1, tzinfo=UTC)


def tag_of(number: int) -> str:
    """The tag of the checkpoint at this place of the site, from 1."""
    return f"rfid:{number:06X}"


def add_site(session: Session, checkpoints: int, zone: str = "UTC") -> SiteLayout:
    """A site whose checkpoints have had their tags for a long time."""
    site = sites.create_site(session, name="Harbour", time_zone=zone)
    for number in range(1, checkpoints + 1):
        checkpoint = sites.add_checkpoint(session, site_id=site.id, name=f"Gate {number}")
        tag = TagId.parse(tag_of(number))
        sites.assign_tag(session, checkpoint_id=checkpoint.id, tag=tag, valid_from=_MOUNTED)
    return sites.load_layout(session, site.id)


def add_plan(
    session: Session, layout: SiteLayout, terms: PlanTerms, order: RouteOrder = RouteOrder.FREE
) -> int:
    """The key of a plan over all checkpoints of the site; the route of ``terms`` is replaced."""
    route = plans.create_route(
        session,
        site_id=layout.site.id,
        name="All gates",
        order=order,
        checkpoint_ids=[checkpoint.id for checkpoint in layout.checkpoints],
    )
    assert route.id == terms.route_id
    plan = plans.create_plan(
        session, site_id=layout.site.id, name="Nights", terms=terms, author="anna", now=EVENING
    )
    return plan.plan_id


def add_wand(session: Session, site_id: int, number: int = 7, *, stopped: bool = False) -> int:
    """The key of a wand whose clock was right and set in the evening, and compared in the morning.

    A stopped one showed in the morning what it had shown in the evening.
    """
    wand = WandRow(
        key=f"fcard:{number}",
        dialect="fcard",
        number=str(number),
        firmware=None,
        name=f"Wand {number}",
        site_id=site_id,
        first_seen=EVENING,
        last_seen=EVENING,
    )
    session.add(wand)
    session.flush()
    shown = EVENING if stopped else MORNING
    session.add_all(
        AnchorRow(
            wand_id=wand.id,
            capture_sha256="",
            kind=kind,
            wand_civil=civil.replace(tzinfo=None),
            utc=utc,
            uncertainty_s=0.0,
            offset_s=0.0 if civil == utc else None,
        )
        for kind, civil, utc in (
            (AnchorKind.READ, EVENING, EVENING),
            (AnchorKind.SET, EVENING, EVENING),
            (AnchorKind.READ, shown, MORNING),
        )
    )
    return wand.id


def record_visits(
    session: Session,
    wand_id: int,
    visits: Sequence[tuple[datetime, str]],
    read: datetime = MORNING,
) -> None:
    """Store a complete download, begun at ``read``, with these touches of tags."""
    download = _download(wand_id, len(visits), read)
    session.add(download)
    session.flush()
    session.add_all(
        RecordRow(
            wand_id=wand_id,
            kind="patrol",
            slot=position + 1,
            rank=0,
            emptied_by=0,
            raw=f"{wand_id}/{read}/{position}".encode(),
            download_id=download.id,
            position=position,
            wand_civil=instant.replace(tzinfo=None),
            tag=tag,
            is_guard_tag=False,
            flags="",
        )
        for position, (instant, tag) in enumerate(visits)
    )
    session.flush()


def _download(wand_id: int, record_count: int, read: datetime) -> DownloadRow:
    return DownloadRow(
        wand_id=wand_id,
        capture_sha256=f"{wand_id}-{read.isoformat()}",
        received_at=read,
        started_at=read,
        read_at=read + timedelta(seconds=5),
        finished_at=read + timedelta(seconds=9),
        acknowledged_at=read + timedelta(seconds=8),
        is_complete=True,
        is_closed=True,
        torn_bytes=0,
        record_count=record_count,
        skipped_bytes=0,
        rejected_count=0,
        rings=[],
    )


def store_full_night(session: Session, *, checkpoints: int, rounds: int, wands: int = 1) -> None:
    """A night in which every checkpoint was visited in time in every round, by wands in turn."""
    begin, last = at("22:00"), at("22:00") + minutes(30 * rounds)
    terms = terms_of(
        RecurringRounds(every_minutes=30), shift=("22:00", f"{last:%H:%M}"), length=25
    )
    layout = add_site(session, checkpoints)
    add_plan(session, layout, terms, RouteOrder.ORDERED)
    for wand in range(wands):
        wand_id = add_wand(session, layout.site.id, number=wand + 1)
        walk = [
            (begin + minutes(30 * turn + 2) + timedelta(seconds=20 * place), tag_of(place))
            for turn in range(wand, rounds, wands)
            for place in range(1, checkpoints + 1)
        ]
        record_visits(session, wand_id, walk)
