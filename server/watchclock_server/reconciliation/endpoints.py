"""The night of one site over HTTP."""

from fastapi import APIRouter

from watchclock_server.access import Manager
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.reconciliation import service
from watchclock_server.reconciliation.schemas import DutyDate, NightView

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["reconciliation"])


@router.get("/sites/{site_id}/nights/{duty_date}")
def show_night(
    site_id: int, duty_date: DutyDate, session: DatabaseSession, now: Now, _actor: Manager
) -> NightView:
    """What was due on one duty date at one site, and what became of it, as it is known now."""
    night = service.night(session, site_id=site_id, duty_date=duty_date, now=now)
    return NightView.of(night)
