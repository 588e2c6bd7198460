"""Finds installed drivers by entry point, so that a third party's package needs no change here."""

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final, cast

from watchclock_device.addresses import Address
from watchclock_device.errors import DriverConflictError, DriverMissingError, DriverUnknownError
from watchclock_device.links import Link, PortDriver
from watchclock_protocol.dialect import LineSettings

__all__ = ["DRIVER_GROUP", "load_drivers", "open_link"]

DRIVER_GROUP: Final = "watchclock.drivers"


def load_drivers(points: Iterable[EntryPoint] | None = None) -> Mapping[str, PortDriver]:
    """The drivers by scheme; by default those of all installed packages.

    Raises:
        DriverMissingError: a driver's library is not installed.
        DriverConflictError: two drivers claim one scheme.
    """
    drivers: dict[str, PortDriver] = {}
    named: dict[str, str] = {}
    for point in entry_points(group=DRIVER_GROUP) if points is None else points:
        driver = _load(point)
        if driver.scheme in drivers:
            raise DriverConflictError(
                scheme=driver.scheme, first=named[driver.scheme], second=point.value
            )
        drivers[driver.scheme] = driver
        named[driver.scheme] = point.value
    return drivers


def open_link(drivers: Mapping[str, PortDriver], address: Address, line: LineSettings) -> Link:
    """An open link to ``address``.

    Raises:
        DriverUnknownError: no driver for its scheme.
        DeviceError: the port cannot be opened; see ``PortDriver.open``.
    """
    driver = drivers.get(address.scheme)
    if driver is None:
        known = ", ".join(sorted(drivers))
        raise DriverUnknownError(scheme=address.scheme, known=known)
    return driver.open(address.target, line)


def _load(point: EntryPoint) -> PortDriver:
    try:
        make = cast("type[PortDriver]", point.load())
    except ModuleNotFoundError as error:
        raise DriverMissingError(driver=point.name, library=error.name) from error
    return make()
