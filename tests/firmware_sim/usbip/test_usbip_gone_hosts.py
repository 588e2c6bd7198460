"""Hosts that crash, or come when the server goes: nothing is told of them, and nothing kept."""

import asyncio
import socket
import struct

import pytest

from tests.support import by_hand_usbip as by_hand
from tests.support.usb_devices import ToldDevice
from tests.support.usbip_serving import serving, until
from watchclock_sim.line.carriers.stranger import PATIENCE_S
from watchclock_sim.usbip.server import UsbIpServer


def test_a_host_that_is_reset_with_many_transfers_pending_costs_no_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    numbers = range(1, 40)
    submitted = [by_hand.submit(number, by_hand.IN, 1, length=8) for number in numbers]
    said = b"".join((by_hand.import_request("1-1"), *submitted, by_hand.unlink(99, 98)))

    async def heard() -> bool:
        device, loop = ToldDevice(), asyncio.get_running_loop()
        async with serving(device) as server:
            with socket.create_connection((server.host, server.port)) as host:
                host.settimeout(0)
                host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                await loop.sock_sendall(host, said)
                answered = b""
                while not answered.endswith(by_hand.unlinked(99, 0)):
                    answered += await loop.sock_recv(host, 1 << 16)
            # Every transfer ends before the loop has a chance to find out that the host is gone.
            for _ in numbers:
                device.tell(b"nobody")
            await until(lambda: device.listener is None)
            return [export.bus_id for export in server.exports] == ["1-1"]

    assert asyncio.run(heard())
    assert [record.getMessage() for record in caplog.records] == []


def test_a_host_that_comes_while_the_server_closes_is_not_kept() -> None:
    turns_until_accepted = 3

    async def heard() -> bytes:
        server = UsbIpServer("127.0.0.1", 0)
        await server.open()
        with socket.create_connection((server.host, server.port)) as late:
            late.settimeout(0)
            for _ in range(turns_until_accepted):
                await asyncio.sleep(0)
            await server.close()
            async with asyncio.timeout(PATIENCE_S / 2):
                try:
                    return await asyncio.get_running_loop().sock_recv(late, 1)
                except ConnectionError:
                    return b""

    assert asyncio.run(heard()) == b""
