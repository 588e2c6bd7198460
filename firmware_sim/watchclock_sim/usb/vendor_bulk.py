"""A pair of bulk pipes of a class of their own, for programs that speak through libusb."""

from watchclock_sim.usb.bulk_pair import PACKET_OCTETS, VENDOR_CLASS, bulk_pair
from watchclock_sim.usb.bus import TO_HOST, Handshake, Interface, Setup
from watchclock_sim.usb.pipes import StreamFromHost, StreamToHost

__all__ = ["VendorBulk"]


class VendorBulk:
    """Bytes in, bytes out; no driver of a kernel binds to it.

    Args:
        interface: its number.
        endpoint: number of its endpoints, of both directions.
        name: of the interface.
    """

    def __init__(self, *, interface: int, endpoint: int, name: str = "") -> None:
        self.interfaces = (
            Interface(
                number=interface,
                class_code=VENDOR_CLASS,
                subclass=0,
                protocol=0,
                endpoints=bulk_pair(TO_HOST | endpoint, endpoint),
                name=name,
            ),
        )
        self._to_host = StreamToHost(PACKET_OCTETS)
        self._from_host = StreamFromHost(PACKET_OCTETS)
        self.ins = {TO_HOST | endpoint: self._to_host}
        self.outs = {endpoint: self._from_host}
        self.descriptors = dict[int, bytes]()
        self.line = None

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:  # noqa: ARG002 - none known
        """It has no requests of its own."""
        return Handshake.STALL

    def reset(self) -> None:
        """No bytes anywhere."""
        self._to_host.clear()
        self._from_host.clear()

    def read(self) -> bytes:
        """What the host has sent; never waits."""
        return self._from_host.pull()

    def write(self, data: bytes) -> int:
        """How many of the wand's bytes were taken; never waits."""
        return self._to_host.push(data)
