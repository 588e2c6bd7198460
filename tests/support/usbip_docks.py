"""Docks at a USB/IP server: the real device code downloads wands through the peer of PyPI.

The peer imports and sets up; it asks one thing at a time and waits for ever, so transfers of data
are written by hand on its connection, with one to the host left pending as a driver leaves it.
"""

import contextlib
import struct
import time
from collections.abc import Generator, Sequence
from typing import Final

from usbip.core import USBError  # type: ignore[import-untyped]

from tests.support import by_hand_usbip as by_hand
from tests.support.usbip_peer import Peer, listed
from watchclock_device.errors import LinkLostError, PortNotFoundError
from watchclock_device.links import FoundPort, Link
from watchclock_protocol.dialect import LineSettings

__all__ = ["PeerDriver", "PeerLink"]

HEAD_OCTETS: Final = 48
BRIDGE: Final = (0x10C4, 0xEA60)
SERIAL_PORT_CLASS: Final = 0x02
ENDPOINT, BULK, TO_HOST = 5, 2, 0x80
A_TRANSFER: Final = 4096
FIRST_NUMBER: Final = 1 << 20
"""Of transfers; the peer counts its own from 1."""
A_LONG_TIME_S: Final = 30.0


class PeerDriver:
    """Opens ``usbip:HOST:PORT:BUS_ID``."""

    scheme = "usbip"

    def find(self) -> Sequence[FoundPort]:
        """Nothing: which server to ask nobody knows."""
        return ()

    def open(self, target: str, line: LineSettings) -> Link:
        """The device of that bus id, its line set."""
        address = f"{self.scheme}:{target}"
        server, _, bus_id = target.rpartition(":")
        try:
            if bus_id not in listed(server):
                raise PortNotFoundError(address=address)
            peer = Peer(server, bus_id)
            _set_line(peer, line)
            return PeerLink(address, peer)
        except (USBError, OSError) as error:
            raise PortNotFoundError(address=address) from error


def _set_line(peer: Peer, line: LineSettings) -> None:
    lines = line.dtr | line.rts << 1
    if (peer.descriptor.idVendor, peer.descriptor.idProduct) == BRIDGE:
        # Silicon Labs AN571: IFC_ENABLE, SET_BAUDRATE, SET_MHS with both lines in its mask.
        peer.control_out((0x41, 0x00, 1, 0))
        peer.control_out((0x41, 0x1E, 0, 0), struct.pack("<I", line.baud))
        peer.control_out((0x41, 0x07, 0x0300 | lines, 0))
    elif peer.descriptor.bDeviceClass == SERIAL_PORT_CLASS:
        # USB CDC PSTN 1.2: SET_LINE_CODING, SET_CONTROL_LINE_STATE.
        peer.control_out((0x21, 0x20, 0, 0), struct.pack("<IBBB", line.baud, 0, 0, 8))
        peer.control_out((0x21, 0x22, lines, 0))


def _bulk_endpoints(peer: Peer) -> tuple[int, int]:
    """The first one to the host and the first one from it, without their direction."""
    octets = peer.control_in((TO_HOST, 6, 0x0200, 0), 512)
    found: dict[int, int] = {}
    while octets:
        if octets[1] == ENDPOINT and octets[3] & 3 == BULK:
            found.setdefault(octets[2] & TO_HOST, octets[2] & 0x0F)
        octets = octets[octets[0] :]
    return found[TO_HOST], found[0]


class PeerLink:
    """The bytes of one device; implements ``Link``."""

    def __init__(self, address: str, peer: Peer) -> None:
        self._address = address
        self._peer = peer
        self._input, self._output = _bulk_endpoints(peer)
        self._number = FIRST_NUMBER
        self._asked: int | None = None
        self._came = bytearray()
        self._data = bytearray()

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see ``Link.read``."""
        end = time.monotonic() + timeout_s
        while not self._data:
            if self._asked is None:
                self._asked = self._submit(by_hand.IN, self._input)
            if self._ended(end - time.monotonic()) is None:
                return b""
        data = bytes(self._data)
        self._data.clear()
        return data

    def write(self, data: bytes) -> None:
        """All of ``data`` written; see ``Link.write``."""
        number = self._submit(by_hand.OUT, self._output, data)
        while (ended := self._ended(A_LONG_TIME_S)) != number:
            if ended is None:
                raise LinkLostError(address=self._address)

    def close(self) -> None:
        """Let go of the device."""
        self._peer.close()

    def _submit(self, direction: int, endpoint: int, data: bytes = b"") -> int:
        self._number += 1
        octets = by_hand.submit(
            self._number,
            direction,
            endpoint,
            length=0 if data else A_TRANSFER,
            data=data,
            device=self._peer.device,
        )
        with self._lost_when_gone():
            self._peer.socket.sendall(octets)
        return self._number

    def _ended(self, timeout_s: float) -> int | None:
        """Which transfer has ended; None when none has in time."""
        end = time.monotonic() + timeout_s
        if not self._has_come(HEAD_OCTETS, end):
            return None
        number, status, length = struct.unpack_from(">4xI12xiI", self._came)
        if status:
            raise LinkLostError(address=self._address)
        octets = HEAD_OCTETS + (length if number == self._asked else 0)
        if not self._has_come(octets, time.monotonic() + A_LONG_TIME_S):
            raise LinkLostError(address=self._address)
        self._data += self._came[HEAD_OCTETS:octets]
        del self._came[:octets]
        if number == self._asked:
            self._asked = None
        return int(number)

    def _has_come(self, octets: int, end: float) -> bool:
        while len(self._came) < octets:
            self._peer.socket.settimeout(max(end - time.monotonic(), 0.001))
            with self._lost_when_gone():
                try:
                    came = self._peer.socket.recv(1 << 16)
                except TimeoutError:
                    return False
            if not came:
                raise LinkLostError(address=self._address)
            self._came += came
        return True

    @contextlib.contextmanager
    def _lost_when_gone(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise LinkLostError(address=self._address) from error
