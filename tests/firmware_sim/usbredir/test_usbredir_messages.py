"""Every message of usbredir that a wand needs, octet by octet, against the protocol's document."""

import contextlib
from dataclasses import dataclass, field

import pytest
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
from watchclock_sim.line.carriers.transfer_room import LONGEST_INPUT, LONGEST_OUTPUT, MOST_PENDING
from watchclock_sim.usbredir.guest import Guest

ENDPOINTS = by_hand.endpoints((17, 2, 0, 0, 64), (2, 2, 0, 0, 64), (19, 3, 10, 0, 16))
INTERFACES = by_hand.interfaces((0xFF, 0, 0))
DESCRIPTION = by_hand.message(by_hand.ENDPOINTS, 0, ENDPOINTS) + by_hand.message(
    by_hand.INTERFACES, 0, INTERFACES
)
CONNECTED = by_hand.message(
    by_hand.CONNECT, 0, by_hand.connect(1, (0xFF, 0, 0), (0x1209, 0x00F1), 0x0100)
)
OUR_HELLO = by_hand.hello(by_hand.OUR_CAPABILITIES, b"watchclock")


@dataclass
class Machine:
    """A device and the guest it is offered to; remembers what the guest was sent."""

    device: ToldDevice = field(default_factory=ToldDevice)
    sent: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.guest = Guest(self.device, self._take)

    def _take(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self.sent += piece

    def heard(self) -> bytes:
        """What came since this was asked last."""
        heard = bytes(self.sent)
        self.sent.clear()
        return heard

    def say(self, *messages: bytes) -> bytes:
        self.guest.receive(b"".join(messages))
        return self.heard()


def greeted(device: ToldDevice | None = None) -> Machine:
    machine = Machine(device or ToldDevice())
    machine.say(by_hand.hello())
    return machine


def test_the_device_is_described_before_it_is_connected() -> None:
    machine = Machine()
    assert machine.heard() == OUR_HELLO
    assert machine.say(by_hand.hello()) == DESCRIPTION + CONNECTED


def test_a_guest_that_can_do_nothing_is_met_with_the_short_forms() -> None:
    machine = Machine()
    machine.heard()
    endpoints = by_hand.endpoints(
        (17, 2, 0, 0, 64), (2, 2, 0, 0, 64), (19, 3, 10, 0, 16), has_sizes=False
    )
    connected = by_hand.connect(1, (0xFF, 0, 0), (0x1209, 0x00F1), 0x0100)[:-2]
    assert machine.say(by_hand.hello(by_hand.NO_CAPABILITIES)) == (
        by_hand.short_message(by_hand.ENDPOINTS, 0, endpoints)
        + by_hand.short_message(by_hand.INTERFACES, 0, INTERFACES)
        + by_hand.short_message(by_hand.CONNECT, 0, connected)
    )
    out = by_hand.short_message(by_hand.BULK, 5, by_hand.short_bulk(BULK_OUT, 3, b"abc"))
    done = by_hand.short_message(by_hand.BULK, 5, by_hand.short_bulk(BULK_OUT, 3))
    assert machine.say(out) == done
    assert machine.device.taken == b"abc"


def test_control_transfers_carry_data_both_ways_and_stall() -> None:
    machine = greeted()
    number = 0x1_0000_0002
    asked = by_hand.control(6, 0x80, 0x0100, 18)
    assert machine.say(by_hand.message(by_hand.CONTROL, number, asked)) == by_hand.message(
        by_hand.CONTROL, number, asked + DEVICE_DESCRIPTOR
    )
    sent = by_hand.control(1, 0x40, 2, 3, b"abc", index=3)
    assert machine.say(by_hand.message(by_hand.CONTROL, 7, sent)) == by_hand.message(
        by_hand.CONTROL, 7, sent[:-3]
    )
    unknown = by_hand.control(0x22, 0x21, 1, 0)
    assert machine.say(by_hand.message(by_hand.CONTROL, 8, unknown)) == by_hand.message(
        by_hand.CONTROL, 8, by_hand.control(0x22, 0x21, 1, 0, status=by_hand.STALL)
    )


def test_setting_a_configuration_describes_the_device_anew() -> None:
    machine = greeted()
    assert machine.say(by_hand.message(by_hand.SET_CONFIGURATION, 3, b"\x01")) == (
        DESCRIPTION + by_hand.message(by_hand.CONFIGURATION_STATUS, 3, b"\x00\x01")
    )
    assert machine.say(by_hand.message(by_hand.GET_CONFIGURATION, 4)) == by_hand.message(
        by_hand.CONFIGURATION_STATUS, 4, b"\x00\x01"
    )


def test_settings_of_interfaces_are_told_and_those_that_are_not_are_stalled() -> None:
    machine = greeted()
    assert machine.say(by_hand.message(by_hand.GET_ALT, 1, b"\x00")) == by_hand.message(
        by_hand.ALT_STATUS, 1, bytes((by_hand.SUCCESS, 0, 0))
    )
    assert machine.say(by_hand.message(by_hand.GET_ALT, 2, b"\x09")) == by_hand.message(
        by_hand.ALT_STATUS, 2, bytes((by_hand.INVALID, 9, 0))
    )
    assert machine.say(by_hand.message(by_hand.SET_ALT, 3, b"\x00\x01")) == by_hand.message(
        by_hand.ALT_STATUS, 3, bytes((by_hand.STALL, 0, 1))
    )


def test_bulk_data_goes_out_and_comes_in_and_waits_until_the_device_has_some() -> None:
    machine = greeted()
    out = by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_OUT, 4, b"ID?\n"))
    assert machine.say(out) == by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_OUT, 4))
    assert machine.say(by_hand.message(by_hand.BULK, 2, by_hand.bulk(BULK_IN, 0x10000))) == b""
    machine.device.tell(b"x" * 0x10000)
    assert machine.heard() == by_hand.message(
        by_hand.BULK, 2, by_hand.bulk(BULK_IN, 0x10000, b"x" * 0x10000)
    )


