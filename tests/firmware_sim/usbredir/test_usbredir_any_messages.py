"""Whatever a guest asks, in whatever pieces: every message is answered as the protocol says."""

import struct
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_usbredir as by_hand
from tests.support.usb_devices import (
    BULK_IN,
    BULK_OUT,
    DEVICE_DESCRIPTOR,
    INTERRUPT_IN,
    ToldDevice,
)
from watchclock_sim.errors import HostRefusedError
from watchclock_sim.usbredir.guest import Guest

ROOM = 40
HEAD = struct.Struct("<IIQ")


@dataclass
class Model:
    """What a device with a bulk pair and an interrupt endpoint owes its guest.

    Attributes:
        owed: answers in the order in which they are due.
        ins: pending transfers from the device, number and length.
        outs: pending transfers to the device: number, length, and what it has not taken.
        told: messages the device has for the guest, bulk and interrupt.
        room: octets it still takes.
        received: interrupts sent on, None while the guest wants none.
    """

    owed: list[bytes] = field(default_factory=list[bytes])
    ins: dict[int, int] = field(default_factory=dict[int, int])
    outs: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    told: dict[int, list[bytes]] = field(default_factory=lambda: {BULK_IN: [], INTERRUPT_IN: []})
    room: int = ROOM
    received: int = 0
    is_receiving: bool = False

    def owe(self, kind: int, number: int, content: bytes) -> None:
        self.owed.append(by_hand.message(kind, number, content))

    def settle(self) -> None:
        while self.ins and self.told[BULK_IN]:
            number = next(iter(self.ins))
            data = self.told[BULK_IN].pop(0)[: self.ins.pop(number)]
            self.owe(by_hand.BULK, number, by_hand.bulk(BULK_IN, len(data), data))
        while self.is_receiving and self.told[INTERRUPT_IN]:
            data = self.told[INTERRUPT_IN].pop(0)[:16]
            self.owe(by_hand.INTERRUPT, self.received, by_hand.interrupt(INTERRUPT_IN, data))
            self.received += 1
        while self.outs:
            number, (length, left) = next(iter(self.outs.items()))
            taken = min(left, self.room)
            self.room -= taken
            self.outs[number] = (length, left - taken)
            if left > taken:
                return
            del self.outs[number]
            self.owe(by_hand.BULK, number, by_hand.bulk(BULK_OUT, length))

    def cancel(self, number: int) -> None:
        for pending, endpoint in ((self.ins, BULK_IN), (self.outs, BULK_OUT)):
            if number in pending:
                del pending[number]
                cancelled = by_hand.bulk(endpoint, 0, status=by_hand.CANCELLED)
                self.owe(by_hand.BULK, number, cancelled)


def asked_of(model: Model, number: int, step: str, size: int) -> bytes:
    """What the guest sends for one step; the model then owes what it is to hear."""
    interrupt_in = bytes((INTERRUPT_IN,))
    kind, content = by_hand.BULK, b""
    match step:
        case "in":
            model.ins[number] = size
            content = by_hand.bulk(BULK_IN, size)
        case "out":
            model.outs[number] = (size, size)
            content = by_hand.bulk(BULK_OUT, size, bytes(size))
        case "descriptor":
            kind, content = by_hand.CONTROL, by_hand.control(6, 0x80, 0x0100, size)
            data = DEVICE_DESCRIPTOR[:size]
            model.owe(kind, number, by_hand.control(6, 0x80, 0x0100, len(data), data))
        case "stall":
            kind, content = by_hand.CONTROL, by_hand.control(6, 0x80, 0x0600, size)
            stalled = by_hand.control(6, 0x80, 0x0600, 0, status=by_hand.STALL)
            model.owe(kind, number, stalled)
        case "start" | "stop":
            kind = by_hand.START_INTERRUPT if step == "start" else by_hand.STOP_INTERRUPT
            content, model.is_receiving = interrupt_in, step == "start"
            model.owe(by_hand.INTERRUPT_STATUS, number, b"\x00" + interrupt_in)
        case _:
            kind, number = by_hand.CANCEL, max(0, number - size)
            model.cancel(number)
    return by_hand.message(kind, number, content)


STEPS = st.one_of(
    st.tuples(st.sampled_from(["in", "stall", "stop", "tell"]), st.integers(0, 90)),
    st.tuples(st.sampled_from(["start", "notice", "notice"]), st.integers(0, 20)),
    st.tuples(st.just("out"), st.integers(1, 30)),
    st.tuples(st.just("descriptor"), st.sampled_from([0, 1, 8, 18, 255, 0xFFFF])),
    st.tuples(st.just("cancel"), st.integers(0, 6)),
    st.tuples(st.just("room"), st.integers(1, 50)),
)


@given(steps=st.lists(STEPS, max_size=40), cuts=st.lists(st.integers(1, 60), max_size=40))
def test_every_message_is_answered_once_in_order_and_as_the_model_has_it(
    steps: list[tuple[str, int]], cuts: list[int]
) -> None:
    device, sent, model = ToldDevice(room=ROOM), list[bytes](), Model()
    guest = Guest(device, sent.extend)
    guest.receive(by_hand.hello())
    sent.clear()
    for number, (step, size) in enumerate(steps):
        if step in {"tell", "notice"}:
            endpoint = BULK_IN if step == "tell" else INTERRUPT_IN
            model.told[endpoint].append(bytes(size))
            device.tell(bytes(size), endpoint)
        elif step == "room":
            model.room += size
            device.make_room(size)
        else:
            octets = asked_of(model, number, step, size)
            end = min(cuts[number], len(octets)) if number < len(cuts) else len(octets)
            guest.receive(octets[:end])
            guest.receive(octets[end:])
        model.settle()
    assert b"".join(sent) == b"".join(model.owed)
    assert not guest.has_part
    guest.close()
    assert device.listener is None


KINDS = st.sampled_from([3, 6, 7, 9, 10, 12, 13, 15, 16, 21, 24, 100, 101, 103])
CONTENTS = st.one_of(
    st.just(b""),
    st.binary(min_size=1, max_size=3),
    st.builds(by_hand.bulk, st.integers(0, 255), st.just(0)),
    st.builds(
        by_hand.control,
        st.integers(0, 255),
        st.integers(128, 255),
        st.just(0x0100),
        st.integers(0, 0xFFFF),
    ),
    st.builds(by_hand.interrupt, st.integers(0, 127), st.binary(max_size=30)),
)


@given(messages=st.lists(st.tuples(KINDS, st.integers(0, 3), CONTENTS), max_size=15))
def test_whatever_a_guest_says_it_hears_whole_messages_of_kinds_that_a_host_sends(
    messages: list[tuple[int, int, bytes]],
) -> None:
    device, sent = ToldDevice(room=20), bytearray()
    device.tell(b"something")
    guest = Guest(device, lambda pieces: sent.extend(b"".join(pieces)))
    guest.receive(by_hand.hello())
    del sent[: 12 + 68]
    refused = False
    for each in messages:
        try:
            guest.receive(by_hand.message(*each))
        except HostRefusedError:
            refused = True
            break
    kinds = list[int]()
    while sent:
        kind, length, _number = HEAD.unpack_from(sent)
        assert len(sent) >= HEAD.size + length
        del sent[: HEAD.size + length]
        kinds.append(kind)
    assert set(kinds) <= {1, 4, 5, 8, 11, 14, 17, 100, 101, 103}
    assert refused or not guest.has_part
