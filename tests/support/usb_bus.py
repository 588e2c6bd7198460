"""A USB bus made by hand, behind the interface of pyusb's back ends.

It stands for libusb and a device with a vendor's bulk interface beside a HID interface, and keeps
to what libusb does: 0 ms waits for ever, a short packet ends a read, a time limit keeps what came.
"""

import errno
import time
from array import array
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from tests.support.byte_pipe import BytePipe

USB: Any = import_module("usb.core")
PACKET = 64
TO_HOST, FROM_HOST = 0x81, 0x02
GET_DESCRIPTOR, STRING = 6, 3
LANGUAGE = b"\x04\x03\x09\x04"


class BulkDevice(BytePipe):
    """What hangs on the bus.

    Attributes:
        refusal: number of the error with which it cannot be opened, 0 for none.
        driver: the kernel has a driver on its vendor interface.
        driver_question: what asking for that driver raises.
        configuration: ``bConfigurationValue`` in force.
        stalls: its endpoints are halted.
        fault: number of the error of the next transfer, 0 for none.
        interface_class: of the interface with the bulk endpoints.
        hides_descriptors: its configuration cannot be read.
        takes_zero: it takes nothing of what is sent, without an error.
    """

    def __init__(self, serial: str = "5F00000000001234", product: int = 0x0003) -> None:
        super().__init__()
        self.vendor, self.product, self.serial = 0x1209, product, serial
        self.interface_class = 0xFF
        self.refusal = 0
        self.driver = False
        self.driver_question: Exception | None = None
        self.configuration = 1
        self.stalls = False
        self.fault = 0
        self.hides_descriptors = False
        self.takes_zero = False
        self.claimed_by: object = None
        self.calls: list[str] = []


