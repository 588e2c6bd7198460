"""The bounded buffers behind a device's endpoints, and the rule by which a transfer ends.

A transfer to the host ends when it is full or with a packet that is shorter than the endpoint's;
data that fills its last packet is followed by one of no length, or the host would wait for more
(USB 2.0, 5.7.3 and 5.8.3).
"""

from collections import deque
from typing import Final, Protocol

from watchclock_sim.usb.bus import Handshake

__all__ = ["ROOM_OCTETS", "InPipe", "MessagesToHost", "OutPipe", "StreamFromHost"]
__all__ += ["StreamToHost"]

ROOM_OCTETS: Final = 65_536
"""What each direction of a stream holds: nearly the longest answer of a vs wand, so that its host
seldom waits for the wand's next turn."""


class InPipe(Protocol):
    """The device's end of an IN endpoint."""

    @property
    def has_input(self) -> bool:
        """Whether ``take`` would answer something else than NAK."""
        ...

    def take(self, length: int) -> bytes | Handshake:
        """What goes to the host, as ``UsbDevice.take`` has it."""
        ...

    def clear(self) -> None:
        """Forget everything: the host has reset or configured the device."""
        ...


class OutPipe(Protocol):
    """The device's end of an OUT endpoint."""

    def put(self, data: bytes) -> int | Handshake:
        """What comes from the host, as ``UsbDevice.put`` has it."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...


class StreamToHost:
    """Bytes without borders on their way to the host.

    Args:
        packet_octets: of the endpoint.
    """

    def __init__(self, packet_octets: int) -> None:
        self._packet = packet_octets
        self._waiting = bytearray()
        self._owes_empty = False

    def __len__(self) -> int:
        """Bytes that the host has not fetched."""
        return len(self._waiting)

    @property
    def has_input(self) -> bool:
        """Whether there are bytes, or a packet of no length has to follow."""
        return bool(self._waiting) or self._owes_empty

    def push(self, data: bytes) -> int:
        """How many of these bytes there was room for."""
        taken = data[: max(0, ROOM_OCTETS - len(self._waiting))]
        self._waiting += taken
        return len(taken)

    def put_in(self, data: bytes) -> None:
        """A few bytes of the device's own, whether there is room or not."""
        self._waiting += data

    def take(self, length: int) -> bytes | Handshake:
        """At most ``length`` bytes; what fills the host's transfer owes an empty packet."""
        if not self.has_input:
            return Handshake.NAK
        data = bytes(self._waiting[:length])
        del self._waiting[:length]
        # A shorter answer that is whole packets has its empty packet within the same transfer.
        is_filled = bool(data) and len(data) == length and length % self._packet == 0
        self._owes_empty = is_filled and not self._waiting
        return data

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._owes_empty = False


class StreamFromHost:
    """Bytes without borders on their way to the wand.

    Args:
        packet_octets: of the endpoint; packets are taken whole or not at all.
    """

    def __init__(self, packet_octets: int) -> None:
        self._packet = packet_octets
        self._waiting = bytearray()

    def __len__(self) -> int:
        """Bytes that the wand has not read."""
        return len(self._waiting)

    def put(self, data: bytes) -> int | Handshake:
        """As many whole packets as there is room for; the last one may be short."""
        room = ROOM_OCTETS - len(self._waiting)
        count = len(data) if len(data) <= room else room - room % self._packet
        if data and not count:
            return Handshake.NAK
        self._waiting += data[:count]
        return count

    def pull(self) -> bytes:
        """Everything, for the wand."""
        data = bytes(self._waiting)
        self._waiting.clear()
        return data

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()


class MessagesToHost:
    """Messages that each end a transfer, as reports do.

    Args:
        most: how many may wait.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[bytes] = deque()

    @property
    def has_input(self) -> bool:
        """Whether a message waits."""
        return bool(self._waiting)

    @property
    def room(self) -> int:
        """How many more messages there is room for."""
        return self._most - len(self._waiting)

    def push(self, message: bytes) -> None:
        """A message; the caller has looked whether there is room."""
        self._waiting.append(message)

    def take(self, length: int) -> bytes | Handshake:
        """The oldest message; a host that asks for less than it is loses the rest."""
        return self._waiting.popleft()[:length] if self._waiting else Handshake.NAK

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
