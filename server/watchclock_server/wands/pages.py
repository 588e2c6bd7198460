"""The list of wands, the form on a wand's page, and the words for what its clock is worth.

The page of one wand is composed in ``pages.wand``, because it shows downloads, cases and orders.
"""

from collections.abc import Mapping
from datetime import UTC
from http import HTTPStatus
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.language import translatable
from watchclock_server.rendering import render
from watchclock_server.sites.service import find_sites
from watchclock_server.wands import service
from watchclock_server.wands.domain import Comparison, Stretch, StretchState
from watchclock_server.wands.schemas import ComparisonForm

__all__ = ["router", "stretch_words"]

router = APIRouter(include_in_schema=False)

_STRETCH_WORDS: Final[Mapping[StretchState, str]] = {
    StretchState.CHECKED: translatable("compared, ran well"),
    StretchState.UNCHECKED: translatable("not compared"),
    StretchState.STOPPED: translatable("stood still"),
    StretchState.WENT_BACK: translatable("went back"),
    StretchState.SLOW: translatable("too slow"),
    StretchState.FAST: translatable("too fast"),
    StretchState.FAR_OFF: translatable("found far off, nobody knows since when"),
    StretchState.NEVER_COMPARED: translatable("never compared"),
}
_COMPARED_ONCE: Final = translatable("compared only at the end")
_NOT_COMPARED_SINCE: Final = translatable("not compared since")


def stretch_words(stretch: Stretch) -> str:
    """What people read for the state of a clock; translate it where it is shown."""
    if stretch.state is StretchState.UNCHECKED:
        if stretch.begin is None:
            return _COMPARED_ONCE
        if stretch.end is None:
            return _NOT_COMPARED_SINCE
    return _STRETCH_WORDS[stretch.state]


@router.get("/wands")
def list_wands(request: Request, session: DatabaseSession, _person: SignedIn) -> HTMLResponse:
    """All wands by name, and where they belong."""
    sites = {site.id: site for site in find_sites(session)}
    return render(request, "wands.html", wands=service.list_wands(session), sites=sites)


@router.post("/wands/{wand_id}/clock-comparisons")
def state_comparison(
    wand_id: int,
    session: DatabaseSession,
    now: Now,
    person: SignedIn,
    form: Annotated[ComparisonForm, Form()],
) -> Response:
    """The wand's page with what the person saw on the wand's display."""
    zone = ZoneInfo(service.zone_of(session, service.load_wand(session, wand_id)))
    comparison = Comparison(
        civil=form.shown,
        utc=form.looked_at.replace(tzinfo=zone).astimezone(UTC),
        uncertainty_s=form.uncertainty_s,
    )
    service.state_comparison(
        session, wand_id=wand_id, comparison=comparison, who=person.name, now=now
    )
    return RedirectResponse(f"/wands/{wand_id}", HTTPStatus.SEE_OTHER)


@router.post("/wands/{wand_id}/clock-comparisons/{comparison_id}/withdraw")
def withdraw_comparison(
    wand_id: int, comparison_id: int, session: DatabaseSession, person: SignedIn
) -> Response:
    """The wand's page without what a person stated."""
    service.withdraw_comparison(
        session, wand_id=wand_id, comparison_id=comparison_id, who=person.name
    )
    return RedirectResponse(f"/wands/{wand_id}", HTTPStatus.SEE_OTHER)


@router.post("/wands/{wand_id}")
def change_wand(
    wand_id: int,
    session: DatabaseSession,
    _person: SignedIn,
    name: Annotated[str, Form()],
    site: Annotated[int | None, Form()] = None,
) -> Response:
    """The wand's page with its new name and site; an empty site means none."""
    service.rename_wand(session, wand_id=wand_id, name=name)
    service.assign_wand_to_site(session, wand_id=wand_id, site_id=site)
    return RedirectResponse(f"/wands/{wand_id}", HTTPStatus.SEE_OTHER)
