"""A night of 50 checkpoints and 12 rounds costs a fixed, small number of queries."""

import pytest

from tests.support.nights import MORNING, minutes
from tests.support.server_app import RunningApp
from tests.support.statements import statements
from tests.support.stored_nights import store_full_night

NIGHT = "/sites/1/nights/2026-03-01"
QUERY_BUDGET = 8


@pytest.mark.parametrize(("checkpoints", "wands"), [(1, 1), (50, 3)])
def test_the_page_of_a_night_stays_in_its_budget_of_queries(
    running: RunningApp, checkpoints: int, wands: int
) -> None:
    with running.database.session() as session:
        store_full_night(session, checkpoints=checkpoints, rounds=12, wands=wands)
    running.clock.set(MORNING + minutes(60))
    with statements(running.database) as seen:
        answer = running.browser.get(NIGHT)
    assert answer.status_code == 200
    # Once for each visit, and once in the summary.
    assert answer.text.count("✓</span>") == checkpoints * 12 + 1
    assert "⇅" not in answer.text
    assert len(seen) <= QUERY_BUDGET, "\n".join(seen)
