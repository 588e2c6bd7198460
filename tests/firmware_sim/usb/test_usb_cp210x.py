"""A CP2102 before a wand: the requests of AN571, and what its port does with bytes."""

import pytest

from tests.support.usb_host import Ended, UsbHost
from watchclock_sim.line.serial_line import Parity, SerialLine
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.pipes import ROOM_OCTETS
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.wands.personality import find_personality

DONE, STALLED = TransferStatus.DONE, TransferStatus.STALLED
IN, OUT = 0x81, 0x01
SET, GET = 0x41, 0xC1
LINUX_FLOW = bytes.fromhex("01000000 40000000 80000000 80000000")
"""What Linux writes without flow control: DTR and RTS statically active."""


@pytest.fixture
def device() -> WandUsbDevice:
    number = "0000A1B2C3"
    return usb_device(find_personality("kaihe_eb").usb_profile(number), number)


@pytest.fixture
def host(device: WandUsbDevice) -> UsbHost:
    host = UsbHost(device)
    host.configure()
    assert host.set(SET, 0x00, 1) is DONE
    return host


@pytest.fixture
def line(device: WandUsbDevice) -> SerialLine:
    assert device.line is not None
    return device.line


def status(host: UsbHost) -> tuple[int, int]:
    """How many bytes wait on their way to and from the host."""
    raw = host.get(GET, 0x10, length=0x13)
    assert len(raw) == 19
    assert raw[:8] + raw[16:] == bytes(11)
    return int.from_bytes(raw[8:12], "little"), int.from_bytes(raw[12:16], "little")


def test_it_is_a_cp2102(host: UsbHost) -> None:
    assert host.get(0xC0, 0xFF, 0x370B, 0, 1) == b"\x02"
    # Linux asks for one octet too many and takes a chip that gives only one for a counterfeit.
    assert len(host.get(0xC0, 0xFF, 0x370B, 0, 2)) == 2
    assert host.fails(0xC0, 0xFF, 0x000E, 0, 1)
    assert host.fails(0xC0, 0x08, 0, 0, 1)


