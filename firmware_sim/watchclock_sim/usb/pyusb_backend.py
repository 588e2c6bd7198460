"""Lets programs that use pyusb find simulated wands in their own process, in place of libusb.

    backend = PyusbBackend([DockedWand(device, dock)], clock)
    device = usb.core.find(backend=backend)

It implements ``usb.backend.IBackend`` as pyusb 1.3 calls it, and fails as libusb does on Linux:
numbers of errors are those of ``libusb.h`` and ``errno.h``. Needs the extra ``usb``. pyusb has no
type declarations, so what is used of it is written down here.
"""

import errno
from array import array
from collections.abc import Iterator, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Final, NamedTuple, NoReturn, Protocol, cast

from watchclock_sim.usb.bus import Setup
from watchclock_sim.usb.descriptor_tree import DescriptorTree, configuration_tree, device_fields
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.usb.waiting_host import DockedWand, Ended, HostPort, WaitingClock, WaitingHost

__all__ = ["KnownDevice", "OpenedDevice", "PyusbBackend"]

BUS: Final = 1
MILLISECOND_S: Final = 0.001
MOST_CONTROL_DATA: Final = 0xFFFF
KERNEL_CLASSES: Final = frozenset({0x02, 0x03, 0x0A})
"""Interfaces that Linux has drivers for: CDC-ACM and HID."""
CP210X: Final = (0x10C4, 0xEA60)


class _UsbError(Protocol):
    """``usb.core.USBError`` and ``usb.core.USBTimeoutError``."""

    def __call__(self, strerror: str, error_code: int, errno: int) -> OSError: ...


class _Core(Protocol):
    USBError: _UsbError
    USBTimeoutError: _UsbError


_CORE: Final = cast("_Core", import_module("usb.core"))


class KnownDevice(NamedTuple):
    """A device that was seen on the bus; after it was away, it is another one."""

    port: HostPort
    address: int


class OpenedDevice:
    """A device that a program has opened.

    Attributes:
        known: which one.
        claimed: numbers of the interfaces that the program has for itself.
    """

    def __init__(self, known: KnownDevice) -> None:
        self.known = known
        self.claimed: set[int] = set()


