"""The USB/IP server: any number of simulated devices on one TCP port.

A stranger must not harm a wand that somebody else downloads: connections that have not asked for
anything yet are few, each has little memory and little time, and what is told of them is bounded.
"""

import asyncio
import logging
from typing import Final

from watchclock_sim.line.carriers.complaints import Complaints
from watchclock_sim.line.carriers.listening import port_taken
from watchclock_sim.line.carriers.stranger import PATIENCE_S
from watchclock_sim.usb.bus import UsbDevice
from watchclock_sim.usbip.exports import Export, Exports
from watchclock_sim.usbip.visitor import Visitor

__all__ = ["UsbIpServer"]

LOG: Final = logging.getLogger(__name__)
MOST_WAITING: Final = 64
"""Connections that have no device; another one takes the place of the oldest."""


class UsbIpServer:
    """Hands out devices under the bus ids 1-1, 1-2 and so on.

    Args:
        host: interface to listen on.
        port: TCP port, 0 for any free one.
        patience_s: how long a host may take to say something whole.
        most_waiting: how many connections may be open without having a device.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        patience_s: float = PATIENCE_S,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._address = (host, port)
        self.exports = Exports()
        self.patience_s = patience_s
        self.complaints = Complaints()
        self._most_waiting = most_waiting
        self._waiting: dict[Visitor, None] = {}
        self._settled: set[Visitor] = set()
        self._server: asyncio.Server | None = None
        self._is_closed = False

    @property
    def host(self) -> str:
        """The interface it listens on."""
        return self._address[0]

    @property
    def port(self) -> int:
        """The TCP port it listens on; the one asked for until it is open."""
        return self._address[1]

    @property
    def visitors(self) -> list[Visitor]:
        """Whoever is connected, those without a device first."""
        return [*self._waiting, *self._settled]

    def export(self, device: UsbDevice) -> Export:
        """Hand out one more device, now or while listening."""
        return self.exports.add(device)

    async def open(self) -> None:
        """Let hosts connect.

        Raises:
            PortTakenError: the port is in use or may not be used.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Visitor(self), *self._address)
        except OSError as error:
            address = "{}:{}".format(*self._address)
            raise port_taken(address, error) from error
        self._address = self._server.sockets[0].getsockname()[:2]

    async def close(self) -> None:
        """Stop listening and drop every host; may be called twice."""
        self._is_closed = True
        server, self._server = self._server, None
        for visitor in self.visitors:
            visitor.close()
        if server is not None:
            server.close()
            await server.wait_closed()

    def came(self, visitor: Visitor) -> None:
        """A connection that has not asked for anything yet; too late, it may be, to be heard."""
        if self._is_closed:
            visitor.close()
            return
        self._waiting[visitor] = None
        if len(self._waiting) > self._most_waiting:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.hang_up("it waited longest when too many had connected")

    def settled(self, visitor: Visitor) -> None:
        """It has a device."""
        self._waiting.pop(visitor, None)
        self._settled.add(visitor)

    def left(self, visitor: Visitor) -> None:
        """It is gone."""
        self._waiting.pop(visitor, None)
        self._settled.discard(visitor)
