from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.by_hand_kaihe_eb import HandMadeWand
from tests.support.golden_kaihe_eb import FOLDER, conversation, worked
from watchclock_protocol.dialects.kaihe_eb.listener import KaiheListener
from watchclock_protocol.dialects.kaihe_eb.replies import SelfTest, StoredText
from watchclock_protocol.errors import (
    ChecksumError,
    IndexBaseError,
    LayoutError,
    RefusedError,
    SequenceError,
)
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
    ClockReading,
    ClockSet,
    Counters,
    Identity,
)
from watchclock_protocol.records import RecordKind
from watchclock_protocol.replay import replay_transcript
from watchclock_protocol.transcript import read_transcript

Spoken = list[tuple[str, bytes]]
TOUCHES = [by_hand.patrol_a(n, minute=n) for n in range(1, 5)]


def hear(spoken: Spoken) -> list[Event]:
    listener = KaiheListener()
    events: list[Event] = []
    for direction, data in spoken:
        events += listener.sent(data) if direction == "TX" else listener.received(data)
    return events


def asked(wand: HandMadeWand, *requests: bytes) -> Spoken:
    """What host and wand say when the host asks these one after the other."""
    spoken: Spoken = []
    for request in requests:
        spoken.append(("TX", request))
        if answer := wand.receive(request, 0.0):
            spoken.append(("RX", answer))
    return spoken


def raws(events: list[Event]) -> list[bytes]:
    found = [record for it in events if isinstance(it, RecordsReceived) for record in it.records]
    return [record.raw for record in found]


def rejected(events: list[Event]) -> list[type[Exception]]:
    return [type(event.error) for event in events if isinstance(event, FrameRejected)]


def heard_answers(events: list[Event]) -> list[object]:
    return [event.answer for event in events if isinstance(event, Heard)]


def test_the_order_of_the_makers_app_is_understood() -> None:
    events = hear(conversation("a"))
    answers = heard_answers(events)
    assert answers[0] == Identity("kaihe_eb", "0000A1B2C3")
    assert isinstance(answers[1], ClockReading)
    assert answers[1].time.civil == datetime.fromisoformat("2026-11-21T08:30:05")
    assert isinstance(answers[2], Counters)
    assert answers[3:5] == [Acknowledged(), ClockSet(datetime(2026, 11, 21, 10))]  # noqa: DTZ001
    assert [it.announced for it in events if isinstance(it, ReadingBegan)] == [2, 1]
    assert len(raws(events)) == 3
    assert rejected(events) == []


def test_the_order_of_the_makers_library_is_understood_from_index_1() -> None:
    events = hear(conversation("b"))
    assert Heard(Identity("kaihe_eb", "2B")) in events
    assert raws(events)[0] == raws(events)[1] == bytes.fromhex("1A0B15081EA1B2")
    assert len(raws(events)) == 3


@pytest.mark.parametrize(("variant", "number"), [("a", "0000A1B2C3"), ("b", "2B")])
def test_a_replayed_conversation_is_a_whole_download(variant: str, number: str) -> None:
    text = (FOLDER / f"variant_{variant}.transcript").read_text("utf-8")
    decoded = replay_transcript(read_transcript(text))
    assert decoded.identity == Identity("kaihe_eb", number)
    kinds = [keyed.record.kind for keyed in decoded.records]
    assert kinds == [RecordKind.PATROL, RecordKind.PATROL, RecordKind.KNOCK]
    assert decoded.is_complete
    assert (decoded.disagreements, decoded.rejected, decoded.skipped_bytes) == ((), (), 0)
    assert [keyed.is_after_acknowledgement for keyed in decoded.records] == [False] * 3


