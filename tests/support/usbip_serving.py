"""A USB/IP server and raw hosts within one test, in one event loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.support import by_hand_usbip as by_hand
from watchclock_sim.usb.bus import UsbDevice
from watchclock_sim.usbip.server import UsbIpServer

A_LONG_TIME_S = 20.0
DEVICE_OCTETS = 312


@dataclass(frozen=True)
class RawHost:
    """A host that sends and receives octets, and understands none of them."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def receive(self, octets: int) -> bytes:
        async with asyncio.timeout(A_LONG_TIME_S):
            return await self.reader.readexactly(octets)

    async def ask(self, octets: bytes, answer_octets: int = 48) -> bytes:
        self.writer.write(octets)
        return await self.receive(answer_octets)

    async def rest(self) -> bytes:
        """Everything up to the end of the connection; a reset is an end like any other."""
        heard = bytearray()
        async with asyncio.timeout(A_LONG_TIME_S):
            try:
                while data := await self.reader.read(1 << 16):
                    heard += data
            except ConnectionError:
                pass
        await self.leave()
        return bytes(heard)

    async def take(self, bus_id: str) -> bytes:
        """Import a device; what it said of itself."""
        reply = await self.ask(by_hand.import_request(bus_id), 8)
        assert reply == by_hand.operation(0x0003)
        return await self.receive(DEVICE_OCTETS)

    async def leave(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return


async def connect(server: UsbIpServer, limit: int = 1 << 24) -> RawHost:
    """A host that reads so many octets ahead."""
    return RawHost(*await asyncio.open_connection(server.host, server.port, limit=limit))


@asynccontextmanager
async def serving(
    *devices: UsbDevice, patience_s: float = A_LONG_TIME_S, most_waiting: int = 64
) -> AsyncGenerator[UsbIpServer]:
    """A server that exports these devices on any free port."""
    server = UsbIpServer("127.0.0.1", 0, patience_s=patience_s, most_waiting=most_waiting)
    for device in devices:
        server.export(device)
    await server.open()
    try:
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def importing(server: UsbIpServer, bus_id: str = "1-1") -> AsyncGenerator[RawHost]:
    """A host that has the device of that bus id."""
    host = await connect(server)
    await host.take(bus_id)
    try:
        yield host
    finally:
        await host.leave()


async def until(is_so: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(A_LONG_TIME_S):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)
