"""Use cases of repairs: open an order for a case, take it a step further, tell its history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from watchclock_server.errors import ConflictError, NamedValues, NotFoundError, RuleViolationError
from watchclock_server.faults.domain import CaseState
from watchclock_server.faults.service import CaseClosedError, load_case
from watchclock_server.repairs import repository
from watchclock_server.repairs.domain import (
    FIRST_STATE,
    NEXT_STATES,
    OrderState,
    OrderStep,
    RepairOrder,
    is_allowed,
)
from watchclock_server.repairs.repository import OrderStepRow, RepairOrderRow

__all__ = [
    "RepairOrderNotFoundError",
    "RepairReasonError",
    "RepairRunningError",
    "RepairStepError",
    "advance",
    "list_orders",
    "load_order",
    "open_order",
    "order_history",
    "orders_of_case",
    "orders_of_wand",
]

LONGEST_REASON: Final = 2_000


class RepairOrderNotFoundError(NotFoundError):
    """There is no such repair order."""

    code = "repairs.order_not_found"
    template = "There is no repair order {order}."
    next_step = "Look the order up on its wand's page."


class RepairRunningError(ConflictError):
    """A wand lies on one bench at a time."""

    code = "repairs.order_running"
    template = "Case {case} already has the repair order {order}, which has not ended."
    next_step = "Go on with that order, or end it first."


class RepairStepError(RuleViolationError):
    """The order cannot go there from where it is."""

    code = "repairs.step"
    template = "A repair order that is {state} cannot become {wanted}."
    next_step = "Allowed now: {allowed}."


class RepairReasonError(RuleViolationError):
    """A step needs a reason."""

    code = "repairs.reason"
    template = "A step of a repair order needs a reason of 1 to {longest} characters."
    next_step = "Write what was done or found."


def open_order(
    session: Session, *, case_id: int, why: str, who: str, now: datetime
) -> RepairOrder:
    """A new order for an open case; the wand is on the bench.

    Raises:
        CaseNotFoundError: no such case.
        CaseClosedError: the case is closed.
        RepairRunningError: another order of this case has not ended.
        RepairReasonError: no reason.
    """
    case = load_case(session, case_id)
    if case.state is CaseState.CLOSED:
        raise CaseClosedError(case=case_id)
    for order in orders_of_case(session, case_id):
        if NEXT_STATES[order.state]:
            raise RepairRunningError(case=case_id, order=order.id)
    row = RepairOrderRow(case_id=case_id, wand_id=case.wand_id, state=FIRST_STATE, opened_at=now)
    reason = _reason(why)
    repository.add(session, row)
    _remember(session, row, who=who, why=reason, at=now)
    return _order(row)


def advance(
    session: Session, *, order_id: int, wanted: OrderState, why: str, who: str, now: datetime
) -> RepairOrder:
    """Take an order one step further, or back where the table allows it.

    Raises:
        RepairOrderNotFoundError: no such order.
        RepairStepError: not from where it is; the next step names what is allowed.
        RepairReasonError: no reason.
    """
    row = repository.lock_order(session, order_id)
    if row is None:
        raise RepairOrderNotFoundError(order=order_id)
    state = OrderState(row.state)
    if not is_allowed(state, wanted):
        allowed = NamedValues(members=NEXT_STATES[state])
        raise RepairStepError(state=state, wanted=wanted, allowed=allowed)
    reason = _reason(why)
    row.state = wanted
    _remember(session, row, who=who, why=reason, at=now)
    return _order(row)


def _reason(why: str) -> str:
    reason = why.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise RepairReasonError(longest=LONGEST_REASON)
    return reason


def _remember(
    session: Session, order: RepairOrderRow, *, who: str, why: str, at: datetime
) -> None:
    repository.add(
        session, OrderStepRow(order_id=order.id, state=order.state, at=at, who=who, why=why)
    )


def load_order(session: Session, order_id: int) -> RepairOrder:
    """One order.

    Raises:
        RepairOrderNotFoundError: there is none.
    """
    row = repository.find_order(session, order_id)
    if row is None:
        raise RepairOrderNotFoundError(order=order_id)
    return _order(row)


def list_orders(session: Session) -> Sequence[RepairOrder]:
    """All orders, newest first."""
    return [_order(row) for row in repository.list_orders(session)]


def orders_of_case(session: Session, case_id: int) -> Sequence[RepairOrder]:
    """The orders of one case, newest first."""
    return [_order(row) for row in repository.list_orders_of_case(session, case_id)]


def orders_of_wand(session: Session, wand_id: int) -> Sequence[RepairOrder]:
    """The orders of one wand, newest first."""
    return [_order(row) for row in repository.list_orders_of_wand(session, wand_id)]


def order_history(session: Session, order_id: int) -> Sequence[OrderStep]:
    """Every step of an order, oldest first."""
    return [
        OrderStep(state=OrderState(row.state), at=row.at, who=row.who, why=row.why)
        for row in repository.list_steps(session, order_id)
    ]


def _order(row: RepairOrderRow) -> RepairOrder:
    return RepairOrder(
        id=row.id,
        case_id=row.case_id,
        wand_id=row.wand_id,
        state=OrderState(row.state),
        opened_at=row.opened_at,
    )
