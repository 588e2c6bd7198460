"""Sites over HTTP."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from watchclock_protocol.tags.flipper import read_flipper
from watchclock_protocol.tags.notations import printed_beside, read_tag
from watchclock_protocol.tags.reading import TagReading
from watchclock_server.access import Manager
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.errors import PayloadTooLargeError
from watchclock_server.sites import service
from watchclock_server.sites.domain import LARGEST_KEY_FILE_BYTES, TagPlacement
from watchclock_server.sites.schemas import (
    CheckpointView,
    GuardView,
    MountedTagView,
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


async def _key_file(request: Request) -> bytes:
    """The body, read no further than the largest key file."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_KEY_FILE_BYTES:
            raise PayloadTooLargeError(limit_bytes=LARGEST_KEY_FILE_BYTES)
    return bytes(data)


@router.post("/checkpoints/{checkpoint_id}/tags", status_code=HTTPStatus.CREATED)
def assign_tag(
    checkpoint_id: int, wanted: NewTag, session: DatabaseSession, now: Now, _actor: Manager
) -> MountedTagView:
    """The tag as mounted at this checkpoint, and what was recognised in its text."""
    reading = read_tag(wanted.tag, notation=wanted.notation)
    placement = service.assign_tag(
        session,
        checkpoint_id=checkpoint_id,
        tag=reading.tag,
        valid_from=wanted.valid_from or now,
        is_confusion_accepted=wanted.is_confusion_accepted,
    )
    return _mounted(placement, reading)


@router.post("/checkpoints/{checkpoint_id}/tags/file", status_code=HTTPStatus.CREATED)
def assign_tag_of_file(
    _actor: Manager,  # first, so that no stranger's body is read
    checkpoint_id: int,
    data: Annotated[bytes, Depends(_key_file)],
    session: DatabaseSession,
    now: Now,
) -> MountedTagView:
    """The tag of a Flipper's ``.ibtn``, ``.rfid`` or ``.nfc`` file, mounted from now on."""
    reading = read_flipper(data)
    placement = service.assign_tag(
        session, checkpoint_id=checkpoint_id, tag=reading.tag, valid_from=now
    )
    return _mounted(placement, reading)


def _mounted(placement: TagPlacement, reading: TagReading) -> MountedTagView:
    return MountedTagView(
        **asdict(placement),
        notation=reading.notation,
        notes=list(reading.notes),
        printed=dict(printed_beside(reading.tag)),
    )


@router.post("/sites/{site_id}/guards", status_code=HTTPStatus.CREATED)
def add_guard(
    site_id: int, wanted: NewGuard, session: DatabaseSession, now: Now, _actor: Manager
) -> GuardView:
    """The new guard."""
    reading = None if wanted.tag is None else read_tag(wanted.tag, notation=wanted.notation)
    guard = service.add_guard(
        session,
        site_id=site_id,
        name=wanted.name,
        now=now,
        tag=None if reading is None else reading.tag,
        number=wanted.number,
    )
    return GuardView(**asdict(guard))
