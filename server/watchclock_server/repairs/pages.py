"""The page of a repair order, and the forms that open one and take it further."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.language import translatable
from watchclock_server.rendering import render
from watchclock_server.repairs import service
from watchclock_server.repairs.domain import NEXT_STATES, OrderState
from watchclock_server.wands.service import load_wand, zone_of

__all__ = ["ORDER_WORDS", "router"]

router = APIRouter(include_in_schema=False)

ORDER_WORDS: Final[Mapping[str, str]] = {
    OrderState.RECEIVED: translatable("received"),
    OrderState.DIAGNOSING: translatable("diagnosing"),
    OrderState.AWAITING_PARTS: translatable("awaiting parts"),
    OrderState.REPAIRING: translatable("repairing"),
    OrderState.TESTING: translatable("testing"),
    OrderState.READY: translatable("ready"),
    OrderState.RETURNED: translatable("returned"),
    OrderState.CANCELLED: translatable("cancelled"),
}
"""What people read for each state; translate it where it is shown."""


@router.post("/cases/{case_id}/repair-orders")
def open_order(
    case_id: int,
    session: DatabaseSession,
    now: Now,
    person: SignedIn,
    why: Annotated[str, Form()],
) -> Response:
    """The new order's page."""
    order = service.open_order(session, case_id=case_id, why=why, who=person.name, now=now)
    return _to_order(order.id)


@router.get("/repair-orders/{order_id}")
def show_order(
    request: Request, order_id: int, session: DatabaseSession, _person: SignedIn
) -> HTMLResponse:
    """A repair order with its history and the steps it may take now."""
    order = service.load_order(session, order_id)
    wand = load_wand(session, order.wand_id)
    return render(
        request,
        "repair_order.html",
        order=order,
        wand=wand,
        zone=zone_of(session, wand),
        history=service.order_history(session, order_id),
        allowed=NEXT_STATES[order.state],
        words=ORDER_WORDS,
    )


@router.post("/repair-orders/{order_id}/steps")
def advance(
    order_id: int,
    session: DatabaseSession,
    now: Now,
    person: SignedIn,
    state: Annotated[OrderState, Form()],
    why: Annotated[str, Form()],
) -> Response:
    """The order's page, one step further."""
    service.advance(session, order_id=order_id, wanted=state, why=why, who=person.name, now=now)
    return _to_order(order_id)


def _to_order(order_id: int) -> Response:
    return RedirectResponse(f"/repair-orders/{order_id}", HTTPStatus.SEE_OTHER)
