from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import by_hand_xgd as by_hand
from tests.support.golden_xgd import Spoken, conversation, golden_frames
from tests.support.line_faults import normalised
from watchclock_protocol.capture import Chunk, Lane
from watchclock_protocol.dialects.xgd import XGD
from watchclock_protocol.dialects.xgd.commands import (
    Done,
    ErrorReport,
    Overheard,
    Pushed,
    RecordOutOfRange,
)
from watchclock_protocol.dialects.xgd.listener import XgdListener
from watchclock_protocol.errors import SequenceError, WandChangedError
from watchclock_protocol.events import (
    BytesSkipped,
    Event,
    FrameRejected,
    Heard,
    ReadingBegan,
)
from watchclock_protocol.messages import (
    Acknowledged,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
)
from watchclock_protocol.replay import DecodedDownload, replay_chunks

WORKED = bytes.fromhex("000109340821112601A1B2C30000002B")
ONE, TWO, THREE = by_hand.records(3)
THREE_IS_THERE: Spoken = [("TX", by_hand.frame(3, 9)), ("RX", by_hand.frame(3, 9))]
ANSWER = ("TX", by_hand.frame(3, by_hand.PUSH))


def count(unread: int) -> Spoken:
    return [("TX", by_hand.frame(3, 6)), ("RX", by_hand.frame(3, 6, bytes([unread])))]


def read(place: int, raw: bytes) -> Spoken:
    return [("TX", by_hand.frame(3, 7, bytes([place]))), ("RX", by_hand.frame(3, 7, raw))]


def pushed(raw: bytes, address: int = 3) -> tuple[str, bytes]:
    return ("RX", by_hand.frame(address, by_hand.PUSH, raw))


def hear(spoken: Spoken) -> list[Event]:
    listener = XgdListener()
    events: list[Event] = []
    for direction, data in spoken:
        events += listener.sent(data) if direction == "TX" else listener.received(data)
    return events


def replayed(spoken: Spoken) -> DecodedDownload:
    lanes = {"TX": Lane.TO_WAND, "RX": Lane.FROM_WAND}
    chunks = [
        Chunk(lane=lanes[direction], data=data, utc_ns=at, offset=at)
        for at, (direction, data) in enumerate(spoken, start=1)
    ]
    return replay_chunks(XGD, chunks)


def raws(spoken: Spoken) -> list[tuple[bytes, int]]:
    """Raw bytes and rank of every record a replay keeps."""
    return [(keyed.record.raw, keyed.rank) for keyed in replayed(spoken).records]


def answers(events: list[Event]) -> list[object]:
    """What all dialects share of what was heard."""
    shared = (Acknowledged, ClockReading, ClockSet, Counters, Identity, ReadingComplete)
    return [it.answer for it in events if isinstance(it, Heard) and isinstance(it.answer, shared)]


def test_the_worked_store_mode_is_understood() -> None:
    events = hear(conversation("store"))
    heard = answers(events)
    assert heard[0] == Identity("xgd", "3")
    assert isinstance(heard[1], ClockReading)
    assert heard[1].time.civil == datetime.fromisoformat("2026-11-21T08:34:09")
    assert isinstance(heard[2], Counters)
    assert heard[3:] == [
        ReadingComplete(1, 1),
        Acknowledged(),
        ClockSet(datetime.fromisoformat("2026-11-21T08:30:05")),
    ]
    assert ReadingBegan(1) in events
    assert raws(conversation("store")) == [(WORKED, 0)]
    assert not [it for it in events if isinstance(it, BytesSkipped | FrameRejected)]


def test_the_worked_live_mode_gives_its_record_once() -> None:
    events = hear(conversation("live"))
    assert events.count(Heard(Pushed(WORKED))) == 2
    assert raws(conversation("live")) == [(WORKED, 0)]
    assert Heard(Acknowledged()) in events
    assert replayed(conversation("live")).is_complete


def test_a_record_pushed_again_is_one_record_also_behind_another() -> None:
    spoken = [*THREE_IS_THERE, *count(2), pushed(ONE), pushed(ONE), pushed(TWO), pushed(ONE)]
    assert raws(spoken) == [(ONE, 0), (TWO, 0)]
    assert replayed(spoken).is_complete


def test_an_equal_record_behind_an_empty_memory_is_a_new_one() -> None:
    night = [pushed(ONE), ANSWER, *count(0)]
    decoded = replayed([*THREE_IS_THERE, *count(1), *night, *night, *night])
    keys = [(keyed.is_after_acknowledgement, keyed.rank) for keyed in decoded.records]
    assert keys == [(False, 0), (True, 0), (True, 1)]
    assert decoded.acknowledged_utc_ns == 8


