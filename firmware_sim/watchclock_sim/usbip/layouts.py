"""The messages of USB/IP 1.1.1, declared once.

Source: Linux, Documentation/usb/usbip_protocol.rst. Everything is big-endian, except the setup
packet, which stands as it does on the bus. Results of transfers are Linux error numbers with a
minus sign, whatever this machine's own are; results of operations are those of Linux,
tools/usb/usbip/libsrc/usbip_common.h.
"""

from enum import IntEnum
from struct import Struct
from typing import Final

__all__ = [
    "BUS_ID",
    "COUNT",
    "DEVICE",
    "INTERFACE",
    "ISO_PACKET",
    "NOT_ISOCHRONOUS",
    "OPERATION",
    "RETURN_SUBMIT",
]
__all__ += ["RETURN_UNLINK", "SUBMIT", "VERSION"]
__all__ += ["Command", "Direction", "Operation", "OperationStatus", "UrbStatus"]

VERSION: Final = 0x0111

OPERATION: Final = Struct(">HHI")
"""Before the URBs: version, code, status."""
BUS_ID: Final = Struct("32s")
COUNT: Final = Struct(">I")
DEVICE: Final = Struct(">256s32sIIIHHHBBBBBB")
"""Path, bus id, bus and device number, speed, vendor, product, release, class, sub-class,
protocol, configuration value, number of configurations and of interfaces."""
INTERFACE: Final = Struct(">BBBx")

SUBMIT: Final = Struct(">IIIIIIiiII8s")
"""Command, number, device, direction, endpoint; flags, length, start frame, number of packets,
interval, setup packet. An unlink has the same form: the number to unlink stands where the flags
do, and nothing behind it."""
RETURN_SUBMIT: Final = Struct(">IIIIIiiIII8x")
"""Command, number, three zeros; status, length, start frame, number of packets, errors."""
RETURN_UNLINK: Final = Struct(">IIIIIi24x")
ISO_PACKET: Final = Struct(">IIII")
"""Offset, length, actual length, status of one packet of an isochronous transfer."""
NOT_ISOCHRONOUS: Final = 0xFFFF_FFFF
"""In place of the number of packets."""


class Operation(IntEnum):
    """What a host asks before it has a device, and what it is answered."""

    REQUEST_LIST = 0x8005
    REPLY_LIST = 0x0005
    REQUEST_IMPORT = 0x8003
    REPLY_IMPORT = 0x0003


class OperationStatus(IntEnum):
    """How an operation went."""

    DONE = 0
    BUSY = 2
    NO_DEVICE = 4


class Command(IntEnum):
    """What is sent once a host has a device."""

    SUBMIT = 1
    UNLINK = 2
    RETURN_SUBMIT = 3
    RETURN_UNLINK = 4


class Direction(IntEnum):
    """Of a transfer, as the host sees it."""

    OUT = 0
    IN = 1


class UrbStatus(IntEnum):
    """How a transfer, or the unlinking of one, ended."""

    DONE = 0
    NO_MEMORY = -12
    """ENOMEM: more is pending than one host may have."""
    INVALID = -22
    """EINVAL: no wand has an isochronous endpoint."""
    STALLED = -32
    """EPIPE."""
    UNLINKED = -104
    """ECONNRESET: it was still pending, and will not be answered any more."""
