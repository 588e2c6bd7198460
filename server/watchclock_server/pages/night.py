"""The night of one site: planned against actual, cell by cell, with the reasons in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.language import translatable
from watchclock_server.plans.domain import Plan, PlannedRound
from watchclock_server.reconciliation import service as reconciliation
from watchclock_server.reconciliation.domain import Result, Rule, VisitResult
from watchclock_server.reconciliation.schemas import DutyDate
from watchclock_server.reconciliation.service import Night
from watchclock_server.rendering import render
from watchclock_server.sites import service as sites

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_ONE_DAY: Final = timedelta(days=1)
_HALF_DAY: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a result is shown: a symbol, a word and, repeating both, a colour."""

    symbol: str
    word: str
    style: str


NOT_DUE: Final = Look(symbol="·", word=translatable("not due yet"), style="quiet")
LOOKS: Final[Mapping[Result, Look]] = {
    Result.ON_TIME: Look(symbol="✓", word=translatable("on time"), style="good"),
    Result.EARLY: Look(symbol="◂", word=translatable("early"), style="warn"),
    Result.LATE: Look(symbol="▸", word=translatable("late"), style="warn"),
    Result.MISSED: Look(symbol="✕", word=translatable("missed"), style="bad"),
    Result.NOT_DOWNLOADED: Look(
        symbol="⇣", word=translatable("not downloaded yet"), style="quiet"
    ),
    Result.UNDETERMINED: Look(symbol="?", word=translatable("undetermined"), style="doubt"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTable:
    """One plan of the night: a row for each checkpoint, a column for each round."""

    plan: Plan
    rounds: Sequence[PlannedRound]
    rows: Sequence[tuple[str, Sequence[VisitResult]]]


def look_of(result: VisitResult) -> Look:
    """How one result is shown; a visit whose window is still open is not due yet."""
    return NOT_DUE if result.rule is Rule.WINDOW_OPEN else LOOKS[result.result]


@router.get("/sites/{site_id}/nights")
def choose_night(
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    wanted: Annotated[date | None, Query(alias="date")] = None,
) -> Response:
    """The night of a date; without one the night that is going on, or was the last."""
    zone = sites.find_site(session, site_id).zone
    duty_date = wanted or (now.astimezone(zone) - _HALF_DAY).date()
    return RedirectResponse(f"/sites/{site_id}/nights/{duty_date}", HTTPStatus.SEE_OTHER)


@router.get("/sites/{site_id}/nights/{duty_date}")
def show_night(
    request: Request,
    site_id: int,
    duty_date: DutyDate,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
) -> HTMLResponse:
    """The night as it is known now."""
    night = reconciliation.night(session, site_id=site_id, duty_date=duty_date, now=now)
    names = {each.id: each.name for each in night.layout.checkpoints}
    return render(
        request,
        "night.html",
        night=night,
        site=night.layout.site,
        zone=night.layout.site.time_zone,
        tables=_tables(night, names),
        names=names,
        counts=_counts(night),
        look_of=look_of,
        wand_names={each.wand.id: each.wand.name for each in night.coverage},
        guard_names={each.number: each.name for each in night.guards if each.number is not None},
        waiting=_waiting(night),
        previous_date=duty_date - _ONE_DAY,
        next_date=duty_date + _ONE_DAY,
    )


def _tables(night: Night, names: Mapping[int, str]) -> list[PlanTable]:
    results: dict[int, list[VisitResult]] = {plan.plan_id: [] for plan in night.plans}
    for result in night.results:
        results[result.planned.plan_id].append(result)
    return [_table(plan, results[plan.plan_id], names) for plan in night.plans]


def _table(plan: Plan, results: Sequence[VisitResult], names: Mapping[int, str]) -> PlanTable:
    rows: list[list[VisitResult]] = [[] for _ in plan.route.checkpoint_ids]
    for result in results:
        rows[result.planned.position].append(result)
    return PlanTable(
        plan=plan,
        rounds=[each.planned.round for each in rows[0]],
        rows=[
            (names[checkpoint_id], row)
            for checkpoint_id, row in zip(plan.route.checkpoint_ids, rows, strict=True)
        ],
    )


def _counts(night: Night) -> list[tuple[Look, int]]:
    """How often each look occurs, in the order of ``LOOKS``; those that do not are left out."""
    counted = Counter(look_of(result) for result in night.results)
    return [(look, counted[look]) for look in (*LOOKS.values(), NOT_DUE) if counted[look]]


def _waiting(night: Night) -> set[int]:
    """The wands that may still hold visits of this night."""
    return {wand_id for result in night.results for wand_id in result.wand_ids}
