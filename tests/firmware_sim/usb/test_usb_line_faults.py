"""Faults of the line that USB knows by another name: a halted endpoint, a port that is reset."""

import pytest

from tests.firmware_sim.usb.test_usb_port import identify
from tests.support.pyusb import WandBench, every_usb_wand
from tests.support.sim_wands import setup_of
from tests.support.usb_host import UsbHost
from tests.support.virtual_port import VirtualClock
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.wrong_baud import Uart
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.wands.personality import find_personality

CONTACT, BRIDGED = every_usb_wand()[0], every_usb_wand()[3]
IN, OUT = 0x81, 0x02
NOTICES, BRIDGE_OUT = 0x83, 0x01
STATE = "a1 20 00 00 00 00 02 00"
"""How SERIAL_STATE begins (USB CDC PSTN 1.2, 6.5.4); its bits follow in two octets."""


def asked(fault: str) -> tuple[WandBench, UsbHost]:
    """A contact wand that has told its lines and been asked who it is."""
    bench = WandBench.of(*CONTACT, faults=[parse_fault(fault)])
    host = UsbHost(bench.device)
    host.configure()
    assert notice(host) == f"{STATE} 03 00"
    host.send(OUT, identify())
    bench.dock.turn()
    return bench, host


def heard_as_sent(wand: tuple[str, str], baud: int, *faults: str) -> WandBench:
    """A wand with a serial part of its own."""
    dialect, number = wand
    clock, personality = VirtualClock(), find_personality(dialect)
    device = usb_device(personality.usb_profile(number), number)
    dock = Dock(
        personality.make(setup_of(number)),
        UsbPort(device),
        faults=LineFaults((parse_fault(fault) for fault in faults), 0),
        baud=0,
        clock=clock,
        uart=Uart(baud=baud),
    )
    return WandBench(clock, device, dock)


def bridged(bench: WandBench) -> UsbHost:
    """The host of a wand behind a CP2102, which wants events behind EC."""
    host = UsbHost(bench.device)
    host.configure()
    host.set(0x41, 0x00, 1)
    host.set(0x41, 0x15, 0xEC)
    return host


def notice(host: UsbHost) -> str:
    """The serial state, when there is something new to be told."""
    ended = host.fetch(NOTICES, 16)
    return "" if ended is None else ended.data.hex(" ")


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


@pytest.mark.parametrize(
    ("fault", "bits"),
    [
        ("lines_fall:byte=10,for_ms=200", "00"),
        ("lines_fall:byte=10,for_ms=200,dsr=0", "02"),
        ("lines_fall:byte=10,for_ms=200,dcd=0,cts=0", "01"),
        ("ring:byte=10,for_ms=200", "0b"),
    ],
)
def test_lines_that_change_are_told_on_the_notification_endpoint_and_again_when_they_are_back(
    fault: str, bits: str
) -> None:
    bench, host = asked(fault)
    assert notice(host) == f"{STATE} {bits} 00"
    assert fetched(host) == fetched(asked("stall:byte=100000,for_ms=1")[1])
    assert notice(host) == ""
    bench.clock.now += 0.2
    bench.dock.turn()
    assert notice(host) == f"{STATE} 03 00"


def test_cdc_acm_cannot_tell_that_cts_falls() -> None:
    bench, host = asked("lines_fall:byte=10,dsr=0,dcd=0")
    assert bench.device.line is not None
    assert not bench.device.line.cts
    assert notice(host) == ""


@pytest.mark.parametrize(
    ("fault", "levels", "event"),
    [
        ("lines_fall:byte=3,for_ms=200", b"\x00", "ec030b"),
        ("lines_fall:byte=3,for_ms=200,dsr=0,dcd=0", b"\xa0", "ec03a1"),
        ("ring:byte=3,for_ms=200", b"\xf0", "ec03f0"),
    ],
)
def test_a_bridge_tells_lines_that_change_when_asked_and_among_the_bytes_where_they_changed(
    fault: str, levels: bytes, event: str
) -> None:
    bench = WandBench.of(*BRIDGED, faults=[parse_fault(fault)])
    host = bridged(bench)
    host.send(BRIDGE_OUT, b"\x55")
    bench.dock.turn()
    assert host.get(0xC1, 0x08, length=1) == levels
    assert fetched(host).startswith(bytes.fromhex(f"550000 {event} 000000"))
    bench.clock.now += 0.2
    bench.dock.turn()
    assert host.get(0xC1, 0x08, length=1) == b"\xb0"


def test_a_wand_heard_in_another_form_gives_a_bridge_characters_with_their_errors() -> None:
    bench = heard_as_sent(BRIDGED, 19_200)
    host = bridged(bench)
    host.set(0x41, 0x1E, data=(19_200).to_bytes(4, "little"))
    host.send(BRIDGE_OUT, b"\x55")
    # The host sees parity where the wand has none; a 55 alone is heard by the wand all the same.
    host.set(0x41, 0x03, 0x0820)
    bench.dock.turn()
    # Its 55 has four ones, its stop bit for a parity bit, and the next start bit for a stop bit.
    assert fetched(host).startswith(bytes.fromhex("ec010c55"))
    assert host.get(0xC1, 0x10, length=0x13)[0] & 0b10010 == 0b10010


def test_an_overrun_is_told_with_the_character_behind_the_one_that_is_lost() -> None:
    bench = WandBench.of(*BRIDGED, faults=[parse_fault("overrun:byte=1")])
    host = bridged(bench)
    host.send(BRIDGE_OUT, b"\x55")
    bench.dock.turn()
    # 55 and then zeros is what this wand answers; the first zero is lost.
    assert fetched(host).startswith(bytes.fromhex("55 ec010200 000000"))
    assert host.get(0xC1, 0x10, length=0x13)[0] == 0b00100
    contact, acm = asked("overrun:byte=10")
    assert notice(acm) == f"{STATE} 43 00"
    assert len(fetched(acm)) == len(fetched(asked("stall:byte=100000,for_ms=1")[1])) - 1
    assert contact.device.is_plugged


def test_an_overrun_of_a_character_that_arrives_wrong_as_well_tells_both() -> None:
    bench = heard_as_sent(BRIDGED, 19_200, "overrun:byte=1")
    host = bridged(bench)
    host.set(0x41, 0x1E, data=(19_200).to_bytes(4, "little"))
    host.send(BRIDGE_OUT, b"\x55")
    host.set(0x41, 0x03, 0x0820)
    bench.dock.turn()
    status = fetched(host)[4:7]
    assert status[:2] == b"\xec\x01"
    assert status[2] & 0x02
    assert status[2] & 0x0C


def test_a_wand_heard_in_another_form_gives_cdc_acm_errors_that_are_told_once() -> None:
    bench = heard_as_sent(CONTACT, 9600)
    host = UsbHost(bench.device)
    host.configure()
    assert notice(host) == f"{STATE} 03 00"
    host.send(OUT, identify())
    # 9600 8-E-1
    host.set(0x21, 0x20, data=bytes.fromhex("80250000 00 02 08"))
    bench.dock.turn()
    first = bytes.fromhex(notice(host))
    assert first[8] & 0b0110011 == 0b0110011
    assert first[8] & 0b1000000 == 0
    assert notice(host) == ""


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
