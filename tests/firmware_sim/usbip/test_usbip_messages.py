"""Every message of USB/IP, octet by octet, against the tables of the kernel's documentation."""

import asyncio
import socket

import pytest

from tests.support import by_hand_usbip as by_hand
from tests.support.usb_devices import (
    BULK_IN,
    BULK_OUT,
    CONFIGURATION,
    DEVICE_DESCRIPTOR,
    NullDevice,
    ToldDevice,
)
from tests.support.usbip_serving import connect, importing, serving, until
from watchclock_sim.usb.bus import Setup
from watchclock_sim.usbip.commands import CommandReader, Submit, Unlink

STALLED, UNLINKED, NO_MEMORY, INVALID = -32, -104, -12, -22
GET_DEVICE = by_hand.setup(0x80, 6, 0x0100, 0, 18)
CLASSES = [(0xFF, 0, 0)]


def described(bus_id: str, number: int, product: int, configuration: int = 0) -> bytes:
    return by_hand.described(
        by_hand.Described(
            bus_id, number, 2, 0x1209, product, 0x0100, (0xFF, 0, 0), configuration, CLASSES
        ),
        f"/sys/devices/platform/watchclock/usb1/{bus_id}".encode(),
    )


def test_the_list_names_every_device_and_then_the_server_hangs_up() -> None:
    async def listed() -> bytes:
        async with serving(NullDevice(), ToldDevice()) as server:
            host = await connect(server)
            host.writer.write(by_hand.list_request())
            return await host.rest()

    interface = bytes((0xFF, 0, 0, 0))
    first, second = described("1-1", 1, 0x00F0), described("1-2", 2, 0x00F1)
    assert asyncio.run(listed()) == (
        by_hand.operation(0x0005) + by_hand.big(2, 4) + first + interface + second + interface
    )


def test_a_device_that_is_unplugged_or_taken_is_not_listed_and_cannot_be_had() -> None:
    async def answers() -> list[bytes]:
        gone, taken = NullDevice(), NullDevice()
        async with serving(gone, taken) as server, importing(server, "1-2"):
            gone.unplug()
            found: list[bytes] = []
            for request in (
                by_hand.list_request(),
                by_hand.import_request("1-1"),
                by_hand.import_request("1-2"),
                by_hand.import_request("1-3"),
            ):
                host = await connect(server)
                host.writer.write(request)
                found.append(await host.rest())
            return found

    no_device, busy = by_hand.operation(0x0003, 4), by_hand.operation(0x0003, 2)
    nothing = by_hand.operation(0x0005) + by_hand.big(0, 4)
    assert asyncio.run(answers()) == [nothing, no_device, busy, no_device]


def test_an_imported_device_begins_in_the_default_state_and_is_free_when_its_host_goes() -> None:
    async def imported() -> tuple[bytes, int, bytes]:
        device = NullDevice()
        device.configuration_value = 1
        async with serving(device) as server:
            host = await connect(server)
            said = await host.take("1-1")
            await host.leave()
            await until(lambda: device.listener is None)
            again = await connect(server)
            said_again = await again.take("1-1")
            await again.leave()
            return said, device.resets, said_again

    said, resets, again = asyncio.run(imported())
    assert said == again == described("1-1", 1, 0x00F0)
    assert resets >= 2


def test_control_transfers_carry_data_both_ways_and_stall_with_minus_32() -> None:
    async def answers() -> tuple[list[bytes], list[tuple[Setup, bytes]]]:
        device = NullDevice()
        async with serving(device) as server, importing(server) as host:
            found = [
                await host.ask(by_hand.submit(7, by_hand.IN, 0, length=18, setup=GET_DEVICE), 66),
                await host.ask(
                    by_hand.submit(
                        8,
                        by_hand.OUT,
                        0,
                        data=b"\x80\x25\x00",
                        setup=by_hand.setup(0x40, 1, 2, 3, 3),
                    )
                ),
                await host.ask(
                    by_hand.submit(9, by_hand.OUT, 0, setup=by_hand.setup(0x21, 0x22, 1, 0, 0))
                ),
            ]
            return found, device.controls

    found, controls = asyncio.run(answers())
    assert found == [
        by_hand.submitted(7, 0, DEVICE_DESCRIPTOR),
        by_hand.submitted(8, 0, length=3),
        by_hand.submitted(9, STALLED),
    ]
    sent = Setup(request_type=0x40, request=1, value=2, index=3, length=3)
    assert controls[1] == (sent, b"\x80\x25\x00")


