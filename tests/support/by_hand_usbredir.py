"""A second encoder of the USB redirection protocol; shares no code with the simulator's layouts.

Written from spice's usbredir, docs/usb-redirection-protocol.md (version 0.7) and the enumerations
of its usbredirparser/usbredirproto.h with nothing but ``struct``.
"""

import struct
from typing import Final

HELLO, CONNECT, DISCONNECT, RESET, INTERFACES, ENDPOINTS = range(6)
SET_CONFIGURATION, GET_CONFIGURATION, CONFIGURATION_STATUS = 6, 7, 8
SET_ALT, GET_ALT, ALT_STATUS = 9, 10, 11
START_ISO, ISO_STATUS = 12, 14
START_INTERRUPT, STOP_INTERRUPT, INTERRUPT_STATUS = 15, 16, 17
CANCEL, DISCONNECT_ACK = 21, 24
CONTROL, BULK, INTERRUPT = 100, 101, 103
SUCCESS, CANCELLED, INVALID, FAILED, STALL = 0, 1, 2, 3, 4

QEMU_CAPABILITIES: Final = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7
"""What QEMU 7.2 offers: release, filter, disconnect ack, packet sizes, 64-bit numbers, 32-bit bulk
lengths, buffered bulk."""
OUR_CAPABILITIES: Final = 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6
NO_CAPABILITIES: Final = 0


def hello(
    capabilities: int = QEMU_CAPABILITIES, version: bytes = b"qemu usb-redir guest"
) -> bytes:
    content = struct.pack("<64sI", version, capabilities)
    return struct.pack("<III", HELLO, len(content), 0) + content


def message(kind: int, number: int, content: bytes = b"") -> bytes:
    """With numbers of 64 bits, as both sides can."""
    return struct.pack("<IIQ", kind, len(content), number) + content


def short_message(kind: int, number: int, content: bytes = b"") -> bytes:
    """With numbers of 32 bits, as of a peer that can no more."""
    return struct.pack("<III", kind, len(content), number) + content


def control(  # noqa: PLR0913 - the fields of usb_redir_control_packet_header
    request: int,
    request_type: int,
    value: int,
    length: int,
    data: bytes = b"",
    *,
    status: int = 0,
    index: int = 0,
    endpoint: int = 0,
) -> bytes:
    head = struct.pack("<BBBBHHH", endpoint, request, request_type, status, value, index, length)
    return head + data


def bulk(endpoint: int, length: int, data: bytes = b"", *, status: int = 0) -> bytes:
    """``usb_redir_bulk_packet_header`` with the high half of the length."""
    low, high = length & 0xFFFF, length >> 16
    return struct.pack("<BBHIH", endpoint, status, low, 0, high) + data


def short_bulk(endpoint: int, length: int, data: bytes = b"", *, status: int = 0) -> bytes:
    return struct.pack("<BBHI", endpoint, status, length, 0) + data


def interrupt(endpoint: int, data: bytes, *, status: int = 0, length: int | None = None) -> bytes:
    told = len(data) if length is None else length
    return struct.pack("<BBH", endpoint, status, told) + data


def interfaces(*classes: tuple[int, int, int]) -> bytes:
    count = len(classes)
    columns = [bytes(range(count)), *(bytes(column) for column in zip(*classes, strict=True))]
    return struct.pack("<I", count) + b"".join(column.ljust(32, b"\x00") for column in columns)


def endpoints(*known: tuple[int, int, int, int, int], has_sizes: bool = True) -> bytes:
    """Each as place, type, interval, interface, packet size; the control pipes are added."""
    columns = [[255] * 32, [0] * 32, [0] * 32, [0] * 32]
    for place, *values in ((0, 0, 0, 0, 64), (16, 0, 0, 0, 64), *known):
        for column, value in zip(columns, values, strict=True):
            column[place] = value
    sizes = struct.pack("<32H", *columns[3])
    return b"".join(bytes(column) for column in columns[:3]) + (sizes if has_sizes else b"")


def connect(
    speed: int, classes: tuple[int, int, int], ids: tuple[int, int], release: int
) -> bytes:
    return struct.pack("<BBBBHHH", speed, *classes, *ids, release)
