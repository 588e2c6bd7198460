"""A USB host made by hand: keeps what came of each transfer, and asks what hosts ask."""

import struct
from dataclasses import dataclass, field

from watchclock_sim.usb.bus import Setup
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.transfers import Transfers, TransferStatus

__all__ = ["Ended", "UsbHost", "setup"]

DONE, STALLED = TransferStatus.DONE, TransferStatus.STALLED


def setup(
    request_type: int, request: int, value: int = 0, index: int = 0, length: int = 0
) -> Setup:
    return Setup(
        request_type=request_type, request=request, value=value, index=index, length=length
    )


@dataclass(frozen=True)
class Ended:
    """What became of one transfer."""

    status: TransferStatus
    data: bytes = b""


@dataclass
class UsbHost:
    """One host and its transfers.

    Attributes:
        ended: by number, in the order in which they ended.
        presence: what it was told of the device coming and going.
    """

    device: WandUsbDevice
    ended: dict[int, Ended] = field(default_factory=dict[int, Ended])
    presence: list[bool] = field(default_factory=list[bool])
    _next: int = 1000

    def __post_init__(self) -> None:
        self.transfers = Transfers(self.device, self._complete, self.presence.append)

    def _complete(self, number: int, status: TransferStatus, data: bytes) -> None:
        assert number not in self.ended, "a transfer ended twice"
        self.ended[number] = Ended(status, data)

    def configure(self) -> None:
        """As a kernel does when a device appears."""
        assert self.ask(setup(0x00, 5, 7)) == Ended(DONE)
        assert self.ask(setup(0x00, 9, 1)) == Ended(DONE)

    def configure_again(self) -> None:
        """As a program may at any time."""
        assert self.ask(setup(0x00, 9, 1)) == Ended(DONE)

    def ask(self, asked: Setup, data: bytes = b"") -> Ended:
        self._next += 1
        self.transfers.submit_control(self._next, asked, data)
        return self.ended[self._next]

    def get(
        self, request_type: int, request: int, value: int = 0, index: int = 0, length: int = 255
    ) -> bytes:
        """What a request to the host brings; fails when it stalls."""
        ended = self.ask(setup(request_type, request, value, index, length))
        assert ended.status is DONE, ended
        return ended.data

    def set(
        self, request_type: int, request: int, value: int = 0, index: int = 0, data: bytes = b""
    ) -> TransferStatus:
        """How a request to the device ends."""
        return self.ask(setup(request_type, request, value, index, len(data)), data).status

    def fails(
        self, request_type: int, request: int, value: int = 0, index: int = 0, length: int = 0
    ) -> bool:
        """Whether a request stalls; to the device it brings ``length`` zeros."""
        data = b"" if request_type & 0x80 else bytes(length)
        return self.ask(setup(request_type, request, value, index, length), data).status is STALLED

    def fetch(self, endpoint: int, length: int = 4096) -> Ended | None:
        """What an IN transfer brings at once; None, and it is taken back, when nothing."""
        self._next += 1
        self.transfers.submit_in(self._next, endpoint, length)
        if self._next in self.ended:
            return self.ended[self._next]
        assert self.transfers.cancel(self._next)
        return None

    def send(self, endpoint: int, data: bytes) -> Ended | None:
        """How an OUT transfer ended; None, and no longer pending, when it did not end at once."""
        self._next += 1
        self.transfers.submit_out(self._next, endpoint, data)
        if self._next in self.ended:
            return self.ended[self._next]
        assert self.transfers.cancel(self._next)
        return None

    def device_descriptor(self) -> tuple[int, ...]:
        """The device descriptor's fields, in the order of USB 2.0, table 9-8."""
        return struct.unpack("<BBHBBBBHHHBBBB", self.get(0x80, 6, 0x0100))