class PyusbBackend:
    """All simulated wands of this process on one bus.

    Transfers take the time of ``clock``, in which the wands live on; nothing else does.

    Args:
        wands: each in its dock.
        clock: of the docks too; one that stands still makes timeouts cost nothing.
        has_kernel_drivers: whether the interfaces that Linux has a driver for are taken by it
            until a program detaches it.
    """

    def __init__(
        self,
        wands: Sequence[DockedWand],
        clock: WaitingClock,
        *,
        has_kernel_drivers: bool = False,
    ) -> None:
        self._host = WaitingHost(wands, clock)
        self._has_kernel_drivers = has_kernel_drivers
        self._detached: set[tuple[KnownDevice, int]] = set()
        self._opened: list[OpenedDevice] = []

    # Which devices there are.

    def enumerate_devices(self) -> Iterator[KnownDevice]:
        """Those that are plugged in, or have come back by now."""
        self._host.let_live()
        for port in self._host.ports:
            if port.address:
                yield KnownDevice(port, port.address)

    def get_parent(self, dev: KnownDevice) -> None:
        """They hang on the root hub, which pyusb does not show."""

    def get_device_descriptor(self, dev: KnownDevice) -> SimpleNamespace:
        """Fields of the device descriptor and where the device is."""
        fields = device_fields(dev.port.device_descriptor)
        fields.bus = BUS
        fields.address = dev.address
        fields.port_number = dev.port.number
        fields.port_numbers = (dev.port.number,)
        fields.speed = int(dev.port.device.speed)
        return fields

    def get_configuration_descriptor(self, dev: KnownDevice, config: int) -> SimpleNamespace:
        """Fields of the configuration; IndexError when there is none of this index."""
        return _configurations(dev)[config].fields

    def get_interface_descriptor(
        self, dev: KnownDevice, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        """Fields of an interface; IndexError when there is none of this index."""
        interface = _configurations(dev)[config].parts[intf]
        return (interface,)[alt].fields

    def get_endpoint_descriptor(
        self, dev: KnownDevice, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        """Fields of an endpoint; IndexError when there is none of this index."""
        interface = _configurations(dev)[config].parts[intf]
        return (interface,)[alt].parts[ep].fields

    # Having one to oneself.

    def open_device(self, dev: KnownDevice) -> OpenedDevice:
        """A handle; raises ENODEV when the device has left."""
        opened = OpenedDevice(dev)
        _port(opened)
        self._opened.append(opened)
        return opened

    def close_device(self, dev_handle: OpenedDevice) -> None:
        """Give the handle back, and with it every interface."""
        dev_handle.claimed.clear()
        self._opened.remove(dev_handle)

    def set_configuration(self, dev_handle: OpenedDevice, config_value: int) -> None:
        """SET_CONFIGURATION; EBUSY while anybody has an interface."""
        port = _port(dev_handle)
        numbers = range(len(port.device.interfaces))
        if any(self._is_taken(dev_handle.known, number) for number in numbers):
            _fail(_BUSY)
        _done(port.configure(config_value))

    def get_configuration(self, dev_handle: OpenedDevice) -> int:
        """The configuration in force; 0 while there is none."""
        return _port(dev_handle).configuration

    def set_interface_altsetting(
        self, dev_handle: OpenedDevice, intf: int, altsetting: int
    ) -> None:
        """SET_INTERFACE."""
        setup = Setup(request_type=0x01, request=11, value=altsetting, index=intf, length=0)
        _done(self._host.control(_port(dev_handle), setup, b""))

    def claim_interface(self, dev_handle: OpenedDevice, intf: int) -> None:
        """Have an interface alone; EBUSY while somebody else has it."""
        port = _port(dev_handle)
        if intf not in {each.number for each in port.device.interfaces}:
            _fail(_NOT_FOUND)
        if intf in dev_handle.claimed:
            return
        if self._is_taken(dev_handle.known, intf):
            _fail(_BUSY)
        dev_handle.claimed.add(intf)

    def release_interface(self, dev_handle: OpenedDevice, intf: int) -> None:
        """Give an interface back."""
        if intf not in dev_handle.claimed:
            _fail(_NOT_FOUND)
        dev_handle.claimed.discard(intf)
        _port(dev_handle)

    def is_kernel_driver_active(self, dev_handle: OpenedDevice, intf: int) -> bool:
        """Whether the system's own driver has an interface."""
        _port(dev_handle)
        return self._has_driver(dev_handle.known, intf)

    def detach_kernel_driver(self, dev_handle: OpenedDevice, intf: int) -> None:
        """Take an interface from the system's driver; ENOENT when it has none."""
        _port(dev_handle)
        if not self._has_driver(dev_handle.known, intf):
            _fail(_NOT_FOUND)
        self._detached.add((dev_handle.known, intf))

    def attach_kernel_driver(self, dev_handle: OpenedDevice, intf: int) -> None:
        """Give it back to the system's driver; EBUSY while a program has it."""
        _port(dev_handle)
        if intf in dev_handle.claimed:
            _fail(_BUSY)
        self._detached.discard((dev_handle.known, intf))

    # Transfers.

    def bulk_write(
        self, dev_handle: OpenedDevice, ep: int, intf: int, data: "array[int]", timeout: int
    ) -> int:
        """How many bytes the device took; ``timeout`` in milliseconds, 0 for none.

        Fewer than all when the time was over; an error when it was and none had been taken.
        """
        ended = self._transfer(dev_handle, ep, intf, data=data.tobytes(), timeout_ms=timeout)
        return len(data) if ended.status is TransferStatus.DONE else ended.taken

    def bulk_read(
        self, dev_handle: OpenedDevice, ep: int, intf: int, buff: "array[int]", timeout: int
    ) -> int:
        """How many bytes came into the buffer; ``timeout`` in milliseconds, 0 for none."""
        ended = self._transfer(dev_handle, ep, intf, length=len(buff), timeout_ms=timeout)
        return _fill(buff, ended.data)

    intr_write = bulk_write
    intr_read = bulk_read

    def iso_write(self, *_transfer: object) -> NoReturn:
        """No wand has an isochronous endpoint."""
        _fail(_NOT_SUPPORTED)

    iso_read = iso_write

    def ctrl_transfer(  # noqa: PLR0913, PLR0917 - pyusb's signature
        self,
        dev_handle: OpenedDevice,
        bmRequestType: int,  # noqa: N803 - pyusb's names
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data: "array[int]",
        timeout: int,  # noqa: ARG002 - control transfers never wait
    ) -> int:
        """How many bytes went either way; those that come are put into ``data``."""
        if len(data) > MOST_CONTROL_DATA:
            _fail(_INVALID)
        setup = Setup(
            request_type=bmRequestType,
            request=bRequest,
            value=wValue,
            index=wIndex,
            length=len(data),
        )
        sent = b"" if setup.is_to_host else data.tobytes()
        came = _done(self._host.control(_port(dev_handle), setup, sent))
        return _fill(data, came) if setup.is_to_host else len(sent)

    def clear_halt(self, dev_handle: OpenedDevice, ep: int) -> None:
        """CLEAR_FEATURE with ENDPOINT_HALT."""
        _done(_port(dev_handle).clear_halt(ep))

    def reset_device(self, dev_handle: OpenedDevice) -> None:
        """Reset the port; the device is configured again afterwards."""
        _port(dev_handle).reset()

    def _transfer(
        self,
        opened: OpenedDevice,
        endpoint: int,
        interface: int,
        *,
        length: int = 0,
        data: bytes = b"",
        timeout_ms: int,
    ) -> Ended:
        port = _port(opened)
        if interface not in opened.claimed:
            _fail(_NOT_FOUND)
        timeout_s = timeout_ms * MILLISECOND_S if timeout_ms else None
        ended = self._host.transfer(port, endpoint, length=length, data=data, timeout_s=timeout_s)
        if ended.status is not TransferStatus.CANCELLED:
            _done(ended)
        elif not ended.taken:
            raise _CORE.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        return ended

    def _is_taken(self, known: KnownDevice, interface: int) -> bool:
        claims = (each.claimed for each in self._opened if each.known == known)
        return self._has_driver(known, interface) or any(interface in each for each in claims)

    def _has_driver(self, known: KnownDevice, interface: int) -> bool:
        if not self._has_kernel_drivers or (known, interface) in self._detached:
            return False
        device = known.port.device
        is_bridge = (device.vendor, device.product) == CP210X
        classes = {each.number: each.class_code for each in device.interfaces}
        return is_bridge or classes.get(interface) in KERNEL_CLASSES


def _configurations(dev: KnownDevice) -> tuple[DescriptorTree]:
    return (configuration_tree(dev.port.configuration_descriptor),)


def _fill(buffer: "array[int]", data: bytes) -> int:
    """Put the bytes at the beginning of pyusb's own buffer, which it keeps."""
    buffer[: len(data)] = array("B", data)
    return len(data)


class _Failure(NamedTuple):
    """An error as libusb tells it."""

    text: str
    code: int
    number: int


_NO_DEVICE: Final = _Failure("No such device (it may have been disconnected)", -4, errno.ENODEV)
_NOT_FOUND: Final = _Failure("Entity not found", -5, errno.ENOENT)
_BUSY: Final = _Failure("Resource busy", -6, errno.EBUSY)
_INVALID: Final = _Failure("Invalid parameter", -2, errno.EINVAL)
_NOT_SUPPORTED: Final = _Failure("Operation not supported or unimplemented", -12, errno.ENOSYS)
_STALL: Final = _Failure("Pipe error", -9, errno.EPIPE)


def _fail(failure: _Failure) -> NoReturn:
    raise _CORE.USBError(failure.text, failure.code, failure.number)


def _port(opened: OpenedDevice) -> HostPort:
    """Where the device is; it fails when it has left, even if it came back."""
    known = opened.known
    if known.port.address != known.address:
        _fail(_NO_DEVICE)
    return known.port


def _done(ended: Ended) -> bytes:
    if ended.status is TransferStatus.DONE:
        return ended.data
    _fail(_STALL if ended.status is TransferStatus.STALLED else _NO_DEVICE)
