"""Turns what a device declares into the descriptors by which hosts choose their drivers.

Section numbers are those of the USB 2.0 specification unless another is named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from watchclock_sim.usb import layouts
from watchclock_sim.usb.bus import Interface

__all__ = ["CONFIGURATION_VALUE", "DEVICE_PACKET_OCTETS", "Association", "DescriptorType"]
__all__ += ["DeviceAbout", "Language", "StringTable", "configuration_descriptor"]
__all__ += ["device_descriptor"]

USB_RELEASE: Final = 0x0200
CONFIGURATION_VALUE: Final = 1
"""``bConfigurationValue`` of the only configuration."""
DEVICE_PACKET_OCTETS: Final = 64
"""The most that endpoint 0 takes at once, ``bMaxPacketSize0``."""
BUS_POWERED: Final = 0x80
"""Bit 7 is reserved and one (table 9-10); no power of its own, no remote wake-up."""
MILLIAMPERES_A_STEP: Final = 2
LONGEST_STRING_UNITS: Final = 126
"""``bLength`` is one octet and counts itself, the type and two octets a unit."""


class DescriptorType(IntEnum):
    """Table 9-5; the class-specific ones are those of HID 1.11, 7.1, and CDC 1.2, table 12."""

    DEVICE = 1
    CONFIGURATION = 2
    STRING = 3
    INTERFACE = 4
    ENDPOINT = 5
    DEVICE_QUALIFIER = 6
    INTERFACE_ASSOCIATION = 11
    HID = 0x21
    REPORT = 0x22
    CLASS_INTERFACE = 0x24


class Language(IntEnum):
    """The languages a device has its texts in (USB language identifiers)."""

    ENGLISH = 0x0409
    CHINESE = 0x0804


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAbout:
    """What a device says of itself.

    Attributes:
        vendor: ``idVendor``.
        product: ``idProduct``.
        release: ``bcdDevice``.
        class_codes: class, sub-class and protocol of the device; zeros where interfaces tell.
        maker: name of the manufacturer.
        name: of the product.
        name_zh: the same in Chinese; empty when there is only one name.
        serial: serial number.
        current_ma: the most it draws from the bus.
    """

    vendor: int
    product: int
    release: int = 0x0100
    class_codes: tuple[int, int, int] = (0, 0, 0)
    maker: str
    name: str
    name_zh: str = ""
    serial: str
    current_ma: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """Interfaces that one driver takes together (Interface Association Descriptor).

    Attributes:
        first_interface: number of the first.
        interfaces: how many, one after the other.
        class_codes: class, sub-class and protocol of the function.
    """

    first_interface: int
    interfaces: int
    class_codes: tuple[int, int, int]


class StringTable:
    """The texts of a device, counted from 1 as descriptors refer to them (9.6.7)."""

    def __init__(self) -> None:
        self._texts: list[dict[int, bytes]] = []

    def add(self, text: str, chinese: str = "") -> int:
        """Index of a text; 0 for an empty one. A longer text than fits is cut."""
        if not text:
            return 0
        self._texts.append(
            {
                Language.ENGLISH: _text_descriptor(text),
                Language.CHINESE: _text_descriptor(chinese or text),
            }
        )
        return len(self._texts)

    def descriptor(self, index: int, language: int) -> bytes | None:
        """The descriptor of a text; of index 0, which languages there are; None if there is none.

        Args:
            index: as ``add`` gave it.
            language: identifier the host asks for, not looked at for index 0.
        """
        if index == 0:
            identifiers = b"".join(layouts.WORD.pack(each) for each in Language)
            return _sized(DescriptorType.STRING, identifiers)
        if index > len(self._texts):
            return None
        return self._texts[index - 1].get(language)


def device_descriptor(about: DeviceAbout, strings: StringTable) -> bytes:
    """The device descriptor (table 9-8), 18 bytes; its texts go into ``strings``."""
    return layouts.DEVICE.pack(
        layouts.DEVICE.size,
        DescriptorType.DEVICE,
        USB_RELEASE,
        *about.class_codes,
        DEVICE_PACKET_OCTETS,
        about.vendor,
        about.product,
        about.release,
        strings.add(about.maker),
        strings.add(about.name, about.name_zh),
        strings.add(about.serial),
        1,
    )


def configuration_descriptor(
    interfaces: Sequence[Interface],
    strings: StringTable,
    *,
    associations: Iterable[Association] = (),
    current_ma: int,
) -> bytes:
    """The only configuration with everything in it, in the order in which 9.4.3 wants it.

    Args:
        interfaces: in the order of their numbers.
        strings: where the interfaces' names go.
        associations: which interfaces belong together, where the device is composite.
        current_ma: the most it draws from the bus.
    """
    joined = {each.first_interface: each for each in associations}
    body = b"".join(
        _association(joined.get(each.number)) + _interface(each, strings) for each in interfaces
    )
    return (
        layouts.CONFIGURATION.pack(
            layouts.CONFIGURATION.size,
            DescriptorType.CONFIGURATION,
            layouts.CONFIGURATION.size + len(body),
            len(interfaces),
            CONFIGURATION_VALUE,
            0,
            BUS_POWERED,
            current_ma // MILLIAMPERES_A_STEP,
        )
        + body
    )


def _association(association: Association | None) -> bytes:
    if association is None:
        return b""
    return layouts.ASSOCIATION.pack(
        layouts.ASSOCIATION.size,
        DescriptorType.INTERFACE_ASSOCIATION,
        association.first_interface,
        association.interfaces,
        *association.class_codes,
        0,
    )


def _interface(interface: Interface, strings: StringTable) -> bytes:
    """An interface, then what its class adds, then its endpoints (9.6.5, 9.6.6)."""
    head = layouts.INTERFACE.pack(
        layouts.INTERFACE.size,
        DescriptorType.INTERFACE,
        interface.number,
        0,
        len(interface.endpoints),
        interface.class_code,
        interface.subclass,
        interface.protocol,
        strings.add(interface.name),
    )
    endpoints = [
        layouts.ENDPOINT.pack(
            layouts.ENDPOINT.size,
            DescriptorType.ENDPOINT,
            each.address,
            each.type,
            each.packet_octets,
            each.interval,
        )
        for each in interface.endpoints
    ]
    return head + interface.extra + b"".join(endpoints)


def _text_descriptor(text: str) -> bytes:
    """UTF-16LE without a final zero; cut between characters, never inside one."""
    units = text.encode("utf-16-le")[: 2 * LONGEST_STRING_UNITS]
    whole = units.decode("utf-16-le", "ignore")
    return _sized(DescriptorType.STRING, whole.encode("utf-16-le"))


def _sized(kind: DescriptorType, body: bytes) -> bytes:
    return bytes((len(body) + 2, kind)) + body