@pytest.mark.parametrize("baud", [300, 9600, 19_200, 115_200, 460_800, 921_600, 1_000_000])
def test_a_speed_is_set_and_read_back(host: UsbHost, line: SerialLine, baud: int) -> None:
    raw = baud.to_bytes(4, "little")
    assert host.set(SET, 0x1E, data=raw) is DONE
    assert line.baud == baud
    assert host.get(GET, 0x1D, length=4) == raw
    assert host.get(GET, 0x02, length=2) == (3_686_400 // baud).to_bytes(2, "little")


def test_a_speed_it_cannot_have_is_refused(host: UsbHost, line: SerialLine) -> None:
    for baud in (0, 299, 1_000_001, 0xFFFFFFFF):
        assert host.set(SET, 0x1E, data=baud.to_bytes(4, "little")) is STALLED
    assert host.set(SET, 0x1E, data=b"\x80\x25") is STALLED
    assert host.fails(SET, 0x01, 0)
    assert host.fails(SET, 0x01, 1)
    assert line.baud == 115_200
    assert host.set(SET, 0x01, 384) is DONE
    assert line.baud == 9600


@pytest.mark.parametrize(
    ("value", "bits", "parity", "stop"),
    [
        (0x0800, 8, Parity.NONE, 1),
        (0x0822, 8, Parity.EVEN, 2),
        (0x0711, 7, Parity.ODD, 1.5),
        (0x0630, 6, Parity.MARK, 1),
        (0x0540, 5, Parity.SPACE, 1),
    ],
)
def test_the_form_of_a_character_is_set_and_read_back(
    host: UsbHost, line: SerialLine, value: int, bits: int, parity: Parity, stop: float
) -> None:
    assert host.set(SET, 0x03, value) is DONE
    assert (line.data_bits, line.parity, line.stop_bits) == (bits, parity, stop)
    assert host.get(GET, 0x04, length=2) == value.to_bytes(2, "little")


@pytest.mark.parametrize("value", [0x0900, 0x0400, 0x0850, 0x0803, 0x0000])
def test_a_form_no_character_has_is_refused(host: UsbHost, value: int) -> None:
    assert host.fails(SET, 0x03, value)
    assert host.get(GET, 0x04, length=2) == b"\x00\x08"


def test_each_control_line_is_set_only_where_the_mask_says_so(
    host: UsbHost, line: SerialLine
) -> None:
    assert host.set(SET, 0x07, 0x0303) is DONE
    assert (line.dtr, line.rts) == (True, True)
    assert host.set(SET, 0x07, 0x0200) is DONE
    assert (line.dtr, line.rts) == (True, False)
    assert host.set(SET, 0x07, 0x0002) is DONE
    assert (line.dtr, line.rts) == (True, False)
    assert host.get(GET, 0x08, length=1) == b"\xb1"
    line.cts = line.dsr = line.dcd = False
    line.ri = True
    assert host.get(GET, 0x08, length=1) == b"\x41"


def test_flow_control_is_read_back_and_holds_the_lines_as_it_says(
    host: UsbHost, line: SerialLine
) -> None:
    assert host.get(GET, 0x14, length=16) == bytes(16)
    assert host.set(SET, 0x13, data=LINUX_FLOW) is DONE
    assert host.get(GET, 0x14, length=16) == LINUX_FLOW
    assert (line.dtr, line.rts) == (True, True)
    assert host.set(SET, 0x13, data=bytes(16)) is DONE
    assert (line.dtr, line.rts) == (False, False)
    assert host.set(SET, 0x13, data=bytes.fromhex("02000000 80000000") + bytes(8)) is DONE
    assert (line.dtr, line.rts) == (True, True)
    assert host.set(SET, 0x13, data=bytes(15)) is STALLED


def test_one_special_character_is_set_alone(host: UsbHost) -> None:
    assert host.set(SET, 0x19, data=bytes.fromhex("01 02 03 04 11 13")) is DONE
    assert host.set(SET, 0x0D, 0x7E03) is DONE
    assert host.get(GET, 0x0E, length=6) == bytes.fromhex("01 02 03 7E 11 13")
    assert host.fails(SET, 0x0D, 0x7E06)


def test_special_characters_are_read_back(host: UsbHost) -> None:
    assert host.set(SET, 0x19, data=bytes.fromhex("00 00 00 00 11 13")) is DONE
    assert host.get(GET, 0x0E, length=6) == bytes.fromhex("00 00 00 00 11 13")
    assert host.set(SET, 0x19, data=bytes(5)) is STALLED


def test_a_break_is_begun_and_ended(host: UsbHost, line: SerialLine) -> None:
    assert host.set(SET, 0x05, 1) is DONE
    assert line.is_break
    assert host.set(SET, 0x05, 0) is DONE
    assert not line.is_break


def test_the_queues_are_counted_and_purged(host: UsbHost, device: WandUsbDevice) -> None:
    device.write(bytes(70))
    host.send(OUT, bytes(30))
    assert status(host) == (70, 30)
    assert host.set(SET, 0x12, 0b0001) is DONE
    assert status(host) == (70, 0)
    assert host.set(SET, 0x12, 0b0010) is DONE
    assert status(host) == (0, 0)
    device.write(bytes(3))
    host.send(OUT, bytes(4))
    assert host.set(SET, 0x12, 0x000F) is DONE
    assert status(host) == (0, 0)
    assert host.fetch(IN) is None


def test_a_purge_makes_room_for_what_waits(host: UsbHost, device: WandUsbDevice) -> None:
    host.transfers.submit_out(1, OUT, bytes(ROOM_OCTETS + 10))
    assert 1 not in host.ended
    host.set(SET, 0x12, 0b0001)
    assert host.ended[1] == Ended(DONE)
    assert device.read() == bytes(10)


def test_an_immediate_character_goes_to_the_wand(host: UsbHost, device: WandUsbDevice) -> None:
    assert host.set(SET, 0x06, 0x41) is DONE
    assert device.read() == b"A"
    host.send(OUT, bytes(ROOM_OCTETS))
    assert host.fails(SET, 0x06, 0x41)


def test_while_the_port_is_not_enabled_bytes_of_both_sides_are_lost(
    host: UsbHost, device: WandUsbDevice
) -> None:
    device.write(b"waits")
    assert host.set(SET, 0x00, 0) is DONE
    assert host.fetch(IN) is None
    assert host.send(OUT, b"to nobody") == Ended(DONE)
    assert device.write(b"to nobody") == 9
    assert host.set(SET, 0x00, 1) is DONE
    assert device.read() == b""
    assert host.fetch(IN) is None
    device.write(b"heard")
    assert host.set(SET, 0x00, 1) is DONE
    assert host.fetch(IN) == Ended(DONE, b"heard")


@pytest.mark.parametrize("request_code", [0x11, 0x17, 0x18, 0x1A, 0x20, 0x80])
def test_a_request_it_does_not_have_stalls(host: UsbHost, request_code: int) -> None:
    assert host.fails(GET, request_code, 0, 0, 16)
    assert host.fails(SET, request_code, 0, 0, 0)


def test_a_device_that_was_configured_anew_has_its_port_closed(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    host.set(SET, 0x07, 0x0303)
    host.set(SET, 0x13, data=LINUX_FLOW)
    host.set(0x00, 9, 1)
    assert device.write(b"lost") == 4
    assert host.fetch(IN) is None
    assert line == SerialLine(baud=115_200)
    assert host.get(GET, 0x14) == bytes(16)
