"""What the endpoints of plans take and give."""

from datetime import date, datetime, time
from typing import Annotated, Final, Literal, Self, assert_never

from pydantic import BaseModel, Field

from watchclock_server.plans.domain import (
    FixedRounds,
    Plan,
    PlanTerms,
    RecurringRounds,
    RoundPattern,
    RouteOrder,
    Shift,
)

__all__ = [
    "FixedRoundsView",
    "NewPlan",
    "NewRoute",
    "PlanView",
    "RecurringRoundsView",
    "RouteView",
    "TermsFields",
    "TermsView",
    "to_minute",
]

_DAY_MINUTES: Final = 24 * 60
_MOST_CHECKPOINTS: Final = 1000

Minutes = Annotated[int, Field(ge=0, le=_DAY_MINUTES)]
CivilTime = Annotated[time, Field(description="civil time at the site, to the minute, no zone")]


class NewRoute(BaseModel):
    """A route to be kept."""

    site_id: int
    name: str
    order: RouteOrder
    checkpoint_ids: Annotated[list[int], Field(max_length=_MOST_CHECKPOINTS)]


class RouteView(BaseModel):
    """A route."""

    id: int
    name: str
    order: RouteOrder
    checkpoint_ids: list[int]


class FixedRoundsView(BaseModel):
    """Rounds that begin at civil times inside the shift."""

    kind: Literal["fixed"] = "fixed"
    starts: Annotated[list[CivilTime], Field(max_length=_DAY_MINUTES)]


class RecurringRoundsView(BaseModel):
    """Rounds that begin every so many elapsed minutes, the first with the shift."""

    kind: Literal["recurring"] = "recurring"
    every_minutes: Minutes


RoundsView = Annotated[FixedRoundsView | RecurringRoundsView, Field(discriminator="kind")]


class TermsFields(BaseModel):
    """What a version of a plan says, its rounds apart; dates are duty dates."""

    route_id: int
    shift_start: CivilTime
    shift_end: Annotated[CivilTime, Field(description="not after the start: on the next day")]
    round_minutes: Minutes
    tolerance_minutes: Minutes
    weekdays: Annotated[list[int], Field(max_length=7, description="1 is Monday")] = []
    valid_from: date
    valid_to: date | None = None

    def with_rounds(self, rounds: RoundPattern) -> PlanTerms:
        """The terms as the rules know them; seconds and zones of civil times are dropped."""
        return PlanTerms(
            route_id=self.route_id,
            shift=Shift(start=to_minute(self.shift_start), end=to_minute(self.shift_end)),
            rounds=rounds,
            round_minutes=self.round_minutes,
            tolerance_minutes=self.tolerance_minutes,
            weekdays=frozenset(self.weekdays),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class TermsView(TermsFields):
    """What a version of a plan says; dates are duty dates, on which the shift starts."""

    rounds: RoundsView

    @classmethod
    def of(cls, terms: PlanTerms) -> Self:
        """The terms as they are sent."""
        return cls(
            route_id=terms.route_id,
            shift_start=terms.shift.start,
            shift_end=terms.shift.end,
            rounds=_rounds_view(terms.rounds),
            round_minutes=terms.round_minutes,
            tolerance_minutes=terms.tolerance_minutes,
            weekdays=sorted(terms.weekdays),
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
        )

    def value(self) -> PlanTerms:
        """The terms as the rules know them."""
        return self.with_rounds(_rounds(self.rounds))


class NewPlan(BaseModel):
    """A plan to be kept."""

    site_id: int
    name: str
    terms: TermsView


class PlanView(BaseModel):
    """One version of a plan, and who wrote it when (UTC)."""

    plan_id: int
    version: int
    name: str
    route: RouteView
    terms: TermsView
    author: str
    written_at: datetime

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """The version as it is sent."""
        return cls(
            plan_id=plan.plan_id,
            version=plan.version,
            name=plan.name,
            route=RouteView.model_validate(plan.route, from_attributes=True),
            terms=TermsView.of(plan.terms),
            author=plan.author,
            written_at=plan.written_at,
        )


def _rounds_view(rounds: RoundPattern) -> FixedRoundsView | RecurringRoundsView:
    match rounds:
        case FixedRounds(starts=starts):
            return FixedRoundsView(starts=list(starts))
        case RecurringRounds(every_minutes=every_minutes):
            return RecurringRoundsView(every_minutes=every_minutes)
    assert_never(rounds)


def _rounds(view: FixedRoundsView | RecurringRoundsView) -> RoundPattern:
    match view:
        case FixedRoundsView():
            return FixedRounds(starts=tuple(to_minute(start) for start in view.starts))
        case RecurringRoundsView():
            return RecurringRounds(every_minutes=view.every_minutes)
    assert_never(view)


def to_minute(moment: time) -> time:
    """A civil time as plans know it: to the minute, without zone."""
    return moment.replace(second=0, microsecond=0, tzinfo=None)