def test_a_live_recording_that_ends_early_is_not_complete() -> None:
    decoded = replayed([*THREE_IS_THERE, *count(3), pushed(ONE), ANSWER, pushed(TWO), ANSWER])
    assert len(decoded.records) == 2
    assert (decoded.is_complete, decoded.acknowledged_utc_ns) == (False, None)


def test_a_push_in_the_middle_of_a_reading_doubles_nothing() -> None:
    spoken = [
        *THREE_IS_THERE,
        pushed(ONE),
        *count(2),
        *read(1, ONE),
        pushed(ONE),
        pushed(TWO),
        *read(2, TWO),
        pushed(TWO),
    ]
    assert raws(spoken) == [(ONE, 0), (TWO, 0)]
    assert replayed(spoken).disagreements == ()


def test_a_push_in_the_middle_of_a_reading_that_is_answered_is_kept() -> None:
    spoken = [*THREE_IS_THERE, *count(2), *read(1, ONE), pushed(TWO), ANSWER, ANSWER]
    assert raws(spoken) == [(ONE, 0), (TWO, 0)]


def test_a_place_read_twice_in_one_reading_tells_nothing_new() -> None:
    spoken = [*THREE_IS_THERE, *count(3), *read(1, ONE), *read(2, TWO), *read(2, TWO)]
    assert raws([*spoken, *read(3, THREE)]) == [(ONE, 0), (TWO, 0), (THREE, 0)]
    assert Heard(ReadingComplete(3, 3)) in hear([*spoken, *read(3, THREE)])


def test_two_readings_of_one_memory_that_differ_are_both_kept() -> None:
    reading = [*count(2), *read(1, ONE), *read(2, TWO), *count(2), *read(1, ONE), *read(2, THREE)]
    decoded = replayed([*THREE_IS_THERE, *reading])
    assert [keyed.record.raw for keyed in decoded.records] == [ONE, TWO, THREE]
    assert [(clash.position, clash.other) for clash in decoded.disagreements] == [(1, THREE)]


def test_equal_touches_in_one_memory_are_two_records() -> None:
    reading = [*count(2), *read(1, ONE), *read(2, ONE)]
    assert raws([*THREE_IS_THERE, *reading, *reading]) == [(ONE, 0), (ONE, 1)]


def test_a_wipe_whose_answer_was_lost_is_known_by_the_next_count() -> None:
    spoken = [*THREE_IS_THERE, *count(2), *read(1, ONE), *read(2, TWO)]
    wiped = [*spoken, ("TX", by_hand.frame(3, by_hand.DELETE)), *count(0)]
    unheard = [*spoken, ("TX", by_hand.frame(3, by_hand.DELETE)), *count(2)]
    assert replayed(wiped).acknowledged_utc_ns == 11
    assert replayed(unheard).acknowledged_utc_ns is None


def test_an_answer_that_nobody_asked_for_is_rejected() -> None:
    late = ("RX", by_hand.frame(3, 7, TWO))
    events = hear([*THREE_IS_THERE, *count(2), *read(1, ONE), late])
    assert isinstance(events[-1], FrameRejected)
    assert isinstance(events[-1].error, SequenceError)
    assert raws([*THREE_IS_THERE, *count(2), *read(1, ONE), late]) == [(ONE, 0)]


def test_an_answer_to_another_command_is_rejected() -> None:
    spoken = [*THREE_IS_THERE, ("TX", by_hand.frame(3, by_hand.DELETE))]
    events = hear([*spoken, ("RX", by_hand.frame(3, 2))])
    assert isinstance(events[-1], FrameRejected)
    assert Heard(Acknowledged()) not in events


def test_what_other_controllers_say_belongs_to_other_conversations() -> None:
    other = [pushed(TWO, 5), ("RX", by_hand.frame(5, 6, b"\x07")), ("RX", by_hand.frame(5, 9))]
    events = hear([*THREE_IS_THERE, ("TX", by_hand.frame(3, 6)), *other])
    assert events[-3:] == [Heard(Overheard(5))] * 3
    assert raws([*THREE_IS_THERE, *count(1), *other[:1], *read(1, ONE)]) == [(ONE, 0)]


