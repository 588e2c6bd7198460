"""What a wand is on the Universal Serial Bus, as plain values that its personality declares."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import SimulatorOptionError

__all__ = ["CP2102_BRIDGE", "FC_WAND", "TEST_VENDOR", "UsbKind", "UsbProfile"]

TEST_VENDOR: Final = 0x1209
"""Vendor of pid.codes, whose products 0001 to 0010 are for tests (https://pid.codes/1209/)."""
USB_ID: Final = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})")


class UsbKind(StrEnum):
    """Which functions a wand has on the bus."""

    CDC_ACM = "cdc_acm"
    CP210X = "cp210x"
    BULK_AND_HID = "bulk_and_hid"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbProfile:
    """One kind of wand on the bus.

    Attributes:
        kind: its functions.
        vendor: ``idVendor``.
        product: ``idProduct``.
        maker: text of the manufacturer.
        name: text of the product.
        name_zh: the same in Chinese.
        serial: text of the serial number; empty where it is the wand's own number.
    """

    kind: UsbKind
    vendor: int
    product: int
    maker: str
    name: str
    name_zh: str = ""
    serial: str = ""

    def renumbered(self, usb_id: str) -> "UsbProfile":
        """The same with another ``VID:PID``, each of four hexadecimal digits.

        Raises:
            SimulatorOptionError: that is none.
        """
        found = USB_ID.fullmatch(usb_id)
        if found is None:
            reason = FilledReason(
                "--usb-id {usb_id} is not VID:PID, twice four hexadecimal digits", usb_id=usb_id
            )
            raise SimulatorOptionError(reason=reason)
        vendor, product = (int(digits, 16) for digits in found.groups())
        return replace(self, vendor=vendor, product=product)


CP2102_BRIDGE: Final = UsbProfile(
    kind=UsbKind.CP210X,
    vendor=0x10C4,
    product=0xEA60,
    maker="Silicon Labs",
    name="CP2102 USB to UART Bridge Controller",
    serial="0001",
)
"""A bridge as it leaves its maker: it knows nothing of the wand behind it, the number included."""

FC_WAND: Final = UsbProfile(
    kind=UsbKind.CDC_ACM,
    vendor=TEST_VENDOR,
    product=0x0001,
    maker="FCARD",
    name="FC patrol wand",
    name_zh="FC 巡更棒",
)
"""A serial port of its own; the maker's numbers are not public."""
