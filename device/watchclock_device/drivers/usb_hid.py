"""USB devices with a HID interface, through hidapi; the only place that calls it.

The reports carry the stream as the dialect of the device declares (``UsbIdentity.reports``); of a
device no dialect knows, nobody can say how. hidapi's ``hidraw`` module is preferred, which goes
through the kernel's driver; its ``hid`` module takes the device away from it with libusb.

The kernel lets everybody open ``/dev/hidraw0`` at once and gives each a copy of every report, so
the node is locked here, as pyserial locks a port.
"""

import contextlib
import errno
import fcntl
import math
import os
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, Protocol, TypeGuard, cast

from watchclock_device.errors import (
    DeviceError,
    LinkLostError,
    PortBusyError,
    PortNotFoundError,
    PortUnusableError,
    UsbForbiddenError,
)
from watchclock_device.links import FoundPort, Link, discard_greeting
from watchclock_device.usb_places import KnownDevice, UsbPlace, find_known, only_device
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.usb_identities import HidReports, UsbWay

__all__ = ["UsbHidDriver", "UsbHidLink"]

_NO_REPORT_ID: Final = b"\x00"
_MOST_REPORTS: Final = 256
"""Taken in one read, so that noise that never ends is seen too."""
_LONGEST_READ_MS: Final = 1_000
_MILLISECONDS: Final = 1_000
_NOT_FOUND: Final = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})


class _Device(Protocol):
    def open_path(self, path: bytes) -> None: ...
    def set_nonblocking(self, v: int) -> int: ...
    def read(self, max_length: int, timeout_ms: int = 0) -> Sequence[int]: ...
    def write(self, buff: bytes) -> int: ...
    def close(self) -> None: ...


class _Module(Protocol):
    def enumerate(self) -> Sequence[Mapping[str, object]]: ...
    def device(self) -> _Device: ...


def _import() -> _Module:
    try:
        return cast("_Module", import_module("hidraw"))
    except ImportError:
        return cast("_Module", import_module("hid"))


_LIBRARY: Final = _import()


class UsbHidLink:
    """A HID interface opened and locked for us alone."""

    def __init__(self, address: str, device: _Device, reports: HidReports, lock: int) -> None:
        """Take over an open device.

        Args:
            address: for errors.
            device: hidapi's, already open.
            reports: how its reports carry the stream.
            lock: descriptor that holds the lock, or -1 where the device has no node.
        """
        self._address = address
        self._device = device
        self._reports = reports
        self._lock = lock
        self._is_open = True

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see ``Link.read``."""
        end = time.monotonic() + timeout_s
        while True:
            left_ms = math.ceil((end - time.monotonic()) * _MILLISECONDS)
            # To hidapi 0 ms means as set_nonblocking says: what waits, and nothing else.
            data = self._take(max(0, min(left_ms, _LONGEST_READ_MS)))
            if data or time.monotonic() >= end:
                return data

    def write(self, data: bytes) -> None:
        """All of ``data`` written; see ``Link.write``."""
        for report in self._reports.cut(data):
            if not self._is_open:
                raise LinkLostError(address=self._address)
            try:
                written = self._device.write(_NO_REPORT_ID + report)
            except (OSError, ValueError) as error:
                raise LinkLostError(address=self._address) from error
            if written < 0:
                raise LinkLostError(address=self._address)

    def close(self) -> None:
        """The device is free again."""
        if self._is_open:
            self._is_open = False
            self._device.close()
            _unlock(self._lock)

    def _take(self, timeout_ms: int) -> bytes:
        """The bytes of the first report that comes in time, and of those that wait behind it."""
        data = b""
        for _ in range(_MOST_REPORTS):
            report = self._read_report(timeout_ms)
            if not report:
                break
            data += self._reports.join(report)
            timeout_ms = 0
        return data

    def _read_report(self, timeout_ms: int) -> bytes:
        if not self._is_open:
            raise LinkLostError(address=self._address)
        try:
            return bytes(self._device.read(self._reports.octets, timeout_ms))
        except (OSError, ValueError) as error:
            raise LinkLostError(address=self._address) from error


class UsbHidDriver:
    """Opens ``hid:VID:PID`` and ``hid:VID:PID:SERIAL`` addresses."""

    scheme = "hid"

    def __init__(self, library: object | None = None) -> None:
        """Look at this machine, or through another module with the functions of hidapi's."""
        self._library = _LIBRARY if library is None else cast("_Module", library)

    def find(self) -> Sequence[FoundPort]:
        """The wands whose vendor and product a dialect knows; any other device is left alone."""
        return tuple(
            FoundPort(
                address=f"{self.scheme}:{place.text}{known.option}",
                description=known.description,
                hardware=place.hardware,
                device=place.text,
                is_slow=True,
            )
            for place in dict.fromkeys(map(_place_of, self._interfaces()))
            if _has_reports(known := _known(place))
        )

    def open(self, target: str, line: LineSettings) -> Link:
        """The HID interface of the device; speed and line levels mean nothing there.

        Raises:
            SeveralWandsError: the address fits several devices.
            DeviceError: see ``PortDriver``.
        """
        address = f"{self.scheme}:{target}"
        place = UsbPlace.parse(self.scheme, target)
        known = _known(place)
        if known is None or known.identity.reports is None:
            raise PortUnusableError(
                address=address, reason="nobody knows how its reports are to be read"
            )
        fitting = {
            _path_of(each): each for each in self._interfaces() if place.takes(_place_of(each))
        }
        path = _path_of(only_device(address, self.scheme, fitting.values(), _place_of))
        lock = _lock(address, path)
        device = self._library.device()
        try:
            device.open_path(path)
            device.set_nonblocking(1)
        except (OSError, ValueError) as error:
            _unlock(lock)
            raise PortUnusableError(address=address, reason="hidapi cannot open it") from error
        link = UsbHidLink(address, device, known.identity.reports, lock)
        discard_greeting(link, line.settle_s)
        return link

    def _interfaces(self) -> Sequence[Mapping[str, object]]:
        try:
            return self._library.enumerate()
        except OSError:
            return ()


def _known(place: UsbPlace) -> KnownDevice | None:
    return find_known(place.vendor, place.product, UsbWay.HID)


def _has_reports(known: KnownDevice | None) -> TypeGuard[KnownDevice]:
    return known is not None and known.identity.reports is not None


def _place_of(interface: Mapping[str, object]) -> UsbPlace:
    vendor, product = interface["vendor_id"], interface["product_id"]
    serial = interface.get("serial_number")
    return UsbPlace.of_device(
        cast("int", vendor), cast("int", product), cast("str | None", serial)
    )


def _path_of(interface: Mapping[str, object]) -> bytes:
    return cast("bytes", interface["path"])


def _lock(address: str, path: bytes) -> int:
    """A descriptor that holds the lock of the device's node, -1 where it has none.

    Raises:
        DeviceError: the node cannot be opened, or another program has the lock.
    """
    if not path.startswith(b"/"):
        return -1
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise _open_error(address, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise PortBusyError(address=address) from error
    return lock


def _unlock(lock: int) -> None:
    if lock >= 0:
        with contextlib.suppress(OSError):
            os.close(lock)


def _open_error(address: str, error: OSError) -> DeviceError:
    if error.errno in _NOT_FOUND:
        return PortNotFoundError(address=address)
    if error.errno in _FORBIDDEN:
        return UsbForbiddenError(address=address)
    if error.errno == errno.EBUSY:
        return PortBusyError(address=address)
    return PortUnusableError(address=address, reason="hidapi cannot open it")
