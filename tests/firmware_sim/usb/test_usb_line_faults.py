"""Faults of the line that USB knows by another name: a halted endpoint, a port that is reset."""

import pytest

from tests.firmware_sim.usb.test_usb_port import identify
from tests.support.pyusb import WandBench, every_usb_wand
from tests.support.usb_host import UsbHost
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.usb.transfers import TransferStatus

CONTACT = every_usb_wand()[0]
IN, OUT = 0x81, 0x02


def asked(fault: str) -> tuple[WandBench, UsbHost]:
    """A contact wand that has been asked who it is."""
    bench = WandBench.of(*CONTACT, faults=[parse_fault(fault)])
    host = UsbHost(bench.device)
    host.configure()
    host.send(OUT, identify())
    bench.dock.turn()
    return bench, host


def fetched(host: UsbHost) -> bytes:
    data = b""
    while (ended := host.fetch(IN)) is not None and ended.status is TransferStatus.DONE:
        data += ended.data
    return data


def test_a_stall_halts_the_endpoint_until_the_host_clears_it_and_costs_no_byte() -> None:
    bench, host = asked("stall:byte=10,for_ms=200")
    refused = host.fetch(IN)
    assert refused is not None
    assert refused.status is TransferStatus.STALLED
    assert host.set(0x02, 1, 0, IN) is TransferStatus.DONE
    first = fetched(host)
    assert len(first) == 10
    bench.clock.now += 0.2
    bench.dock.turn()
    _, sound = asked("stall:byte=100000,for_ms=1")
    assert first + fetched(host) == fetched(sound)


@pytest.mark.parametrize("for_ms", [0, 1, 100])
def test_a_hub_reset_takes_the_device_off_the_bus_and_brings_it_back_unconfigured(
    for_ms: int,
) -> None:
    bench, host = asked(f"hub_reset:byte=10,for_ms={for_ms}")
    assert host.presence == [False]
    bench.clock.now += for_ms / 1000
    bench.dock.turn()
    assert host.presence == [False, True]
    assert bench.device.configuration == 0
    host.configure()
    host.send(OUT, identify())
    bench.dock.turn()
    assert fetched(host)[:4] == bytes.fromhex("5653 03 01")


@pytest.mark.parametrize("wand", every_usb_wand(), ids=str)
def test_the_endpoint_that_stalls_is_the_one_that_brings_the_wands_bytes(
    wand: tuple[str, str],
) -> None:
    bench = WandBench.of(*wand)
    host = UsbHost(bench.device)
    host.configure()
    bench.device.stall_input()
    ins = [
        each.address
        for interface in bench.device.interfaces
        for each in interface.endpoints
        if each.address & 0x80
    ]
    halted = [address for address in ins if host.get(0x82, 0, 0, address, 2) == b"\x01\x00"]
    assert len(halted) == 1
    refused = host.fetch(halted[0])
    assert refused is not None
    assert refused.status is TransferStatus.STALLED
