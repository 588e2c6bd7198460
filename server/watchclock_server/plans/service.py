"""Use cases of plans: make routes and plans, edit them by new versions, say what was due."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from watchclock_server.errors import (
    ConflictError,
    NamedValues,
    NotFoundError,
    RuleViolationError,
)
from watchclock_server.plans import domain, repository
from watchclock_server.plans.domain import Plan, PlannedVisit, PlanTerms, Route, RouteOrder
from watchclock_server.sites import service as sites
from watchclock_server.sites.domain import NAME_LENGTH, is_good_name

__all__ = [
    "PlanNotFoundError",
    "PlanRuleError",
    "PlanTakenError",
    "RouteCheckpointsError",
    "RouteNotFoundError",
    "create_plan",
    "create_route",
    "edit_plan",
    "planned_visits",
    "plans_of",
    "routes_of",
]

_ONE_DAY = timedelta(days=1)


class PlanNotFoundError(NotFoundError):
    """No plan has this key."""

    code = "plans.plan_not_found"
    template = "There is no plan {plan_id}."
    next_step = "Choose a plan on the site's page of plans."


class RouteNotFoundError(NotFoundError):
    """The site has no route of this key."""

    code = "plans.route_not_found"
    template = "The site has no route {route_id}."
    next_step = "Make the route first, then the plan."


class RouteCheckpointsError(RuleViolationError):
    """A route lists nothing, something twice, or another site's checkpoint."""

    code = "plans.route_checkpoints"
    template = "A route is a list of different checkpoints of its own site."
    next_step = "Choose at least one checkpoint of the site, each once."


class PlanRuleError(RuleViolationError):
    """The terms of a plan contradict themselves."""

    code = "plans.rule"
    template = "The plan cannot be kept as it is written: {rules}."
    next_step = "Rounds begin in the shift, windows are no longer than it, dates are in order."


class PlanTakenError(ConflictError):
    """Another route or plan of the site has this name already."""

    code = "plans.taken"
    template = "The site already has an entry called “{name}”."
    next_step = "Choose another name, or edit the entry that has it."


def create_route(
    session: Session, *, site_id: int, name: str, order: RouteOrder, checkpoint_ids: Sequence[int]
) -> Route:
    """The new route. Routes are never changed: for another walk make another route.

    Raises:
        SiteNotFoundError: there is no such site.
        NameInvalidError: the name cannot be used.
        RouteCheckpointsError: nothing listed, something twice, or not of this site.
        PlanTakenError: the site has a route of this name.
    """
    sites.find_site(session, site_id)
    _check_name(name)
    known = {checkpoint.id for checkpoint in sites.checkpoints_of(session, site_id)}
    wanted = set(checkpoint_ids)
    if not wanted or len(wanted) != len(checkpoint_ids) or not wanted <= known:
        raise RouteCheckpointsError
    row = repository.RouteRow(site_id=site_id, name=name, order=order)
    try:
        with session.begin_nested():
            return repository.add_route(session, row, checkpoint_ids)
    except IntegrityError as error:
        raise PlanTakenError(name=name) from error


def routes_of(session: Session, site_id: int) -> list[Route]:
    """A site's routes by name."""
    return repository.list_routes(session, site_id)


def create_plan(
    session: Session, *, site_id: int, name: str, terms: PlanTerms, author: str, now: datetime
) -> Plan:
    """The new plan in its first version.

    Raises:
        SiteNotFoundError: there is no such site.
        NameInvalidError: the name cannot be used.
        RouteNotFoundError: the site has no such route.
        PlanRuleError: the terms contradict themselves.
        PlanTakenError: the site has a plan of this name.
    """
    sites.find_site(session, site_id)
    _check_name(name)
    _check_terms(session, site_id, terms)
    row = repository.PlanRow(site_id=site_id, name=name)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise PlanTakenError(name=name) from error
    return _add_version(session, row, terms, author, now)


def edit_plan(
    session: Session, *, plan_id: int, terms: PlanTerms, author: str, now: datetime
) -> Plan:
    """The next version of a plan; the earlier ones stay.

    It holds for duty dates from its ``valid_from`` on, before that the earlier versions still do.

    Raises:
        PlanNotFoundError: there is no such plan.
        RouteNotFoundError: the site has no such route.
        PlanRuleError: the terms contradict themselves.
    """
    row = repository.find_plan(session, plan_id)
    if row is None:
        raise PlanNotFoundError(plan_id=plan_id)
    _check_terms(session, row.site_id, terms)
    return _add_version(session, row, terms, author, now)


def plans_of(
    session: Session, site_id: int, period: tuple[date, date] | None = None
) -> list[Plan]:
    """Every version of every plan of a site, by plan and version.

    Args:
        session: the transaction.
        site_id: the site.
        period: first and last duty date; then only versions that can be in force in it.
    """
    return repository.list_plans(session, site_id, period)


def planned_visits(
    session: Session, *, site_id: int, begin: date, end: date
) -> list[PlannedVisit]:
    """All visits due at a site on the duty dates from ``begin`` to ``end``, both included.

    Raises:
        SiteNotFoundError: there is no such site.
    """
    zone = sites.find_site(session, site_id).zone
    versions = plans_of(session, site_id, (begin, end))
    dates = (begin + _ONE_DAY * day for day in range((end - begin).days + 1))
    return [
        visit
        for duty_date in dates
        for plan in domain.in_force(versions, duty_date)
        for visit in domain.planned_visits(plan, duty_date, zone)
    ]


def _check_name(name: str) -> None:
    if not is_good_name(name):
        raise sites.NameInvalidError(name=name, longest=NAME_LENGTH)


def _check_terms(session: Session, site_id: int, terms: PlanTerms) -> None:
    route = repository.find_route(session, terms.route_id)
    if route is None or route.site_id != site_id:
        raise RouteNotFoundError(route_id=terms.route_id)
    broken = domain.broken_rules(terms)
    if broken:
        raise PlanRuleError(rules=NamedValues(members=broken))


def _add_version(
    session: Session, row: repository.PlanRow, terms: PlanTerms, author: str, now: datetime
) -> Plan:
    version = repository.add_version(session, row, terms, author, now)
    return next(
        plan
        for plan in repository.list_plans(session, row.site_id)
        if (plan.plan_id, plan.version) == (row.id, version)
    )
