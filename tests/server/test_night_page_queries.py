"""A night of 50 checkpoints and 12 rounds costs a fixed, small number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from tests.support.nights import MORNING, at, minutes, terms_of
from tests.support.server_app import RunningApp
from tests.support.stored_nights import add_plan, add_site, add_wand, record_visits, tag_of
from watchclock_server.database import Database
from watchclock_server.plans.domain import RecurringRounds

NIGHT = "/sites/1/nights/2026-03-01"
QUERY_BUDGET = 8


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement sent to the database inside the block, transaction control apart."""
    seen: list[str] = []

    def listen(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)


def store_night(running: RunningApp, checkpoints: int, rounds: int, wands: int) -> None:
    terms = terms_of(RecurringRounds(every_minutes=30), shift=("22:00", "04:00"), length=25)
    with running.database.session() as session:
        layout = add_site(session, checkpoints)
        add_plan(session, layout, terms)
        for wand in range(wands):
            wand_id = add_wand(session, layout.site.id, number=wand + 1)
            walk = [
                (at("22:02") + minutes(30) * turn + timedelta(seconds=20 * place), tag_of(place))
                for turn in range(wand, rounds, wands)
                for place in range(1, checkpoints + 1)
            ]
            record_visits(session, wand_id, walk)
    running.clock.set(MORNING + minutes(60))


@pytest.mark.parametrize(("checkpoints", "wands"), [(1, 1), (50, 3)])
def test_the_page_of_a_night_stays_in_its_budget_of_queries(
    running: RunningApp, checkpoints: int, wands: int
) -> None:
    store_night(running, checkpoints, rounds=12, wands=wands)
    running.browser.get("/sites/1")
    with statements(running.database) as seen:
        answer = running.browser.get(NIGHT)
    assert answer.status_code == 200
    assert answer.text.count("✓</span>") == checkpoints * 12 + 1
    assert len(seen) <= QUERY_BUDGET, "\n".join(seen)
