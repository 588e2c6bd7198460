"""Serial servers and simulated wands on TCP: the raw bytes of a port on a socket.

Plain sockets rather than pyserial's ``socket://``: that one hides the cause of a failed connection
in a text, waits 0.3 s at every close and leaks the socket when the peer is gone first.
"""

import contextlib
import select
import socket
from collections.abc import Sequence
from typing import Final

from watchclock_device.errors import (
    AddressError,
    LinkLostError,
    PortForbiddenError,
    PortNotFoundError,
)
from watchclock_device.links import FoundPort, Link, discard_greeting
from watchclock_protocol.dialect import LineSettings

__all__ = ["TcpLink", "TcpPortDriver"]

_CONNECT_TIMEOUT_S: Final = 5.0
_WRITE_TIMEOUT_S: Final = 5.0
_READ_BYTES: Final = 65536
_LAST_PORT: Final = 65535


class TcpLink:
    """A connection to a serial server."""

    def __init__(self, address: str, connection: socket.socket) -> None:
        self._address = address
        self._connection = connection

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see ``Link.read``."""
        try:
            ready, _, _ = select.select([self._connection], [], [], max(0.0, timeout_s))
            if not ready:
                return b""
            data = self._connection.recv(_READ_BYTES)
        except (OSError, ValueError) as error:
            raise LinkLostError(address=self._address) from error
        if not data:
            raise LinkLostError(address=self._address)
        return data

    def write(self, data: bytes) -> None:
        """All of ``data`` written; see ``Link.write``."""
        try:
            self._connection.sendall(data)
        except OSError as error:
            raise LinkLostError(address=self._address) from error

    def close(self) -> None:
        """The connection is closed."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


class TcpPortDriver:
    """Opens ``tcp:HOST:PORT`` addresses; speed and line levels are up to the serial server."""

    scheme = "tcp"

    def find(self) -> Sequence[FoundPort]:
        """Nothing: a network is not searched."""
        return ()

    def open(self, target: str, line: LineSettings) -> Link:
        """The connection to ``HOST:PORT``; see ``PortDriver``."""
        address = f"tcp:{target}"
        try:
            connection = socket.create_connection(_place(address, target), _CONNECT_TIMEOUT_S)
        except PermissionError as error:
            raise PortForbiddenError(address=address) from error
        except OSError as error:
            raise PortNotFoundError(address=address) from error
        connection.settimeout(_WRITE_TIMEOUT_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = TcpLink(address, connection)
        discard_greeting(link, line.settle_s)
        return link


def _place(address: str, target: str) -> tuple[str, int]:
    host, _, port = target.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= _LAST_PORT:
        raise AddressError(address=address, reason="a TCP port is written tcp:HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)
