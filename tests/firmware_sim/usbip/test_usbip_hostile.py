"""Whatever a stranger sends to the USB/IP port is refused, told once, and harms no other host."""

import asyncio
import logging
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_usbip as by_hand
from tests.support.usb_devices import NullDevice, ToldDevice
from tests.support.usbip_serving import RawHost, connect, importing, serving, until
from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.complaints import Complaints
from watchclock_sim.line.carriers.stranger import WRITE_OCTETS
from watchclock_sim.line.carriers.transfer_room import (
    LONGEST_INPUT,
    LONGEST_OUTPUT,
    MOST_PENDING,
)
from watchclock_sim.usbip.commands import CommandReader
from watchclock_sim.usbip.exports import Exports
from watchclock_sim.usbip.importer import Importer
from watchclock_sim.usbip.visitor import READ_OCTETS

NO_MEMORY = -12
STRANGE_REQUESTS = {
    "version 1.0.6": by_hand.operation(0x8005, version=0x0106),
    "a web browser": b"GET / HTTP/1.1\r\n\r\n",
    "a reply": by_hand.operation(0x0005),
    "an export request": by_hand.operation(0x8006),
}
STRANGE_COMMANDS = {
    "an unknown command": by_hand.head(5, 1, 0x10001, 0, 0) + bytes(28),
    "a reply": by_hand.submitted(1, 0),
    "another device": by_hand.submit(1, by_hand.IN, 1, length=8, device=0x10002),
    "an unlink of another device": by_hand.unlink(1, 1, device=0),
    "no direction": by_hand.submit(1, 2, 1, length=8),
    "no endpoint": by_hand.submit(1, by_hand.IN, 16, length=8),
    "too much output": by_hand.submit(1, by_hand.OUT, 2, length=LONGEST_OUTPUT + 1),
    "too much input": by_hand.submit(1, by_hand.IN, 1, length=LONGEST_INPUT + 1),
    "2 GiB of output": by_hand.submit(1, by_hand.OUT, 2, length=0x7FFFFFFF),
    "negative output": by_hand.submit(1, by_hand.OUT, 2, length=-1),
    "negative input": by_hand.submit(1, by_hand.IN, 1, length=-(1 << 31)),
    "too many packets": by_hand.submit(1, by_hand.IN, 1, length=8, packets=1025),
    "a number pending already": by_hand.submit(1, by_hand.IN, 1, length=8) * 2,
}


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "hung up" in record.msg]


async def answers_still(host: RawHost, device: ToldDevice, number: int = 77) -> bool:
    """Whether the host that has this device can still download from it."""
    device.tell(b"record")
    answer = await host.ask(by_hand.submit(number, by_hand.IN, 1, length=64), 48 + 6)
    return answer == by_hand.submitted(number, 0, b"record")


