"""The UNIX socket of one wand, to which QEMU connects its ``usb-redir``: one machine at a time."""

import asyncio
import errno
import os
import socket
import stat
from pathlib import Path
from typing import Final

from typing_extensions import override

from watchclock_sim.errors import SocketPathTakenError
from watchclock_sim.line.carriers.complaints import Complaints
from watchclock_sim.line.carriers.listening import systems_words
from watchclock_sim.line.carriers.stranger import PATIENCE_S, Stranger
from watchclock_sim.usb.bus import UsbDevice
from watchclock_sim.usbredir.guest import Guest

__all__ = ["RedirSocket"]

READ_OCTETS: Final = 1 << 16


class RedirSocket:
    """Offers one device to whichever virtual machine connects, and again when it is back.

    Args:
        path: of the socket; it is made here and removed at the end.
        device: what is offered.
        patience_s: how long a machine may take to say something whole.

    Attributes:
        complaints: what is told of machines.
        is_closed: nobody is let in any more.
    """

    def __init__(self, path: Path, device: UsbDevice, *, patience_s: float = PATIENCE_S) -> None:
        self.path: Final = path
        self.device: Final = device
        self.patience_s: Final = patience_s
        self.complaints: Final = Complaints()
        self._server: asyncio.Server | None = None
        self._own_file = 0
        self._machine: _Machine | None = None
        self.is_closed = False

    async def open(self) -> None:
        """Let a machine connect.

        Raises:
            SocketPathTakenError: a socket cannot be made there.
        """
        loop = asyncio.get_running_loop()
        try:
            self._drop_dead_socket()
            self._server = await loop.create_unix_server(lambda: _Machine(self), self.path)
            self._own_file = self.path.stat().st_ino
        except OSError as error:
            reason = systems_words(error)
            raise SocketPathTakenError(path=self.path, reason=reason) from error

    async def close(self) -> None:
        """Let the machine go and remove the socket; may be called twice."""
        self.is_closed = True
        server, self._server = self._server, None
        if self._machine is not None:
            self._machine.close()
        if server is not None:
            server.close()
            await server.wait_closed()
            self._drop_own_socket()

    def admit(self, machine: "_Machine") -> bool:
        """Whether it is the only one, and has the device from now on."""
        if self._machine is not None:
            return False
        self._machine = machine
        return True

    def left(self, machine: "_Machine") -> None:
        """It is gone."""
        if self._machine is machine:
            self._machine = None
            self.complaints.note("the virtual machine", f"has left {self.path}")

    def _drop_own_socket(self) -> None:
        """Remove the socket unless it was lost and another one stands there now."""
        if self.path.exists() and self.path.stat().st_ino == self._own_file:
            self.path.unlink(missing_ok=True)

    def _drop_dead_socket(self) -> None:
        """Remove what a killed simulator has left.

        asyncio would remove a socket that somebody serves just as well.

        Raises:
            OSError: something else stands there, or somebody serves it.
        """
        if not self.path.exists():
            return
        if not stat.S_ISSOCK(self.path.stat().st_mode):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        with socket.socket(socket.AF_UNIX) as probe:
            # One that is served is full, it may be, and would keep us waiting for a place.
            probe.settimeout(0)
            try:
                probe.connect(str(self.path))
            except ConnectionRefusedError:
                self.path.unlink()
                return
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


class _Machine(Stranger):
    """The connection of one virtual machine."""

    def __init__(self, place: RedirSocket) -> None:
        super().__init__(
            space_octets=READ_OCTETS, patience_s=place.patience_s, complaints=place.complaints
        )
        self._place = place

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is greeted, if it is the only one."""
        super().connection_made(transport)
        if self._place.is_closed:
            self.close()
            return
        if not self._place.admit(self):
            self.hang_up(f"{self._place.path} has a virtual machine already")
            return
        self._place.complaints.note("a virtual machine", f"is at {self._place.path}")
        self.talk = Guest(self._place.device, self.send)
        self.watch()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone; the device waits for the next."""
        super().connection_lost(exc)
        self._place.left(self)
