"""The host role against a wand with a memory, over a line that a test disturbs."""

from itertools import count

import pytest

from tests.support import by_hand_fcard
from tests.support.by_hand_fcard import civil
from tests.support.fcard_line import Line, MemoryWand, host_session, numbered_wand, pointers
from tests.support.session_line import answer, failure, received
from watchclock_protocol.dialects.fcard import replies, requests
from watchclock_protocol.dialects.fcard.ring import MOST_RECORDS_A_REQUEST, MOST_SERIALS
from watchclock_protocol.errors import (
    LayoutError,
    LocalProtocolError,
    RecordsChangedError,
    RecordsMissingError,
)
from watchclock_protocol.events import (
    Answered,
    Event,
    FrameRejected,
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
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

CIVIL = civil(2026, 11, 21, 8, 30, 5)


def identified(wand: MemoryWand) -> Line:
    line = Line(host_session(), wand)
    line.run(Identify())
    return line


def counted(wand: MemoryWand) -> Line:
    line = identified(wand)
    line.run(ReadCounters())
    return line


def serials(events: list[Event], kind: RecordKind) -> list[int]:
    return [record.slot or 0 for record in received(events) if record.kind is kind]


def test_a_download_reads_everything_then_acknowledges_then_sets_the_clock() -> None:
    wand = numbered_wand(20)
    line = Line(host_session(), wand)
    assert answer(line.run(Identify())) == Identity("fcard", "5", "99.22")
    assert isinstance(answer(line.run(CheckClock())), ClockReading)
    counters = answer(line.run(ReadCounters()))
    assert isinstance(counters, Counters)
    assert counters.announced == 23
    events = line.run(ReadRecords())
    assert answer(events) == ReadingComplete(23, 23)
    assert events[1] == ReadingBegan(23)
    assert serials(events, RecordKind.PATROL) == list(range(1, 21))
    assert serials(events, RecordKind.SYSTEM) == [1, 2, 3]
    assert wand.pointers[RecordKind.PATROL].read_index == 0
    assert answer(line.run(Acknowledge(CIVIL))) == Acknowledged()
    assert [pointer.read_index for pointer in wand.pointers.values()] == [20, 3]
    assert answer(line.run(SetClock(CIVIL))) == ClockSet(CIVIL)
    assert wand.asked[-1] == requests.WriteClock(civil=CIVIL)


def test_a_ring_that_went_round_is_read_from_its_oldest_record_on() -> None:
    wand = numbered_wand(30, capacity=30)
    wand.pointers[RecordKind.PATROL] = replies.RingPointers(
        capacity=30, write_index=12, read_index=20, is_wrapped=True
    )
    line = counted(wand)
    events = line.run(ReadRecords())
    assert serials(events, RecordKind.PATROL) == [*range(13, 31), *range(1, 13)]
    line.run(Acknowledge(CIVIL))
    assert wand.pointers[RecordKind.PATROL].read_index == 12
    assert not wand.pointers[RecordKind.PATROL].is_wrapped


def test_no_request_asks_for_more_than_the_sdk_allows() -> None:
    wand = numbered_wand(1100)
    counted(wand).run(ReadRecords())
    ranges = [each for each in wand.asked if isinstance(each, requests.ReadRange)]
    assert [each.quantity for each in ranges] == [MOST_RECORDS_A_REQUEST] * 2 + [100, 3]


def test_a_wand_with_nothing_new_is_complete_without_a_request() -> None:
    wand = numbered_wand(0)
    wand.pointers[RecordKind.SYSTEM] = pointers(1000, 3, 3)
    line = counted(wand)
    assert line.run(ReadRecords()) == [Answered(ReadingComplete(0, 0))]
    assert line.run(Acknowledge(CIVIL)) == [Answered(Acknowledged())]


def test_only_unread_rings_are_acknowledged() -> None:
    wand = numbered_wand(0)
    line = counted(wand)
    line.run(ReadRecords())
    line.run(Acknowledge(CIVIL))
    acknowledged = [each for each in wand.asked if isinstance(each, requests.WriteReadPointer)]
    assert acknowledged == [
        requests.WriteReadPointer(kind=RecordKind.SYSTEM, read_index=3, is_wrapped=False)
    ]


def test_a_lost_frame_of_records_is_asked_for_again() -> None:
    wand = numbered_wand(40)
    line = counted(wand)
    arriving = count(1)
    line.to_host = lambda frame: [] if next(arriving) == 2 else [frame]
    events = line.run(ReadRecords())
    assert sorted(serials(events, RecordKind.PATROL)) == list(range(1, 41))
    ranges = [each for each in wand.asked if isinstance(each, requests.ReadRange)]
    assert (ranges[1].first, ranges[1].quantity) == (8, 7)


def test_a_lost_end_frame_costs_a_wait_but_no_second_stream() -> None:
    wand = numbered_wand(10)
    line = counted(wand)
    arriving = count(1)
    line.to_host = lambda frame: [] if next(arriving) == 3 else [frame]
    events = line.run(ReadRecords())
    assert answer(events) == ReadingComplete(13, 13)
    assert line.now == pytest.approx(1.0)
    assert sum(isinstance(each, requests.ReadRange) for each in wand.asked) == 2


def test_a_record_the_wand_never_sends_fails_the_reading_and_forbids_the_acknowledgement() -> None:
    wand = numbered_wand(10)
    del wand.records[RecordKind.PATROL][4]
    wand.pointers[RecordKind.PATROL] = pointers(60_000, 10)
    line = counted(wand)
    error = failure(line.run(ReadRecords()))
    assert isinstance(error, RecordsMissingError)
    assert error.details == {"announced": 13, "received": 12}
    with pytest.raises(LocalProtocolError):
        line.host.send(Acknowledge(CIVIL), line.now)


def test_records_that_arrive_twice_are_reported_once() -> None:
    line = counted(numbered_wand(20))
    line.to_host = lambda frame: [frame, frame]
    events = line.run(ReadRecords())
    assert serials(events, RecordKind.PATROL) == list(range(1, 21))


def test_a_record_that_arrives_again_with_other_bytes_fails_the_session() -> None:
    line = counted(numbered_wand(3))
    other = by_hand_fcard.card_record(7, CIVIL, 0, 999)
    data = by_hand_fcard.page([(1, other)])

    def change(frame: bytes) -> list[bytes]:
        token = int.from_bytes(frame[2:4])
        return [frame, by_hand_fcard.frame(5, token, 0x34, 0x06, data)]

    line.to_host = change
    assert isinstance(failure(line.run(ReadRecords())), RecordsChangedError)


def test_a_record_that_was_not_asked_for_is_rejected() -> None:
    line = counted(numbered_wand(3))
    foreign = by_hand_fcard.page([(900, bytes(12))])

    def add(frame: bytes) -> list[bytes]:
        token = int.from_bytes(frame[2:4])
        return [by_hand_fcard.frame(5, token, 0x34, 0x06, foreign), frame]

    line.to_host = add
    events = line.run(ReadRecords())
    assert 900 not in serials(events, RecordKind.PATROL)
    assert any(isinstance(event, FrameRejected) for event in events)


def test_a_ring_larger_than_any_wand_has_is_not_read() -> None:
    wand = numbered_wand(3)
    wand.pointers[RecordKind.PATROL] = pointers(MOST_SERIALS + 1, 3)
    assert isinstance(failure(counted(wand).run(ReadRecords())), LayoutError)
