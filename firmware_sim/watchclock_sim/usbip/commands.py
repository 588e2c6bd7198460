"""Cuts what a host sends into commands, in bounded memory, whatever it sends.

No input or output is done here: bytes are fed, commands are drawn.
"""

from typing import Final, NamedTuple

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.transfer_room import LONGEST_INPUT, LONGEST_OUTPUT
from watchclock_sim.usb.bus import Setup
from watchclock_sim.usb.layouts import SETUP
from watchclock_sim.usbip.layouts import (
    ISO_PACKET,
    NOT_ISOCHRONOUS,
    SUBMIT,
    Command,
    Direction,
)

__all__ = ["CommandReader", "Submit", "Unlink"]

MOST_PACKETS: Final = 1024
"""Of one isochronous transfer, as the kernel's own server has it."""
HIGHEST_ENDPOINT: Final = 15
NO_PACKETS: Final = frozenset({0, NOT_ISOCHRONOUS})
"""How hosts say that a transfer is not isochronous: 0 is not by the book, but often sent."""


class Submit(NamedTuple):
    """One transfer.

    Attributes:
        number: by which it is answered and unlinked.
        endpoint: its number, 0 to 15.
        length: octets of ``data``, or the most the host will take.
        setup: as it stands on the wire; only meant for endpoint 0.
        data: what the host sends.
        is_isochronous: it came with a list of packets, which was passed over.
    """

    number: int
    endpoint: int
    is_to_host: bool
    length: int
    setup: bytes
    data: bytes
    is_isochronous: bool

    def parsed_setup(self) -> Setup:
        """The setup packet's five fields."""
        request_type, request, value, index, length = SETUP.unpack(self.setup)
        return Setup(
            request_type=request_type, request=request, value=value, index=index, length=length
        )


class Unlink(NamedTuple):
    """The wish that a transfer still pending be forgotten.

    Attributes:
        number: by which the wish itself is answered.
        unlinked: the transfer's.
    """

    number: int
    unlinked: int


class CommandReader:
    """Commands of one host to one device.

    Args:
        device: the number by which the device was handed out, bus number above device number.
    """

    def __init__(self, device: int) -> None:
        self._device = device
        self._buffer = bytearray()

    @property
    def has_part(self) -> bool:
        """Whether the beginning of a command is held."""
        return bool(self._buffer)

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Bytes in the order in which they came, cut anyhow."""
        self._buffer += data

    def next(self) -> Submit | Unlink | None:
        """The next whole command, None until more is fed.

        Raises:
            HostRefusedError: the bytes are no command, or ask for what no host may; nothing that
                follows can be understood.
        """
        if len(self._buffer) < SUBMIT.size:
            return None
        fields = SUBMIT.unpack_from(self._buffer)
        command, number, device, direction, endpoint, flags, length, _, packets, _, setup = fields
        if device != self._device:
            raise HostRefusedError(reason=f"it means the device {device:#x}, which it has not")
        if command == Command.UNLINK:
            del self._buffer[: SUBMIT.size]
            return Unlink(number, flags)
        if command != Command.SUBMIT:
            raise HostRefusedError(reason=f"{command:#x} is no command")
        _check(direction, endpoint, length)
        taken = self._take(length if direction == Direction.OUT else 0, packets)
        if taken is None:
            return None
        is_to_host = direction == Direction.IN
        return Submit(
            number, endpoint, is_to_host, length, setup, taken, packets not in NO_PACKETS
        )

    def _take(self, length: int, packets: int) -> bytes | None:
        """What the host sends behind a submission, without the list of its packets."""
        if packets in NO_PACKETS:
            packets = 0
        elif packets > MOST_PACKETS:
            raise HostRefusedError(reason=f"one transfer has {packets} packets")
        behind = SUBMIT.size + length
        whole = behind + packets * ISO_PACKET.size
        if len(self._buffer) < whole:
            return None
        with memoryview(self._buffer) as view:
            data = bytes(view[SUBMIT.size : behind])
        del self._buffer[:whole]
        return data


def _check(direction: int, endpoint: int, length: int) -> None:
    if direction > Direction.IN:
        raise HostRefusedError(reason=f"{direction} is no direction")
    if endpoint > HIGHEST_ENDPOINT:
        raise HostRefusedError(reason=f"{endpoint} is no endpoint")
    longest = LONGEST_INPUT if direction == Direction.IN else LONGEST_OUTPUT
    if not 0 <= length <= longest:
        raise HostRefusedError(reason=f"one transfer has {length} octets")
