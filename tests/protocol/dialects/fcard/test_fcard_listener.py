"""The listener on conversations of any host, in any cuts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard
from tests.support.by_hand_fcard import civil
from tests.support.golden_fcard import exchanges
from watchclock_protocol.dialects.fcard.listener import FcardListener
from watchclock_protocol.dialects.fcard.replies import StaffCapacity
from watchclock_protocol.errors import SequenceError, WandChangedError
from watchclock_protocol.events import (
    BytesSkipped,
    Event,
    FrameRejected,
    Heard,
    ReadingBegan,
    RecordsReceived,
)
from watchclock_protocol.fcard_family.frames import MOST_BUFFERED_OCTETS
from watchclock_protocol.messages import Acknowledged, Counters, Identity
from watchclock_protocol.records import RecordFlag
from watchclock_protocol.values import TimeCoding

AMBIGUOUS = bytes.fromhex("05 26 05 06 07 08 09 00")


def ask(listener: FcardListener, codes: tuple[int, int], data: bytes = b"") -> list[Event]:
    return listener.sent(by_hand_fcard.frame(5, 1, *codes, data))


def tell(
    listener: FcardListener, codes: tuple[int, int], data: bytes = b"", *, token: int = 1
) -> list[Event]:
    return listener.received(by_hand_fcard.frame(5, token, *codes, data))


def conversation(size: int) -> list[str]:
    """The recorded conversation heard in pieces of this size."""
    listener = FcardListener()
    events: list[Event] = []
    for exchange in exchanges():
        events += listener.sent(exchange.host)
        answer = b"".join(exchange.wand)
        for start in range(0, len(answer), size):
            events += listener.received(answer[start : start + size])
    return [str(event) for event in events if not isinstance(event, RecordsReceived)] + [
        str(record)
        for event in events
        if isinstance(event, RecordsReceived)
        for record in event.records
    ]


@given(st.integers(1, 300))
def test_a_conversation_says_the_same_in_any_cuts(size: int) -> None:
    assert conversation(size) == conversation(100_000)


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=300)), max_size=12))
def test_any_bytes_in_both_directions_are_heard_in_bounded_memory(
    chunks: list[tuple[bool, bytes]],
) -> None:
    listener = FcardListener()
    for is_sent, data in chunks:
        events = listener.sent(data) if is_sent else listener.received(data)
        assert all(isinstance(event, BytesSkipped | FrameRejected) for event in events)
        assert listener.buffered <= 2 * MOST_BUFFERED_OCTETS


@given(st.integers(0, 60), st.integers(0, 15), st.binary(min_size=1, max_size=30))
def test_noise_inside_a_recorded_conversation_is_heard_without_an_error(
    at: int, which: int, noise: bytes
) -> None:
    listener = FcardListener()
    for index, exchange in enumerate(exchanges()):
        listener.sent(exchange.host)
        for frame in exchange.wand:
            disturbed = frame[:at] + noise + frame[at:] if index % 16 == which else frame
            listener.received(disturbed)
    assert listener.buffered <= 2 * MOST_BUFFERED_OCTETS


def test_a_reply_nobody_asked_for_is_rejected() -> None:
    (event,) = tell(FcardListener(), (0x31, 0x01), b"\x05")
    assert isinstance(event, FrameRejected)
    assert isinstance(event.error, SequenceError)


def test_a_second_answer_to_one_request_is_rejected() -> None:
    listener = FcardListener()
    ask(listener, (0x03, 0x01))
    first = tell(listener, (0x33, 0x01), bytes(4))
    assert first == [Heard(StaffCapacity(capacity=0, used=0))]
    assert isinstance(tell(listener, (0x33, 0x01), bytes(4))[0], FrameRejected)


def test_a_reply_to_an_unknown_command_is_rejected_and_later_ones_are_heard() -> None:
    listener = FcardListener()
    ask(listener, (0x09, 0x09))
    assert isinstance(tell(listener, (0x39, 0x09))[0], FrameRejected)
    ask(listener, (0x01, 0x01))
    assert tell(listener, (0x31, 0x01), b"\x05")[-1] == Heard(Identity("fcard", "5"))


def test_a_second_wand_that_answers_one_request_for_the_number_is_told() -> None:
    listener = FcardListener()
    ask(listener, (0x01, 0x01))
    tell(listener, (0x31, 0x01), b"\x05")
    (event,) = tell(listener, (0x31, 0x01), b"\x06")
    assert isinstance(event, FrameRejected)
    assert isinstance(event.error, WandChangedError)


def test_counters_are_complete_only_with_pointers_and_keep_the_health_told_before() -> None:
    listener = FcardListener()
    ask(listener, (0x01, 0x05))
    information = by_hand_fcard.run_information((2, 345, 7, 12), (3, 0), 81)
    assert len(tell(listener, (0x31, 0x05), information)) == 1
    ask(listener, (0x04, 0x01))
    pointers = by_hand_fcard.pointers((20_000, 13, 10, False), (1000, 6, 6, False))
    heard = tell(listener, (0x34, 0x01), pointers)[-1]
    assert isinstance(heard, Heard)
    assert isinstance(heard.answer, Counters)
    assert heard.answer.announced == 3
    assert heard.answer.health is not None
    assert heard.answer.health.voltage_mv == 3720


def test_a_reading_begins_at_the_first_range_after_the_pointers_and_only_there() -> None:
    listener = FcardListener()
    ask(listener, (0x04, 0x01))
    tell(
        listener,
        (0x34, 0x01),
        by_hand_fcard.pointers((20_000, 13, 10, False), (1000, 6, 6, False)),
    )
    assert ask(listener, (0x04, 0x06), by_hand_fcard.read_range(1, 11, 3)) == [ReadingBegan(3)]
    assert ask(listener, (0x04, 0x06), by_hand_fcard.read_range(1, 12, 1)) == []


def test_a_forward_read_pointer_is_an_acknowledgement_and_the_repair_is_none() -> None:
    listener = FcardListener()
    ask(listener, (0x04, 0x04), by_hand_fcard.read_index(1, 13, is_wrapped=False))
    assert tell(listener, (0x21, 0x01))[-1] == Heard(Acknowledged())
    ask(listener, (0x04, 0x04), by_hand_fcard.read_index(1, 0, is_wrapped=True))
    assert Heard(Acknowledged()) not in tell(listener, (0x21, 0x01))


def test_the_clock_heard_before_decides_how_a_system_time_is_coded() -> None:
    listener = FcardListener()
    ask(listener, (0x02, 0x01))
    tell(listener, (0x32, 0x01), by_hand_fcard.clock(civil(2038, 5, 7)))
    ask(listener, (0x04, 0x06), by_hand_fcard.read_range(2, 1, 1))
    (event,) = tell(listener, (0x34, 0x06), by_hand_fcard.page([(1, AMBIGUOUS)]))
    assert isinstance(event, RecordsReceived)
    assert event.records[0].time.coding is TimeCoding.BINARY
    assert RecordFlag.TIME_CODING_UNCERTAIN not in event.records[0].flags
