"""Wands, and what their clocks are worth. Plain Python only."""

from watchclock_server.wands.domain.clock import (
    FASTEST,
    SLOWEST,
    AnchorKind,
    ClockAnchor,
    ClockModel,
    CorrectedTime,
    Stretch,
    StretchState,
    TimeReason,
)
from watchclock_server.wands.domain.wand import Comparison, Wand

__all__ = [
    "FASTEST",
    "SLOWEST",
    "AnchorKind",
    "ClockAnchor",
    "ClockModel",
    "Comparison",
    "CorrectedTime",
    "Stretch",
    "StretchState",
    "TimeReason",
    "Wand",
]
