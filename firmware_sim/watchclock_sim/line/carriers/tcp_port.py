"""A TCP port as a wand's serial port, in the manner of a serial server: one host at a time.

Whoever else connects waits in the kernel's queue, which is bounded, and costs the wand nothing
until its turn comes. A host that is gone without a word is found out by the kernel's keepalive.
"""

import logging
import socket
from collections.abc import Callable
from typing import Final

from watchclock_sim.line.carriers.gone_hosts import notice_when_gone
from watchclock_sim.line.carriers.listening import port_taken
from watchclock_sim.line.carriers.watched_end import WatchedEnd

__all__ = ["TcpPort"]

LOG: Final = logging.getLogger(__name__)
READ_SIZE: Final = 4096
MOST_WAITING: Final = 128
"""Hosts in the kernel's queue; further ones are not answered and try again by themselves."""
NO_ROOM_S: Final = 1.0
"""Rest after the system had no descriptor left for a host."""


class TcpPort:
    """Listens on ``host:port``; further hosts wait until the present one has gone.

    Args:
        host: interface to listen on.
        port: TCP port, 0 for any free one, which is then kept.

    Attributes:
        hosts_let_in: how many there have been, the present one included.

    Raises:
        PortTakenError: the port is in use or may not be used.
    """

    line = None
    """The bytes only: plain TCP has no settings."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._host_link: socket.socket | None = None
        self._end = WatchedEnd()
        self._has_told_no_room = False
        self.hosts_let_in = 0
        self.replug()

    @property
    def address(self) -> str:
        """Where a host connects to."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"tcp:{host}:{self._port}"

    @property
    def has_host(self) -> bool:
        """Whether a host is connected."""
        return self._host_link is not None

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever there is something to do; see ``Port.watch``."""
        self._end.begin(wake)

    def read(self) -> bytes:
        """What the host has sent; takes the next host in when there is none. Never waits."""
        if self._host_link is None and not self._accept():
            return b""
        data = self._receive()
        self._end.was_read()
        return data

    def _receive(self) -> bytes:
        if self._host_link is None:
            return b""
        try:
            data = self._host_link.recv(READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.drop_host()
        return data

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken; without a host they all fall on the floor."""
        if self._host_link is None:
            return len(data) if self._listener is not None else 0
        try:
            taken = self._host_link.send(data)
        except BlockingIOError:
            taken = 0
        except OSError:
            self.drop_host()
            return len(data)
        if taken < len(data):
            self._end.has_refused()
        return taken

    def unplug(self) -> None:
        """Drop the host and stop listening."""
        self._end.follow(None)
        # The listener first, so that a host which tries again at once finds nobody there.
        for link in (self._listener, self._host_link):
            if link is not None:
                link.close()
        self._host_link = self._listener = None

    def replug(self) -> None:
        """Listen again on the same port.

        Raises:
            PortTakenError: the port is in use or may not be used.
        """
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        place = (self._host, self._port)
        try:
            listener = socket.create_server(place, family=family, backlog=MOST_WAITING)
        except OSError as error:
            raise port_taken(self.address, error) from error
        listener.settimeout(0)
        self._listener = listener
        self._port = listener.getsockname()[1]
        self._end.follow(listener.fileno())

    def close(self) -> None:
        """Stop listening for good."""
        self.unplug()

    def _accept(self) -> bool:
        """Whether a host is there now."""
        if self._listener is None:
            return False
        try:
            link, _peer = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            self._end.was_read()
            return False
        except OSError as error:
            self._find_no_room(error)
            return False
        link.settimeout(0)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        notice_when_gone(link)
        self._host_link = link
        self.hosts_let_in += 1
        self._end.follow(link.fileno())
        return True

    def _find_no_room(self, error: OSError) -> None:
        """The system has no descriptor left; the host waits, and the wand does not insist."""
        if not self._has_told_no_room:
            LOG.warning("%s: no host can be let in: %s", self.address, error.strerror)
            self._has_told_no_room = True
        self._end.rest(NO_ROOM_S)

    def drop_host(self) -> None:
        """Hang up on the present host, if there is one; the next one's turn has come."""
        if self._host_link is None:
            return
        self._end.follow(self._listener.fileno() if self._listener is not None else None)
        self._host_link.close()
        self._host_link = None
