"""What a CP2102 tells of itself, of its line and of what its line is held by, octet by octet.

The octets are worked by hand from Silicon Labs AN571 (tables 7, 8 and 10), Linux's
``drivers/usb/serial/cp210x.c``, whose escape character EC is used here, Microsoft's ``ntddser.h``
(SERIAL_LSRMST_…) and the registers of Texas Instruments' TL16C550C data sheet.
"""

import pytest

from tests.support.usb_host import Ended, UsbHost
from watchclock_sim.line.serial_line import LineError, SerialLine
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.pipes import ROOM_OCTETS
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.wands.personality import find_personality

DONE = TransferStatus.DONE
IN, OUT = 0x81, 0x01
SET, GET = 0x41, 0xC1
SET_XON, SET_XOFF, SET_EVENTMASK, GET_EVENTMASK = 0x09, 0x0A, 0x0B, 0x0C
GET_PROPS, GET_COMM_STATUS, PURGE, SET_FLOW = 0x0F, 0x10, 0x12, 0x13
EMBED_EVENTS, GET_EVENTSTATE, SET_CHARS = 0x15, 0x16, 0x19
PROPERTIES = """
    5A00 0001 01000000 00000000 80020000 40020000 40420F00 01000000
    3F010000 7F000000 F0FF0710 0F00 071F 80020000 40020000 00000000 00000000
    5300 4900 4C00 4100 4200 5300 2000 5500 5300 4200 2000 5600 3100 2E00 3000
"""
"""A CP2102N's answer (linux-usb mailing list, 7 June 2021) with what differs: a CP2102 buffers 640
and 576 octets, does up to 1,000,000 and none below 300 baud, and gives its name in full."""


@pytest.fixture
def device() -> WandUsbDevice:
    number = "0000A1B2C3"
    return usb_device(find_personality("kaihe_eb").usb_profile(number), number)


@pytest.fixture
def host(device: WandUsbDevice) -> UsbHost:
    """One that wants events behind EC, as Linux does with INPCK."""
    host = UsbHost(device)
    host.configure()
    assert host.set(SET, 0x00, 1) is DONE
    assert host.set(SET, EMBED_EVENTS, 0x00EC) is DONE
    return host


@pytest.fixture
def line(device: WandUsbDevice) -> SerialLine:
    assert device.line is not None
    return device.line


def fetched(host: UsbHost) -> str:
    ended = host.fetch(IN)
    return "" if ended is None else ended.data.hex(" ")


def wrong(device: WandUsbDevice, line: SerialLine, error: LineError, data: bytes) -> None:
    """The wand's bytes arrive, and something is wrong with them."""
    line.error = error
    assert device.write(data) == len(data)
    line.error = LineError.NONE


def status(host: UsbHost) -> tuple[int, int]:
    """Errors and why the host's bytes are held."""
    raw = host.get(GET, GET_COMM_STATUS, length=0x13)
    return int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:8], "little")


def events(host: UsbHost) -> int:
    return int.from_bytes(host.get(GET, GET_EVENTSTATE, length=2), "little")


def test_it_tells_what_it_can_do(host: UsbHost) -> None:
    assert host.get(GET, GET_PROPS, length=256) == bytes.fromhex(PROPERTIES)
    assert host.get(GET, GET_PROPS, length=2) == bytes.fromhex("5A00")


def test_the_escape_character_among_the_data_is_followed_by_a_zero(
    host: UsbHost, device: WandUsbDevice
) -> None:
    assert device.write(bytes.fromhex("01 EC EC 00 02")) == 5
    assert fetched(host) == "01 ec 00 ec 00 00 02"


def test_without_events_every_byte_is_itself(host: UsbHost, device: WandUsbDevice) -> None:
    assert host.set(SET, EMBED_EVENTS, 0) is DONE
    device.write(b"\xec\x03")
    assert fetched(host) == "ec 03"


def test_another_character_may_be_the_escape_character(
    host: UsbHost, device: WandUsbDevice
) -> None:
    assert host.set(SET, EMBED_EVENTS, 0x1234) is DONE
    device.write(b"\xec\x34")
    assert fetched(host) == "ec 34 00"


@pytest.mark.parametrize(
    ("error", "octets", "errors"),
    [
        (LineError.OVERRUN, "ec 01 02 41", 0b00100),
        (LineError.PARITY, "ec 01 04 41", 0b10000),
        (LineError.FRAMING, "ec 01 08 41", 0b00010),
        (LineError.BREAK | LineError.FRAMING, "ec 01 18 41", 0b00011),
    ],
)
def test_a_character_that_arrived_wrong_is_told_with_its_line_status(
    host: UsbHost,
    device: WandUsbDevice,
    line: SerialLine,
    error: LineError,
    octets: str,
    errors: int,
) -> None:
    device.write(b"ok")
    wrong(device, line, error, b"A")
    device.write(b"ok")
    assert fetched(host) == f"6f 6b {octets} 6f 6b"
    assert [status(host), status(host)] == [(errors, 0), (0, 0)]


