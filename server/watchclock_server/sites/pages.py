"""The page of a site with its forms."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.errors import RuleViolationError
from watchclock_server.rendering import render
from watchclock_server.sites import service

__all__ = ["router"]

_GUARD_NUMBER_DIGITS: Final = 9

router = APIRouter(include_in_schema=False)


class GuardNumberInvalidError(RuleViolationError):
    """What was typed as the guard's number is no number."""

    code = "sites.guard_number_invalid"
    template = "“{number}” is not a guard's number."
    next_step = "Use the digits the wand shows, or leave the field empty."


@router.post("/sites")
def create_site(
    session: DatabaseSession,
    _person: SignedIn,
    name: Annotated[str, Form()],
    time_zone: Annotated[str, Form()],
) -> Response:
    """The new site's page."""
    site = service.create_site(session, name=name.strip(), time_zone=time_zone.strip())
    return _to_site(site.id)


@router.get("/sites/{site_id}")
def show_site(
    request: Request, site_id: int, session: DatabaseSession, now: Now, _person: SignedIn
) -> HTMLResponse:
    """A site with its checkpoints, tags and guards, and the forms to add more."""
    layout = service.load_layout(session, site_id)
    return render(
        request,
        "site.html",
        site=layout.site,
        today=layout.site.day_of(now),
        checkpoints=layout.checkpoints,
        tags=layout.tags,
        guards=service.guards_of(session, site_id),
    )


@router.post("/sites/{site_id}/checkpoints")
def add_checkpoint(
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    name: Annotated[str, Form()],
    tag: Annotated[str, Form()] = "",
) -> Response:
    """The site's page with the new checkpoint and, if one was given, its tag."""
    checkpoint = service.add_checkpoint(session, site_id=site_id, name=name.strip())
    if tag.strip():
        service.assign_tag(session, checkpoint_id=checkpoint.id, tag=tag, valid_from=now)
    return _to_site(site_id)


@router.post("/sites/{site_id}/tags")
def assign_tag(
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    checkpoint_id: Annotated[int, Form()],
    tag: Annotated[str, Form()],
) -> Response:
    """The site's page with the tag mounted from now on."""
    service.assign_tag(session, checkpoint_id=checkpoint_id, tag=tag, valid_from=now)
    return _to_site(site_id)


@router.post("/sites/{site_id}/guards")
def add_guard(
    site_id: int,
    session: DatabaseSession,
    _person: SignedIn,
    name: Annotated[str, Form()],
    tag: Annotated[str, Form()] = "",
    number: Annotated[str, Form()] = "",
) -> Response:
    """The site's page with the new guard."""
    service.add_guard(
        session,
        site_id=site_id,
        name=name.strip(),
        tag=tag.strip() or None,
        number=_guard_number(number.strip()),
    )
    return _to_site(site_id)


def _guard_number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _GUARD_NUMBER_DIGITS):
        raise GuardNumberInvalidError(number=text)
    return int(text)


def _to_site(site_id: int) -> Response:
    return RedirectResponse(f"/sites/{site_id}", HTTPStatus.SEE_OTHER)
