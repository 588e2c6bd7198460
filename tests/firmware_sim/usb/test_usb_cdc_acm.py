"""A CDC-ACM wand: line coding, control lines, break and serial state (PSTN 1.2, chapter 6)."""

import pytest

from tests.support.usb_host import Ended, UsbHost
from watchclock_sim.line.serial_line import Parity, SerialLine
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.wands.personality import find_personality

DONE, STALLED = TransferStatus.DONE, TransferStatus.STALLED
IN, OUT, NOTICES = 0x81, 0x02, 0x83
SET_LINE_CODING, GET_LINE_CODING, SET_CONTROL_LINE_STATE, SEND_BREAK = 0x20, 0x21, 0x22, 0x23


def line_of(device: WandUsbDevice) -> SerialLine:
    assert device.line is not None
    return device.line


@pytest.fixture
def host() -> UsbHost:
    number = "5B00000000001234"
    host = UsbHost(usb_device(find_personality("vs").usb_profile(number), number))
    host.configure()
    return host


@pytest.fixture
def line(host: UsbHost) -> SerialLine:
    return line_of(host.device)


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ("80250000 00 00 08", (9600, 1, Parity.NONE, 8)),
        ("00c20100 00 00 08", (115_200, 1, Parity.NONE, 8)),
        ("004b0000 02 02 07", (19_200, 2, Parity.EVEN, 7)),
        ("2c010000 01 01 05", (300, 1.5, Parity.ODD, 5)),
        ("00100e00 00 03 06", (921_600, 1, Parity.MARK, 6)),
        ("ffffffff 00 04 08", (0xFFFFFFFF, 1, Parity.SPACE, 8)),
    ],
)
def test_a_line_coding_is_set_and_read_back(
    host: UsbHost, line: SerialLine, coding: str, expected: tuple[int, float, Parity, int]
) -> None:
    raw = bytes.fromhex(coding)
    assert host.set(0x21, SET_LINE_CODING, data=raw) is DONE
    assert (line.baud, line.stop_bits, line.parity, line.data_bits) == expected
    assert host.get(0xA1, GET_LINE_CODING, length=7) == raw


@pytest.mark.parametrize(
    "coding",
    [
        "00000000 00 00 08",
        "80250000 03 00 08",
        "80250000 00 05 08",
        "80250000 00 00 09",
        "80250000 00 00",
        "",
    ],
)
def test_a_line_coding_that_no_line_has_is_refused_and_changes_nothing(
    host: UsbHost, coding: str
) -> None:
    assert host.set(0x21, SET_LINE_CODING, data=bytes.fromhex(coding)) is STALLED
    assert host.get(0xA1, GET_LINE_CODING) == bytes.fromhex("80250000 00 00 08")


def test_opening_it_as_linux_does_raises_both_lines_and_sets_the_speed_twice(
    host: UsbHost, line: SerialLine
) -> None:
    assert host.set(0x21, SET_LINE_CODING, data=bytes.fromhex("80250000 00 00 08")) is DONE
    assert host.set(0x21, SET_CONTROL_LINE_STATE, 3) is DONE
    assert host.set(0x21, SET_LINE_CODING, data=bytes.fromhex("00c20100 00 00 08")) is DONE
    assert (line.baud, line.dtr, line.rts) == (115_200, True, True)
    assert host.set(0x21, SET_CONTROL_LINE_STATE, 1) is DONE
    assert (line.dtr, line.rts) == (True, False)


def test_a_break_lasts_until_it_is_ended(host: UsbHost, line: SerialLine) -> None:
    assert host.set(0x21, SEND_BREAK, 0xFFFF) is DONE
    assert line.is_break
    host.set(0x21, SET_CONTROL_LINE_STATE, 1)
    assert line.is_break
    assert host.set(0x21, SEND_BREAK, 0) is DONE
    assert not line.is_break


@pytest.mark.parametrize("then", ["bytes", "a request"])
def test_a_break_of_so_many_milliseconds_is_over_when_the_host_goes_on(
    host: UsbHost, line: SerialLine, then: str
) -> None:
    host.set(0x21, SEND_BREAK, 250)
    host.device.read()
    assert line.is_break
    if then == "bytes":
        host.send(OUT, b"x")
        host.device.read()
    else:
        host.set(0x21, SET_CONTROL_LINE_STATE, 1)
    assert not line.is_break


def test_the_serial_state_is_told_when_it_changes_and_only_then(
    host: UsbHost, line: SerialLine
) -> None:
    assert host.fetch(NOTICES, 16) == Ended(DONE, bytes.fromhex("a1 20 0000 0000 0200 0300"))
    host.transfers.submit_in(1, NOTICES, 16)
    host.device.lines_changed()
    assert 1 not in host.ended
    line.dcd, line.ri = False, True
    host.device.lines_changed()
    assert host.ended[1] == Ended(DONE, bytes.fromhex("a1 20 0000 0000 0200 0a00"))
    line.ri = False
    line.ri = True
    assert host.fetch(NOTICES, 16) is None


def test_a_request_to_the_data_interface_or_of_another_class_stalls(host: UsbHost) -> None:
    assert host.fails(0xA1, GET_LINE_CODING, 0, 1, 7)
    assert host.fails(0x21, 0x00, 0, 0, 8)
    assert host.fails(0xA1, 0x01, 0, 0, 8)
    assert host.fails(0x21, 0x02, 0, 0, 2)
    assert host.fails(0x41, SET_CONTROL_LINE_STATE, 3, 0)
    assert host.fails(0x22, SET_CONTROL_LINE_STATE, 3, 0x81)


def test_configuring_anew_drops_the_lines_the_speed_and_every_byte(
    host: UsbHost, line: SerialLine
) -> None:
    host.set(0x21, SET_LINE_CODING, data=bytes.fromhex("00c20100 02 02 07"))
    host.set(0x21, SET_CONTROL_LINE_STATE, 3)
    host.set(0x21, SEND_BREAK, 5)
    host.send(OUT, b"half a request")
    host.device.write(b"half an answer")
    assert host.set(0x00, 9, 1) is DONE
    plain = SerialLine(baud=9600)
    assert line == plain
    assert host.device.read() == b""
    assert host.fetch(IN) is None
    assert host.fetch(NOTICES, 16) is not None
