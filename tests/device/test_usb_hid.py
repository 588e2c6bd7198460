"""The hid driver on devices made by hand: what it finds, opens, gives back, and how it fails."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.hid_devices import REPORT, HandMadeHid, HidDevice, report_of
from watchclock_device.drivers.usb_hid import UsbHidDriver
from watchclock_device.errors import (
    AddressError,
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


@pytest.fixture
def device(tmp_path: Path) -> HidDevice:
    return HidDevice(tmp_path / "hidraw0")


def open_only(*devices: HidDevice, target: str = "1209:0003") -> Link:
    return UsbHidDriver(HandMadeHid(*devices)).open(target, LINE)


def test_a_known_wand_is_listed_once_as_the_slower_port_of_its_device(device: HidDevice) -> None:
    device.usages = [0xFF00, 0x0001]
    found = UsbHidDriver(HandMadeHid(device, HidDevice(None, product=0x7777))).find()
    assert found == (
        FoundPort(
            address=f"hid:1209:0003:{SERIAL}?dialect=vs",
            description="VF5000+ (vs)",
            hardware=f"USB VID:PID=1209:0003 SER={SERIAL}",
            device=f"1209:0003:{SERIAL}",
            is_slow=True,
        ),
    )


def test_a_serial_wand_of_the_same_dialect_is_no_hid_port() -> None:
    assert UsbHidDriver(HandMadeHid(HidDevice(None, product=0x0002))).find() == ()


def test_devices_that_cannot_be_listed_are_none(device: HidDevice) -> None:
    library = HandMadeHid(device)
    library.is_broken = True
    assert UsbHidDriver(library).find() == ()
    with pytest.raises(PortNotFoundError):
        UsbHidDriver(library).open("1209:0003", LINE)


def test_of_two_wands_one_is_named_by_its_number(tmp_path: Path) -> None:
    first, second = (HidDevice(tmp_path / name, serial=name) for name in ("5F01", "5F02"))
    with closing(open_only(first, second, target="1209:0003:5F02")) as link:
        link.write(b"hello")
    assert (first.reports, second.reports) == ([], [report_of(b"hello")])
    with pytest.raises(SeveralWandsError) as several:
        open_only(first, second)
    assert several.value.details["addresses"] == "hid:1209:0003:5F01, hid:1209:0003:5F02"


def test_a_serial_number_that_is_no_plain_text_still_names_its_wand(tmp_path: Path) -> None:
    odd = HidDevice(tmp_path / "hidraw0", serial="巡 1?")
    library = HandMadeHid(odd, HidDevice(None, serial=None))
    address = UsbHidDriver(library).find()[0].address
    target = address.removeprefix("hid:").partition("?")[0]
    with closing(UsbHidDriver(library).open(target, LINE)) as link:
        link.write(b"\x01")
    assert odd.reports == [report_of(b"\x01")]
    assert target.isascii()


@pytest.mark.parametrize("target", ["1209:7777", "1209:0002", "10C4:EA60"])
def test_a_device_whose_reports_nobody_knows_is_not_opened(target: str) -> None:
    with pytest.raises(PortUnusableError) as refused:
        open_only(HidDevice(None), target=target)
    assert "reports" in str(refused.value)


def test_what_names_no_device_is_refused() -> None:
    with pytest.raises(AddressError) as refused:
        open_only(HidDevice(None), target="1209")
    assert "hid:VID:PID" in str(refused.value)


def test_a_long_message_is_cut_into_reports_without_an_id(device: HidDevice) -> None:
    data = os.urandom(130)
    with closing(open_only(device)) as link:
        link.write(data)
    assert device.reports == [
        report_of(data[:63]),
        report_of(data[63:126]),
        report_of(data[126:]),
    ]


def test_reports_that_wait_are_read_together(device: HidDevice) -> None:
    with closing(open_only(device)) as link:
        for data in (b"a", b"", b"bc"):
            device.send(report_of(data))
        assert link.read(PATIENT_S) == b"abc"


def test_a_report_that_is_none_is_passed_over(device: HidDevice) -> None:
    with closing(open_only(device)) as link:
        device.send(bytes((64,)).ljust(REPORT, b"x"))
        assert link.read(SHORT_S) == b""
        device.send(b"\x01short")
        device.send(report_of(b"good"))
        assert link.read(PATIENT_S) == b"good"


def test_noise_that_never_ends_does_not_hold_a_read_for_ever(device: HidDevice) -> None:
    with closing(open_only(device)) as link:
        for _ in range(300):
            device.send(report_of(b"n"))
        assert link.read(PATIENT_S) == b"n" * 256


@pytest.mark.parametrize("raises", [False, True])
def test_a_report_that_is_not_taken_is_a_lost_link(device: HidDevice, *, raises: bool) -> None:
    device.takes, device.raises = False, raises
    with closing(open_only(device)) as link, pytest.raises(LinkLostError) as lost:
        link.write(b"\x01")
    assert lost.value.details["address"] == "hid:1209:0003"


def test_a_node_another_program_has_locked_is_busy_until_it_is_closed(device: HidDevice) -> None:
    first = open_only(device)
    with pytest.raises(PortBusyError):
        open_only(device)
    first.close()
    open_only(device).close()
    assert device.reports == []


def test_a_node_that_has_gone_is_not_found(device: HidDevice) -> None:
    assert device.node is not None
    device.node.unlink()
    with pytest.raises(PortNotFoundError):
        open_only(device)


@pytest.mark.parametrize(
    ("number", "kind"),
    [(13, UsbForbiddenError), (1, UsbForbiddenError), (16, PortBusyError), (5, PortUnusableError)],
)
def test_a_node_the_system_refuses_says_why(
    device: HidDevice, number: int, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(kind) as refused:
        open_only(device)
    assert type(refused.value) is kind


def test_a_device_hidapi_refuses_is_unusable_and_unlocked_again(device: HidDevice) -> None:
    device.is_refused = True
    with pytest.raises(PortUnusableError) as refused:
        open_only(device)
    device.is_refused = False
    open_only(device).close()
    assert "hidapi" in str(refused.value)


def test_a_device_without_a_node_needs_no_lock() -> None:
    device = HidDevice(None)
    with closing(open_only(device)) as link:
        device.send(report_of(b"\x05"))
        assert link.read(PATIENT_S) == b"\x05"


def test_the_real_hidapi_is_asked_where_no_other_is_given() -> None:
    with pytest.raises(PortNotFoundError):
        UsbHidDriver().open("1209:0003:NOBODY", LINE)
    assert all(port.address.startswith("hid:") for port in UsbHidDriver().find())


@pytest.mark.parametrize(("missing", "used"), [("", "hidraw"), ("hidraw", "hid")])
def test_the_module_that_goes_through_the_kernels_driver_is_preferred(
    missing: str, used: str
) -> None:
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({missing!r}.split()))\n"
        "from watchclock_device.drivers import usb_hid\n"
        "print(usb_hid._LIBRARY.__name__)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert told == f"{used}\n"