def test_a_wrong_character_that_is_the_escape_character_is_not_escaped(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    wrong(device, line, LineError.PARITY, b"\xec")
    assert fetched(host) == "ec 01 04 ec"


def test_each_line_that_moves_is_told_with_what_changed_where_it_moved(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    device.write(b"1")
    line.cts = False
    device.lines_changed()
    device.write(b"2")
    line.dsr = line.dcd = False
    device.lines_changed()
    assert fetched(host) == "31 ec 03 a1 32 ec 03 0a"
    line.cts = line.dsr = line.dcd = True
    device.lines_changed()
    assert fetched(host) == "ec 03 bb"


def test_of_the_ring_indicator_the_trailing_edge_is_what_changed(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    line.ri = True
    device.lines_changed()
    assert fetched(host) == "ec 03 f0"
    line.ri = False
    device.lines_changed()
    assert fetched(host) == "ec 03 b4"


def test_a_transfer_that_waits_is_ended_by_a_line_that_moves(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    host.transfers.submit_in(1, IN, 64)
    device.lines_changed()
    assert 1 not in host.ended
    line.dcd = False
    device.lines_changed()
    assert host.ended[1] == Ended(DONE, bytes.fromhex("EC 03 38"))


def test_a_line_that_moved_before_events_were_wanted_is_not_told(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    host.set(SET, EMBED_EVENTS, 0)
    line.cts = False
    device.lines_changed()
    host.set(SET, EMBED_EVENTS, 0xEC)
    assert fetched(host) == ""


@pytest.mark.parametrize("ends_by", ["closing the port", "configuring anew"])
def test_events_end_with_the_port(host: UsbHost, device: WandUsbDevice, ends_by: str) -> None:
    if ends_by == "closing the port":
        host.set(SET, 0x00, 0)
    else:
        host.configure_again()
    host.set(SET, 0x00, 1)
    device.write(b"\xec")
    assert fetched(host) == "ec"


def test_escaped_bytes_fit_into_the_buffer_and_none_is_lost_or_doubled(
    host: UsbHost, device: WandUsbDevice
) -> None:
    sent, arrived = b"\xec" * (2 * ROOM_OCTETS), b""
    rest = sent
    while rest:
        taken = device.write(rest)
        assert taken
        rest = rest[taken:]
        ended = host.fetch(IN, ROOM_OCTETS)
        assert ended is not None
        arrived += ended.data
    while (ended := host.fetch(IN, ROOM_OCTETS)) is not None:
        arrived += ended.data
    assert arrived == b"\xec\x00" * len(sent)


def test_a_full_buffer_takes_nothing_more_even_when_a_line_has_moved(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    host.set(SET, EMBED_EVENTS, 0)
    assert device.write(bytes(ROOM_OCTETS)) == ROOM_OCTETS
    host.set(SET, EMBED_EVENTS, 0xEC)
    line.cts = False
    device.lines_changed()
    host.set(SET, EMBED_EVENTS, 0)
    assert device.write(b"no room") == 0


def test_xoff_holds_the_hosts_bytes_until_xon(host: UsbHost, device: WandUsbDevice) -> None:
    assert host.set(SET, SET_XOFF, 0) is DONE
    host.send(OUT, b"held")
    assert device.read() == b""
    assert status(host) == (0, 0b1000)
    assert host.set(SET, SET_XON, 0) is DONE
    assert status(host) == (0, 0)
    assert device.read() == b"held"


@pytest.mark.parametrize(("name", "place"), [("cts", 0), ("dsr", 1), ("dcd", 2)])
def test_a_line_of_the_handshake_holds_the_hosts_bytes_while_it_is_low(
    host: UsbHost, device: WandUsbDevice, line: SerialLine, name: str, place: int
) -> None:
    setattr(line, name, False)
    host.send(OUT, b"no handshake")
    assert device.read() == b"no handshake"
    handshake = bytes((1 | 1 << (3 + place), 0, 0, 0)) + bytes(12)
    assert host.set(SET, SET_FLOW, data=handshake) is DONE
    host.send(OUT, b"held")
    assert device.read() == b""
    assert status(host) == (0, 1 << place)
    setattr(line, name, True)
    assert device.read() == b"held"


def test_the_events_in_the_mask_are_told_once(
    host: UsbHost, device: WandUsbDevice, line: SerialLine
) -> None:
    assert host.get(GET, GET_EVENTMASK, length=2) == b"\0\0"
    assert host.set(SET, SET_EVENTMASK, 0xFFFF) is DONE
    assert host.get(GET, GET_EVENTMASK, length=2) == bytes.fromhex("FF05")
    host.set(SET, SET_CHARS, data=bytes.fromhex("00 00 00 0D 11 13"))
    events(host)
    device.write(b"A")
    assert [events(host), events(host)] == [0x001, 0]
    device.write(b"A\r")
    assert events(host) == 0x003
    host.send(OUT, b"A")
    device.read()
    assert events(host) == 0x004
    line.cts = False
    assert events(host) == 0x008
    line.dsr = line.dcd = False
    line.ri = True
    assert events(host) == 0x030
    line.ri = False
    assert events(host) == 0x100
    wrong(device, line, LineError.PARITY, b"A")
    assert events(host) == 0x081
    wrong(device, line, LineError.BREAK, b"\0")
    assert events(host) == 0x0C1


def test_an_event_outside_the_mask_is_not_told(host: UsbHost, device: WandUsbDevice) -> None:
    host.set(SET, SET_EVENTMASK, 0x004)
    device.write(b"A")
    assert events(host) == 0


def test_four_fifths_of_a_full_buffer_are_an_event(host: UsbHost, device: WandUsbDevice) -> None:
    host.set(SET, EMBED_EVENTS, 0)
    host.set(SET, SET_EVENTMASK, 0x400)
    device.write(bytes(ROOM_OCTETS * 4 // 5 - 1))
    assert events(host) == 0
    device.write(bytes(2))
    assert events(host) == 0x400
