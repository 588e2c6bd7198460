from importlib.metadata import EntryPoint

import pytest

from watchclock_device.addresses import parse_address
from watchclock_device.drivers.serial_port import SerialPortDriver
from watchclock_device.drivers.tcp_port import TcpPortDriver
from watchclock_device.errors import DriverConflictError, DriverMissingError, DriverUnknownError
from watchclock_device.registry import DRIVER_GROUP, load_drivers, open_link
from watchclock_protocol.dialect import LineSettings

STRANGER = "tests.support.stranger_driver:SecondSerialDriver"
SERIAL = "watchclock_device.drivers.serial_port:SerialPortDriver"


def point(value: str) -> EntryPoint:
    return EntryPoint(name="stranger", value=value, group=DRIVER_GROUP)


def test_the_installed_package_brings_serial_and_tcp() -> None:
    drivers = load_drivers()
    assert {name: type(driver) for name, driver in drivers.items()} == {
        "serial": SerialPortDriver,
        "tcp": TcpPortDriver,
    }


def test_two_drivers_with_one_scheme_are_refused_by_both_names() -> None:
    with pytest.raises(DriverConflictError) as conflict:
        load_drivers([point(SERIAL), point(STRANGER)])
    assert SERIAL in str(conflict.value)
    assert STRANGER in str(conflict.value)


def test_a_driver_without_its_library_names_what_to_install() -> None:
    with pytest.raises(DriverMissingError) as missing:
        load_drivers([point("a_library_nobody_has:Driver")])
    assert "a_library_nobody_has" in str(missing.value)
    assert "pip install" in missing.value.next_step


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(DriverUnknownError) as unknown:
        open_link(load_drivers(), parse_address("kiosk:1"), LineSettings(baud=9600))
    assert unknown.value.details["known"] == "serial, tcp"
