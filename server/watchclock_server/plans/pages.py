"""The page of a site's routes and plans with its forms."""

from collections.abc import Mapping
from datetime import time
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.errors import RuleViolationError
from watchclock_server.language import translatable
from watchclock_server.plans import service
from watchclock_server.plans.domain import (
    EVERY_DAY,
    FixedRounds,
    PlanRule,
    PlanTerms,
    RecurringRounds,
    RoundPattern,
    RouteOrder,
)
from watchclock_server.plans.schemas import TermsFields, to_minute
from watchclock_server.rendering import render
from watchclock_server.sites import service as sites

__all__ = ["RULE_WORDS", "router"]

router = APIRouter(include_in_schema=False)

RULE_WORDS: Final[Mapping[str, str]] = {
    PlanRule.ROUNDS_EXIST: translatable("no round is given"),
    PlanRule.ROUNDS_IN_SHIFT: translatable("a round begins outside the shift"),
    PlanRule.ROUND_LENGTH: translatable("the window is not between one minute and the shift"),
    PlanRule.TOLERANCE: translatable("the tolerance is not between zero and the shift"),
    PlanRule.WEEKDAYS: translatable("no day of the week is chosen, or one that does not exist"),
    PlanRule.VALIDITY: translatable("the last night is before the first"),
}
"""What people read where the terms of a plan break a rule."""


class RoundsInvalidError(RuleViolationError):
    """The field of round starts holds something that is no time of day."""

    code = "plans.rounds_invalid"
    template = "“{text}” is not a list of times."
    next_step = "Write times of day such as 22:00, 23:30, or give minutes between rounds instead."


class PlaceInvalidError(RuleViolationError):
    """The place of a checkpoint in a route is no number."""

    code = "plans.place_invalid"
    template = "“{text}” is not a place in a route."
    next_step = "Number the checkpoints of the route and leave the others empty."


class TermsForm(TermsFields):
    """The fields of a plan as a browser sends them."""

    every_minutes: int | None = None
    starts: str = ""

    def value(self) -> PlanTerms:
        """The terms as the rules know them.

        Raises:
            RoundsInvalidError: the round starts are no times of day.
        """
        return self.with_rounds(self._rounds())

    def _rounds(self) -> RoundPattern:
        if self.every_minutes is not None:
            return RecurringRounds(every_minutes=self.every_minutes)
        written = self.starts.replace("，", ",").replace("：", ":").replace(",", " ").split()
        try:
            starts = tuple(to_minute(time.fromisoformat(each)) for each in written)
        except ValueError as error:
            raise RoundsInvalidError(text=self.starts) from error
        return FixedRounds(starts=starts)


class PlanForm(TermsForm):
    """The same for a plan that does not exist yet."""

    name: str


@router.get("/sites/{site_id}/plans")
def show_plans(
    request: Request,
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    edit: int | None = None,
) -> HTMLResponse:
    """A site's routes and every version of its plans; ``edit`` opens the form of one plan."""
    site = sites.find_site(session, site_id)
    plans = service.plans_of(session, site_id)
    newest = {plan.plan_id: plan for plan in plans}
    return render(
        request,
        "plans.html",
        site=site,
        today=now.astimezone(site.zone).date(),
        checkpoints=sites.checkpoints_of(session, site_id),
        routes=service.routes_of(session, site_id),
        plans=plans,
        newest=newest,
        edited=None if edit is None else newest.get(edit),
        every_day=sorted(EVERY_DAY),
    )


@router.post("/sites/{site_id}/routes")
def create_route(
    site_id: int,
    session: DatabaseSession,
    _person: SignedIn,
    name: Annotated[str, Form()],
    order: Annotated[RouteOrder, Form()],
    places: Annotated[list[str], Form()],
) -> Response:
    """The page with the new route; ``places`` follow the site's order of checkpoints."""
    checkpoints = sites.checkpoints_of(session, site_id)
    listed = [
        (_place(text), checkpoint.position, checkpoint.id)
        for text, checkpoint in zip(places, checkpoints, strict=False)
        if text.strip()
    ]
    service.create_route(
        session,
        site_id=site_id,
        name=name.strip(),
        order=order,
        checkpoint_ids=[checkpoint_id for _, _, checkpoint_id in sorted(listed)],
    )
    return _to_plans(site_id)


@router.post("/sites/{site_id}/plans")
def create_plan(
    site_id: int,
    session: DatabaseSession,
    now: Now,
    person: SignedIn,
    form: Annotated[PlanForm, Form()],
) -> Response:
    """The page with the new plan."""
    service.create_plan(
        session,
        site_id=site_id,
        name=form.name.strip(),
        terms=form.value(),
        author=person.name,
        now=now,
    )
    return _to_plans(site_id)


@router.post("/sites/{site_id}/plans/{plan_id}/versions")
def edit_plan(
    site_id: int,
    plan_id: int,
    session: DatabaseSession,
    now: Now,
    person: SignedIn,
    form: Annotated[TermsForm, Form()],
) -> Response:
    """The page with the next version of a plan."""
    service.edit_plan(session, plan_id=plan_id, terms=form.value(), author=person.name, now=now)
    return _to_plans(site_id)


def _place(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise PlaceInvalidError(text=text) from error


def _to_plans(site_id: int) -> Response:
    return RedirectResponse(f"/sites/{site_id}/plans", HTTPStatus.SEE_OTHER)
