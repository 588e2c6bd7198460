"""The steps of a repair order: one literal table, nothing else decides what may follow what.

After-sales, section 3.2, cut to the wand on the bench: a step back is a step like any other, and
the history keeps both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

__all__ = ["FIRST_STATE", "NEXT_STATES", "OrderState", "OrderStep", "RepairOrder", "is_allowed"]


class OrderState(StrEnum):
    """Where the work on a wand stands."""

    RECEIVED = "received"
    DIAGNOSING = "diagnosing"
    AWAITING_PARTS = "awaiting_parts"
    REPAIRING = "repairing"
    TESTING = "testing"
    READY = "ready"
    RETURNED = "returned"
    CANCELLED = "cancelled"


FIRST_STATE: Final = OrderState.RECEIVED

NEXT_STATES: Final[Mapping[OrderState, tuple[OrderState, ...]]] = {
    OrderState.RECEIVED: (OrderState.DIAGNOSING, OrderState.CANCELLED),
    OrderState.DIAGNOSING: (
        OrderState.AWAITING_PARTS,
        OrderState.REPAIRING,
        OrderState.TESTING,
        OrderState.CANCELLED,
    ),
    OrderState.AWAITING_PARTS: (OrderState.REPAIRING, OrderState.CANCELLED),
    OrderState.REPAIRING: (OrderState.TESTING, OrderState.AWAITING_PARTS),
    # Nothing is ready without a passed test; a failed one leads back.
    OrderState.TESTING: (OrderState.READY, OrderState.REPAIRING, OrderState.DIAGNOSING),
    OrderState.READY: (OrderState.RETURNED, OrderState.TESTING),
    OrderState.RETURNED: (),
    OrderState.CANCELLED: (),
}


def is_allowed(now: OrderState, wanted: OrderState) -> bool:
    """Whether a repair order may go from one state to the other."""
    return wanted in NEXT_STATES[now]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairOrder:
    """The work on one wand for one case.

    Attributes:
        id: number of the order.
        case_id: the case it belongs to.
        wand_id: the wand on the bench.
        state: where the work stands.
        opened_at: instant.
    """

    id: int
    case_id: int
    wand_id: int
    state: OrderState
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """One line of the history: who brought the order into which state, when and why."""

    state: OrderState
    at: datetime
    who: str
    why: str
