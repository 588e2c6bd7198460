"""The page of one case: what it stands on, what happened to it, the work on its wand."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from watchclock_server.access import SignedIn
from watchclock_server.database import DatabaseSession
from watchclock_server.faults import service as faults
from watchclock_server.faults.pages import CASE_WORDS
from watchclock_server.rendering import render
from watchclock_server.repairs.pages import ORDER_WORDS
from watchclock_server.repairs.service import orders_of_case
from watchclock_server.wands.service import load_wand, zone_of

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}")
def show_case(
    request: Request, case_id: int, session: DatabaseSession, _person: SignedIn
) -> HTMLResponse:
    """A case with its evidence, history, repair orders and forms."""
    case = faults.load_case(session, case_id)
    wand = load_wand(session, case.wand_id)
    return render(
        request,
        "case.html",
        case=case,
        wand=wand,
        zone=zone_of(session, wand),
        evidence=faults.evidence_of_case(session, case_id),
        history=faults.case_history(session, case_id),
        orders=orders_of_case(session, case_id),
        words=CASE_WORDS,
        order_words=ORDER_WORDS,
    )
