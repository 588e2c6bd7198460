"""What a dialect declares of the USB devices its wands are, so that drivers need no names.

A wand is known by the vendor and product of its device descriptor (USB 2.0, section 9.6.1). Which
of its interfaces carries the conversation decides which driver opens it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["HidReports", "UsbIdentity", "UsbWay", "cp210x"]


class UsbWay(StrEnum):
    """What carries the bytes of the conversation."""

    SERIAL = "serial"
    """A serial port of the system: CDC-ACM, or the chip of a serial cable."""
    BULK = "bulk"
    """The two bulk endpoints of a vendor's own interface."""
    HID = "hid"
    """Input and output reports of a HID interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HidReports:
    """How a stream of bytes is cut into HID reports.

    Attributes:
        octets: of every report, without a report id.
        cut: the reports that carry these bytes.
        join: the bytes a report carries; none when it is no report.
    """

    octets: int
    cut: Callable[[bytes], list[bytes]]
    join: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbIdentity:
    """One kind of USB device that wands of a dialect are.

    Attributes:
        vendor: ``idVendor``, 16 bits.
        product: ``idProduct``, 16 bits.
        name: of the wand or of the chip in its cable, for people.
        source: where this is published.
        ways: what can carry the conversation.
        reports: how its HID reports carry the stream; None where it has no such interface.
    """

    vendor: int
    product: int
    name: str
    source: str
    ways: frozenset[UsbWay]
    reports: HidReports | None = None


def cp210x(source: str) -> UsbIdentity:
    """A wand behind a Silicon Labs CP210x serial bridge that bears the chip's own ids.

    They are those of its data sheet (CP2102, "USB configuration data"), which makers of wands
    leave as they are.

    Args:
        source: where it is published that these wands have such a bridge.
    """
    ways = frozenset({UsbWay.SERIAL})
    return UsbIdentity(vendor=0x10C4, product=0xEA60, name="CP210x", source=source, ways=ways)