@pytest.mark.parametrize("request_of", STRANGE_REQUESTS.values(), ids=STRANGE_REQUESTS)
def test_a_request_that_is_none_is_hung_up_on_and_told_once(
    request_of: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def heard() -> tuple[bytes, bool]:
        device = ToldDevice()
        async with serving(device) as server, importing(server) as other:
            host = await connect(server)
            host.writer.write(request_of)
            return await host.rest(), await answers_still(other, device)

    assert asyncio.run(heard()) == (b"", True)
    assert len(complaints(caplog)) == 1


@pytest.mark.parametrize("command", STRANGE_COMMANDS.values(), ids=STRANGE_COMMANDS)
def test_a_command_that_is_none_costs_the_host_its_device_and_nobody_else_anything(
    command: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def heard() -> tuple[bytes, bool]:
        mine, others = ToldDevice(), ToldDevice()
        async with serving(mine, others) as server, importing(server, "1-2") as other:
            host = await connect(server)
            await host.take("1-1")
            host.writer.write(command)
            rest = await host.rest()
            await until(lambda: mine.listener is None)
            async with importing(server, "1-1"):
                other_number = by_hand.submit(7, by_hand.IN, 1, length=9, device=0x10002)
                others.tell(b"unharmed!")
                answer = await other.ask(other_number, 48 + 9)
                return rest, answer == by_hand.submitted(7, 0, b"unharmed!")

    assert asyncio.run(heard()) == (b"", True)
    assert len(complaints(caplog)) == 1


def test_what_follows_a_request_for_the_list_is_passed_over_and_the_reply_arrives_whole() -> None:
    async def heard() -> bytes:
        async with serving(ToldDevice()) as server:
            host = await connect(server)
            host.writer.write(by_hand.list_request() + bytes(1 << 20))
            return await host.rest()

    assert len(asyncio.run(heard())) == 8 + 4 + 312 + 4


def test_half_a_request_is_told_once_when_the_host_hangs_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def heard() -> bytes:
        async with serving(ToldDevice()) as server:
            host = await connect(server)
            host.writer.write(by_hand.list_request()[:5])
            host.writer.write_eof()
            return await host.rest()

    assert asyncio.run(heard()) == b""
    assert len(complaints(caplog)) == 1


def test_a_connection_without_a_word_is_no_complaint(caplog: pytest.LogCaptureFixture) -> None:
    async def heard() -> bytes:
        async with serving(ToldDevice()) as server:
            host = await connect(server)
            host.writer.write_eof()
            return await host.rest()

    assert asyncio.run(heard()) == b""
    assert complaints(caplog) == []


@pytest.mark.parametrize(
    "octets", [b"", by_hand.list_request()[:7], by_hand.import_request("1-1")[:39]]
)
def test_a_request_that_does_not_end_is_hung_up_on_in_time(
    octets: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def heard() -> bytes:
        async with serving(ToldDevice(), patience_s=0.05) as server:
            host = await connect(server)
            host.writer.write(octets)
            return await host.rest()

    assert asyncio.run(heard()) == b""
    assert "nothing whole came within 0.05 s" in complaints(caplog)[0]


def test_a_command_that_does_not_end_gives_the_device_back_in_time() -> None:
    async def heard() -> bytes:
        device = ToldDevice()
        async with serving(device, patience_s=0.05) as server:
            host = await connect(server)
            await host.take("1-1")
            host.writer.write(by_hand.submit(1, by_hand.OUT, 2, data=b"whole"))
            host.writer.write(by_hand.submit(2, by_hand.OUT, 2, data=b"half")[:-1])
            heard = await host.rest()
            await until(lambda: device.listener is None)
            return heard

    assert asyncio.run(heard()) == by_hand.submitted(1, 0, length=5)


def test_a_host_that_has_a_device_may_be_silent_for_as_long_as_it_likes() -> None:
    async def heard() -> bool:
        device = ToldDevice()
        async with serving(device, patience_s=0.02) as server, importing(server) as host:
            await asyncio.sleep(0.1)
            return await answers_still(host, device)

    assert asyncio.run(heard())


def test_one_connection_too_many_takes_the_place_of_the_one_that_waited_longest() -> None:
    async def heard() -> tuple[bytes, int]:
        async with serving(ToldDevice(), most_waiting=2) as server:
            hosts = [await connect(server) for _ in range(3)]
            first = await hosts[0].rest()
            hosts[2].writer.write(by_hand.list_request())
            listed = await hosts[2].rest()
            await hosts[1].leave()
            return first, len(listed)

    assert asyncio.run(heard()) == (b"", 8 + 4 + 312 + 4)


def test_a_host_may_leave_so_many_transfers_pending_and_no_more() -> None:
    async def heard() -> tuple[bytes, bytes]:
        async with serving(ToldDevice()) as server, importing(server) as host:
            for number in range(MOST_PENDING):
                host.writer.write(by_hand.submit(number, by_hand.IN, 1, length=64))
            refused = await host.ask(by_hand.submit(5000, by_hand.IN, 1, length=64))
            await host.ask(by_hand.unlink(6000, 3))
            after = by_hand.submit(7000, by_hand.OUT, 2, data=b"x")
            return refused, await host.ask(after)

    refused, after = asyncio.run(heard())
    assert refused == by_hand.submitted(5000, NO_MEMORY)
    assert after == by_hand.submitted(7000, 0, length=1)


def test_output_that_the_device_does_not_take_is_held_up_to_a_bound() -> None:
    piece = bytes(LONGEST_OUTPUT // 2)

    async def heard() -> tuple[bytes, bytes]:
        async with serving(ToldDevice(room=0)) as server, importing(server) as host:
            for number in (1, 2):
                host.writer.write(by_hand.submit(number, by_hand.OUT, 2, data=piece))
            refused = await host.ask(by_hand.submit(3, by_hand.OUT, 2, data=b"x"))
            return refused, await host.ask(by_hand.unlink(4, 1))

    refused, unlinked = asyncio.run(heard())
    assert refused == by_hand.submitted(3, NO_MEMORY)
    assert unlinked == by_hand.unlinked(4, -104)


def test_a_host_that_does_not_read_is_not_heard_until_it_does() -> None:
    each, count = 1 << 16, 200

    async def heard() -> tuple[int, int, bytes]:
        async with serving(NullDevice()) as server:
            host = await connect(server, limit=1 << 12)
            await host.take("1-1")
            for number in range(count):
                host.writer.write(by_hand.submit(number, by_hand.IN, 1, length=each))
            (visitor,) = server.visitors
            await until(lambda: visitor.is_held)
            await asyncio.sleep(0.1)
            waiting = visitor.transport.get_write_buffer_size()
            done = visitor.talk.done if visitor.talk else count
            octets = [await host.receive(48 + each) for _ in range(count)]
            await host.leave()
            return waiting, done, octets[-1][:48]

    waiting, done, last = asyncio.run(heard())
    assert waiting <= WRITE_OCTETS + READ_OCTETS + each + 48
    assert done < count
    assert last == by_hand.submitted(count - 1, 0, length=each)


def test_a_flood_of_complaints_becomes_a_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    now = 100.0
    told = Complaints(lambda: now)
    for port in range(1000):
        told.tell(f"192.0.2.1:{port}", "it speaks another language")
    assert len(complaints(caplog)) == 10
    now += 2
    told.tell("192.0.2.1:1000", "it speaks another language")
    assert complaints(caplog)[10].endswith("(990 like it were not told)")


def test_a_flood_of_refused_connections_hides_no_line_that_says_who_has_a_device(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    async def flood_and_import() -> None:
        async with serving(ToldDevice()) as server:
            for _ in range(50):
                stranger = await connect(server)
                stranger.writer.write(b"GET / HTTP/1.1\r\n")
                await stranger.rest()
            async with importing(server):
                pass

    asyncio.run(flood_and_import())
    assert len(complaints(caplog)) < 50
    assert sum(" has 1-1" in record.getMessage() for record in caplog.records) == 1


def test_hosts_that_come_and_go_without_end_are_a_few_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    async def come_and_go() -> None:
        device = ToldDevice()
        async with serving(device) as server:
            for _ in range(40):
                async with importing(server):
                    pass
                await until(lambda: device.listener is None)

    asyncio.run(come_and_go())
    told = [record.getMessage() for record in caplog.records if "has 1-1" in record.getMessage()]
    assert 1 <= len(told) < 40


def test_the_server_ends_although_hosts_are_connected() -> None:
    async def heard() -> list[bytes]:
        async with serving(ToldDevice()) as server:
            idle, has_device = await connect(server), await connect(server)
            await has_device.take("1-1")
        return [await idle.rest(), await has_device.rest()]

    assert asyncio.run(heard()) == [b"", b""]


def fed(receive: Callable[[bytes], object], data: bytes, cuts: list[int]) -> bool:
    """Feed data in pieces; False when it was refused."""
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    try:
        for begin, end in zip([0, *ends], ends, strict=False):
            receive(data[begin:end])
    except HostRefusedError:
        return False
    return True


COMMANDS = st.builds(
    by_hand.submit,
    number=st.integers(0, 9),
    direction=st.sampled_from((0, 1, 1, 2)),
    endpoint=st.integers(0, 17),
    length=st.integers(-1, 300),
    data=st.binary(max_size=70),
    setup=st.binary(min_size=8, max_size=8),
    packets=st.sampled_from((0, by_hand.NOT_ISO, by_hand.NOT_ISO, 1, 2000)),
) | st.builds(by_hand.unlink, st.integers(0, 9), st.integers(0, 9))
STREAMS = st.binary(max_size=400) | st.lists(COMMANDS | st.binary(max_size=60)).map(b"".join)


@given(data=STREAMS, cuts=st.lists(st.integers(0, 400), max_size=5))
def test_any_octets_are_either_commands_or_refused(data: bytes, cuts: list[int]) -> None:
    reader = CommandReader(0x10001)
    octets = 0

    def receive(piece: bytes) -> None:
        nonlocal octets
        reader.feed(piece)
        while (command := reader.next()) is not None:
            octets += 48 + len(getattr(command, "data", b""))

    fed(receive, data, cuts)
    assert octets <= len(data)


@given(data=STREAMS, cuts=st.lists(st.integers(0, 400), max_size=5))
def test_a_device_survives_any_octets_and_can_be_had_again(data: bytes, cuts: list[int]) -> None:
    exports = Exports()
    device = ToldDevice(room=40)
    device.tell(b"something")
    export = exports.add(device)
    sent: list[bytes] = []
    importer = Importer(export, sent.extend, lambda: None)
    fed(importer.receive, data, cuts)
    importer.close()
    assert list(exports) == [export]
    assert device.listener is None
    assert sum(map(len, sent)) <= 48 * (len(data) // 48 + 1) + 9 + len(data) // 48 * 39
