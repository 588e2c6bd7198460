import subprocess
import sys
import types
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

import pytest

from watchclock_device.addresses import parse_address
from watchclock_device.drivers.rfc2217_port import Rfc2217Driver
from watchclock_device.drivers.serial_port import SerialPortDriver
from watchclock_device.drivers.tcp_port import TcpPortDriver
from watchclock_device.drivers.usb_bulk import UsbBulkDriver
from watchclock_device.drivers.usb_hid import UsbHidDriver
from watchclock_device.errors import (
    AddressError,
    DriverConflictError,
    DriverMissingError,
    DriverUnknownError,
)
from watchclock_device.links import FoundPort, Link
from watchclock_device.registry import DRIVER_GROUP, load_drivers, open_link
from watchclock_protocol.dialect import LineSettings

STRANGER = "tests.support.stranger_driver:SecondSerialDriver"
SERIAL = "watchclock_device.drivers.serial_port:SerialPortDriver"


def point(value: str, name: str = "stranger") -> EntryPoint:
    return EntryPoint(name=name, value=value, group=DRIVER_GROUP)


def test_the_installed_package_brings_its_drivers_under_the_names_of_their_schemes() -> None:
    drivers = load_drivers()
    assert {name: type(driver) for name, driver in drivers.items()} == {
        "serial": SerialPortDriver,
        "tcp": TcpPortDriver,
        "rfc2217": Rfc2217Driver,
        "usb": UsbBulkDriver,
        "hid": UsbHidDriver,
    }
    assert {point.name for point in entry_points(group=DRIVER_GROUP)} == set(drivers)


def test_two_drivers_with_one_scheme_are_refused_by_both_names() -> None:
    with pytest.raises(DriverConflictError) as conflict:
        load_drivers([point(SERIAL), point(STRANGER)])
    assert SERIAL in str(conflict.value)
    assert STRANGER in str(conflict.value)


def test_a_driver_without_its_library_finds_nothing_and_says_what_to_install() -> None:
    drivers = load_drivers([point(SERIAL), point("a_library_nobody_has:Driver [usb]", "kiosk")])
    assert (drivers["kiosk"].scheme, drivers["kiosk"].find()) == ("kiosk", ())
    with pytest.raises(DriverMissingError) as missing:
        open_link(drivers, parse_address("kiosk:1"), LineSettings(baud=9600))
    assert "a_library_nobody_has" in str(missing.value)
    assert missing.value.advice == 'Install it with: pip install "watchclock[usb]"'


def test_a_strangers_driver_without_its_library_names_the_strangers_package() -> None:
    lonely = point("a_library_nobody_has:Driver", "kiosk")
    vars(lonely)["dist"] = types.SimpleNamespace(name="watchclock-kiosk")
    with pytest.raises(DriverMissingError) as missing:
        load_drivers([lonely])["kiosk"].open("1", LineSettings(baud=9600))
    assert missing.value.details["package"] == "watchclock-kiosk"


@pytest.mark.parametrize("library", ["usb.core", "hidraw", "hid", "libusb_package"])
def test_serial_and_tcp_wands_need_no_usb_library(library: str) -> None:
    missing = {library} | ({"hid", "hidraw"} if "hid" in library else set[str]())
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({sorted(missing)!r}))\n"
        "from watchclock_device.registry import load_drivers\n"
        "from watchclock_device.errors import DriverMissingError\n"
        "from watchclock_protocol.dialect import LineSettings\n"
        "for name, driver in sorted(load_drivers().items()):\n"
        "    driver.find()\n"
        "    try: driver.open('1209:00FD', LineSettings(baud=1))\n"
        "    except DriverMissingError as error: print(name, error.advice)\n"
        "    except Exception: pass\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    scheme = "hid" if "hid" in library else "usb"
    assert told == f'{scheme} Install it with: pip install "watchclock[usb]"\n'


def test_a_switch_is_handed_to_the_driver_that_knows_it() -> None:
    kiosk = SwitchedDriver()
    line = LineSettings(baud=9600)
    assert open_link({"kiosk": kiosk}, parse_address("kiosk:1?loud&unit=3"), line) is kiosk
    assert kiosk.opened == [("1", frozenset({"loud"}))]
    with pytest.raises(AddressError) as refused:
        open_link({"kiosk": kiosk}, parse_address("kiosk:1?loud&fast"), line)
    assert "option fast" in str(refused.value)


class SwitchedDriver:
    """A driver with one switch; what it opens is itself."""

    scheme = "kiosk"
    switches = frozenset({"loud", "quiet"})

    def __init__(self) -> None:
        self.opened: list[tuple[str, frozenset[str]]] = []

    def find(self) -> Sequence[FoundPort]:
        return ()

    def open(self, target: str, line: LineSettings) -> Link:
        return self.open_switched(target, line, frozenset())

    def open_switched(self, target: str, line: LineSettings, switches: frozenset[str]) -> Link:
        assert line.baud == 9600
        self.opened.append((target, switches))
        return self

    def read(self, timeout_s: float) -> bytes:
        return b"" if timeout_s else b"\x01"

    def write(self, data: bytes) -> None:
        assert data

    def close(self) -> None:
        self.opened.clear()


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(DriverUnknownError) as unknown:
        open_link(load_drivers(), parse_address("kiosk:1"), LineSettings(baud=9600))
    assert unknown.value.details["known"] == "hid, rfc2217, serial, tcp, usb"
