"""Many wands in one event loop: woken, never asked; one's failure is its own."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from typing_extensions import override

from tests.support.docks import exit_of_child
from tests.support.golden_fcard import exchanges
from tests.support.sim_wands import setup_of
from tests.support.virtual_port import VirtualPort
from watchclock_sim.errors import AllWandsFailedError
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.harbour import Harbour, run_harbour, stopped_by_signals
from watchclock_sim.wands.fcard import FcardWand

READ_NUMBER, (NUMBER,) = exchanges()[0].host, exchanges()[0].wand
A_WHILE_S = 0.2
CLOCK = SystemClock()


class BrokenWand(FcardWand):
    """Its firmware has a mistake in it that the first request meets."""

    @override
    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        raise ZeroDivisionError(f"on {len(data)} bytes")


def docked(harbour: Harbour, wand: FcardWand, *faults: str, baud: int = 0) -> VirtualPort:
    port = VirtualPort()
    line = LineFaults((parse_fault(fault) for fault in faults), seed=0)
    harbour.add(Dock(wand, port, faults=line, baud=baud, clock=CLOCK), port, "a wand")
    return port


def ask(port: VirtualPort, data: bytes) -> None:
    port.to_wand += data
    assert port.wake is not None
    port.wake()


async def answered(port: VirtualPort, data: bytes) -> bool:
    for _ in range(5_000):
        if bytes(port.from_wand) == data:
            return True
        await asyncio.sleep(0.002)
    return False


def serve(harbour: Harbour, host: Callable[[], object]) -> None:
    """Run the harbour while the coroutine function ``host`` does its part."""

    async def both() -> None:
        opened = asyncio.Event()
        serving = asyncio.create_task(harbour.serve(opened.set))
        await opened.wait()
        part = host()
        if asyncio.iscoroutine(part):
            await part
        harbour.stop()
        await serving

    asyncio.run(both())


def test_an_idle_wand_is_never_turned() -> None:
    harbour = Harbour(CLOCK)
    ports = [docked(harbour, FcardWand(setup_of("7"))) for _ in range(50)]
    turns: list[int] = []

    async def host() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        turns.append(sum(port.reads for port in ports))
        await asyncio.sleep(A_WHILE_S)
        turns.append(sum(port.reads for port in ports))

    serve(harbour, host)
    assert turns == [50, 50]
    assert not any(port.is_plugged for port in ports)


def test_a_woken_wand_answers_and_comes_to_rest_again() -> None:
    harbour = Harbour(CLOCK)
    asked, quiet = (docked(harbour, FcardWand(setup_of("7"))) for _ in range(2))
    turns: list[int] = []

    async def host() -> None:
        ask(asked, READ_NUMBER)
        assert await answered(asked, NUMBER)
        turns.append(asked.reads)
        await asyncio.sleep(A_WHILE_S)
        turns.append(asked.reads)

    serve(harbour, host)
    assert turns[0] == turns[1] <= 4
    assert quiet.reads == 1


def test_a_wand_is_turned_again_at_the_moment_it_named_itself() -> None:
    harbour = Harbour(CLOCK)
    port = docked(harbour, FcardWand(setup_of("7")), "slow:delay_ms=50", baud=9600)
    took_s: list[float] = []

    async def host() -> None:
        began = CLOCK.monotonic()
        ask(port, READ_NUMBER)
        assert await answered(port, NUMBER)
        took_s.append(CLOCK.monotonic() - began)

    serve(harbour, host)
    assert took_s[0] >= 0.05 + (len(READ_NUMBER) + len(NUMBER)) * 10 / 9600
    assert port.reads < 20


def test_a_wand_whose_firmware_fails_goes_off_line_and_the_others_stay(
    caplog: pytest.LogCaptureFixture,
) -> None:
    harbour = Harbour(CLOCK)
    broken = docked(harbour, BrokenWand(setup_of("7")))
    whole = docked(harbour, FcardWand(setup_of("7")))

    async def host() -> None:
        ask(broken, READ_NUMBER)
        await asyncio.sleep(A_WHILE_S)
        assert not broken.is_plugged
        ask(whole, READ_NUMBER)
        assert await answered(whole, NUMBER)

    with caplog.at_level(logging.ERROR):
        serve(harbour, host)
    assert "a wand has failed and is off line" in caplog.text
    assert "ZeroDivisionError: on 9 bytes" in caplog.text
    assert len(caplog.records) == 1


def test_a_harbour_whose_every_wand_has_failed_ends_with_an_error() -> None:
    harbour = Harbour(CLOCK)
    ports = [docked(harbour, BrokenWand(setup_of("7"))) for _ in range(2)]

    async def serve_broken() -> None:
        def ready() -> None:
            for port in ports:
                ask(port, READ_NUMBER)

        async with asyncio.timeout(10):
            await harbour.serve(ready)

    with pytest.raises(AllWandsFailedError):
        asyncio.run(serve_broken())


class CountingCarrier:
    """Lets hosts in by other means; this one only counts."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def open(self) -> None:
        self.calls.append("open")

    async def close(self) -> None:
        self.calls.append("close")


def test_a_carrier_is_open_before_the_harbour_is_ready_and_closed_at_its_end() -> None:
    harbour = Harbour(CLOCK)
    carrier = CountingCarrier()
    harbour.carry(carrier)
    seen: list[list[str]] = []

    def host() -> None:
        seen.append(list(carrier.calls))

    serve(harbour, host)
    assert seen == [["open"]]
    assert carrier.calls == ["open", "close"]


def test_a_wand_that_comes_while_the_harbour_is_open_is_served_too() -> None:
    harbour = Harbour(CLOCK)

    async def host() -> None:
        port = docked(harbour, FcardWand(setup_of("7")))
        ask(port, READ_NUMBER)
        assert await answered(port, NUMBER)

    serve(harbour, host)
    assert harbour is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_loop_listens_stops_the_harbour_once_it_does(
    number: signal.Signals,
) -> None:
    def served() -> int:
        harbour, ready = Harbour(CLOCK), list[bool]()
        port = docked(harbour, FcardWand(setup_of("7")))
        with stopped_by_signals(harbour):
            os.kill(os.getpid(), number)
            run_harbour(harbour, lambda: ready.append(True))
        return 0 if ready == [True] and not port.is_plugged else 1

    assert exit_of_child(served) == 0
