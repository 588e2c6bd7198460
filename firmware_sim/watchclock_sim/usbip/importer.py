"""A host that has a device: its commands go to the device's transfers, and their ends come back.

Nothing here waits and nothing here knows sockets; whatever is to be sent is handed to ``send``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.outbox import Outbox
from watchclock_sim.line.carriers.transfer_room import TransferRoom
from watchclock_sim.usb.bus import TO_HOST
from watchclock_sim.usb.transfers import Transfers, TransferStatus
from watchclock_sim.usbip.commands import CommandReader, Submit, Unlink
from watchclock_sim.usbip.exports import Export
from watchclock_sim.usbip.layouts import (
    NOT_ISOCHRONOUS,
    RETURN_SUBMIT,
    RETURN_UNLINK,
    Command,
    UrbStatus,
)

__all__ = ["Importer"]

PORT_RESET: Final = (0x23, 3, 4)
"""Type, request and value of SET_FEATURE(PORT_RESET). No device sees it on a bus: a hub does it,
and where a hub is missing the kernel's own server resets the device (stub_rx.c)."""
STATUSES: Final = {TransferStatus.DONE: UrbStatus.DONE, TransferStatus.STALLED: UrbStatus.STALLED}
"""A transfer that was unlinked or whose device is gone is not answered at all."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is known of a transfer that is not answered yet."""

    is_to_host: bool
    length: int

    @property
    def asked(self) -> int:
        return self.length if self.is_to_host else 0

    @property
    def held(self) -> int:
        return 0 if self.is_to_host else self.length


class Importer:
    """Takes the device when made, and gives it back when closed.

    Args:
        export: the device; nobody else may have it.
        send: takes octets for the host, to be joined in this order.
        leave: called once when the device has left the bus, so that the host is to be dropped.
    """

    def __init__(
        self,
        export: Export,
        send: Callable[[list[bytes]], None],
        leave: Callable[[], None],
    ) -> None:
        self._export = export
        self._outbox = Outbox(send)
        self._leave = leave
        self._reader = CommandReader(export.number)
        self._pending: dict[int, _Pending] = {}
        self._room = TransferRoom()
        self._is_full = False
        self._is_closed = False
        export.is_imported = True
        export.device.reset()
        self.done = 0
        """Commands that were whole."""
        self._transfers = Transfers(export.device, self._complete, self._presence)

    @property
    def has_part(self) -> bool:
        """Whether the host has begun a command and not ended it, though nothing holds it up."""
        return self._reader.has_part and not self._is_full

    def receive(self, data: bytes | bytearray | memoryview) -> None:
        """Octets of the host.

        Raises:
            HostRefusedError: they are not what a host may send.
        """
        self._reader.feed(data)
        self._work()

    def hold(self) -> None:
        """The host does not read what is sent to it: carry out no more of its commands."""
        self._is_full = True

    def go_on(self) -> None:
        """The host reads again.

        Raises:
            HostRefusedError: what it had sent meanwhile is not what a host may send.
        """
        self._is_full = False
        self._work()

    def close(self) -> None:
        """The host has gone; the device can be had again. May be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        self._transfers.close()
        self._pending.clear()
        self._export.is_imported = False

    def _work(self) -> None:
        """Carry out whole commands; what they return is sent in large pieces."""
        with self._outbox.gathering():
            while not (self._is_full or self._is_closed):
                command = self._reader.next()
                if command is None:
                    break
                self.done += 1
                if isinstance(command, Submit):
                    self._submit(command)
                else:
                    self._unlink(command)

    def _submit(self, command: Submit) -> None:
        number = command.number
        if number in self._pending:
            raise HostRefusedError(reason=f"its transfer {number} is pending already")
        if command.is_isochronous:
            self._return(number, UrbStatus.INVALID, packets=0)
        elif command.endpoint == 0:
            self._control(command)
        elif not self._note(command):
            self._return(number, UrbStatus.NO_MEMORY)
        elif command.is_to_host:
            self._transfers.submit_in(number, command.endpoint | TO_HOST, command.length)
        else:
            self._transfers.submit_out(number, command.endpoint, command.data)

    def _control(self, command: Submit) -> None:
        setup = command.parsed_setup()
        is_other_way = bool(setup.length) and command.is_to_host != setup.is_to_host
        if (setup.request_type, setup.request, setup.value) == PORT_RESET:
            self._export.device.reset()
            self._return(command.number, UrbStatus.DONE)
        elif is_other_way or command.length != setup.length:
            self._return(command.number, UrbStatus.STALLED)
        elif not self._note(command):
            self._return(command.number, UrbStatus.NO_MEMORY)
        else:
            self._transfers.submit_control(command.number, setup, command.data)

    def _unlink(self, command: Unlink) -> None:
        was_pending = self._transfers.cancel(command.unlinked)
        status = UrbStatus.UNLINKED if was_pending else UrbStatus.DONE
        code = Command.RETURN_UNLINK
        self._outbox.put(RETURN_UNLINK.pack(code, command.number, 0, 0, 0, status))

    def _note(self, command: Submit) -> bool:
        """Whether there is room for one more transfer, which is pending from now on."""
        pending = _Pending(command.is_to_host, command.length)
        if not self._room.take(asked=pending.asked, held=pending.held):
            return False
        self._pending[command.number] = pending
        return True

    def _complete(self, number: int, status: TransferStatus, data: bytes) -> None:
        pending = self._pending.pop(number)
        self._room.give(asked=pending.asked, held=pending.held)
        told = STATUSES.get(status)
        if told is UrbStatus.DONE:
            length = len(data) if pending.is_to_host else pending.length
            self._return(number, told, length, data if pending.is_to_host else b"")
        elif told is not None:
            self._return(number, told)

    def _return(
        self,
        number: int,
        status: UrbStatus,
        length: int = 0,
        data: bytes = b"",
        packets: int = NOT_ISOCHRONOUS,
    ) -> None:
        code = Command.RETURN_SUBMIT
        head = RETURN_SUBMIT.pack(code, number, 0, 0, 0, status, length, 0, packets, 0)
        self._outbox.put(head, data)

    def _presence(self, is_plugged: bool) -> None:  # noqa: FBT001 - the value is what is told
        if not is_plugged:
            self._leave()
