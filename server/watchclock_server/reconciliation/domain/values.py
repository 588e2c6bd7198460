"""Values of a reconciliation: results with their reasons, records as far as they are known."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from watchclock_server.plans.domain import PlannedRound, PlannedVisit

__all__ = [
    "ActualVisit",
    "ExtraRule",
    "ExtraVisit",
    "Reconciliation",
    "Result",
    "Rule",
    "VisitResult",
    "WandCoverage",
    "planned_order",
]


class Result(StrEnum):
    """What became of a planned visit."""

    ON_TIME = "on_time"
    EARLY = "early"
    LATE = "late"
    MISSED = "missed"
    NOT_DOWNLOADED = "not_downloaded"
    UNDETERMINED = "undetermined"


class Rule(StrEnum):
    """Why a planned visit has its result."""

    IN_WINDOW = "in_window"
    BEFORE_WINDOW = "before_window"
    AFTER_WINDOW = "after_window"
    ERROR_BOUND = "error_bound"
    CONTESTED = "contested"
    UNKNOWN_TIME = "unknown_time"
    AMBIGUOUS_TAG = "ambiguous_tag"
    UNCERTAIN_NEIGHBOUR = "uncertain_neighbour"
    RECORDS_LOST = "records_lost"
    WINDOW_OPEN = "window_open"
    NO_WAND = "no_wand"
    WAND_NOT_DOWNLOADED = "wand_not_downloaded"
    ALL_WANDS_DOWNLOADED = "all_wands_downloaded"


class ExtraRule(StrEnum):
    """Why no planned visit took a record."""

    REPEATED = "repeated"
    OUTSIDE_WINDOWS = "outside_windows"
    NOT_PLANNED = "not_planned"
    UNKNOWN_TAG = "unknown_tag"
    AMBIGUOUS_TAG = "ambiguous_tag"
    MISREAD_TAG = "misread_tag"
    UNKNOWN_TIME = "unknown_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualVisit:
    """One patrol record as far as it is known where and when it was made.

    Attributes:
        record_id: the record; two wands that read one tag in the same second made two records.
        checkpoint_id: where the tag hung at that time, or None when nobody has enrolled the tag,
            or when the wand kept too little of it to tell where.
        possible_ids: in the latter case the checkpoints it can have been at.
        is_misread: the tag's own check sum is wrong; it can have been any tag.
        instant: corrected time, or None when the wand's clock cannot be trusted there.
        earliest: the record is certainly not older than this instant; None: nothing is known.
        latest: the record is certainly not newer than this instant; None: nothing is known.
        is_contested: another record says that one of the two must be wrong.
    """

    record_id: int
    wand_id: int
    checkpoint_id: int | None
    instant: datetime | None
    earliest: datetime | None
    latest: datetime | None
    is_contested: bool = False
    possible_ids: tuple[int, ...] = ()
    is_misread: bool = False

    @property
    def error_s(self) -> float | None:
        """Largest distance of the truth from ``instant``, seconds; None when there is no bound."""
        if self.instant is None or self.earliest is None or self.latest is None:
            return None
        return max(self.instant - self.earliest, self.latest - self.instant).total_seconds()

    def may_serve(self, due: PlannedRound) -> bool:
        """Whether the record may have been made inside the accept window of a round."""
        return self.may_be_within(due.accept_from, due.accept_until)

    def surely_serves(self, due: PlannedRound) -> bool:
        """Whether the record was certainly made inside the accept window of a round."""
        return not self.is_contested and self.is_within(due.accept_from, due.accept_until)

    def may_be_within(self, begin: datetime, end: datetime) -> bool:
        """Whether the record may have been made from ``begin`` to ``end``, both included."""
        too_new = self.earliest is not None and self.earliest > end
        too_old = self.latest is not None and self.latest < begin
        return not too_new and not too_old

    def is_within(self, begin: datetime, end: datetime) -> bool:
        """Whether the record was certainly made from ``begin`` to ``end``, both included."""
        if self.earliest is None or self.latest is None:
            return False
        return begin <= self.earliest and self.latest <= end


@dataclass(frozen=True, slots=True, kw_only=True)
class WandCoverage:
    """How far the server knows what one wand of the site holds.

    Attributes:
        downloaded_until: all that the wand recorded before this instant has arrived, except for
            ``lost``; None when it was never completely downloaded.
        lost: spans, begin and end included, of which records may have been lost on the wand.
    """

    wand_id: int
    downloaded_until: datetime | None
    lost: tuple[tuple[datetime, datetime], ...] = ()

    def holds_all_until(self, instant: datetime) -> bool:
        """Whether nothing recorded up to and including ``instant`` can still be on the wand."""
        return self.downloaded_until is not None and self.downloaded_until > instant

    def may_have_lost(self, begin: datetime, end: datetime) -> bool:
        """Whether a record made from ``begin`` to ``end`` may have been lost."""
        return any(first <= end and begin <= last for first, last in self.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitResult:
    """What became of one planned visit, with everything the answer stands on.

    Attributes:
        rule: the rule that gave the result; the window is in ``planned``.
        actual: the record assigned to the visit, with its error bound, or None.
        wand_ids: wands the rule speaks of: still to be downloaded, or with lost records.
        record_ids: records the rule speaks of: those whose time is unknown or too uncertain, or
            whose tag cannot be told from another's.
        is_out_of_order: the visit stands in the way of the order of its round.
    """

    planned: PlannedVisit
    result: Result
    rule: Rule
    actual: ActualVisit | None = None
    wand_ids: tuple[int, ...] = ()
    record_ids: tuple[int, ...] = ()
    is_out_of_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraVisit:
    """A record that no planned visit took, and why."""

    actual: ActualVisit
    rule: ExtraRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """All results of one run.

    Attributes:
        results: one for each planned visit, by plan, round and place in the route.
        extras: by time, those without a time last.
    """

    results: tuple[VisitResult, ...]
    extras: tuple[ExtraVisit, ...]


def planned_order(visit: PlannedVisit) -> tuple[date, int, int, int]:
    """Sorts planned visits by date, plan, round and place in the route."""
    return visit.duty_date, visit.plan_id, visit.round.number, visit.position
