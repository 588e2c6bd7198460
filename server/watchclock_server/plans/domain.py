"""Plans and what they ask for on a duty date; instants come out, so results see no civil time.

Rules for nights on which the clocks change (zone of the site, ``zoneinfo`` data):

* a civil time that exists twice means its first occurrence;
* a civil time that does not exist is counted on from before the gap, so 02:30 in a gap of one
  hour is the instant that is shown as 03:30;
* "every n minutes" counts elapsed minutes, so a night of 25 hours has more rounds than one of 23;
* two rounds that fall on the same instant are one round.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, assert_never
from zoneinfo import ZoneInfo

__all__ = [
    "EVERY_DAY",
    "FixedRounds",
    "Plan",
    "PlanRule",
    "PlanTerms",
    "PlannedRound",
    "PlannedVisit",
    "RecurringRounds",
    "RoundPattern",
    "Route",
    "RouteOrder",
    "Shift",
    "broken_rules",
    "in_force",
    "planned_rounds",
    "planned_visits",
]

EVERY_DAY: Final = frozenset(range(1, 8))
_DAY_MINUTES: Final = 24 * 60


class RouteOrder(StrEnum):
    """Whether the checkpoints of a route are to be visited in the order of its list."""

    ORDERED = "ordered"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A list of checkpoints. It never changes: a changed walk is a new route.

    Attributes:
        checkpoint_ids: each checkpoint once; the order matters on an ordered route.
    """

    id: int
    name: str
    order: RouteOrder
    checkpoint_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Civil working time at the site. An end that is not after the start is on the next day."""

    start: time
    end: time

    @property
    def passes_midnight(self) -> bool:
        """Whether the shift ends on the day after its duty date."""
        return self.end <= self.start

    @property
    def length_minutes(self) -> int:
        """Length by the clock on the wall, on a day without clock change."""
        return (_minute_of_day(self.end) - _minute_of_day(self.start) - 1) % _DAY_MINUTES + 1

    def offset_minutes(self, moment: time) -> int:
        """Minutes by the clock on the wall from the shift's start until ``moment`` next comes."""
        return (_minute_of_day(moment) - _minute_of_day(self.start)) % _DAY_MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedRounds:
    """Rounds that begin at civil times inside the shift."""

    starts: tuple[time, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringRounds:
    """Rounds that begin every so many elapsed minutes, the first with the shift.

    Only rounds that end by the end of the shift are planned; the first one always is, also when
    the clocks going forward leave too little of the shift.
    """

    every_minutes: int


RoundPattern = FixedRounds | RecurringRounds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What a version of a plan says.

    Attributes:
        route_id: which route is walked.
        round_minutes: a visit is on time within this many minutes from the round's start.
        tolerance_minutes: so much before that it is early, so much after it late.
        weekdays: ISO weekdays (1 = Monday) of duty dates, the dates on which the shift starts.
        valid_from: first duty date of this version.
        valid_to: last duty date, or None when it goes on.
    """

    route_id: int
    shift: Shift
    rounds: RoundPattern
    round_minutes: int
    tolerance_minutes: int
    weekdays: frozenset[int]
    valid_from: date
    valid_to: date | None = None

    def are_due(self, duty_date: date) -> bool:
        """Whether these terms ask for anything on that duty date."""
        ended = self.valid_to is not None and duty_date > self.valid_to
        return (
            duty_date >= self.valid_from and not ended and duty_date.isoweekday() in self.weekdays
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a plan. A version never changes; an edit makes the next one.

    Attributes:
        plan_id: the plan, the same for all its versions.
        version: 1 for the first.
        author: who wrote this version.
        written_at: when, in UTC.
    """

    plan_id: int
    version: int
    name: str
    route: Route
    terms: PlanTerms
    author: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRound:
    """One walk of a route, with instants in UTC; all windows include both ends.

    Attributes:
        number: 1 for the first round of the duty date.
        start: when the round begins; also the begin of the on-time window.
        on_time_until: end of the on-time window.
        accept_from: a visit from here until ``start`` is early.
        accept_until: a visit after ``on_time_until`` until here is late.
    """

    number: int
    start: datetime
    on_time_until: datetime
    accept_from: datetime
    accept_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """One checkpoint due in one round of one plan version on one duty date.

    Attributes:
        position: place of the checkpoint in its route, from 0.
        is_ordered: whether the order of the visits of this round matters.
    """

    plan_id: int
    plan_version: int
    duty_date: date
    checkpoint_id: int
    position: int
    is_ordered: bool
    round: PlannedRound


class PlanRule(StrEnum):
    """What the terms of a plan must fulfil before they are stored."""

    ROUNDS_EXIST = "rounds_exist"
    ROUNDS_IN_SHIFT = "rounds_in_shift"
    ROUND_LENGTH = "round_length"
    TOLERANCE = "tolerance"
    WEEKDAYS = "weekdays"
    VALIDITY = "validity"


def broken_rules(terms: PlanTerms) -> tuple[PlanRule, ...]:
    """The rules these terms break, in the order of ``PlanRule``; empty for sound terms."""
    shift_minutes = terms.shift.length_minutes
    broken = {
        PlanRule.ROUNDS_EXIST: terms.rounds == FixedRounds(starts=()),
        PlanRule.ROUNDS_IN_SHIFT: not _are_in_shift(terms.rounds, terms.shift),
        PlanRule.ROUND_LENGTH: not 1 <= terms.round_minutes <= shift_minutes,
        PlanRule.TOLERANCE: not 0 <= terms.tolerance_minutes <= shift_minutes,
        PlanRule.WEEKDAYS: not terms.weekdays or not terms.weekdays <= EVERY_DAY,
        PlanRule.VALIDITY: terms.valid_to is not None and terms.valid_to < terms.valid_from,
    }
    return tuple(rule for rule in PlanRule if broken[rule])


def in_force(versions: Iterable[Plan], duty_date: date) -> list[Plan]:
    """The version of each plan that is due on a duty date, by plan.

    The highest version that has begun replaces the lower ones, also on days it leaves free.
    """
    newest: dict[int, Plan] = {}
    for plan in sorted(versions, key=lambda plan: (plan.plan_id, plan.version)):
        if plan.terms.valid_from <= duty_date:
            newest[plan.plan_id] = plan
    return [plan for plan in newest.values() if plan.terms.are_due(duty_date)]


def planned_rounds(plan: Plan, duty_date: date, zone: ZoneInfo) -> tuple[PlannedRound, ...]:
    """The rounds of one duty date, by start; empty when nothing is due."""
    if not plan.terms.are_due(duty_date):
        return ()
    terms = plan.terms
    length = timedelta(minutes=terms.round_minutes)
    tolerance = timedelta(minutes=terms.tolerance_minutes)
    return tuple(
        PlannedRound(
            number=number,
            start=start,
            on_time_until=start + length,
            accept_from=start - tolerance,
            accept_until=start + length + tolerance,
        )
        for number, start in enumerate(_starts(terms, duty_date, zone), start=1)
    )


def planned_visits(plan: Plan, duty_date: date, zone: ZoneInfo) -> tuple[PlannedVisit, ...]:
    """Every visit the plan asks for on one duty date, by round, then by place in the route."""
    return tuple(
        PlannedVisit(
            plan_id=plan.plan_id,
            plan_version=plan.version,
            duty_date=duty_date,
            checkpoint_id=checkpoint_id,
            position=position,
            is_ordered=plan.route.order is RouteOrder.ORDERED,
            round=planned_round,
        )
        for planned_round in planned_rounds(plan, duty_date, zone)
        for position, checkpoint_id in enumerate(plan.route.checkpoint_ids)
    )


def _starts(terms: PlanTerms, duty_date: date, zone: ZoneInfo) -> list[datetime]:
    shift = terms.shift
    match terms.rounds:
        case FixedRounds(starts=starts):
            return sorted({_instant(shift, moment, duty_date, zone) for moment in starts})
        case RecurringRounds(every_minutes=every_minutes):
            begin = _instant(shift, shift.start, duty_date, zone)
            end_date = duty_date + timedelta(days=shift.passes_midnight)
            end = _utc(datetime.combine(end_date, shift.end), zone)
            step = timedelta(minutes=every_minutes)
            count = (end - begin - timedelta(minutes=terms.round_minutes)) // step + 1
            return [begin + step * index for index in range(max(count, 1))]
    assert_never(terms.rounds)


def _instant(shift: Shift, moment: time, duty_date: date, zone: ZoneInfo) -> datetime:
    """When the clock on the wall first shows ``moment`` in the shift of a duty date."""
    civil = datetime.combine(duty_date, shift.start)
    return _utc(civil + timedelta(minutes=shift.offset_minutes(moment)), zone)


def _utc(civil: datetime, zone: ZoneInfo) -> datetime:
    # fold=0: first of two; and in a gap the offset before it, which counts the time on (PEP 495).
    return civil.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _are_in_shift(rounds: RoundPattern, shift: Shift) -> bool:
    match rounds:
        case FixedRounds(starts=starts):
            return all(shift.offset_minutes(start) < shift.length_minutes for start in starts)
        case RecurringRounds(every_minutes=every_minutes):
            return 1 <= every_minutes <= shift.length_minutes
    assert_never(rounds)


def _minute_of_day(moment: time) -> int:
    return moment.hour * 60 + moment.minute