class HandMadeBus:
    """Behaves like ``usb.backend.IBackend``, which needs not be inherited from.

    Attributes:
        loses_devices: each leaves while the devices are listed.
    """

    def __init__(self, *devices: BulkDevice) -> None:
        self.devices = list(devices)
        self.loses_devices = False

    def enumerate_devices(self) -> list[BulkDevice]:
        return [device for device in self.devices if device.is_plugged]

    def get_device_descriptor(self, device: BulkDevice) -> SimpleNamespace:
        if self.loses_devices:
            raise error_of(errno.ENODEV)
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=device.vendor,
            idProduct=device.product,
            bcdDevice=0x0140,
            iManufacturer=0,
            iProduct=2,
            iSerialNumber=3 if device.serial else 0,
            bNumConfigurations=1,
            address=5,
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=2,
        )

    def get_configuration_descriptor(self, device: BulkDevice, config: int) -> SimpleNamespace:
        if config:
            raise IndexError(config)
        if device.hides_descriptors:
            raise error_of(errno.EIO)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=0,
            bNumInterfaces=2,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(
        self, device: BulkDevice, number: int, alternate: int, config: int
    ) -> SimpleNamespace:
        if number > 1 or alternate or config:
            raise IndexError(number)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=number,
            bAlternateSetting=0,
            bNumEndpoints=1 + number,
            bInterfaceClass=device.interface_class if number else 3,
            bInterfaceSubClass=0,
            bInterfaceProtocol=0,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, device: BulkDevice, endpoint: int, number: int, alternate: int, config: int
    ) -> SimpleNamespace:
        """The HID interface stands first, with one interrupt endpoint; then the two bulk ones."""
        if endpoint > number or alternate or config or not device.is_plugged:
            raise IndexError(endpoint)
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=(TO_HOST, FROM_HOST)[endpoint] if number else 0x83,
            bmAttributes=2 if number else 3,
            wMaxPacketSize=PACKET,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, device: BulkDevice) -> "Handle":
        require_plugged(device)
        if device.refusal:
            raise error_of(device.refusal)
        return Handle(device)

    def close_device(self, handle: "Handle") -> None:
        handle.device.calls.append("close")

    def get_configuration(self, handle: "Handle") -> int:
        return handle.device.configuration

    def set_configuration(self, handle: "Handle", value: int) -> None:
        handle.device.calls.append("configure")
        handle.device.configuration = value

    def is_kernel_driver_active(self, handle: "Handle", interface: int) -> bool:
        if handle.device.driver_question is not None:
            raise handle.device.driver_question
        return handle.device.driver and interface == 1

    def detach_kernel_driver(self, handle: "Handle", interface: int) -> None:
        handle.device.calls.append(f"detach {interface}")
        handle.device.driver = False

    def attach_kernel_driver(self, handle: "Handle", interface: int) -> None:
        require_plugged(handle.device)
        handle.device.calls.append(f"attach {interface}")
        handle.device.driver = True

    def claim_interface(self, handle: "Handle", interface: int) -> None:
        device = handle.device
        if device.driver or device.claimed_by not in {None, handle}:
            raise error_of(errno.EBUSY)
        device.claimed_by = handle
        device.calls.append(f"claim {interface}")

    def release_interface(self, handle: "Handle", interface: int) -> None:
        handle.device.claimed_by = None
        require_plugged(handle.device)
        handle.device.calls.append(f"release {interface}")

    def clear_halt(self, handle: "Handle", endpoint: int) -> None:
        handle.device.calls.append(f"clear {endpoint:#04x}")
        handle.device.stalls = False

    def ctrl_transfer(  # noqa: PLR0913, PLR0917 - pyusb's own
        self,
        handle: "Handle",
        request_type: int,
        request: int,
        value: int,
        index: int,
        data: "array[int]",
        timeout: int,
    ) -> int:
        assert (request_type, request, value >> 8) == (0x80, GET_DESCRIPTOR, STRING)
        assert timeout > 0
        assert index in {0, 0x0409}
        texts = {2: "VF5000+", 3: handle.device.serial}
        body = texts.get(value & 0xFF, "").encode("utf-16-le")
        found = bytes((len(body) + 2, STRING)) + body if value & 0xFF else LANGUAGE
        data[: len(found)] = array("B", found)
        return len(found)

    def bulk_write(
        self, handle: "Handle", endpoint: int, interface: int, data: "array[int]", timeout: int
    ) -> int:
        self._check(handle, endpoint == FROM_HOST and interface == 1 and timeout > 0)
        if not handle.device.takes:
            raise timed_out()
        if handle.device.takes_zero:
            return 0
        handle.device.take(data.tobytes())
        return len(data)

    def bulk_read(
        self, handle: "Handle", endpoint: int, interface: int, buffer: "array[int]", timeout: int
    ) -> int:
        self._check(handle, endpoint == TO_HOST and interface == 1 and timeout > 0)
        end = time.monotonic() + timeout / 1000
        filled = 0
        while filled < len(buffer):
            packet = handle.device.wait_for_piece(max(0.0, end - time.monotonic()))
            require_plugged(handle.device)
            if packet is None and not filled:
                raise timed_out()
            if packet is None:
                break
            buffer[filled : filled + len(packet)] = array("B", packet)
            filled += len(packet)
            if len(packet) < PACKET:
                break
        return filled

    def intr_read(self, *_: object) -> int:
        raise NotImplementedError

    intr_write = iso_read = iso_write = intr_read

    @staticmethod
    def _check(handle: "Handle", is_sound: object) -> None:
        device = handle.device
        assert is_sound
        assert device.claimed_by is handle
        require_plugged(device)
        if device.stalls:
            raise error_of(errno.EPIPE)
        fault, device.fault = device.fault, 0
        if fault:
            raise error_of(fault)


class Handle:
    """An opened device."""

    def __init__(self, device: BulkDevice) -> None:
        self.device = device


def packets(data: bytes) -> list[bytes]:
    """The packets of one message; the last is shorter than the others, or empty."""
    return [data[start : start + PACKET] for start in range(0, len(data) + 1, PACKET)]


def require_plugged(device: BulkDevice) -> None:
    if not device.is_plugged:
        raise error_of(errno.ENODEV)


def error_of(number: int) -> OSError:
    error: OSError = USB.USBError(f"error {number}", -1, number)
    return error


def timed_out() -> OSError:
    error: OSError = USB.USBTimeoutError("timed out", -7, errno.ETIMEDOUT)
    return error
