"""Sites over HTTP."""

from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter

from watchclock_server.access import Manager
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.sites import service
from watchclock_server.sites.schemas import (
    CheckpointView,
    GuardView,
    NewCheckpoint,
    NewGuard,
    NewSite,
    NewTag,
    SiteDetail,
    SiteView,
    TagView,
)

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["sites"])


@router.get("/sites")
def list_sites(session: DatabaseSession, _actor: Manager) -> list[SiteView]:
    """All sites by name."""
    return [SiteView(**asdict(site)) for site in service.find_sites(session)]


@router.post("/sites", status_code=HTTPStatus.CREATED)
def create_site(wanted: NewSite, session: DatabaseSession, _actor: Manager) -> SiteView:
    """The new site."""
    site = service.create_site(session, name=wanted.name, time_zone=wanted.time_zone)
    return SiteView(**asdict(site))


@router.get("/sites/{site_id}")
def show_site(site_id: int, session: DatabaseSession, _actor: Manager) -> SiteDetail:
    """A site with its checkpoints, tags and guards."""
    layout = service.load_layout(session, site_id)
    return SiteDetail(
        **asdict(layout.site),
        checkpoints=[CheckpointView(**asdict(each)) for each in layout.checkpoints],
        tags=[TagView(**asdict(each)) for each in layout.tags],
        guards=[GuardView(**asdict(each)) for each in service.guards_of(session, site_id)],
    )


@router.post("/sites/{site_id}/checkpoints", status_code=HTTPStatus.CREATED)
def add_checkpoint(
    site_id: int, wanted: NewCheckpoint, session: DatabaseSession, _actor: Manager
) -> CheckpointView:
    """The new checkpoint, last in the site's order."""
    checkpoint = service.add_checkpoint(session, site_id=site_id, name=wanted.name)
    return CheckpointView(**asdict(checkpoint))


@router.post("/checkpoints/{checkpoint_id}/tags", status_code=HTTPStatus.CREATED)
def assign_tag(
    checkpoint_id: int, wanted: NewTag, session: DatabaseSession, now: Now, _actor: Manager
) -> TagView:
    """The tag as mounted at this checkpoint."""
    placement = service.assign_tag(
        session,
        checkpoint_id=checkpoint_id,
        tag=wanted.tag,
        valid_from=wanted.valid_from or now,
    )
    return TagView(**asdict(placement))


@router.post("/sites/{site_id}/guards", status_code=HTTPStatus.CREATED)
def add_guard(
    site_id: int, wanted: NewGuard, session: DatabaseSession, _actor: Manager
) -> GuardView:
    """The new guard."""
    guard = service.add_guard(
        session, site_id=site_id, name=wanted.name, tag=wanted.tag, number=wanted.number
    )
    return GuardView(**asdict(guard))
