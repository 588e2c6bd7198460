"""USB devices with a vendor's own interface of two bulk endpoints, through pyusb and libusb.

The only place that calls pyusb. It has no type declarations, so what is used of it is written down
here. Its errors carry the number of the system's error, whatever the backend is:

    ENODEV   the device is gone           LinkLostError
    ETIMEDOUT nothing came, or nothing was taken   silence, or LinkLostError when writing
    EPIPE    the endpoint stalls          LinkLostError, after the halt was cleared
    EACCES   no right to open it          UsbForbiddenError
    EBUSY    another program claimed it   PortBusyError
"""

import contextlib
import errno
import math
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from typing import Final, Protocol, TypeVar, cast

from watchclock_device.errors import (
    DeviceError,
    DriverMissingError,
    LinkLostError,
    PortBusyError,
    PortNotFoundError,
    PortUnusableError,
    UsbForbiddenError,
)
from watchclock_device.links import FoundPort, Link, discard_greeting
from watchclock_device.usb_places import UsbPlace, find_known, only_device
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.usb_identities import UsbWay

__all__ = ["UsbBulkDriver", "UsbBulkLink"]

_VENDOR_CLASS: Final = 0xFF
_BULK: Final = 2
_TYPE_MASK: Final = 3
_TO_HOST: Final = 0x80
_TRANSFER_BYTES: Final = 16_384
"""A multiple of every packet size; at full speed it takes 15 ms, far less than any deadline."""
_WRITE_TIMEOUT_MS: Final = 5_000
_LONGEST_READ_MS: Final = 1_000
_MILLISECONDS: Final = 1_000
_GONE: Final = frozenset({errno.ENODEV, errno.ENOENT, errno.ENXIO, errno.EIO})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})
_UNREADABLE: Final = (OSError, ValueError, NotImplementedError)
"""What pyusb raises for a string descriptor, or a kernel driver, that it cannot ask for."""


_Result = TypeVar("_Result")


class _Endpoint(Protocol):
    bEndpointAddress: int  # noqa: N815 - pyusb's name
    bmAttributes: int  # noqa: N815 - pyusb's name

    def read(self, size_or_buffer: int, timeout: int) -> Sequence[int]: ...
    def write(self, data: bytes, timeout: int) -> int: ...
    def clear_halt(self) -> None: ...


class _Interface(Protocol):
    bInterfaceNumber: int  # noqa: N815 - pyusb's name
    bInterfaceClass: int  # noqa: N815 - pyusb's name

    def endpoints(self) -> Sequence[_Endpoint]: ...


class _Device(Protocol):
    idVendor: int  # noqa: N815 - pyusb's name
    idProduct: int  # noqa: N815 - pyusb's name

    @property
    def serial_number(self) -> str | None: ...
    @property
    def product(self) -> str | None: ...
    def __getitem__(self, index: int) -> Iterable[_Interface]: ...
    def get_active_configuration(self) -> object: ...
    def set_configuration(self) -> None: ...
    def is_kernel_driver_active(self, interface: int) -> bool: ...
    def detach_kernel_driver(self, interface: int) -> None: ...
    def attach_kernel_driver(self, interface: int) -> None: ...


class _Core(Protocol):
    def find(self, *, find_all: bool, backend: object) -> Iterable[_Device]: ...


class _Resources(Protocol):
    def claim_interface(self, device: _Device, interface: int) -> None: ...
    def release_interface(self, device: _Device, interface: int) -> None: ...
    def dispose_resources(self, device: _Device) -> None: ...


class _Package(Protocol):
    def get_libusb1_backend(self) -> object | None: ...


_CORE: Final = cast("_Core", import_module("usb.core"))
_RESOURCES: Final = cast("_Resources", import_module("usb.util"))
_PACKAGE: Final = cast("_Package", import_module("libusb_package"))


class UsbBulkLink:
    """A vendor interface claimed for us alone."""

    def __init__(self, address: str, device: _Device, interface: _Interface) -> None:
        """Claim the interface.

        Raises:
            OSError: pyusb's own error; nothing is held then.
        """
        self._address = address
        self._device = device
        self._number = interface.bInterfaceNumber
        self._input, self._output = _endpoints(interface)
        self._is_open = True
        self._is_detached = False
        try:
            self._claim()
        except OSError:
            self.close()
            raise

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see ``Link.read``."""
        end = time.monotonic() + timeout_s
        while True:
            left_ms = math.ceil((end - time.monotonic()) * _MILLISECONDS)
            # To libusb 0 ms means for ever; and none but a bounded wait can be interrupted.
            data = self._transfer(partial(self._take, max(1, min(left_ms, _LONGEST_READ_MS))))
            if data or time.monotonic() >= end:
                return data

    def write(self, data: bytes) -> None:
        """All of ``data`` written; see ``Link.write``."""
        sent = 0
        while sent < len(data):
            taken = self._transfer(partial(self._put, data[sent : sent + _TRANSFER_BYTES]))
            if not taken:
                raise LinkLostError(address=self._address)
            sent += taken

    def close(self) -> None:
        """The interface is free again, and the kernel's driver, if it had one, has it back."""
        if not self._is_open:
            return
        self._is_open = False
        with contextlib.suppress(OSError):
            _RESOURCES.release_interface(self._device, self._number)
        if self._is_detached:
            with contextlib.suppress(*_UNREADABLE):
                self._device.attach_kernel_driver(self._number)
        with contextlib.suppress(OSError):
            _RESOURCES.dispose_resources(self._device)

    def _claim(self) -> None:
        try:
            self._device.get_active_configuration()
        except OSError as error:
            if error.errno is not None:
                raise
            # pyusb's word for "Configuration not set". Setting it again would reset the device.
            self._device.set_configuration()
        self._send_kernel_driver_away()
        _RESOURCES.claim_interface(self._device, self._number)

    def _send_kernel_driver_away(self) -> None:
        try:
            if self._device.is_kernel_driver_active(self._number):
                self._device.detach_kernel_driver(self._number)
                self._is_detached = True
        except NotImplementedError:
            return
        except OSError as error:
            # libusb's word for a system that has no such thing.
            if error.errno != errno.ENOSYS:
                raise

    def _take(self, timeout_ms: int) -> bytes:
        try:
            return bytes(self._input.read(_TRANSFER_BYTES, timeout_ms))
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return b""
            raise

    def _put(self, data: bytes) -> int:
        return self._output.write(data, _WRITE_TIMEOUT_MS)

    def _transfer(self, act: Callable[[], _Result]) -> _Result:
        if not self._is_open:
            raise LinkLostError(address=self._address)
        try:
            return act()
        except OSError as error:
            if error.errno == errno.EPIPE:
                self._clear_halts()
            raise LinkLostError(address=self._address) from error

    def _clear_halts(self) -> None:
        """So that whoever opens the device next finds no stalled endpoint."""
        for endpoint in (self._input, self._output):
            with contextlib.suppress(OSError):
                endpoint.clear_halt()


