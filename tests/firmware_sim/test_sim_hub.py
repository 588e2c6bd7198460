"""Several wands on one hub: a reset takes all of them, and each comes back when it may."""

import pytest

from tests.firmware_sim.test_sim_dock import NUMBER, READ_137, READ_NUMBER, fcard_wand
from tests.support.virtual_port import VirtualClock, VirtualPort
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.hub import Hub

RESET_BYTE = 700


class HubBench:
    """Wands of 137 records on one hub; the faults of each are given."""

    def __init__(self, *faults: str | None, baud: int = 0) -> None:
        self.clock = VirtualClock()
        self.ports = [VirtualPort() for _ in faults]
        hub = Hub()
        self.docks: list[Dock] = []
        for port, fault in zip(self.ports, faults, strict=True):
            line = LineFaults([parse_fault(fault)] if fault else [], seed=0)
            dock = Dock(fcard_wand(137), port, faults=line, baud=baud, clock=self.clock)
            dock.hang_on(hub)
            self.docks.append(dock)

    @property
    def plugged(self) -> list[bool]:
        return [port.is_plugged for port in self.ports]

    def ask(self, place: int, data: bytes) -> None:
        self.ports[place].to_wand += data
        self.docks[place].turn()

    def turn_at(self, seconds: float) -> None:
        self.clock.now = seconds
        for dock in self.docks:
            dock.turn()


def test_a_reset_takes_every_wand_off_and_brings_all_back_at_the_same_moment() -> None:
    bench = HubBench(f"hub_reset:byte={RESET_BYTE},for_ms=250", None, None)
    bench.ask(0, READ_137)
    assert bench.plugged == [False, False, False]
    assert [dock.idle_s(0.0) for dock in bench.docks] == [0.25, 0.25, 0.25]
    bench.turn_at(0.249)
    assert bench.plugged == [False, False, False]
    bench.turn_at(0.25)
    assert bench.plugged == [True, True, True]


def test_what_was_on_its_way_is_lost_for_each_wand_and_each_answers_anew() -> None:
    bench = HubBench(f"hub_reset:byte={RESET_BYTE}", None)
    bench.ports[1].room = 100
    bench.ask(1, READ_137)
    assert len(bench.ports[1].from_wand) == 100
    bench.ask(0, READ_137)
    assert len(bench.ports[0].from_wand) == RESET_BYTE
    for port in bench.ports:
        port.from_wand.clear()
        port.room = 1 << 62
    bench.turn_at(0.1)
    assert [bytes(port.from_wand) for port in bench.ports] == [b"", b""]
    for place, port in enumerate(bench.ports):
        bench.ask(place, READ_NUMBER)
        assert bytes(port.from_wand) == NUMBER


def test_a_paced_wand_loses_what_was_still_on_its_line() -> None:
    bench = HubBench(None, f"hub_reset:byte={len(NUMBER)}", baud=9600)
    bench.ask(0, READ_137)
    bench.ask(1, READ_NUMBER)
    while bench.plugged == [True, True]:
        bench.turn_at(bench.clock.now + 0.004)
    assert 0 < len(bench.ports[0].from_wand) < RESET_BYTE
    assert bench.plugged == [False, False]
    bench.ports[0].from_wand.clear()
    bench.turn_at(bench.clock.now + 0.1)
    bench.turn_at(5.0)
    assert bench.plugged == [True, True]
    assert bytes(bench.ports[0].from_wand) == b""


@pytest.mark.parametrize(
    ("for_ms", "back_at"), [(0, None), (100, 0.3), (500, 0.5)], ids=["for ever", "less", "longer"]
)
def test_a_wand_whose_cable_is_out_is_not_put_back_by_the_hub(
    for_ms: int, back_at: float | None
) -> None:
    bench = HubBench(f"unplug:byte=50,for_ms={for_ms}", "hub_reset:byte=60,for_ms=300")
    bench.ask(0, READ_137)
    assert bench.plugged == [False, True]
    bench.ask(1, READ_137)
    assert bench.docks[0].idle_s(0.0) == back_at
    bench.turn_at(0.3)
    assert bench.plugged == [back_at == 0.3, True]
    bench.turn_at(60.0)
    assert bench.plugged == [back_at is not None, True]


def test_a_wand_on_a_hub_of_its_own_is_not_touched_by_another_ones_reset() -> None:
    bench = HubBench(f"hub_reset:byte={RESET_BYTE}", None)
    bench.docks[1].hang_on(Hub())
    alone = VirtualPort()
    other = Dock(fcard_wand(), alone, faults=LineFaults((), 0), baud=0, clock=bench.clock)
    bench.ask(0, READ_137)
    assert bench.plugged[0] is False
    assert alone.is_plugged
    assert other.idle_s(0.0) is None