def test_a_stalled_endpoint_is_told_as_such() -> None:
    machine = greeted()
    machine.device.halted.add(BULK_IN)
    asked = by_hand.message(by_hand.BULK, 2, by_hand.bulk(BULK_IN, 64))
    stalled = by_hand.bulk(BULK_IN, 0, status=by_hand.STALL)
    assert machine.say(asked) == by_hand.message(by_hand.BULK, 2, stalled)


def test_a_cancelled_transfer_is_answered_as_cancelled_and_an_ended_one_is_not() -> None:
    machine = greeted()
    machine.say(by_hand.message(by_hand.BULK, 2, by_hand.bulk(BULK_IN, 64)))
    cancelled = by_hand.bulk(BULK_IN, 0, status=by_hand.CANCELLED)
    assert machine.say(by_hand.message(by_hand.CANCEL, 2)) == by_hand.message(
        by_hand.BULK, 2, cancelled
    )
    assert machine.say(by_hand.message(by_hand.CANCEL, 2)) == b""


def test_interrupts_are_sent_on_unasked_and_counted_until_the_guest_has_enough() -> None:
    machine = greeted()
    machine.device.tell(b"early", INTERRUPT_IN)
    first = machine.say(by_hand.message(by_hand.START_INTERRUPT, 9, bytes((INTERRUPT_IN,))))
    assert first == by_hand.message(
        by_hand.INTERRUPT_STATUS, 9, bytes((by_hand.SUCCESS, INTERRUPT_IN))
    ) + by_hand.message(by_hand.INTERRUPT, 0, by_hand.interrupt(INTERRUPT_IN, b"early"))
    machine.device.tell(b"late", INTERRUPT_IN)
    assert machine.heard() == by_hand.message(
        by_hand.INTERRUPT, 1, by_hand.interrupt(INTERRUPT_IN, b"late")
    )
    stopped = machine.say(by_hand.message(by_hand.STOP_INTERRUPT, 10, bytes((INTERRUPT_IN,))))
    assert stopped == by_hand.message(
        by_hand.INTERRUPT_STATUS, 10, bytes((by_hand.SUCCESS, INTERRUPT_IN))
    )
    machine.device.tell(b"too late", INTERRUPT_IN)
    assert machine.heard() == b""


