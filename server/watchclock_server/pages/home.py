"""The first page after signing in."""

from datetime import timedelta
from zoneinfo import available_timezones

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.rendering import render
from watchclock_server.sites import service as sites

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_home(
    request: Request, session: DatabaseSession, now: Now, _person: SignedIn
) -> HTMLResponse:
    """All sites with the ways to their nights, the way to the wands, and the form for a site."""
    found = sites.find_sites(session)
    return render(
        request,
        "home.html",
        sites=found,
        today={site.id: site.day_of(now) for site in found},
        last_night={site.id: site.day_of(now) - timedelta(days=1) for site in found},
        zones=sorted(available_timezones()),
    )
