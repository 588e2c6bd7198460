"""A TCP connection to the USB/IP server, from its first octet until it is hung up.

A visitor asks for the list and is sent away with it, or asks for a device and becomes its
importer. Whatever else it does ends the connection, with one line in the log.
"""

import asyncio
from typing import Final, Protocol

from typing_extensions import override

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.complaints import Complaints
from watchclock_sim.line.carriers.gone_hosts import notice_when_gone
from watchclock_sim.line.carriers.stranger import Stranger
from watchclock_sim.usbip.exports import Export, Exports
from watchclock_sim.usbip.importer import Importer
from watchclock_sim.usbip.layouts import (
    BUS_ID,
    COUNT,
    OPERATION,
    VERSION,
    Operation,
    OperationStatus,
)

__all__ = ["READ_OCTETS", "Premises", "Visitor"]

FIRST_OCTETS: Final = 512
READ_OCTETS: Final = 1 << 16


class Premises(Protocol):
    """What a visitor needs of the server it visits."""

    exports: Exports
    complaints: Complaints
    patience_s: float

    def came(self, visitor: "Visitor") -> None:
        """It has connected and may stay until it has asked for something."""
        ...

    def settled(self, visitor: "Visitor") -> None:
        """It has a device, and is not in anybody's way."""
        ...

    def left(self, visitor: "Visitor") -> None:
        """Its connection is gone."""
        ...


class Visitor(Stranger):
    """One connection.

    Args:
        premises: the server.
    """

    def __init__(self, premises: Premises) -> None:
        super().__init__(
            space_octets=FIRST_OCTETS,
            patience_s=premises.patience_s,
            complaints=premises.complaints,
        )
        self._premises = premises
        self._request = bytearray()

    @property
    @override
    def is_unfinished(self) -> bool:
        """Whoever has no device yet owes a request."""
        return self.talk is None or super().is_unfinished

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It has come."""
        super().connection_made(transport)
        self._premises.came(self)

    @override
    def hear(self, data: memoryview) -> None:
        """A request first, and then whatever its device is asked."""
        if self.talk is not None:
            self.talk.receive(data)
            return
        self._request += data
        if len(self._request) < OPERATION.size:
            return
        version, code, _status = OPERATION.unpack_from(self._request)
        if version != VERSION:
            raise HostRefusedError(reason=f"it speaks version {version:#06x} of USB/IP")
        if code == Operation.REQUEST_LIST:
            self._list()
        elif code != Operation.REQUEST_IMPORT:
            raise HostRefusedError(reason=f"{code:#06x} is no request")
        elif len(self._request) >= OPERATION.size + BUS_ID.size:
            self._import()

    @override
    def eof_received(self) -> None:
        """Half a request is told of; a connection without a word is not."""
        if self._request and self.talk is None and not self.is_over:
            self.hang_up("it left in the middle of a request")
        super().eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        super().connection_lost(exc)
        self._premises.left(self)

    def _list(self) -> None:
        exports = list(self._premises.exports)
        reply = [
            OPERATION.pack(VERSION, Operation.REPLY_LIST, OperationStatus.DONE),
            COUNT.pack(len(exports)),
        ]
        for export in exports:
            reply += (export.described(), export.interfaces())
        self._leave_with(reply)

    def _import(self) -> None:
        (raw,) = BUS_ID.unpack_from(self._request, OPERATION.size)
        bus_id = raw.partition(b"\x00")[0].decode("ascii", "replace")
        export = self._premises.exports.find(bus_id)
        if export is not None and export.is_exportable:
            self._settle(export)
            return
        is_busy = export is not None and export.is_imported
        status = OperationStatus.BUSY if is_busy else OperationStatus.NO_DEVICE
        why = "another host has it" if is_busy else "it is not here"
        self._premises.complaints.tell(self.address, f"it asks for {bus_id!r}, but {why}")
        self._leave_with([OPERATION.pack(VERSION, Operation.REPLY_IMPORT, status)])

    def _settle(self, export: Export) -> None:
        self._premises.settled(self)
        notice_when_gone(self.transport.get_extra_info("socket"))
        self.read_more_at_once(READ_OCTETS)
        importer = Importer(export, self.send, self.close_softly)
        self.talk = importer
        head = OPERATION.pack(VERSION, Operation.REPLY_IMPORT, OperationStatus.DONE)
        self.transport.write(head + export.described())
        self._premises.complaints.note(self.address, f"has {export.bus_id}")
        importer.receive(bytes(self._request[OPERATION.size + BUS_ID.size :]))

    def _leave_with(self, reply: list[bytes]) -> None:
        """Send the last there is to send.

        A connection that is closed while something of the host is still unread is reset, and a
        reset can cost the host the reply; so what it sends is passed over until it has hung up.
        """
        self.is_over = True
        self.transport.writelines(reply)
        self.transport.write_eof()