def test_counts_of_both_kinds_are_one_statement() -> None:
    wand = HandMadeWand(TOUCHES[:2], [by_hand.knock(1)])
    events = hear(asked(wand, by_hand.WAKE, by_hand.PATROL_COUNT, by_hand.KNOCK_COUNT))
    last = heard_answers(events)[-1]
    assert isinstance(last, Counters)
    assert [(ring.kind, ring.unread) for ring in last.rings] == [
        (RecordKind.PATROL, 2),
        (RecordKind.KNOCK, 1),
    ]


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=6), st.integers(0, 1))
def test_records_read_in_any_order_and_again_are_each_told_once(
    order: list[int], again: list[int], base: int
) -> None:
    wand = HandMadeWand([*TOUCHES], base=base)
    indexes = [base + place for place in [*order, *again]]
    reads = [by_hand.read_patrol(index) for index in indexes]
    spoken = asked(wand, by_hand.WAKE, by_hand.PATROL_COUNT, *reads, by_hand.PATROL_COUNT)
    events = hear(spoken)
    assert sorted(raws(events)) == sorted(TOUCHES)
    assert rejected(events) == []


def test_an_index_that_gives_another_record_begins_the_reading_anew() -> None:
    before, after = HandMadeWand(TOUCHES[:1]), HandMadeWand(TOUCHES[1:2])
    after.is_awake = True
    events = hear(
        [
            *asked(before, by_hand.WAKE, by_hand.PATROL_COUNT, by_hand.read_patrol(0)),
            *asked(after, by_hand.read_patrol(0)),
        ]
    )
    assert raws(events) == TOUCHES[:2]
    assert len([it for it in events if isinstance(it, ReadingBegan)]) == 2


def test_records_without_a_count_before_are_told_too() -> None:
    events = hear(asked(HandMadeWand([*TOUCHES]), by_hand.WAKE, by_hand.read_patrol(2)))
    assert raws(events) == [TOUCHES[2]]
    assert not any(isinstance(event, ReadingBegan) for event in events)


@pytest.mark.parametrize("base", [0, 1])
def test_of_one_record_the_index_tells_nothing_until_the_host_goes_on(base: int) -> None:
    wand = HandMadeWand(TOUCHES[:1], base=base)
    spoken = asked(wand, by_hand.WAKE, by_hand.PATROL_COUNT, by_hand.read_patrol(base))
    assert len(raws(hear(spoken))) == 1 - base
    assert raws(hear([*spoken, ("TX", by_hand.CLEAR_PATROL)])) == TOUCHES[:1]


@pytest.mark.parametrize(
    ("base", "beyond", "told", "errors"),
    [
        (0, {}, [TOUCHES[0]], []),
        (1, {}, [], []),
        (0, {4: b"\xff" * 11}, [], []),
        (1, {0: b"\x00" * 11}, [], []),
        (0, {4: TOUCHES[3]}, [], [IndexBaseError]),
        (1, {0: TOUCHES[0]}, [], [IndexBaseError]),
    ],
)
def test_what_a_host_reads_to_find_the_index_base_is_told_when_it_reads_in_order(
    base: int, beyond: dict[int, bytes], told: list[bytes], errors: list[type[Exception]]
) -> None:
    wand = HandMadeWand([*TOUCHES], base=base, beyond=beyond)
    ends = [by_hand.read_patrol(4), by_hand.read_patrol(0)]
    spoken = asked(wand, by_hand.WAKE, by_hand.PATROL_COUNT, *ends, by_hand.PATROL_COUNT)
    assert (raws(hear(spoken)), rejected(hear(spoken))) == (told, errors)
    spoken += asked(wand, *[by_hand.read_patrol(base + place) for place in range(4)])
    assert raws(hear(spoken)) == [*told, *TOUCHES]


@pytest.mark.parametrize("base", [0, 1])
def test_one_record_is_told_at_once_when_the_index_base_was_found(base: int) -> None:
    wand = HandMadeWand(TOUCHES[:1], base=base)
    ends = [by_hand.read_patrol(1), by_hand.read_patrol(0)]
    spoken = asked(wand, by_hand.WAKE, by_hand.PATROL_COUNT, *ends, by_hand.PATROL_COUNT)
    before = len(raws(hear(spoken)))
    spoken += asked(wand, by_hand.read_patrol(base))
    assert raws(hear(spoken))[before:] == TOUCHES[:1]


def test_a_reply_nobody_asked_for_and_a_second_reply_are_rejected() -> None:
    reply = worked("patrol record 0 of an A wand")
    events = hear([("RX", reply.wand), ("TX", reply.host), ("RX", reply.wand * 2)])
    assert rejected(events) == [SequenceError, SequenceError]
    assert len(raws(events)) == 1