class UsbBulkDriver:
    """Opens ``usb:VID:PID`` and ``usb:VID:PID:SERIAL`` addresses."""

    scheme = "usb"

    def __init__(self, backend: object | None = None) -> None:
        """Look at the buses of this machine, or at those of another ``usb.backend.IBackend``."""
        self._backend = backend

    def find(self) -> Sequence[FoundPort]:
        """The wands whose vendor and product a dialect knows; any other device is left alone."""
        try:
            return tuple(port for device in self._devices() for port in _ports(device))
        except DriverMissingError:
            return ()

    def open(self, target: str, line: LineSettings) -> Link:
        """The vendor interface of the device; speed and line levels mean nothing there.

        Raises:
            SeveralWandsError: the address fits several devices.
            DriverMissingError: there is no libusb on this machine.
            DeviceError: see ``PortDriver``.
        """
        address = f"{self.scheme}:{target}"
        place = UsbPlace.parse(self.scheme, target)
        fitting = [device for device in self._devices() if place.takes(_place_of(device, place))]
        device = only_device(address, self.scheme, fitting, _place_of)
        interface = _vendor_interface(device)
        if interface is None:
            raise PortUnusableError(address=address, reason="it has no vendor bulk interface")
        try:
            link = UsbBulkLink(address, device, interface)
        except OSError as error:
            raise _open_error(address, error) from error
        discard_greeting(link, line.settle_s)
        return link

    def _devices(self) -> Sequence[_Device]:
        backend = self._backend or _PACKAGE.get_libusb1_backend()
        if backend is None:
            raise DriverMissingError(
                driver=self.scheme, library="libusb", package="watchclock[usb]"
            )
        try:
            return list(_CORE.find(find_all=True, backend=backend))
        except OSError:
            # A device that leaves while it is listed.
            return ()


def _ports(device: _Device) -> Sequence[FoundPort]:
    known = find_known(device.idVendor, device.idProduct, UsbWay.BULK)
    if known is None or _vendor_interface(device) is None:
        return ()
    place = _place_of(device)
    return (
        FoundPort(
            address=f"usb:{place.text}{known.option}",
            description=known.description,
            hardware=place.hardware,
            device=place.text,
        ),
    )


def _place_of(device: _Device, asked: UsbPlace | None = None) -> UsbPlace:
    """Where the device is; its serial number is not read when another kind is asked for."""
    vendor, product = device.idVendor, device.idProduct
    if asked is not None and (asked.vendor, asked.product) != (vendor, product):
        return UsbPlace(vendor=vendor, product=product)
    try:
        return UsbPlace.of_device(vendor, product, device.serial_number)
    except _UNREADABLE:
        return UsbPlace(vendor=vendor, product=product)


def _vendor_interface(device: _Device) -> _Interface | None:
    try:
        return next((each for each in device[0] if _is_usable(each)), None)
    except OSError:
        return None


def _is_usable(interface: _Interface) -> bool:
    directions = {each.bEndpointAddress & _TO_HOST for each in _bulk_endpoints(interface)}
    return interface.bInterfaceClass == _VENDOR_CLASS and directions == {0, _TO_HOST}


def _bulk_endpoints(interface: _Interface) -> list[_Endpoint]:
    return [each for each in interface.endpoints() if each.bmAttributes & _TYPE_MASK == _BULK]


def _endpoints(interface: _Interface) -> tuple[_Endpoint, _Endpoint]:
    """The first bulk endpoint to the host and the first from it."""
    bulk = _bulk_endpoints(interface)
    to_host = next(each for each in bulk if each.bEndpointAddress & _TO_HOST)
    to_device = next(each for each in bulk if not each.bEndpointAddress & _TO_HOST)
    return to_host, to_device


def _open_error(address: str, error: OSError) -> DeviceError:
    number = error.errno
    if number in _GONE:
        return PortNotFoundError(address=address)
    if number in _FORBIDDEN:
        return UsbForbiddenError(address=address)
    if number == errno.EBUSY:
        return PortBusyError(address=address)
    return PortUnusableError(address=address, reason="its interface cannot be claimed")
