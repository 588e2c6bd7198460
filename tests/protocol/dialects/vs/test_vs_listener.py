"""The listener on conversations of any host, in any cuts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_vs
from tests.support.by_hand_vs import CONTACT_SERIAL, RADIO_SERIAL, TOUCHED_S
from tests.support.golden_vs import worked_download, worked_pages
from tests.support.vs_line import VsLine, filled_wand
from watchclock_protocol.capture import Lane
from watchclock_protocol.dialects.vs.frames import MOST_BUFFERED_OCTETS
from watchclock_protocol.dialects.vs.listener import VsListener
from watchclock_protocol.dialects.vs.replies import PagesEnd, ReadPointer
from watchclock_protocol.errors import (
    ChecksumError,
    LayoutError,
    SequenceError,
    WandChangedError,
)
from watchclock_protocol.events import (
    Answered,
    BytesSkipped,
    Event,
    Failed,
    FrameRejected,
    Heard,
    ReadingBegan,
    RecordsReceived,
)
from watchclock_protocol.messages import Acknowledged, ClockSet, Counters, Identity
from watchclock_protocol.session import Identify, ReadCounters, ReadRecords

GOLDEN_TOTALS = by_hand_vs.totals(1024, 0, 1, 2, 1, 85, 41, 42, 0, 1, 0, 1, 0, 0, 345)


def ask(listener: VsListener, command: int, data: bytes = b"", token: int = 1) -> list[Event]:
    return listener.sent(by_hand_vs.frame(by_hand_vs.REQUEST, command, token, data))


def tell(
    listener: VsListener,
    command: int,
    data: bytes = b"",
    *,
    kind: int = by_hand_vs.ANSWER,
    token: int = 1,
) -> list[Event]:
    return listener.received(by_hand_vs.frame(kind, command, token, data))


def tell_page(listener: VsListener, number: int, raw: bytes) -> list[Event]:
    data = number.to_bytes(4, "little") + raw
    return tell(listener, 5, data, kind=by_hand_vs.PART)


def asked_for_pages(first: int, pages: int, sequences: tuple[int, int]) -> VsListener:
    listener = VsListener()
    ask(listener, 5, by_hand_vs.read_pages(first, pages, sequences))
    return listener


def errors(events: list[Event]) -> list[Exception]:
    return [event.error for event in events if isinstance(event, FrameRejected)]


def slots(events: list[Event]) -> list[int | None]:
    return [
        record.slot
        for event in events
        if isinstance(event, RecordsReceived)
        for record in event.records
    ]


def conversation(size: int) -> list[str]:
    """The golden conversation heard in pieces of this size."""
    listener = VsListener()
    events: list[Event] = []
    for chunk in worked_download().chunks:
        if chunk.lane is Lane.TO_WAND:
            events += listener.sent(chunk.data)
        else:
            for start in range(0, len(chunk.data), size):
                events += listener.received(chunk.data[start : start + size])
    return [str(event) for event in events]


@given(st.integers(1, 1100))
def test_a_conversation_says_the_same_in_any_cuts(size: int) -> None:
    assert conversation(size) == conversation(100_000)


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=3000)), max_size=12))
def test_any_bytes_in_both_directions_are_heard_in_bounded_memory(
    chunks: list[tuple[bool, bytes]],
) -> None:
    listener = VsListener()
    for is_sent, data in chunks:
        events = listener.sent(data) if is_sent else listener.received(data)
        assert all(isinstance(event, BytesSkipped | FrameRejected) for event in events)
        assert listener.buffered <= 2 * MOST_BUFFERED_OCTETS


@given(st.data())
def test_a_replay_without_a_clock_hears_what_the_live_session_heard(data: st.DataObject) -> None:
    replayed = VsListener()
    heard: list[Event] = []

    def to_host(frame: bytes) -> list[bytes]:
        cut = data.draw(st.integers(0, len(frame)))
        pieces = data.draw(st.sampled_from([[frame], [frame[:cut]], [frame[:cut], frame[cut:]]]))
        for piece in pieces:
            heard.extend(replayed.received(piece))
        return pieces

    def to_wand(frame: bytes) -> list[bytes]:
        heard.extend(replayed.sent(frame))
        return [frame]

    line = VsLine(filled_wand(41 * 3))
    line.to_host, line.to_wand = to_host, to_wand
    live: list[Event] = []
    for command in (Identify(), ReadCounters(), ReadRecords()):
        live += line.run(command)
        if isinstance(live[-1], Failed):
            break
    assert set(slots(heard)) == set(slots(live))
    assert [str(error) for error in errors(heard)] == [str(error) for error in errors(live)]


def test_a_reply_nobody_asked_for_is_rejected() -> None:
    (error,) = errors(tell(VsListener(), 1, by_hand_vs.identity()))
    assert isinstance(error, SequenceError)


@pytest.mark.parametrize(("command", "token"), [(1, 2), (2, 1)])
def test_a_reply_with_another_token_or_command_is_rejected(command: int, token: int) -> None:
    listener = VsListener()
    ask(listener, 1)
    (error,) = errors(tell(listener, command, by_hand_vs.identity(), token=token))
    assert isinstance(error, SequenceError)
    assert Heard(Identity("vs", "5B00000000001234", "VS5000B-1.4.0")) in tell(
        listener, 1, by_hand_vs.identity()
    )


def test_a_second_answer_to_one_request_is_rejected() -> None:
    listener = VsListener()
    ask(listener, 6, CONTACT_SERIAL + b"\x55\x00\x00\x00")
    pointer = b"\x55\x00\x00\x00"
    assert tell(listener, 6, pointer) == [Heard(ReadPointer(sequence=85)), Heard(Acknowledged())]
    assert isinstance(errors(tell(listener, 6, pointer))[0], SequenceError)


def test_a_pointer_that_is_not_where_it_was_set_acknowledges_nothing() -> None:
    listener = VsListener()
    ask(listener, 6, CONTACT_SERIAL + b"\x55\x00\x00\x00")
    assert tell(listener, 6, b"\x54\x00\x00\x00") == [Heard(ReadPointer(sequence=84))]


def test_an_answer_of_the_wrong_shape_is_rejected_and_the_next_one_is_heard() -> None:
    listener = VsListener()
    ask(listener, 1)
    assert isinstance(errors(tell(listener, 1, b"\x00"))[0], LayoutError)
    assert len(tell(listener, 1, by_hand_vs.identity())) == 2


def test_a_reading_begins_at_the_first_pages_after_the_counters_and_only_there() -> None:
    listener = VsListener()
    ask(listener, 2)
    (_, heard) = tell(listener, 2, GOLDEN_TOTALS)
    assert isinstance(heard, Heard)
    assert isinstance(heard.answer, Counters)
    assert heard.answer.announced == 44
    pages = by_hand_vs.read_pages(1, 2, (42, 85))
    assert ask(listener, 5, pages) == [ReadingBegan(44)]
    assert ask(listener, 5, pages) == []


def test_only_the_records_that_were_asked_for_are_heard() -> None:
    listener = asked_for_pages(1, 2, (80, 84))
    events = tell_page(listener, 1, worked_pages()["full"].data)
    events += tell_page(listener, 2, worked_pages()["open"].data)
    assert slots(events) == [80, 81, 82, 83, 84]
    assert tell(listener, 5, b"\x02\x00") == [Heard(PagesEnd(sent=2))]


def test_a_page_that_was_not_asked_for_is_rejected() -> None:
    listener = asked_for_pages(2, 1, (1, 85))
    events = tell_page(listener, 1, worked_pages()["full"].data)
    assert slots(events) == []
    assert isinstance(errors(events)[0], SequenceError)


def test_a_torn_page_and_its_half_record_are_told_with_their_place() -> None:
    listener = asked_for_pages(3, 1, (86, 100))
    events = tell_page(listener, 3, worked_pages()["torn"].data)
    torn, half = errors(events)
    assert slots(events) == [86, 87, 88]
    assert isinstance(torn, LayoutError)
    assert isinstance(half, ChecksumError)
    assert "page 3 is torn, 3 records" in str(torn)
    assert "place 3 of page 3 holds no record: 59 00 00 00" in str(half)


def test_damage_among_records_that_were_not_asked_for_is_not_told() -> None:
    listener = asked_for_pages(3, 1, (86, 88))
    events = tell_page(listener, 3, worked_pages()["torn"].data)
    assert [type(error) for error in errors(events)] == [LayoutError]


def test_a_page_of_another_wand_is_rejected_once_the_wand_is_known() -> None:
    listener = VsListener()
    ask(listener, 1)
    tell(listener, 1, by_hand_vs.identity(RADIO_SERIAL))
    ask(listener, 5, by_hand_vs.read_pages(1, 1, (1, 85)))
    events = tell_page(listener, 1, worked_pages()["full"].data)
    assert slots(events) == []
    assert isinstance(errors(events)[0], WandChangedError)


def test_a_clock_that_was_set_is_told_with_the_time_it_was_set_to() -> None:
    listener = VsListener()
    ask(listener, 4, TOUCHED_S.to_bytes(4, "little") + b"\xf4\x01")
    events = tell(listener, 4, by_hand_vs.pair(TOUCHED_S - 3))
    assert events[-1] == Heard(ClockSet(by_hand_vs.TOUCHED_AT.replace(microsecond=500_000)))


def test_a_refusal_is_heard_and_confirms_nothing() -> None:
    listener = VsListener()
    ask(listener, 6, CONTACT_SERIAL + b"\x55\x00\x00\x00")
    events = tell(listener, 6, b"\x0b\x00\x00\x00\x00", kind=by_hand_vs.REFUSAL)
    assert len(events) == 1
    assert Heard(Acknowledged()) not in events


def test_when_the_host_writes_half_an_answer_is_given_up() -> None:
    listener = VsListener()
    ask(listener, 1)
    half = by_hand_vs.frame(by_hand_vs.ANSWER, 1, 1, by_hand_vs.identity())[:50]
    assert listener.received(half) == []
    assert ask(listener, 1) == [BytesSkipped(50)]
    assert len(tell(listener, 1, by_hand_vs.identity())) == 2


def test_the_answers_of_a_live_session_are_not_told_as_heard() -> None:
    events = VsLine(filled_wand(5)).run(Identify(), ReadCounters(), ReadRecords())
    assert sum(isinstance(event, Answered) for event in events) == 3
    assert not any(isinstance(event, Heard) for event in events)
