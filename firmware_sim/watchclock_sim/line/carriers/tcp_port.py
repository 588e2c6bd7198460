"""A TCP port as a wand's serial port, in the manner of a serial server: one host at a time."""

import contextlib
import select
import socket
from typing import Final

from watchclock_sim.errors import PortTakenError

__all__ = ["TcpPort"]

READ_SIZE: Final = 4096


class TcpPort:
    """Listens on ``host:port``; further hosts wait until the present one has gone.

    Args:
        host: interface to listen on.
        port: TCP port, 0 for any free one, which is then kept.

    Raises:
        PortTakenError: the port is in use or may not be used.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._host_link: socket.socket | None = None
        self.replug()

    @property
    def address(self) -> str:
        """Where a host connects to."""
        return f"tcp:{self._host}:{self._port}"

    def wait(self, timeout_s: float | None, *, wants_write: bool) -> None:
        """Return when bytes can be read, or written if wanted, or the time is over."""
        waiting = [end for end in (self._host_link or self._listener,) if end is not None]
        writing = [self._host_link] if wants_write and self._host_link is not None else []
        select.select(waiting, writing, [], timeout_s)

    def read(self) -> bytes:
        """What the host has sent; takes the next host in when there is none. Never waits."""
        if self._host_link is None:
            self._accept()
        if self._host_link is None:
            return b""
        try:
            data = self._host_link.recv(READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._drop_host()
        return data

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken; without a host they all fall on the floor."""
        if self._host_link is None:
            return len(data) if self._listener is not None else 0
        try:
            return self._host_link.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._drop_host()
            return len(data)

    def unplug(self) -> None:
        """Drop the host and stop listening."""
        self._drop_host()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def replug(self) -> None:
        """Listen again on the same port.

        Raises:
            PortTakenError: the port is in use or may not be used.
        """
        try:
            listener = socket.create_server((self._host, self._port))
        except OSError as error:
            raise PortTakenError(address=self.address, reason=error.strerror) from error
        listener.settimeout(0)
        self._listener = listener
        self._port = listener.getsockname()[1]

    def close(self) -> None:
        """Stop listening for good."""
        self.unplug()

    def _accept(self) -> None:
        if self._listener is None:
            return
        with contextlib.suppress(BlockingIOError):
            link, _peer = self._listener.accept()
            link.settimeout(0)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._host_link = link

    def _drop_host(self) -> None:
        if self._host_link is not None:
            self._host_link.close()
            self._host_link = None
