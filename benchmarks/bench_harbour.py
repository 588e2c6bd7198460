"""A thousand wands that nobody asks anything, in one process: what they cost."""

import asyncio
import resource
import time
from collections.abc import Generator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support.sim_wands import setup_of
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.carriers.tcp_port import TcpPort
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.harbour import Harbour
from watchclock_sim.wands.fcard import FcardWand

WANDS = 1000
WATCHED_S = 3.0


@pytest.fixture
def room_for_ports() -> Generator[None]:
    """Descriptors for a port each, which is more than most machines give by default."""
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(usual[0], 2 * WANDS), usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, usual)


def idle_core_s() -> float:
    """Seconds of processor time that the idle wands take while they are watched."""
    clock = SystemClock()
    harbour = Harbour(clock)
    for number in range(WANDS):
        port = TcpPort("127.0.0.1", 0)
        dock = Dock(FcardWand(setup_of("7")), port, faults=LineFaults((), 0), baud=0, clock=clock)
        harbour.add(dock, port, f"wand {number}")
    took_s: list[float] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()

        def begin() -> None:
            began_s = time.process_time()
            loop.call_later(WATCHED_S, end, began_s)

        def end(began_s: float) -> None:
            took_s.append(time.process_time() - began_s)
            harbour.stop()

        def ready() -> None:
            # By then every wand has had its first turn.
            loop.call_later(1.0, begin)

        await harbour.serve(ready)

    asyncio.run(watched())
    return took_s[0]


@pytest.mark.usefixtures("room_for_ports")
def bench_idle_wands(benchmark: BenchmarkFixture) -> None:
    core_s: float = benchmark.pedantic(idle_core_s, rounds=1)  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
    assert core_s < WATCHED_S
    benchmark.extra_info["ratios"] = {"core_percent_a_wand": 100 * core_s / WATCHED_S / WANDS}
