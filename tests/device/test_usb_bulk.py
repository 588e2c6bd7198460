"""The usb driver on a bus made by hand: what it finds, opens, gives back, and how it fails."""

import errno
from contextlib import closing
from types import SimpleNamespace

import pytest

from tests.support.usb_bus import BulkDevice, HandMadeBus, error_of, packets
from watchclock_device.drivers import usb_bulk
from watchclock_device.drivers.usb_bulk import UsbBulkDriver
from watchclock_device.errors import (
    AddressError,
    DeviceError,
    DriverMissingError,
    LinkLostError,
    PortBusyError,
    PortNotFoundError,
    PortUnusableError,
    SeveralWandsError,
    UsbForbiddenError,
)
from watchclock_device.links import FoundPort, Link
from watchclock_protocol.dialect import LineSettings

LINE = LineSettings(baud=115200)
SERIAL = "5F00000000001234"
SHORT_S = 0.02
PATIENT_S = 5.0


def open_only(*devices: BulkDevice, target: str = "1209:0003") -> Link:
    return UsbBulkDriver(HandMadeBus(*devices)).open(target, LINE)


def test_a_known_wand_is_listed_with_what_it_is_and_speaks() -> None:
    found = UsbBulkDriver(HandMadeBus(BulkDevice(), BulkDevice(product=0x7777))).find()
    assert found == (
        FoundPort(
            address=f"usb:1209:0003:{SERIAL}?dialect=vs",
            description="VF5000+ (vs)",
            hardware=f"USB VID:PID=1209:0003 SER={SERIAL}",
            device=f"1209:0003:{SERIAL}",
        ),
    )


def test_a_wand_that_may_not_be_opened_is_listed_without_its_number() -> None:
    device = BulkDevice()
    device.refusal = errno.EACCES
    (found,) = UsbBulkDriver(HandMadeBus(device)).find()
    assert (found.address, found.hardware) == (
        "usb:1209:0003?dialect=vs",
        "USB VID:PID=1209:0003",
    )


def test_a_device_without_a_vendor_bulk_interface_is_not_listed_and_not_opened() -> None:
    other, unreadable = BulkDevice(), BulkDevice()
    other.interface_class = 0x0A
    unreadable.hides_descriptors = True
    for device in (other, unreadable):
        assert UsbBulkDriver(HandMadeBus(device)).find() == ()
        with pytest.raises(PortUnusableError) as refused:
            open_only(device)
        assert "vendor bulk interface" in str(refused.value)


def test_a_bus_that_changes_while_it_is_listed_lists_nothing() -> None:
    bus = HandMadeBus(BulkDevice())
    bus.loses_devices = True
    assert UsbBulkDriver(bus).find() == ()


def test_of_two_wands_one_is_named_by_its_number() -> None:
    first, second = BulkDevice("5F01"), BulkDevice("5F02")
    with closing(open_only(first, second, target="1209:0003:5F02")) as link:
        link.write(b"hello")
    assert (first.calls, second.receive(9)) == (["close"], b"hello")
    with pytest.raises(SeveralWandsError) as several:
        open_only(first, second)
    assert several.value.details["addresses"] == "usb:1209:0003:5F01, usb:1209:0003:5F02"


@pytest.mark.parametrize("target", ["1209", "1209:", "12O9:0003", "11209:0003", ":0003"])
def test_what_names_no_device_is_refused(target: str) -> None:
    with pytest.raises(AddressError) as refused:
        open_only(BulkDevice(), target=target)
    assert "usb:VID:PID" in str(refused.value)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EACCES, UsbForbiddenError),
        (errno.EPERM, UsbForbiddenError),
        (errno.EBUSY, PortBusyError),
        (errno.ENODEV, PortNotFoundError),
        (errno.EOVERFLOW, PortUnusableError),
    ],
)
def test_a_device_that_cannot_be_opened_says_why(number: int, kind: type[DeviceError]) -> None:
    device = BulkDevice()
    device.refusal = number
    with pytest.raises(DeviceError) as refused:
        open_only(device)
    assert type(refused.value) is kind
    assert refused.value.details["address"] == "usb:1209:0003"


def test_who_may_not_open_a_wand_is_told_of_the_udev_rules() -> None:
    assert "udev/70-watchclock.rules" in UsbForbiddenError(address="usb:1209:0003").advice


def test_a_wand_another_program_has_claimed_is_busy_and_is_left_to_it() -> None:
    device = BulkDevice()
    device.claimed_by = holder = object()
    with pytest.raises(PortBusyError):
        open_only(device)
    assert device.claimed_by is holder
    assert device.calls == ["close"]


