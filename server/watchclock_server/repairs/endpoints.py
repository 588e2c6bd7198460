"""Repair orders over HTTP."""

from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter

from watchclock_server.access import Manager
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.repairs import service
from watchclock_server.repairs.domain import NEXT_STATES, RepairOrder
from watchclock_server.repairs.schemas import (
    NewOrder,
    NextStep,
    OrderDetail,
    OrderStepView,
    OrderView,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/repair-orders", tags=["repairs"])


@router.get("")
def list_orders(
    session: DatabaseSession, _actor: Manager, wand_id: int | None = None
) -> list[OrderView]:
    """All repair orders, or those of one wand, newest first."""
    if wand_id is None:
        return [OrderView(**asdict(order)) for order in service.list_orders(session)]
    return [OrderView(**asdict(order)) for order in service.orders_of_wand(session, wand_id)]


@router.post("", status_code=HTTPStatus.CREATED)
def open_order(
    wanted: NewOrder, session: DatabaseSession, now: Now, actor: Manager
) -> OrderDetail:
    """The new order, in its first state."""
    order = service.open_order(
        session, case_id=wanted.case_id, why=wanted.why, who=actor.name, now=now
    )
    return _detail(session, order)


@router.get("/{order_id}")
def show_order(order_id: int, session: DatabaseSession, _actor: Manager) -> OrderDetail:
    """An order with its history."""
    return _detail(session, service.load_order(session, order_id))


@router.post("/{order_id}/steps")
def advance(
    order_id: int, wanted: NextStep, session: DatabaseSession, now: Now, actor: Manager
) -> OrderDetail:
    """The order, one step further."""
    order = service.advance(
        session,
        order_id=order_id,
        wanted=wanted.state,
        why=wanted.why,
        who=actor.name,
        now=now,
    )
    return _detail(session, order)


def _detail(session: DatabaseSession, order: RepairOrder) -> OrderDetail:
    return OrderDetail(
        **asdict(order),
        history=[
            OrderStepView(**asdict(step)) for step in service.order_history(session, order.id)
        ],
        allowed=list(NEXT_STATES[order.state]),
    )
