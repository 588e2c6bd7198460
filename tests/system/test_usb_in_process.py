"""The device's own USB driver downloads a simulated wand in one process, through pyusb alone."""

from pathlib import Path

import pytest

from tests.support.docks import HASTY_CLOCKS, natural_keys, open_spool
from tests.support.sim_wands import setup_of
from tests.support.virtual_port import VirtualClock
from watchclock_device.discovery import Discovery
from watchclock_device.docking import Docking
from watchclock_device.drivers.usb_bulk import UsbBulkDriver
from watchclock_device.errors import LinkLostError, PortNotFoundError
from watchclock_device.results import DownloadResult, SilentProgress
from watchclock_sim.generated import generated_touches
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.pyusb_backend import PyusbBackend
from watchclock_sim.usb.waiting_host import DockedWand, SleepingClock, WaitingClock
from watchclock_sim.wands.personality import find_personality

NUMBER = "5F00000000001234"
ADDRESS = f"usb:1209:0003:{NUMBER}"
TOUCHES = 500


def backend_with_a_wand(clock: WaitingClock, *faults: str) -> PyusbBackend:
    personality = find_personality("vs")
    firmware = personality.make(setup_of(NUMBER, capacity=2 * TOUCHES))
    for touch in generated_touches(TOUCHES, 1, personality.technology(NUMBER)):
        firmware.touch(touch.tag, touch.utc, is_guard_tag=False)
    device = usb_device(personality.usb_profile(NUMBER), NUMBER)
    line_faults = LineFaults([parse_fault(fault) for fault in faults], 1)
    dock = Dock(firmware, UsbPort(device), faults=line_faults, baud=0, clock=clock)
    return PyusbBackend([DockedWand(device, dock)], clock)


def downloaded(backend: PyusbBackend, folder: Path, where: str = ADDRESS) -> DownloadResult:
    discovery = Discovery({"usb": UsbBulkDriver(backend)}, HASTY_CLOCKS)
    docking = Docking(discovery, open_spool(folder), HASTY_CLOCKS, SilentProgress())
    return docking.download(where, dialect=None, keep=False)


def test_a_vf5000_is_found_downloaded_whole_and_acknowledged(tmp_path: Path) -> None:
    backend = backend_with_a_wand(SleepingClock())
    result = downloaded(backend, tmp_path, "auto")
    patrols = {key for key in natural_keys(tmp_path) if key[1] == "patrol"}
    assert len(patrols) == TOUCHES
    assert result.is_acknowledged
    again = downloaded(backend, tmp_path)
    assert len({key for key in natural_keys(tmp_path) if key[1] == "patrol"}) == TOUCHES
    assert again.is_acknowledged


def test_a_cable_that_comes_out_in_the_middle_loses_no_record(tmp_path: Path) -> None:
    clock = VirtualClock()
    backend = backend_with_a_wand(clock, "unplug:byte=6000,for_ms=300")
    with pytest.raises(LinkLostError):
        downloaded(backend, tmp_path)
    with pytest.raises(PortNotFoundError):
        downloaded(backend, tmp_path)
    clock.now += 0.3
    assert downloaded(backend, tmp_path).is_acknowledged
    patrols = {key for key in natural_keys(tmp_path) if key[1] == "patrol"}
    assert len(patrols) == TOUCHES