def test_the_kernels_driver_is_sent_away_and_has_its_interface_back_afterwards() -> None:
    device = BulkDevice()
    device.driver = True
    open_only(device).close()
    assert device.calls == ["detach 1", "claim 1", "release 1", "attach 1", "close"]
    assert device.driver


@pytest.mark.parametrize("answer", [NotImplementedError(), error_of(errno.ENOSYS)])
def test_a_kernel_that_cannot_be_asked_for_its_driver_is_no_obstacle(answer: Exception) -> None:
    device = BulkDevice()
    device.driver_question = answer
    open_only(device).close()
    assert device.calls == ["claim 1", "release 1", "close"]


def test_a_device_that_leaves_while_its_driver_is_asked_for_is_not_found() -> None:
    device = BulkDevice()
    device.driver_question = error_of(errno.ENODEV)
    with pytest.raises(PortNotFoundError):
        open_only(device)
    assert device.calls == ["close"]


def test_only_a_device_without_a_configuration_is_configured() -> None:
    device = BulkDevice()
    device.configuration = 0
    open_only(device).close()
    open_only(device).close()
    assert device.calls.count("configure") == 1


def test_a_stalled_endpoint_is_a_lost_link_and_the_next_host_finds_it_cleared() -> None:
    device = BulkDevice()
    with closing(open_only(device)) as link:
        device.stalls = True
        with pytest.raises(LinkLostError):
            link.read(PATIENT_S)
    assert [call for call in device.calls if "clear" in call] == ["clear 0x81", "clear 0x02"]
    with closing(open_only(device)) as link:
        device.send(b"\x01")
        assert link.read(PATIENT_S) == b"\x01"


@pytest.mark.parametrize("number", [errno.ENODEV, errno.EIO, errno.EPROTO, errno.EOVERFLOW])
def test_any_other_error_of_a_transfer_is_a_lost_link(number: int) -> None:
    device = BulkDevice()
    with closing(open_only(device)) as link:
        device.fault = number
        with pytest.raises(LinkLostError):
            link.read(PATIENT_S)
        device.fault = number
        with pytest.raises(LinkLostError):
            link.write(b"\x01")


def test_a_wand_that_takes_nothing_any_more_is_a_lost_link() -> None:
    device = BulkDevice()
    device.takes = False
    with closing(open_only(device)) as link, pytest.raises(LinkLostError):
        link.write(b"\x01")
    device.takes_zero = device.takes = True
    with closing(open_only(device)) as link, pytest.raises(LinkLostError):
        link.write(b"\x01")


def test_an_empty_packet_is_no_answer() -> None:
    device = BulkDevice()
    with closing(open_only(device)) as link:
        device.send(b"")
        device.send(b"\x07")
        assert link.read(PATIENT_S) == b"\x07"
        device.send(b"")
        assert link.read(SHORT_S) == b""


def test_a_message_of_whole_packets_ends_with_an_empty_one_and_is_read_at_once() -> None:
    device = BulkDevice()
    with closing(open_only(device)) as link:
        for packet in packets(bytes(128)):
            device.send(packet)
        assert link.read(PATIENT_S) == bytes(128)
    assert len(packets(bytes(128))) == 3


def test_what_came_before_the_time_was_over_is_not_lost() -> None:
    device = BulkDevice()
    with closing(open_only(device)) as link:
        device.send(bytes(64))
        assert link.read(SHORT_S) == bytes(64)


def test_closing_gives_a_wand_back_that_has_gone_meanwhile() -> None:
    device = BulkDevice()
    device.driver = True
    link = open_only(device)
    device.unplug()
    link.close()
    link.close()
    assert device.calls == ["detach 1", "claim 1", "close"]


def test_without_libusb_nothing_is_found_and_opening_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing = SimpleNamespace(get_libusb1_backend=lambda: None)
    monkeypatch.setattr(usb_bulk, "_PACKAGE", nothing)
    assert UsbBulkDriver().find() == ()
    with pytest.raises(DriverMissingError) as missing:
        UsbBulkDriver().open("1209:0003", LINE)
    assert 'pip install "watchclock[usb]"' in missing.value.advice
    assert "libusb" in str(missing.value)


def test_the_real_libusb_is_asked_where_no_other_bus_is_given() -> None:
    with pytest.raises(PortNotFoundError):
        UsbBulkDriver().open("1209:00FE", LINE)
    assert all(port.address.startswith("usb:") for port in UsbBulkDriver().find())