def test_after_the_wake_byte_nothing_older_is_taken() -> None:
    reply = worked("patrol record 0 of an A wand")
    spoken: Spoken = [
        ("TX", reply.host),
        ("TX", by_hand.WAKE),
        ("RX", by_hand.WAKE + reply.wand),
    ]
    assert rejected(hear(spoken)) == [SequenceError]


def test_a_wake_byte_the_wand_was_not_asked_for_is_noise() -> None:
    assert hear([("RX", b"\xaa"), ("TX", b"\xaa"), ("RX", b"\xaa\xaa")]) == [
        BytesSkipped(1),
        BytesSkipped(1),
    ]


def test_a_half_reply_is_counted_when_the_host_asks_again() -> None:
    number = worked("number of an A wand")
    events = hear(
        [("TX", number.host), ("RX", number.wand[:4]), ("TX", number.host), ("RX", number.wand)]
    )
    assert events == [BytesSkipped(4), Heard(Identity("kaihe_eb", "0000A1B2C3"))]


@pytest.mark.parametrize(
    ("host", "wand", "error"),
    [
        (by_hand.PATROL_COUNT, b"\xeb\x36\x02\x00\x02\x26", ChecksumError),
        (by_hand.PATROL_COUNT, by_hand.frame(0x36, b"\x02"), LayoutError),
        (by_hand.PATROL_COUNT, by_hand.frame(0x3D, b"\x00\x02"), SequenceError),
        (by_hand.frame(0x21), by_hand.frame(0x81), LayoutError),
    ],
)
def test_a_damaged_reply_is_rejected_and_the_good_one_still_taken(
    host: bytes, wand: bytes, error: type[Exception]
) -> None:
    good = {by_hand.PATROL_COUNT: by_hand.frame(0x36, b"\x00\x02")}
    events = hear([("TX", host), ("RX", wand), ("RX", good.get(host, by_hand.frame(0x81, b"\0")))])
    assert rejected(events) == [error]
    assert len(heard_answers(events)) == 1


def test_refusals_of_clock_clearing_and_number_are_told() -> None:
    for what in ("set clock", "clear patrol", "clear knocks", "set number"):
        each = worked(what)
        refusal = by_hand.frame(each.wand[1], b"\x0c")
        events = hear([("TX", each.host), ("RX", refusal)])
        assert rejected(events) == [RefusedError], what
        assert heard_answers(events) == [], what


def test_cleared_knocks_are_no_acknowledgement() -> None:
    each = worked("clear knocks")
    answers = heard_answers(hear([("TX", each.host), ("RX", each.wand)]))
    assert len(answers) == 1
    assert Acknowledged() not in answers


def test_self_tests_and_texts_are_told_as_they_came() -> None:
    told = {
        what: heard_answers(hear([("TX", worked(what).host), ("RX", worked(what).wand)]))
        for what in ("LED test", "buzzer test", "model", "company")
    }
    assert told["LED test"] == [SelfTest(result=0)]
    assert told["buzzer test"] == [SelfTest(result=1)]
    (model,) = told["model"]
    assert isinstance(model, StoredText)
    assert model.text == "EB1"


def test_a_clock_set_to_no_date_is_rejected() -> None:
    request = by_hand.frame(0xA3, bytes.fromhex("1A0D15081E05"))
    assert rejected(hear([("TX", request), ("RX", by_hand.frame(0x84, b"\x00"))])) == [LayoutError]


@given(st.lists(st.tuples(st.sampled_from(["TX", "RX"]), st.binary(max_size=80)), max_size=30))
def test_any_bytes_in_any_direction_never_raise_and_are_held_in_bounds(spoken: Spoken) -> None:
    listener = KaiheListener()
    for direction, data in spoken:
        heard = listener.sent(data) if direction == "TX" else listener.received(data)
        assert listener.held_bytes < 128
        assert not any(isinstance(event, RecordsReceived) for event in heard) or data


@given(st.integers(1, 30), st.sampled_from("ab"))
def test_a_conversation_in_any_cuts_says_the_same(length: int, variant: str) -> None:
    whole = conversation(variant)
    cut = [
        (direction, data[at : at + length])
        for direction, data in whole
        for at in range(0, len(data), length)
    ]
    assert hear(cut) == hear(whole)
