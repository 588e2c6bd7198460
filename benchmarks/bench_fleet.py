"""A thousand wands in one process, all downloaded over TCP by 32 workers with real device code.

Nothing may be lost and nothing may come twice; the simulator's memory and what an idle wand costs
are held to limits, not to a reference.
"""

import time
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from tests.support.fleets import Fleet, differences, download_all, running_fleet

WANDS = "vs:600,fcard:400"
COUNT = 1_000
RECORDS = "100"
PROCESSES = 8
THREADS = 4
IDLE_S = 10.0


def idle_percent(fleet: Fleet) -> float:
    """Percent of a core that one wand costs while nobody speaks to any."""
    before, began = fleet.cpu_s, time.monotonic()
    time.sleep(IDLE_S)
    return 100 * (fleet.cpu_s - before) / (time.monotonic() - began) / len(fleet.addresses)


def bench_fleet_of_1000_wands(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    with running_fleet(tmp_path, "--dialects", WANDS, "--records", RECORDS) as fleet:
        untouched = idle_percent(fleet)
        troubles = benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
            download_all,
            args=(fleet, fleet.addresses, tmp_path / "spools"),
            kwargs={"processes": PROCESSES, "threads": THREADS},
            rounds=1,
        )
        downloaded = idle_percent(fleet)
        peak_mb = fleet.peak_mb
    assert len(set(fleet.addresses)) == COUNT
    assert troubles == []
    assert differences(fleet, tmp_path / "spools") == []
    benchmark.extra_info["ratios"] = {
        "memory_mb": peak_mb,
        "idle_percent": max(untouched, downloaded),
    }
