"""A second encoder of USB/IP; shares no code with the simulator's layouts.

Written from the tables of Linux, Documentation/usb/usbip_protocol.rst, offset by offset, with
nothing but ``int.to_bytes``, so that a mistake in the simulator's own layouts cannot hide in both.
"""

from typing import Final, NamedTuple

OUT: Final = 0
IN: Final = 1
NOT_ISO: Final = 0xFFFFFFFF

EXAMPLE_INPUT: Final = bytes.fromhex(
    "00000001 00000d05 0001000f 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004"
    "00000000 00000000"
)
"""``CmdIntrIN`` of the same document's section EXAMPLE, captured from the wire. Its frame and
packet numbers stand in the other order than the table has them."""
EXAMPLE_DATA: Final = bytes.fromhex("ffffffff860008a784ce5ae212376300000000000000").ljust(
    64, b"\0"
)
EXAMPLE_OUTPUT: Final = (
    bytes.fromhex(
        "00000001 00000d06 0001000f 00000000 00000001 00000000 00000040 ffffffff 00000000 00000004"
        "00000000 00000000"
    )
    + EXAMPLE_DATA
)
"""``CmdIntrOUT``."""


def big(value: int, octets: int) -> bytes:
    return value.to_bytes(octets, "big")


def operation(code: int, status: int = 0, version: int = 0x0111) -> bytes:
    return big(version, 2) + big(code, 2) + big(status, 4)


def list_request() -> bytes:
    return operation(0x8005)


def import_request(bus_id: str) -> bytes:
    return operation(0x8003) + bus_id.encode().ljust(32, b"\0")


def head(command: int, number: int, device: int, direction: int, endpoint: int) -> bytes:
    """``usbip_header_basic``: offsets 0, 4, 8, 0xC, 0x10."""
    return b"".join(big(value, 4) for value in (command, number, device, direction, endpoint))


def submit(  # noqa: PLR0913 - the fields of the table
    number: int,
    direction: int,
    endpoint: int,
    *,
    length: int = 0,
    setup: bytes = bytes(8),
    data: bytes = b"",
    device: int = 0x10001,
    packets: int = NOT_ISO,
) -> bytes:
    """``USBIP_CMD_SUBMIT``: offsets 0x14 flags, 0x18 length, 0x1C start frame, 0x20 packets,
    0x24 interval, 0x28 setup, 0x30 data."""
    size = len(data) if direction == OUT and data else length
    numbers = big(0, 4) + big(size & 0xFFFFFFFF, 4) + big(0, 4) + big(packets, 4) + big(0, 4)
    return head(1, number, device, direction, endpoint) + numbers + setup + data


def setup(request_type: int, request: int, value: int, index: int, length: int) -> bytes:
    """A setup packet as it stands on the bus (USB 2.0, table 9-2): little-endian."""
    words = (number.to_bytes(2, "little") for number in (value, index, length))
    return bytes((request_type, request)) + b"".join(words)


def unlink(number: int, unlinked: int, device: int = 0x10001) -> bytes:
    """``USBIP_CMD_UNLINK``: offset 0x14 the number to unlink, 0x18 24 zeros."""
    return head(2, number, device, OUT, 0) + big(unlinked, 4) + bytes(24)


def submitted(number: int, status: int, data: bytes = b"", length: int | None = None) -> bytes:
    """``USBIP_RET_SUBMIT``: offsets 0x14 status, 0x18 length, 0x1C start frame, 0x20 packets,
    0x24 errors, 0x28 8 zeros, 0x30 data."""
    actual = len(data) if length is None else length
    numbers = big(status & 0xFFFFFFFF, 4) + big(actual, 4) + big(0, 4) + big(NOT_ISO, 4)
    return head(3, number, 0, 0, 0) + numbers + big(0, 4) + bytes(8) + data


def unlinked(number: int, status: int) -> bytes:
    """``USBIP_RET_UNLINK``: offset 0x14 status, 0x18 24 zeros."""
    return head(4, number, 0, 0, 0) + big(status & 0xFFFFFFFF, 4) + bytes(24)


class Described(NamedTuple):
    """What a device is to say of itself."""

    bus_id: str
    number: int
    speed: int
    vendor: int
    product: int
    release: int
    classes: tuple[int, int, int]
    configuration: int
    interfaces: list[tuple[int, int, int]]


def described(device: Described, path: bytes) -> bytes:
    """312 octets: offsets 0 path, 0x100 bus id, 0x120 bus number, 0x124 device number, 0x128
    speed, 0x12C vendor, 0x12E product, 0x130 release, 0x132 three class octets, 0x135
    configuration value, configurations, interfaces."""
    numbers = big(1, 4) + big(device.number, 4) + big(device.speed, 4)
    words = big(device.vendor, 2) + big(device.product, 2) + big(device.release, 2)
    octets = bytes((*device.classes, device.configuration, 1, len(device.interfaces)))
    names = path.ljust(256, b"\0") + device.bus_id.encode().ljust(32, b"\0")
    return names + numbers + words + octets
