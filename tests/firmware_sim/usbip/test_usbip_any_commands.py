"""Whatever a host asks, in whatever pieces: every command is answered as the book says."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import by_hand_usbip as by_hand
from tests.support.usb_devices import CONFIGURATION, DEVICE_DESCRIPTOR, ToldDevice
from tests.support.usbip_serving import connect, importing, serving
from watchclock_sim.usbip.exports import Exports
from watchclock_sim.usbip.importer import Importer

DONE, STALLED, UNLINKED, INVALID = 0, -32, -104, -22
HEAD = 48
ROOM = 40
DESCRIPTORS = {0x0100: DEVICE_DESCRIPTOR, 0x0200: CONFIGURATION}


@dataclass
class Model:
    """What a device with one bulk pair owes its host, worked out without the simulator.

    Attributes:
        owed: answers in the order in which they are due.
        ins: pending transfers from the device, number and length.
        outs: pending transfers to the device, number and data left.
        told: messages the device has for the host.
        room: octets it still takes.
    """

    owed: list[bytes] = field(default_factory=list[bytes])
    ins: dict[int, int] = field(default_factory=dict[int, int])
    outs: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    told: list[bytes] = field(default_factory=list[bytes])
    room: int = ROOM

    def settle(self) -> None:
        while self.ins and self.told:
            number = next(iter(self.ins))
            data = self.told.pop(0)[: self.ins.pop(number)]
            self.owed.append(by_hand.submitted(number, DONE, data))
        while self.outs:
            number, (length, left) = next(iter(self.outs.items()))
            taken = min(left, self.room)
            self.room -= taken
            self.outs[number] = (length, left - taken)
            if left > taken:
                return
            del self.outs[number]
            self.owed.append(by_hand.submitted(number, DONE, length=length))

    def unlink(self, number: int, unlinked: int) -> None:
        was = self.ins.pop(unlinked, None) is not None
        was = self.outs.pop(unlinked, None) is not None or was
        self.owed.append(by_hand.unlinked(number, UNLINKED if was else DONE))


def descriptor(model: Model, number: int, kind: int, length: int) -> bytes:
    found = DESCRIPTORS.get(kind)
    if found is None:
        model.owed.append(by_hand.submitted(number, STALLED))
    else:
        model.owed.append(by_hand.submitted(number, DONE, found[:length]))
    asked = by_hand.setup(0x80, 6, kind, 0, length)
    return by_hand.submit(number, by_hand.IN, 0, length=length, setup=asked)


def isochronous(model: Model, number: int, packets: int) -> bytes:
    refused = bytearray(by_hand.submitted(number, INVALID))
    refused[32:36] = bytes(4)
    model.owed.append(bytes(refused))
    return by_hand.submit(number, by_hand.OUT, 2, data=b"x", packets=packets) + bytes(16 * packets)


STEPS = st.one_of(
    st.tuples(st.just("in"), st.integers(0, 100)),
    st.tuples(st.just("out"), st.integers(1, 30)),
    st.tuples(st.just("stall"), st.sampled_from([2, 4, 9, 15])),
    st.tuples(st.just("descriptor"), st.sampled_from([0, 1, 8, 18, 255, 0xFFFF])),
    st.tuples(st.just("unknown descriptor"), st.integers(0, 255)),
    st.tuples(st.just("isochronous"), st.integers(1, 3)),
    st.tuples(st.just("unlink"), st.integers(0, 6)),
    st.tuples(st.just("tell"), st.integers(0, 100)),
    st.tuples(st.just("room"), st.integers(1, 50)),
)


def asked_of(model: Model, number: int, step: str, size: int) -> bytes:
    """What the host sends for one step; the model then owes what it is to hear."""
    match step:
        case "in":
            model.ins[number] = size
            octets = by_hand.submit(number, by_hand.IN, 1, length=size)
        case "out":
            model.outs[number] = (size, size)
            octets = by_hand.submit(number, by_hand.OUT, 2, data=bytes([number % 256]) * size)
        case "stall":
            model.owed.append(by_hand.submitted(number, STALLED))
            octets = by_hand.submit(number, by_hand.IN, size, length=8)
        case "descriptor":
            octets = descriptor(model, number, 0x0100 if size % 2 else 0x0200, size)
        case "unknown descriptor":
            octets = descriptor(model, number, 0x0600, size)
        case "isochronous":
            octets = isochronous(model, number, size)
        case _:
            earlier = (number - size) & 0xFFFFFFFF
            model.unlink(number, earlier)
            octets = by_hand.unlink(number, earlier)
    return octets


@given(steps=st.lists(STEPS, max_size=40), cuts=st.lists(st.integers(1, 200), max_size=40))
def test_every_command_is_answered_once_in_order_and_as_the_model_has_it(
    steps: list[tuple[str, int]], cuts: list[int]
) -> None:
    device, exports, sent, model = ToldDevice(room=ROOM), Exports(), list[bytes](), Model()
    importer = Importer(exports.add(device), sent.extend, lambda: None)
    taken = 0
    for number, (step, size) in enumerate(steps):
        if step == "tell":
            model.told.append(bytes(size))
            device.tell(bytes(size))
        elif step == "room":
            model.room += size
            device.make_room(size)
        else:
            octets = asked_of(model, number, step, size)
            end = min(cuts[number], len(octets)) if number < len(cuts) else len(octets)
            importer.receive(octets[:end])
            importer.receive(octets[end:])
        model.settle()
        taken = max(taken, len(device.taken))
    assert b"".join(sent) == b"".join(model.owed)
    assert len(device.taken) == taken
    assert not importer.has_part
    importer.close()
    assert [export.bus_id for export in exports] == ["1-1"]


WHOLE_REQUESTS = st.sampled_from(
    [by_hand.list_request(), by_hand.import_request("1-2"), by_hand.import_request("9-9")]
)
OPENINGS = st.one_of(
    st.binary(max_size=60),
    st.tuples(WHOLE_REQUESTS, st.integers(0, 40), st.binary(max_size=20)).map(
        lambda made: made[0][: made[1]] + made[2]
    ),
    st.tuples(WHOLE_REQUESTS, st.integers(0, 7), st.binary(min_size=1, max_size=1)).map(
        lambda made: made[0][: made[1]] + made[2] + made[0][made[1] + 1 :]
    ),
)


@settings(max_examples=60)
@given(openings=st.lists(OPENINGS, min_size=1, max_size=5))
def test_whatever_a_connection_opens_with_it_hears_nothing_or_one_whole_reply(
    openings: list[bytes],
) -> None:
    async def heard() -> tuple[list[bytes], bool]:
        mine, other = ToldDevice(), ToldDevice()
        found: list[bytes] = []
        async with serving(mine, other) as server, importing(server, "1-1") as host:
            for octets in openings:
                visitor = await connect(server)
                visitor.writer.write(octets)
                visitor.writer.write_eof()
                found.append(await visitor.rest())
            mine.tell(b"unharmed")
            answer = await host.ask(by_hand.submit(7, by_hand.IN, 1, length=64), HEAD + 8)
            return found, answer == by_hand.submitted(7, DONE, b"unharmed")

    replies, is_unharmed = asyncio.run(heard())
    assert is_unharmed
    for octets, reply in zip(openings, replies, strict=True):
        assert len(reply) in expected_lengths(octets)


def expected_lengths(octets: bytes) -> set[int]:
    """How long the reply may be; a connection that was reset may have lost it."""
    if len(octets) < 8 or octets[:2] != b"\x01\x11":
        return {0}
    if octets[2:4] == b"\x80\x05":
        return {0, 8 + 4 + 316}
    if octets[2:4] != b"\x80\x03" or len(octets) < 40:
        return {0}
    return {0, 8} if octets[8:40].partition(b"\0")[0] != b"1-2" else {0, 8 + 312}


@pytest.mark.parametrize("number", [0, 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_command_that_unlinks_itself_or_what_was_answered_changes_nothing(number: int) -> None:
    device, exports, sent = ToldDevice(), Exports(), list[bytes]()
    importer = Importer(exports.add(device), sent.extend, lambda: None)
    importer.receive(by_hand.unlink(number, number))
    device.tell(b"data")
    importer.receive(by_hand.submit(number, by_hand.IN, 1, length=64))
    importer.receive(by_hand.unlink(number, number) * 2)
    assert b"".join(sent) == (
        by_hand.unlinked(number, DONE)
        + by_hand.submitted(number, DONE, b"data")
        + by_hand.unlinked(number, DONE) * 2
    )
