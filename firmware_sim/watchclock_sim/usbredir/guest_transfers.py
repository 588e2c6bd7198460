"""The transfers of a virtual machine: those it asks for, and interrupts it is sent unasked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.transfer_room import LONGEST_INPUT, TransferRoom
from watchclock_sim.usb.bus import TO_HOST, Endpoint, Setup, TransferType, UsbDevice
from watchclock_sim.usb.transfers import Transfers, TransferStatus
from watchclock_sim.usbredir.layouts import (
    BULK,
    BULK_HIGH,
    CONTROL,
    INTERRUPT,
    RECEIVING,
    Capability,
    Kind,
    RedirStatus,
)
from watchclock_sim.usbredir.messages import Message, MessageReader

__all__ = ["GuestTransfers", "Tell"]

NO_ADDRESS: Final = 0x70
"""Bits that no endpoint's address has."""
HIGH: Final = 16
LOW: Final = 0xFFFF
STATUSES: Final = {
    TransferStatus.DONE: RedirStatus.DONE,
    TransferStatus.STALLED: RedirStatus.STALLED,
    TransferStatus.CANCELLED: RedirStatus.CANCELLED,
}
"""A transfer whose device is gone is not answered: the guest is told of the device instead."""

Tell = Callable[[Kind, int, bytes, bytes], None]
"""Sends a message: kind, number, the head of its content and the data behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """A transfer that is not answered yet.

    Attributes:
        answer: makes the head of the answer from its status and length.
        asked: octets it asks for.
        held: octets it brings.
    """

    kind: Kind
    answer: Callable[[RedirStatus, int], bytes]
    is_to_host: bool
    asked: int = 0
    held: int = 0


class GuestTransfers:
    """What one guest has under way with one device.

    Args:
        device: theirs from now on, until this is closed.
        reader: tells what both sides can.
        tell: sends a message to the guest.
        presence: told when the device leaves the bus and when it is back.
    """

    def __init__(
        self,
        device: UsbDevice,
        reader: MessageReader,
        tell: Tell,
        presence: Callable[[bool], None],
    ) -> None:
        self._device = device
        self._reader = reader
        self._tell = tell
        self._room = TransferRoom()
        self._pending: dict[int, _Pending] = {}
        self._receiving: dict[int, Endpoint] = {}
        self._received = 0
        self._is_full = False
        self._transfers = Transfers(device, self._complete, presence)

    def close(self) -> None:
        """The guest has gone."""
        self._receiving.clear()
        self._transfers.close()

    def hold(self) -> None:
        """Receive no more until ``go_on``."""
        self._is_full = True

    def go_on(self) -> None:
        """Receive again."""
        self._is_full = False
        for address in list(self._receiving):
            self._receive_more(address)

    def forget(self) -> None:
        """The pipes begin anew: what is pending is cancelled, and nothing is received."""
        for number in list(self._pending):
            self._transfers.cancel(number)
        for address in list(self._receiving):
            self._stop(address)

    def cancel(self, message: Message) -> None:
        """Take a transfer back; one that has ended already has its answer already."""
        if message.number in self._pending:
            self._transfers.cancel(message.number)

    def control(self, message: Message) -> None:
        """One control transfer."""
        endpoint, request, request_type, _, value, index, length = CONTROL.unpack_from(
            message.data
        )
        setup = Setup(
            request_type=request_type, request=request, value=value, index=index, length=length
        )
        data = self._brought(message, CONTROL.size, length, is_to_host=setup.is_to_host)

        def answer(status: RedirStatus, actual: int) -> bytes:
            return CONTROL.pack(endpoint, request, request_type, status, value, index, actual)

        pending = _Pending(
            kind=message.kind,
            answer=answer,
            is_to_host=setup.is_to_host,
            asked=length if setup.is_to_host else 0,
            held=len(data),
        )
        if endpoint & ~TO_HOST:
            self._refuse(message, pending, RedirStatus.INVALID)
        elif self._note(message, pending):
            self._transfers.submit_control(message.number, setup, data)

    def bulk(self, message: Message) -> None:
        """One bulk transfer."""
        has_high = Capability.BULK_LENGTH_OF_32_BITS in self._reader.shared
        size = BULK.size + (BULK_HIGH.size if has_high else 0)
        if len(message.data) < size:
            raise HostRefusedError(reason=f"a bulk message of {len(message.data)} octets")
        endpoint, _, length, stream = BULK.unpack_from(message.data)
        if has_high:
            length |= BULK_HIGH.unpack_from(message.data, BULK.size)[0] << HIGH

        def answer(status: RedirStatus, actual: int) -> bytes:
            head = BULK.pack(endpoint, status, actual & LOW, stream)
            return head + BULK_HIGH.pack(actual >> HIGH) if has_high else head

        self._submit(message, endpoint, length, size, answer)

    def interrupt(self, message: Message) -> None:
        """One interrupt transfer to the device; those to the guest are never asked for."""
        endpoint, _, length = INTERRUPT.unpack_from(message.data)
        if endpoint & TO_HOST:
            raise HostRefusedError(reason="it sends interrupts of the device's")

        def answer(status: RedirStatus, actual: int) -> bytes:
            return INTERRUPT.pack(endpoint, status, actual)

        self._submit(message, endpoint, length, INTERRUPT.size, answer)

    def start_receiving(self, message: Message) -> None:
        """Send on what an interrupt endpoint has, whenever it has something."""
        address = message.data[0]
        endpoint = self._interrupt_endpoint(address)
        status = RedirStatus.INVALID if endpoint is None else RedirStatus.DONE
        self._tell(Kind.RECEIVING_STATUS, message.number, RECEIVING.pack(status, address), b"")
        if endpoint is not None:
            self._receiving[address] = endpoint
            self._receive_more(address)

    def stop_receiving(self, message: Message) -> None:
        """No more of it; stopping what never began is done at once."""
        address = message.data[0]
        self._stop(address)
        data = RECEIVING.pack(RedirStatus.DONE, address)
        self._tell(Kind.RECEIVING_STATUS, message.number, data, b"")

    def _submit(
        self,
        message: Message,
        endpoint: int,
        length: int,
        head_octets: int,
        answer: Callable[[RedirStatus, int], bytes],
    ) -> None:
        is_to_host = bool(endpoint & TO_HOST)
        data = self._brought(message, head_octets, length, is_to_host=is_to_host)
        pending = _Pending(
            kind=message.kind,
            answer=answer,
            is_to_host=is_to_host,
            asked=length if is_to_host else 0,
            held=len(data),
        )
        if endpoint & NO_ADDRESS or not endpoint & ~TO_HOST:
            self._refuse(message, pending, RedirStatus.INVALID)
        elif not self._note(message, pending):
            return
        elif is_to_host:
            self._transfers.submit_in(message.number, endpoint, length)
        else:
            self._transfers.submit_out(message.number, endpoint, data)

    def _brought(
        self, message: Message, head_octets: int, length: int, *, is_to_host: bool
    ) -> bytes:
        """What the guest sends along, which is as much as it says."""
        data = message.data[head_octets:]
        if len(data) != (0 if is_to_host else length) or length > LONGEST_INPUT:
            raise HostRefusedError(reason=f"a transfer of {length} octets brings {len(data)}")
        if message.number in self._pending:
            raise HostRefusedError(reason=f"its transfer {message.number} is pending already")
        return data

    def _note(self, message: Message, pending: _Pending) -> bool:
        if not self._room.take(asked=pending.asked, held=pending.held):
            self._refuse(message, pending, RedirStatus.FAILED)
            return False
        self._pending[message.number] = pending
        return True

    def _refuse(self, message: Message, pending: _Pending, status: RedirStatus) -> None:
        self._tell(message.kind, message.number, pending.answer(status, 0), b"")

    def _interrupt_endpoint(self, address: int) -> Endpoint | None:
        if not address & TO_HOST:
            return None
        endpoints = (each for one in self._device.interfaces for each in one.endpoints)
        interrupts = (each for each in endpoints if each.type is TransferType.INTERRUPT)
        return next((each for each in interrupts if each.address == address), None)

    def _receive_more(self, address: int) -> None:
        """Ask the device anew; the transfer is numbered so that no guest can mean it."""
        endpoint = self._receiving.get(address)
        if endpoint is not None and not self._is_full and -address not in self._transfers:
            self._transfers.submit_in(-address, address, endpoint.packet_octets)

    def _stop(self, address: int) -> None:
        if self._receiving.pop(address, None) is not None:
            self._transfers.cancel(-address)

    def _complete(self, number: int, status: TransferStatus, data: bytes) -> None:
        if number < 0:
            self._received_from(-number, status, data)
            return
        pending = self._pending.pop(number)
        self._room.give(asked=pending.asked, held=pending.held)
        told = STATUSES.get(status)
        if told is None:
            return
        if told is not RedirStatus.DONE:
            data, actual = b"", 0
        elif pending.is_to_host:
            actual = len(data)
        else:
            data, actual = b"", pending.held
        self._tell(pending.kind, number, pending.answer(told, actual), data)

    def _received_from(self, address: int, status: TransferStatus, data: bytes) -> None:
        if status is TransferStatus.DONE:
            head = INTERRUPT.pack(address, RedirStatus.DONE, len(data))
            self._tell(Kind.INTERRUPT, self._received, head, data)
            self._received += 1
            self._receive_more(address)
        elif status is TransferStatus.STALLED:
            self._receiving.pop(address, None)
            self._received = 0
            data = RECEIVING.pack(RedirStatus.STALLED, address)
            self._tell(Kind.RECEIVING_STATUS, 0, data, b"")
        else:
            self._receiving.pop(address, None)
