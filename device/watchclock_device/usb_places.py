"""Which USB devices are wands, and how an address names one: ``VID:PID`` or ``VID:PID:SERIAL``.

What is known comes from the dialects (``Dialect.usb``), so a third party's dialect brings its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Self, TypeVar
from urllib.parse import quote, unquote

from watchclock_device.errors import AddressError, PortNotFoundError, SeveralWandsError
from watchclock_protocol.dialects import load_dialects
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.usb_identities import UsbIdentity, UsbWay

__all__ = ["KnownDevice", "UsbPlace", "find_known", "only_device"]

_ID_DIGITS: Final = 4
_HEXADECIMAL: Final = frozenset("0123456789abcdefABCDEF")

DeviceType = TypeVar("DeviceType")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A kind of USB device that wands are.

    Attributes:
        identity: what one of its dialects says of it.
        dialects: names of all dialects that such a device can speak.
    """

    identity: UsbIdentity
    dialects: tuple[str, ...]

    @property
    def option(self) -> str:
        """The end of its addresses: the dialect, where there is only one."""
        return f"?dialect={self.dialects[0]}" if len(self.dialects) == 1 else ""

    @property
    def description(self) -> str:
        """What it is, for people: ``VF5000+ (vs)``."""
        return f"{self.identity.name} ({', '.join(self.dialects)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPlace:
    """A USB device as an address names it.

    Attributes:
        vendor: ``idVendor``.
        product: ``idProduct``.
        serial: text of its serial number, percent-encoded where it is no plain text; empty for
            the only device of this vendor and product.
    """

    vendor: int
    product: int
    serial: str = ""

    @classmethod
    def of_device(cls, vendor: int, product: int, serial: str | None) -> Self:
        """The place of a device that was found; ``serial`` is None or empty if it has none."""
        return cls(vendor=vendor, product=product, serial=quote(serial or "", safe=""))

    @classmethod
    def parse(cls, scheme: str, target: str) -> Self:
        """The place an address of ``scheme`` names.

        Raises:
            AddressError: it is not written so.
        """
        vendor, _, rest = target.partition(":")
        product, _, serial = rest.partition(":")
        if not (_is_id(vendor) and _is_id(product)):
            raise AddressError(
                address=f"{scheme}:{target}",
                reason=FilledReason(
                    "a USB device is written {scheme}:VID:PID or {scheme}:VID:PID:SERIAL",
                    scheme=scheme,
                ),
            )
        return cls.of_device(int(vendor, 16), int(product, 16), unquote(serial))

    @property
    def text(self) -> str:
        """As ``parse`` reads it."""
        ids = f"{self.vendor:04X}:{self.product:04X}"
        return f"{ids}:{self.serial}" if self.serial else ids

    @property
    def hardware(self) -> str:
        """As pyserial writes it of serial ports: ``USB VID:PID=1209:0003 SER=5F01``."""
        ids = f"USB VID:PID={self.vendor:04X}:{self.product:04X}"
        return f"{ids} SER={self.serial}" if self.serial else ids

    def takes(self, other: "UsbPlace") -> bool:
        """Whether a device found at ``other`` is meant."""
        same = (self.vendor, self.product) == (other.vendor, other.product)
        return same and self.serial in {"", other.serial}


def find_known(vendor: int, product: int, way: UsbWay) -> KnownDevice | None:
    """What dialects say of such a device; None when no wand is known to be one."""
    found = [
        (identity, dialect.name)
        for dialect in load_dialects().values()
        for identity in dialect.usb
        if (identity.vendor, identity.product) == (vendor, product) and way in identity.ways
    ]
    if not found:
        return None
    return KnownDevice(identity=found[0][0], dialects=tuple(name for _, name in found))


def only_device(
    address: str,
    scheme: str,
    devices: Iterable[DeviceType],
    place_of: Callable[[DeviceType], UsbPlace],
) -> DeviceType:
    """The one device among those that an address may mean.

    Args:
        address: the address, for the error.
        scheme: of the address, to name the others.
        devices: all that fit.
        place_of: where each is.

    Raises:
        PortNotFoundError: there is none.
        SeveralWandsError: there is more than one.
    """
    match list(devices):
        case []:
            raise PortNotFoundError(address=address)
        case [device]:
            return device
        case several:
            named = ", ".join(f"{scheme}:{place_of(each).text}" for each in several)
            raise SeveralWandsError(addresses=named)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _ID_DIGITS and set(text) <= _HEXADECIMAL
