"""Nights written shortly: plans, planned visits, records and downloads on one duty date in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from watchclock_server.plans.domain import (
    EVERY_DAY,
    FixedRounds,
    Plan,
    PlannedRound,
    PlannedVisit,
    PlanTerms,
    RecurringRounds,
    Route,
    RouteOrder,
    Shift,
)
from watchclock_server.reconciliation.domain import ActualVisit, WandCoverage

__all__ = [
    "DUTY_DATE",
    "MORNING",
    "at",
    "downloaded",
    "due",
    "minutes",
    "plan_of",
    "record",
    "terms_of",
]

DUTY_DATE: Final = date(2026, 3, 1)
MORNING: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""After every window of the night, and when its wands are downloaded."""


def at(clock: str) -> datetime:
    """The instant in the night of the duty date: from noon on that day, before noon the next."""
    moment = time.fromisoformat(clock)
    day = DUTY_DATE + timedelta(days=moment.hour < 12)
    return datetime.combine(day, moment, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def due(
    begin: str,
    *,
    checkpoint: int = 1,
    length: float = 30,
    tolerance: float = 10,
    number: int = 1,
    is_ordered: bool = False,
) -> PlannedVisit:
    """A visit due from ``begin`` for ``length`` minutes; routes list checkpoints by number."""
    start = at(begin)
    return PlannedVisit(
        plan_id=1,
        plan_version=1,
        duty_date=DUTY_DATE,
        checkpoint_id=checkpoint,
        position=checkpoint - 1,
        is_ordered=is_ordered,
        round=PlannedRound(
            number=number,
            start=start,
            on_time_until=start + minutes(length),
            accept_from=start - minutes(tolerance),
            accept_until=start + minutes(length + tolerance),
        ),
    )


def record(
    clock: str | None,
    *,
    id: int = 1,  # noqa: A002 - the word the domain uses
    checkpoint: int | None = 1,
    wand: int = 1,
    error_s: float = 0,
    latest: datetime | None = None,
) -> ActualVisit:
    """A record made at a time of the night; ``None`` for a time that is not known."""
    instant = None if clock is None else at(clock)
    error = timedelta(seconds=error_s)
    return ActualVisit(
        record_id=id,
        wand_id=wand,
        checkpoint_id=checkpoint,
        instant=instant,
        earliest=None if instant is None else instant - error,
        latest=latest if instant is None else instant + error,
    )


def downloaded(until: datetime | None = MORNING, *, wand: int = 1) -> WandCoverage:
    return WandCoverage(wand_id=wand, downloaded_until=until)


def terms_of(
    rounds: FixedRounds | RecurringRounds,
    *,
    shift: tuple[str, str] = ("22:00", "06:00"),
    length: int = 30,
    tolerance: int = 10,
) -> PlanTerms:
    """Terms for every day from 2026 on; what else they say is up to ``dataclasses.replace``."""
    begin, end = (time.fromisoformat(clock) for clock in shift)
    return PlanTerms(
        route_id=1,
        shift=Shift(start=begin, end=end),
        rounds=rounds,
        round_minutes=length,
        tolerance_minutes=tolerance,
        weekdays=EVERY_DAY,
        valid_from=date(2026, 1, 1),
    )


def plan_of(terms: PlanTerms, *, version: int = 1, plan_id: int = 1) -> Plan:
    return Plan(
        plan_id=plan_id,
        version=version,
        name="night",
        route=Route(id=1, name="all", order=RouteOrder.ORDERED, checkpoint_ids=(11, 12)),
        terms=terms,
        author="anna",
        written_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
