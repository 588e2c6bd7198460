from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import by_hand_wm5000t as by_hand
from tests.support.golden_wm5000t import recorded
from tests.support.line_faults import normalised
from watchclock_protocol.dialects.wm5000t.listener import Wm5000tListener
from watchclock_protocol.events import (
    BytesSkipped,
    Event,
    FrameRejected,
    Heard,
    ReadingBegan,
    RecordsReceived,
)
from watchclock_protocol.messages import (
    Acknowledged,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
)
from watchclock_protocol.records import PatrolRecord, RecordFlag
from watchclock_protocol.values import TagId

Spoken = list[tuple[str, bytes]]


def hear(spoken: Spoken) -> list[Event]:
    listener = Wm5000tListener()
    events: list[Event] = []
    for direction, data in spoken:
        events += listener.sent(data) if direction == "TX" else listener.received(data)
    return events


def records(events: list[Event]) -> list[PatrolRecord]:
    found = [record for it in events if isinstance(it, RecordsReceived) for record in it.records]
    return [record for record in found if isinstance(record, PatrolRecord)]


def one_record(raw: bytes) -> PatrolRecord:
    spoken: Spoken = [
        ("TX", by_hand.DOWNLOAD),
        ("RX", by_hand.DOWNLOAD + by_hand.summed(b"\x01\x00")),
        ("TX", b"\x00"),
        ("RX", b"\x00" + by_hand.summed(raw)),
    ]
    (record,) = records(hear(spoken))
    return record


def test_the_captured_conversation_of_the_makers_software_is_understood() -> None:
    events = hear(recorded())
    heard = [event.answer for event in events if isinstance(event, Heard)]
    wand = Identity("wm5000t", "531932")
    assert heard[0] == ClockSet(datetime.fromisoformat("2026-06-05T13:46:12"))
    assert heard[1:4] == [wand, wand, wand]
    assert isinstance(heard[4], Counters)
    assert heard[4].announced == 2
    assert heard[5:] == [
        ReadingComplete(2, 2),
        ClockSet(datetime.fromisoformat("2026-06-05T13:46:16")),
        Acknowledged(),
    ]
    assert not [event for event in events if isinstance(event, BytesSkipped | FrameRejected)]


def test_the_captured_conversation_gives_its_two_records() -> None:
    events = hear(recorded())
    first, second = records(events)
    assert events.index(ReadingBegan(2)) < events.index(RecordsReceived((first,)))
    assert first.time.civil == datetime.fromisoformat("2026-06-05T13:46:03")
    assert second.time.civil == datetime.fromisoformat("2026-06-05T13:46:06")
    assert first.tag == TagId.parse("ibutton:F40939")
    assert second.tag == TagId.parse("ibutton:F3F6AD")
    assert first.raw == bytes.fromhex("260605134603000000F40939")
    assert (first.slot, first.flags) == (None, frozenset())


@pytest.mark.parametrize("year", [0x80, 0x90])
def test_a_year_far_ahead_is_possible_and_kept(year: int) -> None:
    record = one_record(bytes([year, 6, 5, 0x13, 0x46, 3]) + bytes(6))
    assert record.time.civil == datetime.fromisoformat(f"20{year:x}-06-05T13:46:03")
    assert record.flags == frozenset()


@pytest.mark.parametrize(
    ("time", "flag"),
    [
        ("C00605134603", RecordFlag.TIME_NOT_DECIMAL),
        ("26060513460A", RecordFlag.TIME_NOT_DECIMAL),
        ("261305134603", RecordFlag.TIME_IMPOSSIBLE),
        ("260230134603", RecordFlag.TIME_IMPOSSIBLE),
        ("000000000000", RecordFlag.TIME_IMPOSSIBLE),
        ("FFFFFFFFFFFF", RecordFlag.TIME_NOT_DECIMAL),
    ],
)
def test_an_impossible_time_is_kept_and_flagged(time: str, flag: RecordFlag) -> None:
    record = one_record(bytes.fromhex(time) + b"\x00\x00\x00\x01\x02\x03")
    assert record.flags == {flag}
    assert record.time.civil is None
    assert record.time.raw == bytes.fromhex(time)


def test_two_readings_each_begin_and_give_their_records() -> None:
    spoken = recorded()
    reading = spoken[8:-4]
    events = hear([*spoken[:-4], *reading])
    assert [event for event in events if isinstance(event, ReadingBegan)] == [ReadingBegan(2)] * 2
    assert len(records(events)) == 4


def test_a_conversation_heard_from_its_middle_still_gives_its_records() -> None:
    events = hear(recorded()[18:])
    assert len(records(events)) == 2
    assert Heard(Acknowledged()) in events


def test_a_command_sent_before_the_answer_takes_the_place_of_the_one_before() -> None:
    answer = by_hand.STATUS + by_hand.summed(by_hand.CAPTURED_NUMBER)
    spoken = [("TX", by_hand.STATUS), ("RX", answer[:5]), ("TX", by_hand.STATUS), ("RX", answer)]
    assert hear(spoken) == [BytesSkipped(5), Heard(Identity("wm5000t", "531932"))]


def test_a_clock_set_to_no_date_is_rejected_without_a_crash() -> None:
    frame = by_hand.clock_frame(bytes.fromhex("269905134612"))
    (event,) = hear([("TX", frame), ("RX", frame + b"\x00")])
    assert isinstance(event, FrameRejected)


def test_a_header_between_answers_changes_nothing() -> None:
    spoken = recorded()
    assert hear([*spoken[:8], ("RX", by_hand.HEADER), *spoken[8:]]) == hear(spoken)


def test_a_broken_header_between_answers_is_noise() -> None:
    spoken = recorded()
    events = hear([*spoken[:8], ("RX", by_hand.HEADER[1:]), *spoken[8:]])
    assert [event for event in events if isinstance(event, BytesSkipped)] == [BytesSkipped(29)]
    assert len(records(events)) == 2


PIECES = st.sampled_from([data for _, data in recorded()] + [by_hand.HEADER, b"\x55", b"\xaa"])
CONVERSATIONS = st.lists(
    st.tuples(st.sampled_from(["TX", "RX"]), st.one_of(PIECES, st.binary(max_size=40))),
    max_size=30,
)


@given(CONVERSATIONS, st.integers(1, 7))
@example(recorded(), 1)
@example(recorded(), 3)
def test_any_bytes_in_any_cuts_give_the_same_events_in_bounded_memory(
    spoken: Spoken, size: int
) -> None:
    listener = Wm5000tListener()
    events: list[Event] = []
    for direction, data in spoken:
        take = listener.sent if direction == "TX" else listener.received
        for at in range(0, len(data), size):
            events += take(data[at : at + size])
            assert listener.held_bytes < 300
    assert normalised(events) == normalised(hear(spoken))
