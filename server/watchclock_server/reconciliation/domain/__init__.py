"""What the records say about the planned visits: a pure function of plan, records and downloads.

``rules`` has the rules in the order in which they are asked. The names below are what others need.
"""

from watchclock_server.reconciliation.domain.rules import reconcile
from watchclock_server.reconciliation.domain.values import (
    ActualVisit,
    ExtraRule,
    ExtraVisit,
    Reconciliation,
    Result,
    Rule,
    VisitResult,
    WandCoverage,
)

__all__ = [
    "ActualVisit",
    "ExtraRule",
    "ExtraVisit",
    "Reconciliation",
    "Result",
    "Rule",
    "VisitResult",
    "WandCoverage",
    "reconcile",
]
