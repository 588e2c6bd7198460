"""pyusb finds simulated wands in its own process and fails on them as it does with libusb."""

import errno
from importlib import import_module
from math import ceil
from typing import Any

import pytest

from tests.support.pyusb import CORE, UTIL, PyusbDevice, WandBench, every_usb_wand
from tests.support.virtual_port import VirtualClock
from watchclock_protocol.dialect import host_session
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.dialects.vs.reports import from_report, to_reports
from watchclock_protocol.events import Answered, Event, Failed, RecordsReceived, Transmit
from watchclock_protocol.records import PatrolRecord, Record
from watchclock_protocol.session import (
    HostCommand,
    HostSession,
    Identify,
    ReadCounters,
    ReadRecords,
)
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.usb.pyusb_backend import PyusbBackend
from watchclock_sim.wands.personality import find_personality

CONTACT, RADIO, KAIHE = every_usb_wand()[:3]
LINE_CODING = bytes.fromhex("00c20100 00 00 08")
"""115200 8N1."""
CDC_ACM = 2


class PyusbPipe:
    """Bytes to and from a wand, as they are or cut into reports."""

    def __init__(self, device: PyusbDevice, ins: int, outs: int, *, reports: bool = False) -> None:
        self.device = device
        self.ins, self.outs = ins, outs
        self.reports = reports

    def write(self, data: bytes) -> None:
        for part in to_reports(data) if self.reports else [data]:
            assert self.device.write(self.outs, part) == len(part)

    def read(self, timeout_s: float) -> bytes:
        """What came; nothing when the time was over."""
        try:
            got = bytes(self.device.read(self.ins, 4096, max(1, ceil(timeout_s * 1000))))
        except CORE.USBTimeoutError:
            return b""
        return from_report(got) if self.reports else got


def pipe_to(device: PyusbDevice) -> PyusbPipe:
    """What a driver does first, and the endpoints it uses then."""
    if device.idVendor == 0x10C4:
        device.ctrl_transfer(0x41, 0x00, 1, 0)
    elif device.bDeviceClass == CDC_ACM:
        device.ctrl_transfer(0x21, 0x20, 0, 0, LINE_CODING)
        return PyusbPipe(device, 0x81, 0x02)
    return PyusbPipe(device, 0x81, 0x01)


def carried_out(
    session: HostSession, command: HostCommand, pipe: PyusbPipe, clock: VirtualClock
) -> list[Event]:
    """Every event until the command has ended."""
    told = session.send(command, clock.now)
    events = list(told)
    while not any(isinstance(event, Answered | Failed) for event in events):
        for event in told:
            if isinstance(event, Transmit):
                pipe.write(event.data)
        deadline = session.deadline
        assert deadline is not None
        data = pipe.read(deadline - clock.now)
        told = session.receive(data, clock.now) if data else session.expire(clock.now)
        events += told
    return events


def records_over(pipe: PyusbPipe, dialect: str, clock: VirtualClock) -> list[Record]:
    """A download of everything that has not been read; fails when it does."""
    session = host_session(find_dialect(dialect), 1)
    events: list[Event] = []
    for command in (Identify(), ReadCounters(), ReadRecords()):
        events += carried_out(session, command, pipe, clock)
        assert isinstance(events[-1], Answered), events[-1]
    # A host may read twice what it doubts; each record counts once.
    told = [event.records for event in events if isinstance(event, RecordsReceived)]
    return list({(each.slot, each.raw): each for records in told for each in records}.values())


def fails_with(number: int) -> pytest.RaisesExc[OSError]:
    return pytest.raises(CORE.USBError, check=lambda error: error.errno == number)


@pytest.mark.parametrize(("dialect", "number"), every_usb_wand())
def test_every_wand_is_found_by_its_numbers_and_has_its_texts_in_two_languages(
    dialect: str, number: str
) -> None:
    bench = WandBench.of(dialect, number)
    profile = find_personality(dialect).usb_profile(number)
    device = bench.found()
    assert (device.idVendor, device.idProduct) == (profile.vendor, profile.product)
    assert device.manufacturer == profile.maker
    assert device.product == profile.name
    assert UTIL.get_string(device, device.iProduct, 0x0804) == (profile.name_zh or profile.name)
    assert device.serial_number == (profile.serial or number)
    assert (device.speed, device.port_numbers, device.parent) == (2, (1,), None)
    configuration: Any = device[0]
    assert configuration.bNumInterfaces == len(list(configuration))
    assert device.get_active_configuration().bConfigurationValue == 1


