"""A VF5000+: bulk and HID are two ways to one wand, and an answer takes the way of its request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.usb_host import Ended, UsbHost
from watchclock_protocol.dialects.vs.reports import from_report, to_reports
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.wands.personality import find_personality

DONE, STALLED = TransferStatus.DONE, TransferStatus.STALLED
BULK_IN, BULK_OUT, REPORTS_IN, REPORTS_OUT = 0x81, 0x01, 0x82, 0x02
HID = 1
REPORT = 64
MOST_REPORTS = 256
EMPTY = bytes(REPORT)


def new_device() -> WandUsbDevice:
    number = "5F00000000001234"
    return usb_device(find_personality("vs").usb_profile(number), number)


@pytest.fixture
def device() -> WandUsbDevice:
    return new_device()


@pytest.fixture
def host(device: WandUsbDevice) -> UsbHost:
    host = UsbHost(device)
    host.configure()
    return host


def fetched(host: UsbHost, endpoint: int) -> bytes:
    """All that an IN endpoint has, through reports or as it is."""
    found = bytearray()
    while (ended := host.fetch(endpoint, REPORT)) is not None:
        assert ended.status is DONE
        found += from_report(ended.data) if endpoint == REPORTS_IN else ended.data
    return bytes(found)


def test_an_answer_goes_out_where_the_latest_request_came_in(
    host: UsbHost, device: WandUsbDevice
) -> None:
    for endpoint, back, other in (
        (BULK_OUT, BULK_IN, REPORTS_IN),
        (REPORTS_OUT, REPORTS_IN, BULK_IN),
        (BULK_OUT, BULK_IN, REPORTS_IN),
    ):
        asked = b"request" if endpoint == BULK_OUT else to_reports(b"request")[0]
        assert host.send(endpoint, asked) == Ended(DONE)
        assert device.read() == b"request"
        assert device.write(b"answer") == 6
        assert fetched(host, other) == b""
        assert fetched(host, back) == b"answer"


def test_both_ways_are_read_one_after_the_other(host: UsbHost, device: WandUsbDevice) -> None:
    host.send(REPORTS_OUT, to_reports(b"by report")[0])
    host.send(BULK_OUT, b"by bulk")
    assert [device.read(), device.read(), device.read()] == [b"by bulk", b"by report", b""]


def test_reports_are_64_bytes_that_say_how_many_they_use(
    host: UsbHost, device: WandUsbDevice
) -> None:
    host.send(REPORTS_OUT, to_reports(b"?")[0])
    device.read()
    device.write(bytes(range(100)))
    first, second = host.fetch(REPORTS_IN), host.fetch(REPORTS_IN)
    assert first == Ended(DONE, b"\x3f" + bytes(range(63)))
    assert second == Ended(DONE, b"\x25" + bytes(range(63, 100)) + bytes(26))
    assert host.fetch(REPORTS_IN) is None


@pytest.mark.parametrize("report", [b"", b"\x01x", bytes(63), b"\x40" + bytes(63), bytes(65)])
def test_what_is_no_report_is_taken_and_carries_nothing(
    host: UsbHost, device: WandUsbDevice, report: bytes
) -> None:
    assert host.send(REPORTS_OUT, report) == Ended(DONE)
    assert device.read() == b""


def test_reports_wait_while_the_wand_is_full(host: UsbHost, device: WandUsbDevice) -> None:
    (report,) = to_reports(b"x")
    for _ in range(MOST_REPORTS):
        assert host.send(REPORTS_OUT, report) == Ended(DONE)
    host.transfers.submit_out(1, REPORTS_OUT, report)
    assert 1 not in host.ended
    assert host.fails(0x21, 0x09, 0x0200, HID, REPORT)
    assert device.read() == b"x" * MOST_REPORTS
    assert host.ended[1] == Ended(DONE)


def test_a_host_that_fetches_nothing_stops_the_wand(host: UsbHost, device: WandUsbDevice) -> None:
    woken: list[bool] = []
    host.send(REPORTS_OUT, to_reports(b"?")[0])
    device.read()
    assert device.write(bytes(100_000)) == 63 * MOST_REPORTS
    assert device.write(b"more") == 0
    device.watch(lambda: woken.append(True))
    host.fetch(REPORTS_IN)
    assert woken == [True]
    assert device.write(b"more") == 4


def test_set_report_is_the_same_as_the_out_endpoint(host: UsbHost, device: WandUsbDevice) -> None:
    (report,) = to_reports(b"by control")
    assert host.set(0x21, 0x09, 0x0200, HID, report) is DONE
    assert device.read() == b"by control"
    device.write(b"answer")
    assert host.get(0xA1, 0x01, 0x0100, HID) == to_reports(b"answer")[0]
    assert host.get(0xA1, 0x01, 0x0100, HID) == EMPTY


@pytest.mark.parametrize(
    ("value", "octets"), [(0x0200, 63), (0x0200, 65), (0x0201, 64), (0x0100, 64), (0x0300, 64)]
)
def test_a_report_of_another_size_number_or_kind_is_refused(
    host: UsbHost, device: WandUsbDevice, value: int, octets: int
) -> None:
    assert host.fails(0x21, 0x09, value, HID, octets)
    assert device.read() == b""


def test_idle_and_protocol_are_answered(host: UsbHost) -> None:
    assert host.set(0x21, 0x0A, 0, HID) is DONE
    assert host.get(0xA1, 0x02, 0, HID) == b"\x00"
    assert host.fails(0x21, 0x0A, 0x0400, HID)
    assert host.fails(0xA1, 0x02, 1, HID, 1)
    assert host.get(0xA1, 0x03, 0, HID) == b"\x01"
    assert host.set(0x21, 0x0B, 0, HID) is DONE
    assert host.get(0xA1, 0x03, 0, HID) == b"\x00"
    assert host.fails(0x21, 0x0B, 2, HID)
    host.configure_again()
    assert host.get(0xA1, 0x03, 0, HID) == b"\x01"


def test_a_report_that_is_not_there_stalls(host: UsbHost) -> None:
    for value in (0x0101, 0x0200, 0x0300):
        assert host.fails(0xA1, 0x01, value, HID, REPORT)
    assert host.fails(0xA1, 0x01, 0x0100, 0, REPORT)
    assert host.fails(0x41, 0x01, 0, 0)


def test_an_interface_answers_nothing_before_a_configuration_is_chosen(
    device: WandUsbDevice,
) -> None:
    host = UsbHost(device)
    (report,) = to_reports(b"too early")
    assert host.set(0x21, 0x09, 0x0200, HID, report) is STALLED
    assert host.fails(0xA1, 0x03, 0, HID, 1)
    host.configure()
    assert device.read() == b""
    assert host.get(0xA1, 0x03, 0, HID) == b"\x01"


@given(st.binary(max_size=5000))
def test_every_byte_of_the_wand_comes_through_reports(data: bytes) -> None:
    device = new_device()
    host = UsbHost(device)
    host.configure()
    host.send(REPORTS_OUT, to_reports(b"?")[0])
    device.read()
    assert device.write(data) == len(data)
    assert fetched(host, REPORTS_IN) == data
