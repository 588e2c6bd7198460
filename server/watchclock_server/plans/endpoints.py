"""Routes and plans over HTTP."""

from http import HTTPStatus

from fastapi import APIRouter

from watchclock_server.access import Manager
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.plans import service
from watchclock_server.plans.schemas import NewPlan, NewRoute, PlanView, RouteView, TermsView

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["plans"])


@router.get("/sites/{site_id}/routes")
def list_routes(site_id: int, session: DatabaseSession, _actor: Manager) -> list[RouteView]:
    """A site's routes by name."""
    return [
        RouteView.model_validate(route, from_attributes=True)
        for route in service.routes_of(session, site_id)
    ]


@router.post("/routes", status_code=HTTPStatus.CREATED)
def create_route(wanted: NewRoute, session: DatabaseSession, _actor: Manager) -> RouteView:
    """The new route; it is never changed."""
    route = service.create_route(
        session,
        site_id=wanted.site_id,
        name=wanted.name,
        order=wanted.order,
        checkpoint_ids=wanted.checkpoint_ids,
    )
    return RouteView.model_validate(route, from_attributes=True)


@router.get("/sites/{site_id}/plans")
def list_plans(site_id: int, session: DatabaseSession, _actor: Manager) -> list[PlanView]:
    """Every version of every plan of a site."""
    return [PlanView.of(plan) for plan in service.plans_of(session, site_id)]


@router.post("/plans", status_code=HTTPStatus.CREATED)
def create_plan(wanted: NewPlan, session: DatabaseSession, now: Now, actor: Manager) -> PlanView:
    """The new plan in its first version."""
    plan = service.create_plan(
        session,
        site_id=wanted.site_id,
        name=wanted.name,
        terms=wanted.terms.value(),
        author=actor.name,
        now=now,
    )
    return PlanView.of(plan)


@router.post("/plans/{plan_id}/versions", status_code=HTTPStatus.CREATED)
def edit_plan(
    plan_id: int, wanted: TermsView, session: DatabaseSession, now: Now, actor: Manager
) -> PlanView:
    """The next version of a plan; earlier ones stay and hold for earlier duty dates."""
    plan = service.edit_plan(
        session, plan_id=plan_id, terms=wanted.value(), author=actor.name, now=now
    )
    return PlanView.of(plan)
