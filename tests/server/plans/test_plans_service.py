"""Routes and plans as stored: versions stay, names are unique, nothing foreign slips in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy.orm import Session

from tests.support.nights import terms_of
from tests.support.stored_nights import add_site
from watchclock_server.database import Database
from watchclock_server.plans import service
from watchclock_server.plans.domain import FixedRounds, PlanTerms, RecurringRounds, RouteOrder
from watchclock_server.sites import service as sites

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOURLY = terms_of(RecurringRounds(every_minutes=60))
TIMES = terms_of(FixedRounds(starts=(time(22, 15), time(1, 30))))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A transaction on a site with three checkpoints and a route over all of them."""
    with database.session() as opened:
        layout = add_site(opened, checkpoints=3)
        service.create_route(
            opened,
            site_id=layout.site.id,
            name="all",
            order=RouteOrder.ORDERED,
            checkpoint_ids=[3, 1, 2],
        )
        yield opened


def create(session: Session, terms: PlanTerms, name: str = "night") -> int:
    plan = service.create_plan(session, site_id=1, name=name, terms=terms, author="anna", now=NOW)
    return plan.plan_id


def test_a_plan_comes_back_as_it_was_written(session: Session) -> None:
    for name, terms in (("hourly", HOURLY), ("times", TIMES)):
        create(
            session, replace(terms, weekdays=frozenset({1, 7}), valid_to=date(2027, 1, 1)), name
        )
    hourly, times = service.plans_of(session, 1)
    assert hourly.terms == replace(HOURLY, weekdays=frozenset({1, 7}), valid_to=date(2027, 1, 1))
    assert times.terms.rounds == TIMES.rounds
    assert (hourly.name, hourly.version, hourly.author) == ("hourly", 1, "anna")
    assert hourly.written_at == NOW
    assert hourly.route.checkpoint_ids == (3, 1, 2)
    assert hourly.route.order is RouteOrder.ORDERED


def test_an_edit_adds_a_version_and_keeps_the_others(session: Session) -> None:
    plan_id = create(session, HOURLY)
    for _ in range(2):
        service.edit_plan(session, plan_id=plan_id, terms=TIMES, author="bo", now=NOW)
    versions = service.plans_of(session, 1)
    assert [(each.version, each.terms.rounds, each.author) for each in versions] == [
        (1, HOURLY.rounds, "anna"),
        (2, TIMES.rounds, "bo"),
        (3, TIMES.rounds, "bo"),
    ]


def test_only_versions_that_can_be_in_force_are_fetched_for_a_night(session: Session) -> None:
    plan_id = create(session, HOURLY)
    for first in (date(2026, 3, 1), date(2026, 3, 10), date(2026, 4, 1)):
        terms = replace(HOURLY, valid_from=first)
        service.edit_plan(session, plan_id=plan_id, terms=terms, author="bo", now=NOW)
    fetched = service.plans_of(session, 1, (date(2026, 3, 9), date(2026, 3, 11)))
    assert [each.version for each in fetched] == [2, 3]


def test_planned_visits_cover_several_nights_and_every_plan(session: Session) -> None:
    create(session, HOURLY, "a")
    create(session, TIMES, "b")
    visits = service.planned_visits(
        session, site_id=1, begin=date(2026, 3, 1), end=date(2026, 3, 2)
    )
    assert len(visits) == 2 * (8 + 2) * 3
    assert {visit.duty_date for visit in visits} == {date(2026, 3, 1), date(2026, 3, 2)}


def test_a_second_plan_or_route_of_one_name_is_refused(session: Session) -> None:
    create(session, HOURLY)
    with pytest.raises(service.PlanTakenError):
        create(session, TIMES)
    with pytest.raises(service.PlanTakenError):
        service.create_route(
            session, site_id=1, name="all", order=RouteOrder.FREE, checkpoint_ids=[1]
        )
    assert len(service.plans_of(session, 1)) == len(service.routes_of(session, 1)) == 1


@pytest.mark.parametrize("checkpoint_ids", [[], [1, 1], [1, 4]], ids=str)
def test_a_route_lists_checkpoints_of_its_own_site_once(
    session: Session, checkpoint_ids: list[int]
) -> None:
    other = sites.create_site(session, name="Other", time_zone="UTC")
    sites.add_checkpoint(session, site_id=other.id, name="far away")
    with pytest.raises(service.RouteCheckpointsError):
        service.create_route(
            session, site_id=1, name="x", order=RouteOrder.FREE, checkpoint_ids=checkpoint_ids
        )


def test_a_plan_cannot_use_the_route_of_another_site(session: Session) -> None:
    other = sites.create_site(session, name="Other", time_zone="UTC")
    with pytest.raises(service.RouteNotFoundError):
        service.create_plan(
            session, site_id=other.id, name="night", terms=HOURLY, author="anna", now=NOW
        )


def test_terms_that_contradict_themselves_are_refused_by_name(session: Session) -> None:
    plan_id = create(session, HOURLY)
    bad = replace(HOURLY, round_minutes=0)
    with pytest.raises(service.PlanRuleError, match="round_length"):
        service.edit_plan(session, plan_id=plan_id, terms=bad, author="anna", now=NOW)


def test_an_unknown_plan_cannot_be_edited(session: Session) -> None:
    with pytest.raises(service.PlanNotFoundError):
        service.edit_plan(session, plan_id=9, terms=HOURLY, author="anna", now=NOW)
