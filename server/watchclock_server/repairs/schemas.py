"""What the endpoints of repairs take and give."""

from datetime import datetime

from pydantic import BaseModel

from watchclock_server.repairs.domain import OrderState

__all__ = ["NewOrder", "NextStep", "OrderDetail", "OrderStepView", "OrderView"]


class NewOrder(BaseModel):
    """A wand on the bench for a case; ``why`` says how it came and in what condition."""

    case_id: int
    why: str


class NextStep(BaseModel):
    """Where the order is to go, and why."""

    state: OrderState
    why: str


class OrderView(BaseModel):
    """A repair order."""

    id: int
    case_id: int
    wand_id: int
    state: str
    opened_at: datetime


class OrderStepView(BaseModel):
    """One line of an order's history."""

    state: str
    at: datetime
    who: str
    why: str


class OrderDetail(OrderView):
    """An order with its history, oldest first, and the states it may go to now."""

    history: list[OrderStepView]
    allowed: list[str]
