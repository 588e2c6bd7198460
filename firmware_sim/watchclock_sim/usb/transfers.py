"""Keeps one host's transfers until the device can answer them, for every carrier alike.

A USB host leaves a transfer with its controller, which asks the device again and again; each NAK
means later (USB 2.0, 8.4.5 and 8.5.2). Carriers that bring whole transfers have no controller, so
this queue stands for it: it asks once, and again when the device says that it is worth it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from watchclock_sim.usb.bus import TO_HOST, Handshake, Setup, UsbDevice

__all__ = ["Complete", "TransferStatus", "Transfers"]


class TransferStatus(StrEnum):
    """How a transfer ended."""

    DONE = "done"
    STALLED = "stalled"
    CANCELLED = "cancelled"
    GONE = "gone"
    """The device left the bus."""


Complete = Callable[[int, TransferStatus, bytes], None]
"""Called once for each transfer: its number, how it ended, and what the device sent.

For a transfer to the device the bytes are empty; when it is done, all of them were taken.
"""


@dataclass(slots=True, kw_only=True)
class _Pending:
    """A transfer to or from a data endpoint; ``taken`` counts what the device has got already."""

    length: int
    data: bytes = b""
    taken: int = 0


class Transfers:
    """The pending transfers of the host that one device is connected to.

    A transfer may be completed while it is being submitted, and ``complete`` may submit others.
    Transfers of one endpoint are completed in the order in which they were submitted.

    Args:
        device: whom they are for; this becomes its listener.
        complete: told of each transfer that has ended.
        presence: told True when the device is on the bus again, and False when it has left and
            all its transfers have been completed.
    """

    def __init__(
        self,
        device: UsbDevice,
        complete: Complete,
        presence: Callable[[bool], None] | None = None,
    ) -> None:
        self._device = device
        self._complete = complete
        self._presence = presence
        self._queues: dict[int, OrderedDict[int, _Pending]] = {}
        self._endpoints: dict[int, int] = {}
        self._busy: set[int] = set()
        self._is_closed = False
        device.listen(self)

    def __contains__(self, number: int) -> bool:
        """Whether a transfer of this number is pending."""
        return number in self._endpoints

    def __len__(self) -> int:
        """How many transfers are pending."""
        return len(self._endpoints)

    def submit_control(self, number: int, setup: Setup, data: bytes) -> None:
        """A control transfer, which is always completed at once.

        Args:
            number: what ``complete`` is to be called with.
            setup: its first stage.
            data: what goes to the device, empty when the device is to send.
        """
        if not self._device.is_plugged:
            self._complete(number, TransferStatus.GONE, b"")
            return
        answer = self._device.control(setup, data)
        if isinstance(answer, Handshake):
            self._complete(number, TransferStatus.STALLED, b"")
        else:
            self._complete(number, TransferStatus.DONE, answer)
        self._pump_all()  # a cleared halt or another configuration may have freed some

    def submit_in(self, number: int, endpoint: int, length: int) -> None:
        """Ask an IN endpoint for at most ``length`` bytes.

        Raises:
            ValueError: a transfer of this number is pending.
        """
        self._submit(number, endpoint, _Pending(length=length))

    def submit_out(self, number: int, endpoint: int, data: bytes) -> None:
        """Send bytes to an OUT endpoint.

        Raises:
            ValueError: a transfer of this number is pending.
        """
        self._submit(number, endpoint, _Pending(length=len(data), data=data))

    def taken(self, number: int) -> int:
        """Octets of a transfer to the device that it has taken already; 0 if it is not pending."""
        endpoint = self._endpoints.get(number)
        return 0 if endpoint is None else self._queues[endpoint][number].taken

    def cancel(self, number: int) -> bool:
        """Take a transfer back; it is completed as cancelled. False when it is not pending."""
        endpoint = self._endpoints.get(number)
        if endpoint is None:
            return False
        self._end(endpoint, number, TransferStatus.CANCELLED)
        return True

    def close(self) -> None:
        """The host is gone: nothing is completed any more, and the device is reset."""
        if self._is_closed:
            return
        self._is_closed = True
        self._queues.clear()
        self._endpoints.clear()
        self._device.listen(None)
        self._device.reset()

    def input_ready(self, endpoint: int) -> None:
        """The device has something for the host."""
        self._pump(endpoint)

    def output_ready(self, endpoint: int) -> None:
        """The device can take more."""
        self._pump(endpoint)

    def plugged(self) -> None:
        """The device is on the bus again."""
        if self._presence is not None:
            self._presence(True)  # noqa: FBT003 - the value is what is told

    def unplugged(self) -> None:
        """The device has left; whatever was pending ends."""
        for number, endpoint in list(self._endpoints.items()):
            if self._endpoints.get(number) == endpoint:
                self._end(endpoint, number, TransferStatus.GONE)
        if self._presence is not None:
            self._presence(False)  # noqa: FBT003 - the value is what is told

    def _submit(self, number: int, endpoint: int, pending: _Pending) -> None:
        if number in self._endpoints:
            raise ValueError(f"transfer {number} is pending already")
        if self._is_closed:
            return
        if not self._device.is_plugged:
            self._complete(number, TransferStatus.GONE, b"")
            return
        self._endpoints[number] = endpoint
        self._queues.setdefault(endpoint, OrderedDict())[number] = pending
        self._pump(endpoint)

    def _pump_all(self) -> None:
        for endpoint in [endpoint for endpoint, queue in self._queues.items() if queue]:
            self._pump(endpoint)

    def _pump(self, endpoint: int) -> None:
        """Answer what can be answered; a call from within goes on in the outer one."""
        if endpoint in self._busy:
            return
        self._busy.add(endpoint)
        try:
            while queue := self._queues.get(endpoint):
                number, pending = next(iter(queue.items()))
                if not self._advance(endpoint, number, pending):
                    break
        finally:
            self._busy.discard(endpoint)

    def _advance(self, endpoint: int, number: int, pending: _Pending) -> bool:
        """One try at the first transfer of an endpoint; whether another one makes sense."""
        if endpoint & TO_HOST:
            answer = self._device.take(endpoint, pending.length)
        else:
            answer = self._put(endpoint, pending)
        if answer is Handshake.NAK:
            return False
        # The device may have been unplugged, or the host gone, while it was being asked.
        if self._endpoints.get(number) != endpoint:
            return True
        if answer is Handshake.STALL:
            self._end(endpoint, number, TransferStatus.STALLED)
        else:
            self._end(endpoint, number, TransferStatus.DONE, answer)
        return True

    def _put(self, endpoint: int, pending: _Pending) -> bytes | Handshake:
        """Hand over the rest; empty bytes when all is taken."""
        while True:
            answer = self._device.put(endpoint, pending.data[pending.taken :])
            if isinstance(answer, Handshake):
                return answer
            pending.taken += answer
            if not answer and pending.data:
                return Handshake.NAK
            if pending.taken >= pending.length:
                return b""

    def _end(self, endpoint: int, number: int, status: TransferStatus, data: bytes = b"") -> None:
        del self._endpoints[number]
        del self._queues[endpoint][number]
        self._complete(number, status, data)
