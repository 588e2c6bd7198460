"""The UNIX socket of a wand: one machine at a time, again when it is back, nothing left over."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support import by_hand_usbredir as by_hand
from tests.support import by_hand_vs
from tests.support.usb_devices import BULK_IN, ToldDevice
from tests.support.usbip_serving import A_LONG_TIME_S, RawHost, until
from tests.support.wands import running_wand
from watchclock_sim.errors import SocketPathTakenError
from watchclock_sim.usbredir.socket_carrier import RedirSocket

HELLO_OCTETS = 12 + 68
OFFER_OCTETS = 3 * 16 + 160 + 132 + 10
IDENTIFY = by_hand_vs.frame(by_hand_vs.REQUEST, 0x01, 0x1234)
VENDOR_BULK_IN, VENDOR_BULK_OUT = 0x81, 0x01


@asynccontextmanager
async def offering(
    path: Path, device: ToldDevice, patience_s: float = A_LONG_TIME_S
) -> AsyncGenerator[RedirSocket]:
    carrier = RedirSocket(path, device, patience_s=patience_s)
    await carrier.open()
    try:
        yield carrier
    finally:
        await carrier.close()


async def machine_at(path: Path) -> RawHost:
    return RawHost(*await asyncio.open_unix_connection(str(path)))


async def offered(host: RawHost) -> None:
    """Greet, and be offered the device."""
    await host.ask(by_hand.hello(), HELLO_OCTETS)
    await host.receive(OFFER_OCTETS)


def test_a_machine_that_comes_back_is_offered_the_device_again(tmp_path: Path) -> None:
    path = tmp_path / "wand.sock"

    async def answers() -> list[bytes]:
        device = ToldDevice()
        found: list[bytes] = []
        async with offering(path, device):
            for text in (b"first", b"again"):
                host = await machine_at(path)
                await offered(host)
                device.tell(text)
                asked = by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_IN, 64))
                found.append((await host.ask(asked, 16 + 10 + 5))[-5:])
                await host.leave()
                await until(lambda: device.listener is None)
        return found

    assert asyncio.run(answers()) == [b"first", b"again"]
    assert not path.exists()


def test_a_second_machine_is_hung_up_on_and_the_first_keeps_the_device(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "wand.sock"

    async def answers() -> tuple[bytes, bytes]:
        device = ToldDevice()
        async with offering(path, device):
            first = await machine_at(path)
            await offered(first)
            second = await (await machine_at(path)).rest()
            device.tell(b"mine")
            asked = by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_IN, 64))
            answer = await first.ask(asked, 16 + 10 + 4)
            await first.leave()
            return second, answer[-4:]

    assert asyncio.run(answers()) == (b"", b"mine")
    assert sum("hung up on" in record.msg for record in caplog.records) == 1


@pytest.mark.parametrize("octets", [b"", by_hand.hello()[:40]])
def test_a_machine_that_does_not_greet_in_time_is_hung_up_on(
    octets: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "wand.sock"

    async def heard() -> bytes:
        async with offering(path, ToldDevice(), patience_s=0.05):
            host = await machine_at(path)
            host.writer.write(octets)
            return await host.rest()

    assert len(asyncio.run(heard())) == HELLO_OCTETS
    assert sum("hung up on" in record.msg for record in caplog.records) == 1


def test_a_machine_that_babbles_is_hung_up_on_and_the_next_is_served(tmp_path: Path) -> None:
    path = tmp_path / "wand.sock"

    async def heard() -> int:
        async with offering(path, ToldDevice()):
            babbler = await machine_at(path)
            babbler.writer.write(b"GET / HTTP/1.1\r\n\r\n" * 9)
            heard = await babbler.rest()
            host = await machine_at(path)
            await offered(host)
            await host.leave()
            return len(heard)

    assert asyncio.run(heard()) in {0, HELLO_OCTETS}


def test_the_socket_of_a_killed_simulator_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    dead, file, served = (tmp_path / name for name in ("dead", "file", "served"))
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead))
    file.write_text("precious", "utf-8")

    async def opened() -> bool:
        async with offering(dead, ToldDevice()), offering(served, ToldDevice()):
            for taken, why in {file: "File exists", served: "Address already in use"}.items():
                with pytest.raises(SocketPathTakenError, match=why):
                    await RedirSocket(taken, ToldDevice()).open()
            return dead.is_socket()

    assert asyncio.run(opened())
    assert file.read_text("utf-8") == "precious"


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    async def opened() -> None:
        await RedirSocket(tmp_path / ("long" * 40), ToldDevice()).open()

    with pytest.raises(SocketPathTakenError, match="too long"):
        asyncio.run(opened())


def test_the_simulator_offers_a_wand_on_a_socket(tmp_path: Path) -> None:
    path, errors = tmp_path / "wand.sock", tmp_path / "errors"

    async def answered() -> bytes:
        host = await machine_at(path)
        await host.ask(by_hand.hello(), HELLO_OCTETS)
        await host.receive(OFFER_OCTETS)
        configure = by_hand.message(by_hand.SET_CONFIGURATION, 1, b"\x01")
        await host.ask(configure, 2 * 16 + 160 + 132 + 18)
        sent = by_hand.bulk(VENDOR_BULK_OUT, len(IDENTIFY), IDENTIFY)
        await host.ask(by_hand.message(by_hand.BULK, 2, sent), 26)
        asked = by_hand.message(by_hand.BULK, 3, by_hand.bulk(VENDOR_BULK_IN, 4096))
        answer = await host.ask(asked, 26 + 89)
        await host.leave()
        return answer[26:]

    number = ("--number", "5F0000000000ABCD")
    with running_wand("vs", *number, "--usbredir", str(path), errors=errors) as wand:
        assert asyncio.run(answered())[9:16] == b"VF5000+"
        assert f"path={path},reconnect=1 -device usb-redir" in errors.read_text("utf-8")
        assert wand.address == "usb:1209:0003:5F0000000000ABCD"
        assert wand.stop() == 0
    assert not path.exists()


def test_log_lines_of_machines_name_the_socket(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = tmp_path / "wand.sock"

    async def come_and_go() -> None:
        device = ToldDevice()
        async with offering(path, device):
            host = await machine_at(path)
            await offered(host)
            await host.leave()
            await until(lambda: device.listener is None)

    asyncio.run(come_and_go())
    assert [
        record.getMessage() for record in caplog.records if str(path) in record.getMessage()
    ] == [
        f"a virtual machine is at {path}",
        f"the virtual machine has left {path}",
    ]


def test_machines_that_come_and_go_without_end_are_a_few_lines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path, times = tmp_path / "wand.sock", 30

    async def come_and_go() -> None:
        device = ToldDevice()
        async with offering(path, device):
            for _ in range(times):
                host = await machine_at(path)
                await offered(host)
                await host.leave()
                await until(lambda: device.listener is None)

    asyncio.run(come_and_go())
    told = [record.getMessage() for record in caplog.records if str(path) in record.getMessage()]
    assert 2 <= len(told) < times


def test_a_socket_that_is_served_and_full_is_refused_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "wand.sock"

    async def opened() -> None:
        async with asyncio.timeout(A_LONG_TIME_S):
            await RedirSocket(path, ToldDevice()).open()

    with (
        socket.socket(socket.AF_UNIX) as served,
        socket.socket(socket.AF_UNIX) as waiting,
    ):
        served.bind(str(path))
        served.listen(0)
        waiting.connect(str(path))
        with pytest.raises(SocketPathTakenError):
            asyncio.run(opened())
    assert path.is_socket()


def test_a_socket_that_was_lost_to_another_simulator_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "wand.sock"

    async def served_still() -> bool:
        async with offering(path, ToldDevice()):
            path.unlink()
            other = RedirSocket(path, ToldDevice())
            await other.open()
        is_there = path.is_socket()
        await other.close()
        return is_there

    assert asyncio.run(served_still())
    assert not path.exists()
