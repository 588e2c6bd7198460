"""The page of a night of 50 checkpoints and 12 rounds, from the request to the last byte.

The reference is writing and reading the page's JSON twin with ``json``: the same 600 visits,
without database, rules, templates and HTTP.
"""

import json
from collections.abc import Iterator
from time import perf_counter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support.nights import MORNING, minutes
from tests.support.server_app import RunningApp, make_app
from tests.support.statements import statements
from tests.support.stored_nights import store_full_night

NIGHT = "/sites/1/nights/2026-03-01"
CHECKPOINTS = 50
ROUNDS = 12
REPEATS = 25


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with make_app(tmp_path_factory.mktemp("night")) as app:
        with app.database.session() as session:
            store_full_night(session, checkpoints=CHECKPOINTS, rounds=ROUNDS, wands=3)
        app.clock.set(MORNING + minutes(60))
        yield app


def _reference_s(twin: object) -> float:
    """Seconds a time, measured in runs as long as a page: a busy machine slows both alike."""
    times: list[float] = []
    for _ in range(10):
        began = perf_counter()
        for _ in range(REPEATS):
            json.loads(json.dumps(twin))
        times.append((perf_counter() - began) / REPEATS)
    return min(times)


def bench_night_page(benchmark: BenchmarkFixture, running: RunningApp) -> None:
    twin = running.browser.get(f"/api{NIGHT}").json()
    with statements(running.database) as seen:
        running.browser.get(NIGHT)
    page: str = benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
        lambda: running.browser.get(NIGHT).text, rounds=10, warmup_rounds=2
    )
    if benchmark.stats is not None:
        benchmark.extra_info["ratios"] = {
            "queries": len(seen),
            "json": benchmark.stats.stats.min / _reference_s(twin),
        }
    assert len(twin["visits"]) == CHECKPOINTS * ROUNDS
    assert page.count("✓</span>") == CHECKPOINTS * ROUNDS + 1