def test_a_short_answer_to_a_control_transfer_tells_its_own_length() -> None:
    async def answered() -> bytes:
        ask_much = by_hand.setup(0x80, 6, 0x0200, 0, 255)
        async with serving(NullDevice()) as server, importing(server) as host:
            return await host.ask(
                by_hand.submit(1, by_hand.IN, 0, length=255, setup=ask_much), 48 + 39
            )

    assert asyncio.run(answered()) == by_hand.submitted(1, 0, CONFIGURATION)


@pytest.mark.parametrize("length", [3, 19])
def test_a_control_transfer_whose_two_lengths_differ_is_stalled(length: int) -> None:
    async def answered() -> bytes:
        async with serving(NullDevice()) as server, importing(server) as host:
            return await host.ask(
                by_hand.submit(1, by_hand.IN, 0, length=length, setup=GET_DEVICE)
            )

    assert asyncio.run(answered()) == by_hand.submitted(1, STALLED)


def test_the_reset_of_a_hubs_port_resets_the_device_which_never_sees_it() -> None:
    async def resets() -> tuple[bytes, int, int]:
        device = NullDevice()
        async with serving(device) as server, importing(server) as host:
            before = device.resets
            reset = by_hand.setup(0x23, 3, 4, 1, 0)
            answer = await host.ask(by_hand.submit(1, by_hand.OUT, 0, setup=reset))
            return answer, device.resets - before, len(device.controls)

    assert asyncio.run(resets()) == (by_hand.submitted(1, 0), 1, 0)


def test_bulk_data_goes_out_and_comes_in() -> None:
    async def moved() -> tuple[bytes, bytes, bytes]:
        device = ToldDevice()
        async with serving(device) as server, importing(server) as host:
            out = await host.ask(by_hand.submit(1, by_hand.OUT, 2, data=b"ID?\n"))
            device.tell(b"WAND\n")
            came = await host.ask(by_hand.submit(2, by_hand.IN, 1, length=64), 48 + 5)
            return out, came, bytes(device.taken)

    out, came, taken = asyncio.run(moved())
    assert (out, taken) == (by_hand.submitted(1, 0, length=4), b"ID?\n")
    assert came == by_hand.submitted(2, 0, b"WAND\n")


def test_input_waits_until_the_device_has_something_and_a_zero_length_packet_is_an_answer() -> (
    None
):
    async def came() -> tuple[bytes, bytes]:
        device = ToldDevice()
        async with serving(device) as server, importing(server) as host:
            for number in (1, 2):
                host.writer.write(by_hand.submit(number, by_hand.IN, 1, length=64))
            # The answer to a control transfer shows that both have been submitted.
            await host.ask(by_hand.submit(3, by_hand.IN, 0, length=18, setup=GET_DEVICE), 66)
            device.tell(b"")
            device.tell(b"late")
            return await host.receive(48), await host.receive(52)

    assert asyncio.run(came()) == (by_hand.submitted(1, 0), by_hand.submitted(2, 0, b"late"))


def test_output_waits_until_the_device_takes_all_of_it() -> None:
    async def came() -> tuple[bytes, bytes]:
        device = ToldDevice(room=2)
        async with serving(device) as server, importing(server) as host:
            host.writer.write(by_hand.submit(1, by_hand.OUT, 2, data=b"abcdef"))
            await until(lambda: bytes(device.taken) == b"ab")
            device.make_room(3)
            device.make_room(3)
            return await host.receive(48), bytes(device.taken)

    assert asyncio.run(came()) == (by_hand.submitted(1, 0, length=6), b"abcdef")


@pytest.mark.parametrize(
    ("endpoint", "request_of"),
    [
        (BULK_IN, by_hand.submit(1, by_hand.IN, 1, length=64)),
        (BULK_OUT, by_hand.submit(1, by_hand.OUT, 2, data=b"x")),
    ],
)
def test_a_halted_endpoint_stalls_with_minus_32(endpoint: int, request_of: bytes) -> None:
    async def answered() -> bytes:
        device = ToldDevice()
        device.halted.add(endpoint)
        async with serving(device) as server, importing(server) as host:
            return await host.ask(request_of)

    assert asyncio.run(answered()) == by_hand.submitted(1, STALLED)


