"""The pair of bulk endpoints by which bytes come and go, as every function but reports has one."""

from typing import Final

from watchclock_sim.usb.bus import Endpoint, TransferType

__all__ = ["PACKET_OCTETS", "VENDOR_CLASS", "bulk_pair"]

VENDOR_CLASS: Final = 0xFF
"""Of an interface that only drivers of its maker know (USB 2.0, table 9-12)."""
PACKET_OCTETS: Final = 64
"""The most a bulk endpoint may have at full speed (USB 2.0, 5.8.3)."""


def bulk_pair(to_host: int, from_host: int) -> tuple[Endpoint, Endpoint]:
    """Both endpoints of these addresses."""
    return (
        Endpoint(address=to_host, type=TransferType.BULK, packet_octets=PACKET_OCTETS),
        Endpoint(address=from_host, type=TransferType.BULK, packet_octets=PACKET_OCTETS),
    )
