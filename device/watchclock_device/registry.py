"""Finds installed drivers by entry point, so that a third party's package needs no change here.

A driver whose library is not installed finds no ports, and says what to install when one of its
addresses is opened: who downloads by serial cable needs no USB library.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Final, cast

from watchclock_device.addresses import Address
from watchclock_device.errors import (
    AddressError,
    DriverConflictError,
    DriverMissingError,
    DriverUnknownError,
)
from watchclock_device.links import FoundPort, Link, PortDriver, SwitchedPortDriver
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["DRIVER_GROUP", "load_drivers", "open_link"]

DRIVER_GROUP: Final = "watchclock.drivers"


def load_drivers(points: Iterable[EntryPoint] | None = None) -> Mapping[str, PortDriver]:
    """The drivers by scheme; by default those of all installed packages.

    Raises:
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
        DriverMissingError: the library of its driver is not installed.
        AddressError: its driver does not know one of its switches.
        DeviceError: the port cannot be opened; see ``PortDriver.open``.
    """
    driver = drivers.get(address.scheme)
    if driver is None:
        known = ", ".join(sorted(drivers))
        raise DriverUnknownError(scheme=address.scheme, known=known)
    if not address.switches:
        return driver.open(address.target, line)
    known_switches = frozenset[str]()
    if isinstance(driver, SwitchedPortDriver):
        known_switches = driver.switches
        if address.switches <= known_switches:
            return driver.open_switched(address.target, line, address.switches)
    unknown_switch = min(address.switches - known_switches)
    raise AddressError(
        address=address.text,
        reason=FilledReason("nobody knows the option {option}", option=unknown_switch),
    )


class _MissingDriver:
    """Stands where a driver would, had its library been installed."""

    def __init__(self, scheme: str, error: DriverMissingError) -> None:
        self.scheme = scheme
        self._error = error

    def find(self) -> Sequence[FoundPort]:
        """Nothing: nobody can look."""
        return ()

    def open(self, target: str, line: LineSettings) -> Link:
        """Nothing, ever.

        Raises:
            DriverMissingError: always; it names what to install.
        """
        del target, line
        raise self._error


def _load(point: EntryPoint) -> PortDriver:
    try:
        make = cast("type[PortDriver]", point.load())
    except ImportError as error:
        missing = DriverMissingError(
            driver=point.name, library=error.name or point.name, package=_package(point)
        )
        missing.__cause__ = error
        return _MissingDriver(point.name, missing)
    return make()


def _package(point: EntryPoint) -> str:
    """What to install: the package that brings the driver, with the extras its entry names."""
    name = "watchclock" if point.dist is None else point.dist.name
    return f"{name}[{','.join(point.extras)}]" if point.extras else name
