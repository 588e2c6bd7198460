"""The wands of a fleet before anybody has asked them anything."""

import gc
from collections.abc import Sequence

from tests.support import by_hand_vs
from tests.support.usb_host import UsbHost
from tests.support.virtual_port import VirtualClock
from watchclock_sim.docking import docked
from watchclock_sim.fleet.members import members
from watchclock_sim.fleet.ports import PluggedWand, fleet_ports
from watchclock_sim.fleet.settings import FleetSettings
from watchclock_sim.line.dock import Dock
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.wands.vs import VsWand

IDENTIFY = by_hand_vs.frame(by_hand_vs.REQUEST, 0x01, 0x1234)


def made() -> int:
    """How many vs wands there are."""
    gc.collect()
    return sum(isinstance(each, VsWand) for each in gc.get_objects())


def on_one_bus(settings: FleetSettings) -> Sequence[tuple[Dock, PluggedWand]]:
    """Every wand of the fleet in its dock."""
    clock = VirtualClock()
    ports = fleet_ports(settings)
    placed: list[tuple[Dock, PluggedWand]] = []
    for member in members(settings, clock):
        plug = ports.plug_in(member.wand)
        dock = docked(member.wand, plug.port, clock, seed=0, hub=ports.hub)
        placed.append((dock, plug))
    return placed


def test_a_wand_that_a_host_has_attached_is_made_when_it_is_written_to() -> None:
    before = made()
    placed = on_one_bus(FleetSettings(usbip="0", dialects="vs:5", records=10))
    hosts: list[UsbHost] = []
    for dock, plug in placed:
        assert isinstance(plug.port, UsbPort)
        hosts.append(UsbHost(plug.port.device))
        hosts[-1].configure()
        dock.turn()
    attached = made()
    hosts[2].send(0x02, IDENTIFY)
    placed[2][0].turn()
    assert (attached - before, made() - before) == (0, 1)


def test_the_bus_ids_of_a_fleet_follow_the_order_of_its_wands() -> None:
    placed = on_one_bus(FleetSettings(usbip="0", dialects="kaihe_eb:2,vs:1", records=1))
    assert [plug.where for _, plug in placed] == [
        {"address": "usb:10C4:EA60:0001", "bus_id": "1-1"},
        {"address": "usb:10C4:EA60:0001", "bus_id": "1-2"},
        {"address": "usb:1209:0002:5B00000000001234", "bus_id": "1-3"},
    ]


def test_only_wands_on_one_bus_share_a_hub() -> None:
    assert fleet_ports(FleetSettings(usbip="0", dialects="vs:2")).hub is not None
    assert fleet_ports(FleetSettings(tcp="0", dialects="vs:2")).hub is None