@pytest.mark.parametrize(("dialect", "number"), every_usb_wand()[:5])
def test_every_wand_is_downloaded_whole_through_its_bulk_endpoints(
    dialect: str, number: str
) -> None:
    bench = WandBench.of(dialect, number, touches=90)
    pipe = pipe_to(bench.found())
    records = records_over(pipe, dialect, bench.clock)
    assert sum(isinstance(record, PatrolRecord) for record in records) == 90


def test_a_vf5000_gives_the_same_records_through_reports_as_through_bulk() -> None:
    bench = WandBench.of(*RADIO, touches=60)
    device = bench.found()
    reports = PyusbPipe(device, 0x82, 0x02, reports=True)
    by_reports = records_over(reports, "vs", bench.clock)
    by_bulk = records_over(pipe_to(device), "vs", bench.clock)
    patrols = [
        [record.raw for record in records if isinstance(record, PatrolRecord)]
        for records in (by_reports, by_bulk)
    ]
    assert len(patrols[0]) == 60
    assert patrols[0] == patrols[1]


def test_a_paced_line_takes_its_time_and_nothing_else_does() -> None:
    bench = WandBench.of(*KAIHE, touches=0, baud=9600)
    pipe = pipe_to(bench.found())
    carried_out(host_session(find_dialect("kaihe_eb"), 1), Identify(), pipe, bench.clock)
    assert 0.01 < bench.clock.now < 1.0


def test_a_read_of_which_nothing_comes_times_out_and_the_next_one_works() -> None:
    bench = WandBench.of(*RADIO)
    device = bench.found()
    with pytest.raises(CORE.USBTimeoutError) as raised:
        device.read(0x81, 64, timeout=250)
    assert raised.value.errno == errno.ETIMEDOUT
    assert bench.clock.now == pytest.approx(0.25)
    assert len(records_over(pipe_to(device), "vs", bench.clock)) == 3


def test_a_read_without_a_timeout_that_nothing_can_end_is_ended() -> None:
    bench = WandBench.of(*RADIO)
    device = bench.found()
    with fails_with(errno.ETIMEDOUT):
        device.read(0x81, 64, timeout=0)
    assert bench.clock.now == 0.0


def test_a_write_of_which_the_wand_takes_a_part_says_how_much_and_then_times_out() -> None:
    bench = WandBench.of(*RADIO, baud=300)
    device = bench.found()
    # More than the dock and the endpoint hold of what a slow line has not brought yet.
    assert device.write(0x01, bytes(10_000), timeout=100) == 10_000
    taken = device.write(0x01, bytes(1_000_000), timeout=100)
    assert 0 < taken < 1_000_000
    with fails_with(errno.ETIMEDOUT):
        device.write(0x01, bytes(1_000_000 - taken), timeout=100)


def test_a_stalled_endpoint_is_a_pipe_error_until_it_is_cleared() -> None:
    bench = WandBench.of(*RADIO)
    device = bench.found()
    bench.device.stall(0x81)
    with fails_with(errno.EPIPE):
        device.read(0x81, 64)
    assert bytes(device.ctrl_transfer(0x82, 0, 0, 0x81, 2)) == b"\x01\x00"
    device.clear_halt(0x81)
    with fails_with(errno.ETIMEDOUT):
        device.read(0x81, 64)
    with fails_with(errno.EPIPE):
        device.ctrl_transfer(0xC1, 0x77, 0, 0, 8)


def test_a_control_transfer_fills_the_buffer_and_says_how_much_came() -> None:
    device = WandBench.of(*KAIHE).found()
    assert bytes(device.ctrl_transfer(0xC0, 0xFF, 0x370B, 0, 1)) == b"\x02"
    assert bytes(device.ctrl_transfer(0x80, 6, 0x0100, 0, 255))[:2] == b"\x12\x01"
    assert device.ctrl_transfer(0x41, 0x1E, 0, 0, (19200).to_bytes(4, "little")) == 4
    assert bytes(device.ctrl_transfer(0xC1, 0x1D, 0, 0, 64)) == b"\x00\x4b\x00\x00"