def test_only_interrupt_endpoints_can_be_received_from_and_a_stall_ends_it() -> None:
    machine = greeted()
    refused = machine.say(by_hand.message(by_hand.START_INTERRUPT, 1, bytes((BULK_IN,))))
    assert refused == by_hand.message(
        by_hand.INTERRUPT_STATUS, 1, bytes((by_hand.INVALID, BULK_IN))
    )
    machine.device.halted.add(INTERRUPT_IN)
    told = machine.say(by_hand.message(by_hand.START_INTERRUPT, 2, bytes((INTERRUPT_IN,))))
    assert told.endswith(
        by_hand.message(by_hand.INTERRUPT_STATUS, 0, bytes((by_hand.STALL, INTERRUPT_IN)))
    )


def test_an_interrupt_to_the_device_is_answered_like_bulk() -> None:
    machine = greeted()
    sent = by_hand.message(by_hand.INTERRUPT, 4, by_hand.interrupt(BULK_OUT, b"report"))
    done = by_hand.interrupt(BULK_OUT, b"", length=6)
    assert machine.say(sent) == by_hand.message(by_hand.INTERRUPT, 4, done)
    assert machine.device.taken == b"report"


def test_isochronous_streams_are_refused() -> None:
    machine = greeted()
    assert machine.say(by_hand.message(by_hand.START_ISO, 4, b"\x84\x01\x01")) == by_hand.message(
        by_hand.ISO_STATUS, 4, bytes((by_hand.INVALID, 0x84))
    )


def test_a_reset_ends_what_is_pending_and_resets_the_device() -> None:
    machine = greeted()
    before = machine.device.resets
    machine.say(by_hand.message(by_hand.BULK, 2, by_hand.bulk(BULK_IN, 64)))
    cancelled = by_hand.bulk(BULK_IN, 0, status=by_hand.CANCELLED)
    assert machine.say(by_hand.message(by_hand.RESET, 3)) == by_hand.message(
        by_hand.BULK, 2, cancelled
    )
    assert machine.device.resets == before + 1


def test_a_device_unplugged_and_plugged_is_offered_again_once_the_guest_has_seen_it_go() -> None:
    machine = greeted()
    machine.say(by_hand.message(by_hand.BULK, 2, by_hand.bulk(BULK_IN, 64)))
    machine.device.unplug()
    assert machine.heard() == by_hand.message(by_hand.DISCONNECT, 0)
    machine.device.plug()
    late = by_hand.message(by_hand.BULK, 3, by_hand.bulk(BULK_IN, 64))
    assert machine.say(late) == b""
    assert machine.say(by_hand.message(by_hand.DISCONNECT_ACK, 0)) == DESCRIPTION + CONNECTED
    machine.device.tell(b"back")
    assert machine.say(by_hand.message(by_hand.BULK, 4, by_hand.bulk(BULK_IN, 64))) == (
        by_hand.message(by_hand.BULK, 4, by_hand.bulk(BULK_IN, 4, b"back"))
    )


def test_a_device_that_is_not_plugged_in_is_offered_when_it_is() -> None:
    device = ToldDevice()
    device.unplug()
    machine = greeted(device)
    assert machine.heard() == b""
    device.plug()
    assert machine.heard() == DESCRIPTION + CONNECTED


def test_a_guest_may_leave_so_many_transfers_pending_and_no_more() -> None:
    machine = greeted()
    for number in range(MOST_PENDING):
        machine.say(by_hand.message(by_hand.BULK, number, by_hand.bulk(BULK_IN, 64)))
    failed = by_hand.bulk(BULK_IN, 0, status=by_hand.FAILED)
    one_more = by_hand.message(by_hand.BULK, 9999, by_hand.bulk(BULK_IN, 64))
    assert machine.say(one_more) == by_hand.message(by_hand.BULK, 9999, failed)


def test_a_guest_that_does_not_read_is_not_served_until_it_does() -> None:
    machine = greeted()
    machine.say(by_hand.message(by_hand.START_INTERRUPT, 1, bytes((INTERRUPT_IN,))))
    machine.guest.hold()
    for text in (b"one", b"two"):
        machine.device.tell(text, INTERRUPT_IN)
    asked = by_hand.message(by_hand.GET_CONFIGURATION, 4)
    held = machine.say(asked)
    machine.guest.go_on()
    one, two = (
        by_hand.message(by_hand.INTERRUPT, number, by_hand.interrupt(INTERRUPT_IN, text))
        for number, text in enumerate((b"one", b"two"))
    )
    assert held == one
    answer = by_hand.message(by_hand.CONFIGURATION_STATUS, 4, b"\x00\x00")
    assert machine.heard() == two + answer


