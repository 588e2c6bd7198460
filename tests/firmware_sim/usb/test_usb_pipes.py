"""Buffers are bounded, and a transfer ends when it is full or with a short packet."""

from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.usb.bus import Handshake
from watchclock_sim.usb.pipes import ROOM_OCTETS, MessagesToHost, StreamFromHost, StreamToHost

NAK = Handshake.NAK
PACKET = 64


def test_a_transfer_that_was_filled_by_the_last_packet_is_followed_by_an_empty_one() -> None:
    stream = StreamToHost(PACKET)
    stream.push(bytes(128))
    assert stream.take(128) == bytes(128)
    assert stream.has_input
    assert stream.take(128) == b""
    assert stream.take(128) is NAK


def test_a_transfer_with_room_left_ends_by_itself() -> None:
    stream = StreamToHost(PACKET)
    for size in (64, 63, 100):
        stream.push(bytes(size))
        assert stream.take(4096) == bytes(size)
        assert stream.take(4096) is NAK
    stream.push(bytes(100))
    # Its second packet is short, so the host knows without another one.
    assert stream.take(100) == bytes(100)
    assert stream.take(100) is NAK


def test_new_bytes_take_the_place_of_the_empty_packet() -> None:
    stream = StreamToHost(PACKET)
    stream.push(bytes(64))
    stream.take(64)
    stream.push(b"more")
    assert stream.take(64) == b"more"
    assert stream.take(64) is NAK


def test_a_host_that_asks_for_nothing_gets_nothing_and_loses_nothing() -> None:
    stream = StreamToHost(PACKET)
    assert stream.take(0) is NAK
    stream.push(b"kept")
    assert stream.take(0) == b""
    assert stream.take(64) == b"kept"


def test_a_full_stream_takes_whole_packets_or_nothing() -> None:
    stream = StreamFromHost(PACKET)
    assert stream.put(bytes(ROOM_OCTETS - 100)) == ROOM_OCTETS - 100
    assert stream.put(bytes(200)) == 64
    assert stream.put(bytes(200)) is NAK
    assert stream.put(bytes(36)) == 36
    assert stream.put(b"x") is NAK
    assert stream.put(b"") == 0
    assert len(stream.pull()) == ROOM_OCTETS
    assert stream.put(b"x") == 1


def test_a_message_is_one_transfer_and_what_the_host_does_not_want_of_it_is_lost() -> None:
    messages = MessagesToHost(2)
    assert not messages.has_input
    messages.push(b"first")
    messages.push(b"second")
    assert messages.room == 0
    assert messages.take(3) == b"fir"
    assert messages.take(64) == b"second"
    assert messages.take(64) is NAK


@given(
    st.lists(st.one_of(st.binary(max_size=300), st.integers(0, 400)), max_size=60),
)
def test_a_stream_brings_every_byte_in_order_and_never_more_than_its_room(
    steps: list[bytes | int],
) -> None:
    stream = StreamToHost(PACKET)
    pushed, taken = bytearray(), bytearray()
    for step in steps:
        if isinstance(step, bytes):
            pushed += step[: stream.push(step)]
            assert len(stream) <= ROOM_OCTETS
        else:
            got = stream.take(step)
            if got is not NAK:
                assert isinstance(got, bytes)
                assert len(got) <= step
                taken += got
    while isinstance(got := stream.take(PACKET), bytes):
        taken += got
    assert taken == pushed


@given(st.lists(st.one_of(st.binary(max_size=9000), st.none()), max_size=30))
def test_a_stream_from_the_host_brings_what_it_took_and_never_more_than_its_room(
    steps: list[bytes | None],
) -> None:
    stream = StreamFromHost(PACKET)
    put, pulled = bytearray(), bytearray()
    for step in steps:
        if step is None:
            pulled += stream.pull()
            continue
        count = stream.put(step)
        if isinstance(count, int):
            assert count == len(step) or (count and count % PACKET == 0)
            put += step[:count]
        assert len(stream) <= ROOM_OCTETS
    assert pulled + stream.pull() == put
