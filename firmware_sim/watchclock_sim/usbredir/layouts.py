"""The messages of the USB network redirection protocol, version 0.7, declared once.

Source: spice's usbredir, docs/usb-redirection-protocol.md, and the numbers of its
usbredirparser/usbredirproto.h. Everything is little-endian and packed. The "usb-host" of that
document is the simulator, the "usb-guest" is the virtual machine.
"""

from enum import IntEnum
from struct import Struct
from typing import Final

__all__ = ["ALT_SETTING", "ALT_STATUS", "BULK", "BULK_HIGH", "CONFIGURATION_STATUS", "CONNECT"]
__all__ += ["CONNECT_RELEASE", "CONTROL", "ENDPOINTS", "ENDPOINT_SIZES", "HEAD", "HEAD_64"]
__all__ += ["HELLO", "INTERFACES", "INTERRUPT", "NO_ENDPOINT", "PLACES", "RECEIVING", "WORD"]
__all__ += ["Capability", "Kind", "RedirStatus"]

HEAD: Final = Struct("<III")
"""Kind, octets that follow, number; of the hello, and where numbers have 32 bits."""
HEAD_64: Final = Struct("<IIQ")
HELLO: Final = Struct("<64s")
"""A text; behind it the capabilities, 32 to a word."""
WORD: Final = Struct("<I")
CONNECT: Final = Struct("<BBBBHH")
"""Speed, class, sub-class, protocol, vendor, product."""
CONNECT_RELEASE: Final = Struct("<H")
PLACES: Final = 32
"""Of interfaces, and of endpoints: 0 to 15 OUT, then 0 to 15 IN."""
INTERFACES: Final = Struct("<I32s32s32s32s")
"""How many; their numbers, classes, sub-classes, protocols."""
ENDPOINTS: Final = Struct("<32s32s32s")
"""Types, intervals, interfaces."""
ENDPOINT_SIZES: Final = Struct("<32H")
NO_ENDPOINT: Final = 255
CONFIGURATION_STATUS: Final = Struct("<BB")
ALT_SETTING: Final = Struct("<BB")
ALT_STATUS: Final = Struct("<BBB")
RECEIVING: Final = Struct("<BB")
"""Status, endpoint."""
CONTROL: Final = Struct("<BBBBHHH")
"""Endpoint, request, request type, status, value, index, length."""
BULK: Final = Struct("<BBHI")
"""Endpoint, status, low half of the length, stream."""
BULK_HIGH: Final = Struct("<H")
INTERRUPT: Final = Struct("<BBH")
"""Endpoint, status, length."""


class Kind(IntEnum):
    """What a message is; those that no wand needs are not listed."""

    HELLO = 0
    CONNECT = 1
    DISCONNECT = 2
    RESET = 3
    INTERFACES = 4
    ENDPOINTS = 5
    SET_CONFIGURATION = 6
    GET_CONFIGURATION = 7
    CONFIGURATION_STATUS = 8
    SET_ALT_SETTING = 9
    GET_ALT_SETTING = 10
    ALT_SETTING_STATUS = 11
    START_ISO = 12
    STOP_ISO = 13
    ISO_STATUS = 14
    START_RECEIVING = 15
    STOP_RECEIVING = 16
    RECEIVING_STATUS = 17
    CANCEL = 21
    DISCONNECT_ACK = 24
    CONTROL = 100
    BULK = 101
    INTERRUPT = 103


class Capability(IntEnum):
    """Number of the bit by which each side says what it can; both have to."""

    CONNECT_RELEASE = 1
    DISCONNECT_ACK = 3
    ENDPOINT_SIZES = 4
    NUMBERS_OF_64_BITS = 5
    BULK_LENGTH_OF_32_BITS = 6


class RedirStatus(IntEnum):
    """How something ended."""

    DONE = 0
    CANCELLED = 1
    INVALID = 2
    FAILED = 3
    STALLED = 4