def test_a_pending_transfer_is_unlinked_with_minus_104_and_never_answered() -> None:
    async def came() -> list[bytes]:
        device = ToldDevice()
        async with serving(device) as server, importing(server) as host:
            host.writer.write(by_hand.submit(1, by_hand.IN, 1, length=64))
            host.writer.write(by_hand.submit(2, by_hand.IN, 1, length=64))
            found = [await host.ask(by_hand.unlink(3, 1))]
            device.tell(b"for the second")
            found.append(await host.receive(48 + 14))
            found.append(await host.ask(by_hand.unlink(4, 2)))
            return found

    assert asyncio.run(came()) == [
        by_hand.unlinked(3, UNLINKED),
        by_hand.submitted(2, 0, b"for the second"),
        by_hand.unlinked(4, 0),
    ]


def test_unlinking_numbers_that_never_were_is_answered_with_0() -> None:
    async def came() -> list[bytes]:
        async with serving(ToldDevice()) as server, importing(server) as host:
            return [
                await host.ask(by_hand.unlink(n, number))
                for n, number in enumerate((0, 1, 0xFFFFFFFF), 1)
            ]

    assert asyncio.run(came()) == [by_hand.unlinked(number, 0) for number in (1, 2, 3)]


def test_isochronous_transfers_are_refused_and_what_follows_is_understood() -> None:
    packets = bytes(range(32))
    iso = by_hand.submit(1, by_hand.OUT, 2, data=b"samples", packets=2) + packets

    async def came() -> list[bytes]:
        async with serving(ToldDevice()) as server, importing(server) as host:
            return [await host.ask(iso), await host.ask(by_hand.unlink(2, 1))]

    refused, after = asyncio.run(came())
    assert refused[20:24] == by_hand.big(INVALID & 0xFFFFFFFF, 4)
    assert refused[32:36] == bytes(4)
    assert after == by_hand.unlinked(2, 0)


def test_the_documents_own_capture_is_understood() -> None:
    reader = CommandReader(0x0001000F)
    reader.feed(by_hand.EXAMPLE_INPUT + by_hand.EXAMPLE_OUTPUT)
    first, second = reader.next(), reader.next()
    assert isinstance(first, Submit)
    assert isinstance(second, Submit)
    assert (first.number, first.endpoint, first.length) == (0xD05, 1, 64)
    assert first.is_to_host
    assert (second.number, second.endpoint, second.data) == (0xD06, 1, by_hand.EXAMPLE_DATA)
    assert not second.is_to_host
    assert not second.is_isochronous
    assert reader.next() is None


def test_commands_are_the_same_however_they_are_cut() -> None:
    stream = (
        by_hand.submit(1, by_hand.OUT, 2, data=b"abc") + by_hand.unlink(2, 1)
    ) + by_hand.submit(3, by_hand.IN, 1, length=9)
    reader = CommandReader(0x10001)
    found: list[Submit | Unlink] = []
    for octet in stream:
        reader.feed(bytes((octet,)))
        while (command := reader.next()) is not None:
            found.append(command)
    assert [command.number for command in found] == [1, 2, 3]
    assert found[1] == Unlink(2, 1)
    assert not reader.has_part


def test_small_answers_are_not_held_back_by_nagle() -> None:
    async def options() -> list[int]:
        async with serving(ToldDevice()) as server, importing(server):
            (visitor,) = server.visitors
            sock: socket.socket = visitor.transport.get_extra_info("socket")
            return [
                sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY),
                sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            ]

    assert asyncio.run(options()) == [1, 1]


def test_an_unplugged_device_drops_its_host_and_can_be_had_again_when_it_is_back() -> None:
    async def dropped() -> tuple[bytes, bytes]:
        device = ToldDevice()
        async with serving(device) as server:
            host = await connect(server)
            await host.take("1-1")
            host.writer.write(by_hand.submit(1, by_hand.IN, 1, length=64))
            await host.ask(by_hand.unlink(2, 9))
            device.tell(b"last words")
            device.unplug()
            heard = await host.rest()
            device.plug()
            await until(lambda: device.listener is None)
            again = await connect(server)
            said = await again.take("1-1")
            await again.leave()
            return heard, said

    heard, said = asyncio.run(dropped())
    assert heard == by_hand.submitted(1, 0, b"last words")
    assert said == described("1-1", 1, 0x00F1)
