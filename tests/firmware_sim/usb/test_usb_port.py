"""A USB device in a dock: line, faults, cable and event loop work as on any other port."""

import asyncio
import zlib

import pytest

from tests.support.pyusb import WandBench, every_usb_wand
from tests.support.usb_host import Ended, UsbHost
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.harbour import Harbour
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import Transfers, TransferStatus
from watchclock_sim.wands.personality import find_personality, personality_names

DONE, GONE = TransferStatus.DONE, TransferStatus.GONE
CONTACT, RADIO, KAIHE = every_usb_wand()[:3]
IDENTIFY = bytes.fromhex("5653 01 01 0100 0000")
IN, OUT = 0x81, 0x02


def identify() -> bytes:
    """docs/protocols/vs.md, "Frames": request 01 without data, with its sum and its CRC-32."""
    head = IDENTIFY + bytes((~sum(IDENTIFY) & 0xFF,))
    return head + zlib.crc32(head).to_bytes(4, "little")


def test_a_port_is_addressed_by_the_numbers_of_its_device_unless_a_carrier_knows_better() -> None:
    device = WandBench.of(*RADIO).device
    assert UsbPort(device).address == "usb:1209:0003:5F00000000001234"
    assert UsbPort(device, "usbip:127.0.0.1:3240/1-1").address == "usbip:127.0.0.1:3240/1-1"


@pytest.mark.parametrize("name", personality_names())
def test_every_wand_but_xgd_has_usb_and_can_bear_other_numbers(name: str) -> None:
    personality = find_personality(name)
    number = personality.default_number
    if name == "xgd":
        with pytest.raises(SimulatorOptionError, match="a xgd has no USB"):
            personality.usb_profile(number)
        return
    renumbered = personality.usb_profile(number, "0403:60f1")
    device = usb_device(renumbered, number)
    assert (device.vendor, device.product) == (0x0403, 0x60F1)
    assert UsbHost(device).device_descriptor()[7:9] == (0x0403, 0x60F1)
    for wrong in ("", "1209", "1209:1", "1209:00011", "12g9:0001", "0x1209:0001"):
        with pytest.raises(SimulatorOptionError, match="not VID:PID"):
            personality.usb_profile(number, wrong)


def test_only_wands_with_a_serial_port_have_a_line() -> None:
    assert UsbPort(WandBench.of(*RADIO).device).line is None
    for wand in (CONTACT, KAIHE):
        line = UsbPort(WandBench.of(*wand).device).line
        assert line is not None
        assert line.baud > 0


def test_the_dock_paces_the_bytes_and_lets_faults_happen_to_them() -> None:
    flip = parse_fault("flip_bit:byte=1")
    bench = WandBench.of(*CONTACT, faults=[flip], baud=115_200)
    host = UsbHost(bench.device)
    host.configure()
    host.send(OUT, identify())
    bench.dock.turn()
    assert host.fetch(IN) is None
    bench.clock.now += 1.0
    bench.dock.turn()
    bench.clock.now += 1.0
    bench.dock.turn()
    answer = host.fetch(IN)
    assert answer is not None
    assert answer.data[:4] == bytes.fromhex("5753 03 01")


def test_an_unplugged_wand_loses_its_transfers_and_comes_back_in_the_default_state() -> None:
    cut = parse_fault("unplug:byte=10,for_ms=200")
    bench = WandBench.of(*CONTACT, faults=[cut])
    host = UsbHost(bench.device)
    host.configure()
    host.transfers.submit_in(1, IN, 5)
    host.transfers.submit_in(2, IN, 5)
    host.transfers.submit_in(3, IN, 5)
    host.send(OUT, identify())
    bench.dock.turn()
    assert [host.ended[number].status for number in (1, 2, 3)] == [DONE, DONE, GONE]
    bench.clock.now += 0.2
    bench.dock.turn()
    assert host.presence == [False, True]
    assert bench.device.configuration == 0
    host.configure()
    host.send(OUT, identify())
    bench.dock.turn()
    answer = host.fetch(IN)
    assert answer is not None
    assert answer.data[:4] == bytes.fromhex("5653 03 01")


def test_a_stalled_line_halts_the_endpoint_and_goes_on_where_it_was_when_it_is_cleared() -> None:
    sound, stalled = (
        WandBench.of(*CONTACT, faults=faults)
        for faults in ([], [parse_fault("stall:byte=20,for_ms=100")])
    )
    answers: list[bytes] = []
    for bench in (sound, stalled):
        host = UsbHost(bench.device)
        host.configure()
        host.send(OUT, identify())
        bench.dock.turn()
        if bench is stalled:
            assert host.fetch(IN) == Ended(TransferStatus.STALLED)
            assert host.set(0x02, 1, 0, IN) is DONE
        answer = host.fetch(IN)
        assert answer is not None
        bench.clock.now += 0.1
        bench.dock.turn()
        rest = host.fetch(IN)
        answers.append(answer.data + (b"" if rest is None else rest.data))
    assert answers[0] == answers[1]
    assert len(answers[0]) > 20


def test_a_wand_without_a_host_lets_its_bytes_fall() -> None:
    device = WandBench.of(*CONTACT).device
    port = UsbPort(device)
    assert port.write(b"to nobody") == 9
    port.unplug()
    assert port.write(b"nowhere") == 0
    port.replug()
    host = UsbHost(device)
    host.configure()
    assert host.fetch(IN) is None
    port.close()
    port.close()
    assert not device.is_plugged


def test_in_an_event_loop_the_hosts_bytes_wake_the_wand() -> None:
    async def scenario() -> Ended:
        bench = WandBench.of(*CONTACT)
        harbour = Harbour(SystemClock())
        ready = asyncio.Event()
        harbour.add(bench.dock, UsbPort(bench.device), "contact")
        serving = asyncio.create_task(harbour.serve(ready.set))
        await ready.wait()
        UsbHost(bench.device).configure()
        answered: asyncio.Future[Ended] = asyncio.Future()

        def complete(number: int, status: TransferStatus, data: bytes) -> None:
            if number == 1:
                answered.set_result(Ended(status, data))

        transfers = Transfers(bench.device, complete)
        transfers.submit_in(1, IN, 4096)
        transfers.submit_out(2, OUT, identify())
        assert not answered.done()
        ended = await answered
        harbour.stop()
        await serving
        assert not bench.device.is_plugged
        return ended

    ended = asyncio.run(asyncio.wait_for(scenario(), 10))
    assert ended.status is DONE
    assert ended.data[:4] == bytes.fromhex("5653 03 01")
