"""What a virtual machine is told of a device, before it sees it."""

from collections.abc import Collection
from typing import Final

from watchclock_sim.usb.bus import TO_HOST, TransferType, UsbDevice
from watchclock_sim.usbredir.layouts import (
    CONNECT,
    CONNECT_RELEASE,
    ENDPOINT_SIZES,
    ENDPOINTS,
    INTERFACES,
    NO_ENDPOINT,
    PLACES,
    Capability,
)

__all__ = ["connect_message", "endpoint_info", "interface_info"]

INPUTS: Final = 16
"""Place of the IN endpoint 0."""
DEFAULT_PIPE_OCTETS: Final = 64
LINUX_TO_REDIR: Final = -1
"""Speeds are counted from 0 here, and from 1 in Linux."""


def connect_message(device: UsbDevice, shared: Collection[Capability]) -> bytes:
    """The device itself; its release only where both sides know that field."""
    speed = device.speed + LINUX_TO_REDIR
    data = CONNECT.pack(speed, *device.class_codes, device.vendor, device.product)
    if Capability.CONNECT_RELEASE in shared:
        data += CONNECT_RELEASE.pack(device.release)
    return data


def interface_info(device: UsbDevice) -> bytes:
    """Number and class of each interface."""
    interfaces = device.interfaces
    return INTERFACES.pack(
        len(interfaces),
        bytes(each.number for each in interfaces),
        bytes(each.class_code for each in interfaces),
        bytes(each.subclass for each in interfaces),
        bytes(each.protocol for each in interfaces),
    )


def endpoint_info(device: UsbDevice, shared: Collection[Capability]) -> bytes:
    """Type, interval, interface and packet size of each endpoint there may be."""
    types = bytearray([NO_ENDPOINT] * PLACES)
    intervals, interfaces = bytearray(PLACES), bytearray(PLACES)
    sizes = [0] * PLACES
    for place in (0, INPUTS):
        types[place] = TransferType.CONTROL
        sizes[place] = DEFAULT_PIPE_OCTETS
    for interface in device.interfaces:
        for endpoint in interface.endpoints:
            place = (endpoint.address & 0x0F) + (INPUTS if endpoint.address & TO_HOST else 0)
            types[place] = endpoint.type
            intervals[place] = endpoint.interval
            interfaces[place] = interface.number
            sizes[place] = endpoint.packet_octets
    data = ENDPOINTS.pack(bytes(types), bytes(intervals), bytes(interfaces))
    return data + ENDPOINT_SIZES.pack(*sizes) if Capability.ENDPOINT_SIZES in shared else data