STRANGE = {
    "no hello": by_hand.short_message(by_hand.RESET, 0),
    "a hello of half a name": by_hand.short_message(by_hand.HELLO, 0, bytes(63)),
    "a hello of a mile": by_hand.short_message(by_hand.HELLO, 0, bytes(200)),
    "a second hello": by_hand.hello() + by_hand.message(by_hand.HELLO, 0, bytes(68)),
    "what only we may send": by_hand.hello() + by_hand.message(by_hand.CONNECT, 0, bytes(10)),
    "an unknown kind": by_hand.hello() + by_hand.message(99, 0),
    "a filter, which we did not offer": by_hand.hello()
    + by_hand.message(23, 0, b"-1,-1,-1,-1,1\0"),
    "buffered bulk, neither": by_hand.hello() + by_hand.message(25, 0, bytes(10)),
    "a giant": by_hand.hello() + by_hand.message(by_hand.BULK, 0)[:4] + b"\xff" * 12,
    "a reset with content": by_hand.hello() + by_hand.message(by_hand.RESET, 0, b"x"),
    "control without its head": by_hand.hello() + by_hand.message(by_hand.CONTROL, 0, bytes(9)),
    "bulk without the high half": by_hand.hello()
    + by_hand.message(by_hand.BULK, 1, by_hand.short_bulk(BULK_IN, 8)),
    "less than it says": by_hand.hello()
    + by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_OUT, 8, b"seven..")),
    "input with content": by_hand.hello()
    + by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_IN, 1, b"x")),
    "too much input": by_hand.hello()
    + by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_IN, LONGEST_INPUT + 1)),
    "the device's interrupt": by_hand.hello()
    + by_hand.message(by_hand.INTERRUPT, 1, by_hand.interrupt(INTERRUPT_IN, b"")),
    "a number pending already": by_hand.hello()
    + by_hand.message(by_hand.BULK, 1, by_hand.bulk(BULK_IN, 8)) * 2,
}


@pytest.mark.parametrize("octets", STRANGE.values(), ids=STRANGE)
def test_what_no_guest_may_send_is_refused(octets: bytes) -> None:
    machine = Machine()
    with pytest.raises(HostRefusedError):
        machine.guest.receive(octets)
    machine.guest.close()
    assert machine.device.listener is None


@pytest.mark.parametrize("endpoint", [0x00, 0x80, 0x91, 0x72])
def test_endpoints_that_cannot_be_are_told_as_invalid(endpoint: int) -> None:
    machine = greeted()
    asked = by_hand.message(by_hand.BULK, 2, by_hand.bulk(endpoint, 0))
    invalid = by_hand.bulk(endpoint, 0, status=by_hand.INVALID)
    assert machine.say(asked) == by_hand.message(by_hand.BULK, 2, invalid)


MESSAGES = st.builds(
    by_hand.message,
    st.sampled_from((3, 6, 7, 9, 10, 12, 15, 16, 21, 24, 100, 101, 103, 255)),
    st.integers(0, 5),
    st.binary(max_size=24)
    | st.builds(by_hand.bulk, st.integers(0, 255), st.integers(0, 80), st.binary(max_size=80)),
)
STREAMS = st.binary(max_size=300) | st.lists(MESSAGES, max_size=12).map(
    lambda messages: by_hand.hello() + b"".join(messages)
)


@given(data=STREAMS, cuts=st.lists(st.integers(0, 400), max_size=5))
def test_a_device_survives_any_octets_and_can_be_offered_again(
    data: bytes, cuts: list[int]
) -> None:
    device = ToldDevice(room=20)
    device.tell(b"something")
    device.tell(b"else", INTERRUPT_IN)
    machine = Machine(device)
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    with contextlib.suppress(HostRefusedError):
        for begin, end in zip([0, *ends], ends, strict=False):
            machine.guest.receive(data[begin:end])
    machine.guest.close()
    assert device.listener is None
    assert len(machine.sent) < 2000 + 400 * (len(data) // 16 + 1)
    assert len(device.taken) < LONGEST_OUTPUT
