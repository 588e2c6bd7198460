"""A TCP connection to the USB/IP server, from its first octet until it is hung up.

A visitor asks for the list and is sent away with it, or asks for a device and becomes its
importer. Whatever else it does ends the connection, with one line in the log.
"""

import asyncio
import logging
import socket
from enum import Enum
from typing import Final, Protocol, cast

from typing_extensions import override

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.usbip.exports import Exports
from watchclock_sim.usbip.importer import Importer
from watchclock_sim.usbip.layouts import (
    BUS_ID,
    COUNT,
    OPERATION,
    VERSION,
    Operation,
    OperationStatus,
)

__all__ = ["Host", "Visitor"]

LOG: Final = logging.getLogger(__name__)
FIRST_OCTETS: Final = 512
READ_OCTETS: Final = 1 << 16
WRITE_OCTETS: Final = 1 << 18
"""Sent octets that may wait for the host before its commands do."""
KEEPALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
"""A host whose machine is gone gives its device back within a minute."""


class Host(Protocol):
    """What a visitor needs of the server it visits."""

    exports: Exports
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

    def complain(self, visitor: "Visitor", reason: object) -> None:
        """It was hung up on."""
        ...


class _Stage(Enum):
    ASKING = "asking"
    IMPORTING = "importing"
    LEAVING = "leaving"
    GONE = "gone"


class Visitor(asyncio.BufferedProtocol):
    """One connection.

    Args:
        host: the server.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._stage = _Stage.ASKING
        self._space = memoryview(bytearray(FIRST_OCTETS))
        self._request = bytearray()
        self._importer: Importer | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport
        self._is_held = False
        self.address = "an unknown host"

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It has connected; asyncio has set TCP_NODELAY already."""
        self._transport = cast("asyncio.Transport", transport)
        peer: tuple[str, int] = transport.get_extra_info("peername")
        self.address = f"{peer[0]}:{peer[1]}"
        self._transport.set_write_buffer_limits(high=WRITE_OCTETS)
        self._host.came(self)
        self._watch()

    @override
    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next octets go; what is in it is used before it is asked for again."""
        return self._space

    @override
    def buffer_updated(self, nbytes: int) -> None:
        """So many octets have come."""
        data = self._space[:nbytes]
        try:
            if self._importer is not None:
                self._importer.receive(data)
            elif self._stage is _Stage.ASKING:
                self._ask(data)
        except HostRefusedError as error:
            self.hang_up(error)
        self._watch()

    @override
    def pause_writing(self) -> None:
        """The host does not read what it is sent: hear no more of it until it does."""
        self._is_held = True
        if self._importer is not None:
            self._importer.hold()
            self._transport.pause_reading()

    @override
    def resume_writing(self) -> None:
        """The host has read on."""
        self._is_held = False
        if self._importer is None:
            return
        try:
            self._importer.go_on()
        except HostRefusedError as error:
            self.hang_up(error)
        if not self._is_held and not self._transport.is_closing():
            self._transport.resume_reading()
        self._watch()

    @override
    def eof_received(self) -> None:
        """The host has hung up; in the middle of what it wanted to say, perhaps."""
        if self._is_unfinished and (self._request or self._importer is not None):
            self.hang_up("it left in the middle of a message")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, whoever has ended it."""
        self._stage = _Stage.GONE
        if self._timer is not None:
            self._timer.cancel()
        if self._importer is not None:
            self._importer.close()
        self._host.left(self)

    def hang_up(self, reason: object) -> None:
        """End the connection at once and tell why."""
        if self._stage is not _Stage.GONE:
            self._stage = _Stage.GONE
            self._host.complain(self, reason)
            self._transport.abort()

    def close(self) -> None:
        """End the connection because the server ends."""
        self._stage = _Stage.GONE
        self._transport.abort()

    @property
    def _is_unfinished(self) -> bool:
        """Whether the rest of something must come within the host's patience."""
        if self._stage is _Stage.IMPORTING:
            return self._importer is not None and self._importer.has_part
        return self._stage in (_Stage.ASKING, _Stage.LEAVING)

    def _ask(self, data: memoryview) -> None:
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

    def _list(self) -> None:
        exports = list(self._host.exports)
        reply = [
            OPERATION.pack(VERSION, Operation.REPLY_LIST, OperationStatus.DONE),
            COUNT.pack(len(exports)),
        ]
        for export in exports:
            reply += (export.described(), export.interfaces())
        self._leave_with(reply)

    def _import(self) -> None:
        (raw,) = BUS_ID.unpack_from(self._request, OPERATION.size)
        rest = bytes(self._request[OPERATION.size + BUS_ID.size :])
        bus_id = raw.partition(b"\x00")[0].decode("ascii", "replace")
        export = self._host.exports.find(bus_id)
        if export is None or not export.is_exportable:
            is_busy = export is not None and export.is_imported
            status = OperationStatus.BUSY if is_busy else OperationStatus.NO_DEVICE
            self._host.complain(
                self, f"the device {bus_id!r} it asks for is {status.name.lower()}"
            )
            self._leave_with([OPERATION.pack(VERSION, Operation.REPLY_IMPORT, status)])
            return
        self._stage = _Stage.IMPORTING
        self._host.settled(self)
        self._keep_alive()
        self._space = memoryview(bytearray(READ_OCTETS))
        self._importer = Importer(export, self._transport.writelines, self._drop)
        head = OPERATION.pack(VERSION, Operation.REPLY_IMPORT, OperationStatus.DONE)
        self._transport.write(head + export.described())
        LOG.info("%s has %s", self.address, export.bus_id)
        self._importer.receive(rest)

    def _keep_alive(self) -> None:
        sock: socket.socket = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE.items():
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def _leave_with(self, reply: list[bytes]) -> None:
        """Send the last there is to send.

        A connection that is closed while something of the host is still unread is reset, and a
        reset can cost the host the reply; so what it sends is passed over until it has hung up.
        """
        self._stage = _Stage.LEAVING
        self._transport.writelines(reply)
        self._transport.write_eof()

    def _drop(self) -> None:
        """The device has left the bus; the host gets what it was sent, and no more."""
        self._stage = _Stage.LEAVING
        self._transport.close()
        self._watch()

    def _watch(self) -> None:
        """See to it that what is unfinished is finished one day."""
        if self._timer is None and self._is_unfinished:
            done = 0 if self._importer is None else self._importer.done
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._host.patience_s, self._expire, done)

    def _expire(self, done: int) -> None:
        self._timer = None
        if self._stage is _Stage.LEAVING:
            self._transport.abort()
        elif self._is_unfinished and (self._importer is None or self._importer.done == done):
            self.hang_up(f"nothing whole came within {self._host.patience_s:g} s")
        else:
            self._watch()