def test_a_push_of_another_controller_before_ours_answers_does_not_name_the_wand() -> None:
    spoken = [THREE_IS_THERE[0], pushed(TWO, 5), THREE_IS_THERE[1], *count(1), *read(1, ONE)]
    decoded = replayed(spoken)
    assert decoded.identity == Identity("xgd", "3")
    assert [keyed.record.raw for keyed in decoded.records] == [ONE]


def test_a_recording_that_begins_with_a_push_is_that_controller_s() -> None:
    decoded = replayed([pushed(ONE, 5), ("TX", by_hand.frame(5, by_hand.PUSH))])
    assert decoded.identity == Identity("xgd", "5")
    assert len(decoded.records) == 1


def test_two_controllers_that_answer_a_search_are_told_apart() -> None:
    spoken = [
        ("TX", by_hand.frame(1, 9)),
        ("TX", by_hand.frame(2, 9)),
        ("RX", by_hand.frame(1, 9)),
        ("RX", by_hand.frame(2, 9)),
    ]
    decoded = replayed(spoken)
    assert decoded.identity == Identity("xgd", "1")
    assert [type(each.error) for each in decoded.rejected] == [WandChangedError]


def test_a_changed_address_is_another_wand_from_then_on() -> None:
    request, reply = by_hand.frame(3, 5, b"\x07"), by_hand.frame(7, 5)
    events = hear([*THREE_IS_THERE, ("TX", request), ("RX", reply)])
    assert events[-2:] == [Heard(Identity("xgd", "7")), Heard(Done())]


def test_an_error_report_ends_what_was_asked() -> None:
    request = ("TX", by_hand.frame(3, 6))
    for report in (by_hand.short_report(0xF2), by_hand.frame(0, 0xF2)):
        events = hear([*THREE_IS_THERE, request, ("RX", report)])
        assert events[-1] == Heard(ErrorReport(0xF2))


def test_a_place_without_a_record_tells_how_many_there_are() -> None:
    events = hear([*THREE_IS_THERE, *read(9, b"\x02")])
    assert events[-1] == Heard(RecordOutOfRange(2))


@pytest.mark.parametrize(
    ("times", "readings"),
    [
        (("095923", "211126", "105923"), ["2026-11-21T23:59:10"]),
        (("595923", "211126", "000000"), []),
        (("595923", "211126", "000000", "221126", "010000"), ["2026-11-22T00:00:01"]),
        (("211126", "095923"), []),
    ],
)
def test_a_clock_counts_as_read_only_between_two_times_of_one_day(
    times: tuple[str, ...], readings: list[str]
) -> None:
    spoken = [*THREE_IS_THERE]
    for part in times:
        function = 4 if part in {"211126", "221126"} else 3
        data = bytes.fromhex(part)
        spoken += [
            ("TX", by_hand.frame(3, function)),
            ("RX", by_hand.frame(3, function, data)),
        ]
    told = [check.time.civil for check in replayed(spoken).clock_checks]
    assert told == [datetime.fromisoformat(text) for text in readings]


def test_a_clock_that_shows_no_date_is_told_with_its_flaw() -> None:
    spoken = [*THREE_IS_THERE]
    for function, part in ((3, "0A3408"), (4, "211126"), (3, "0A3408")):
        spoken += [
            ("TX", by_hand.frame(3, function)),
            ("RX", by_hand.frame(3, function, bytes.fromhex(part))),
        ]
    (check,) = replayed(spoken).clock_checks
    assert (check.time.civil, check.time.raw) == (None, bytes.fromhex("0A3408211126"))


def test_a_foreign_memory_of_any_length_is_held_in_bounded_memory() -> None:
    listener = XgdListener()
    for number in range(2000):
        raw = by_hand.record(number % 256, "261121083409", serial=number)
        assert listener.received(by_hand.frame(3, by_hand.PUSH, raw))
    assert listener.held_bytes == 0


PIECES = st.sampled_from([data for _, data in golden_frames().values()])
CONVERSATIONS = st.lists(
    st.tuples(st.sampled_from(["TX", "RX"]), st.one_of(PIECES, st.binary(max_size=40))),
    max_size=40,
)


@given(CONVERSATIONS, st.integers(1, 7))
@example(conversation("store"), 1)
@example(conversation("live"), 3)
def test_any_bytes_in_any_cuts_give_the_same_events_in_bounded_memory(
    spoken: Spoken, size: int
) -> None:
    listener = XgdListener()
    events: list[Event] = []
    for direction, data in spoken:
        take = listener.sent if direction == "TX" else listener.received
        for at in range(0, len(data), size):
            events += take(data[at : at + size])
            assert listener.held_bytes < 50
    assert normalised(events) == normalised(hear(spoken))