def test_notifications_come_through_the_interrupt_endpoint() -> None:
    device = WandBench.of(*CONTACT).found()
    assert bytes(device.read(0x83, 16)) == bytes.fromhex("a120000000000200 0300")
    with fails_with(errno.ETIMEDOUT):
        device.read(0x83, 16)


def test_a_wand_unplugged_in_a_read_is_gone_and_another_device_when_it_is_back() -> None:
    cut = parse_fault("unplug:byte=2000,for_ms=500")
    bench = WandBench.of(*RADIO, touches=90, faults=[cut])
    backend = bench.backend()
    (device,) = CORE.find(find_all=True, backend=backend)
    with fails_with(errno.ENODEV):
        records_over(pipe_to(device), "vs", bench.clock)
    assert list(CORE.find(find_all=True, backend=backend)) == []
    bench.clock.now += 0.5
    (again,) = CORE.find(find_all=True, backend=backend)
    assert again.address != device.address
    with fails_with(errno.ENODEV):
        device.read(0x81, 64)
    records = records_over(pipe_to(again), "vs", bench.clock)
    assert sum(isinstance(record, PatrolRecord) for record in records) == 90


def test_an_interface_is_had_by_one_program_only() -> None:
    backend = WandBench.of(*RADIO).backend()
    (one,) = CORE.find(find_all=True, backend=backend)
    (other,) = CORE.find(find_all=True, backend=backend)
    UTIL.claim_interface(one, 0)
    UTIL.claim_interface(one, 0)
    UTIL.claim_interface(other, 1)
    with fails_with(errno.EBUSY):
        UTIL.claim_interface(other, 0)
    with fails_with(errno.ENOENT):
        UTIL.claim_interface(other, 2)
    with fails_with(errno.EBUSY):
        other.set_configuration()
    UTIL.release_interface(one, 0)
    UTIL.claim_interface(other, 0)
    UTIL.dispose_resources(other)
    one.set_configuration()
    assert one.get_active_configuration().bConfigurationValue == 1


def test_a_kernel_driver_has_its_interfaces_until_it_is_detached() -> None:
    device = WandBench.of(*RADIO).found(has_kernel_drivers=True)
    assert [device.is_kernel_driver_active(number) for number in (0, 1)] == [False, True]
    with fails_with(errno.EBUSY):
        device.read(0x82, 64)
    device.detach_kernel_driver(1)
    with fails_with(errno.ENOENT):
        device.detach_kernel_driver(1)
    with fails_with(errno.ETIMEDOUT):
        device.read(0x82, 64)
    with fails_with(errno.EBUSY):
        device.attach_kernel_driver(1)
    UTIL.release_interface(device, 1)
    device.attach_kernel_driver(1)
    assert device.is_kernel_driver_active(1)
    bridge = WandBench.of(*KAIHE).found(has_kernel_drivers=True)
    assert bridge.is_kernel_driver_active(0)


def test_a_reset_device_is_configured_and_empty() -> None:
    bench = WandBench.of(*RADIO)
    device = bench.found()
    device.write(0x01, b"half a req")
    bench.device.write(b"stale")
    device.reset()
    with fails_with(errno.ETIMEDOUT):
        device.read(0x81, 64)
    assert bench.device.configuration == 1
    device.set_interface_altsetting(0, 0)
    with pytest.raises(ValueError, match="No matching interface"):
        device.set_interface_altsetting(0, 1)


def test_several_wands_live_while_one_is_asked() -> None:
    clock = VirtualClock()
    benches = [WandBench.of(*wand, clock=clock) for wand in every_usb_wand()[:4]]
    backend = PyusbBackend([bench.docked for bench in benches], clock)
    devices = list(CORE.find(find_all=True, backend=backend))
    assert [device.address for device in devices] == [1, 2, 3, 4]
    for device, (dialect, _) in zip(devices, every_usb_wand(), strict=False):
        records = records_over(pipe_to(device), dialect, clock)
        assert sum(isinstance(record, PatrolRecord) for record in records) == 3


def test_the_backend_has_everything_pyusb_calls() -> None:
    base: type[object] = import_module("usb.backend").IBackend
    wanted = {name for name in vars(base) if not name.startswith("_")}
    assert wanted >= {"bulk_read", "iso_write", "get_parent"}
    assert wanted - set(dir(PyusbBackend)) == set()
