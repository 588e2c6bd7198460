"""The host role against a wand with a memory, over a line that a test disturbs."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

import pytest
from typing_extensions import override

from tests.support import by_hand_vs
from tests.support.by_hand_vs import CONTACT_SERIAL, RADIO_SERIAL, TOUCHED_AT, civil
from tests.support.session_line import answer, failure, received
from tests.support.vs_line import MemoryWand, VsLine, filled_wand, numbered_record
from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.evidence import EvidenceCode, EvidenceItem
from watchclock_protocol.dialects.vs.host import MOST_REFUSALS
from watchclock_protocol.dialects.vs.replies import Reason, Refusal
from watchclock_protocol.errors import (
    LocalProtocolError,
    RecordsChangedError,
    RecordsMissingError,
    RefusedError,
    RequestRangeError,
    SilenceError,
    WandChangedError,
)
from watchclock_protocol.events import Answered, Event, FrameRejected, ReadingBegan, Resent
from watchclock_protocol.messages import (
    Acknowledged,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
    WandHealth,
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

CIVIL = civil(2026, 11, 21, 9, 45, 7)


def slots(events: list[Event]) -> list[int]:
    return [record.slot or 0 for record in received(events)]


def counted(wand: MemoryWand) -> VsLine:
    line = VsLine(wand)
    line.run(Identify(), ReadCounters())
    return line


def test_a_download_reads_everything_then_acknowledges_then_sets_the_clock() -> None:
    wand = filled_wand(100)
    line = VsLine(wand)
    assert answer(line.run(Identify())) == Identity("vs", "5B00000000001234", "VS5000B-1.4.0")
    shown = answer(line.run(CheckClock()))
    assert isinstance(shown, ClockReading)
    assert shown.time.civil == TOUCHED_AT.replace(microsecond=250_000)
    counters = answer(line.run(ReadCounters()))
    assert isinstance(counters, Counters)
    assert {ring.kind: ring.unread for ring in counters.rings} == {
        RecordKind.PATROL: 90,
        RecordKind.KNOCK: 2,
        RecordKind.SYSTEM: 8,
    }
    events = line.run(ReadRecords())
    assert answer(events) == ReadingComplete(100, 100)
    assert events[1] == ReadingBegan(100)
    assert slots(events) == list(range(1, 101))
    assert wand.read_pointer == 0
    assert answer(line.run(Acknowledge(CIVIL))) == Acknowledged()
    assert wand.acknowledged() == [requests.MoveReadPointer(serial=CONTACT_SERIAL, sequence=100)]
    assert answer(line.run(SetClock(CIVIL))) == ClockSet(CIVIL)
    assert wand.clock == (by_hand_vs.seconds(CIVIL), 0)


def test_the_counters_tell_the_condition_of_the_wand() -> None:
    counters = answer(VsLine(filled_wand(3)).run(Identify(), ReadCounters())[-1:])
    assert isinstance(counters, Counters)
    health = counters.health
    assert isinstance(health, WandHealth)
    assert (health.voltage_mv, health.charge_percent) == (3870, 76)
    assert (health.power_ons, health.formats) == (345, 2)
    assert str(health.factory_date) == "2026-05-16"


def test_a_page_costs_one_event_however_many_records_it_holds() -> None:
    events = counted(filled_wand(41 * 3)).run(ReadRecords())
    batches = [event for event in events if received([event])]
    assert [len(received([event])) for event in batches] == [41, 41, 41]


def test_records_acknowledged_before_and_made_since_are_left_alone() -> None:
    wand = filled_wand(60)
    wand.read_pointer = 45
    line = counted(wand)
    wand.add_page(1, 42, [numbered_record(number) for number in range(42, 71)])
    events = line.run(ReadRecords())
    assert slots(events) == list(range(46, 61))
    line.run(Acknowledge(CIVIL))
    assert wand.read_pointer == 60
    assert wand.ranges() == [(1, 1)]


def test_a_wand_with_nothing_new_is_complete_without_a_request() -> None:
    wand = filled_wand(10)
    wand.read_pointer = 10
    line = counted(wand)
    assert line.run(ReadRecords()) == [Answered(ReadingComplete(0, 0))]
    assert line.run(Acknowledge(CIVIL)) == [Answered(Acknowledged())]
    assert wand.acknowledged() == []


def test_a_lost_page_is_asked_for_again_by_its_number() -> None:
    wand = filled_wand(41 * 5)
    line = counted(wand)
    arriving = count(1)
    line.to_host = lambda frame: [] if next(arriving) in {2, 4} else [frame]
    events = line.run(ReadRecords())
    assert sorted(slots(events)) == list(range(1, 206))
    assert wand.ranges() == [(0, 5), (1, 1), (3, 1)]


def test_a_lost_end_of_pages_costs_a_wait_but_no_second_stream() -> None:
    wand = filled_wand(41 * 2)
    line = counted(wand)
    arriving = count(1)
    line.to_host = lambda frame: [] if next(arriving) == 3 else [frame]
    assert answer(line.run(ReadRecords())) == ReadingComplete(82, 82)
    assert line.now == pytest.approx(1.0)
    assert wand.ranges() == [(0, 2)]


def test_pages_that_arrive_twice_are_reported_once() -> None:
    line = counted(filled_wand(90))
    line.to_host = lambda frame: [frame, frame]
    assert slots(line.run(ReadRecords())) == list(range(1, 91))


def test_a_page_the_wand_never_sends_fails_the_reading_and_forbids_the_acknowledgement() -> None:
    wand = filled_wand(41 * 3)
    line = counted(wand)
    del wand.pages[1]
    error = failure(line.run(ReadRecords()))
    assert isinstance(error, RecordsMissingError)
    assert error.details == {"announced": 123, "received": 82}
    with pytest.raises(LocalProtocolError):
        line.host.send(Acknowledge(CIVIL), line.now)


class FlakyMemory(MemoryWand):
    """A wand that reads one page wrongly the first time."""

    @override
    def answers(self, request: requests.VsRequest) -> Iterable[replies.VsReply]:
        answers = list(super().answers(request))
        if isinstance(request, requests.ReadPages) and len(self.ranges()) == 1:
            raw = self.pages[1]
            answers[1] = replies.PageRead(number=1, raw=raw[:64] + bytes(24) + raw[88:])
        return answers


def test_a_record_that_cannot_be_read_at_first_is_asked_for_again() -> None:
    wand = FlakyMemory([numbered_record(number) for number in range(1, 124)])
    events = counted(wand).run(ReadRecords())
    assert sorted(slots(events)) == list(range(1, 124))
    assert slots(events)[-1] == 43
    assert wand.ranges() == [(0, 3), (1, 1)]


def test_a_torn_page_gives_its_good_records_and_is_no_hindrance() -> None:
    wand = filled_wand(41)
    saved = [numbered_record(number) for number in range(42, 45)]
    wand.add_page(1, 42, saved)
    wand.pages[1] = by_hand_vs.page(1, 42, [*saved, numbered_record(45)[:11]], is_torn=True)
    wand.add_page(2, 46, [numbered_record(46)])
    line = counted(wand)
    events = line.run(ReadRecords())
    assert slots(events) == [*range(1, 45), 46]
    assert answer(events) == ReadingComplete(45, 45)
    rejected = [str(event.error) for event in events if isinstance(event, FrameRejected)]
    assert len(rejected) == 2
    assert "place 3 of page 1" in rejected[1]


class ModestWand(MemoryWand):
    """A wand that announces one record fewer than it holds."""

    @override
    def totals(self) -> replies.Totals:
        told = super().totals()
        return replace(told, unread_patrol=told.unread_patrol - 1)


def test_more_records_than_announced_are_no_complete_reading() -> None:
    wand = ModestWand([numbered_record(number) for number in range(1, 11)])
    assert isinstance(failure(counted(wand).run(ReadRecords())), RecordsChangedError)


def test_the_acknowledgement_is_refused_by_another_wand_and_the_session_ends() -> None:
    wand = filled_wand(10)
    line = counted(wand)
    line.run(ReadRecords())
    wand.serial = RADIO_SERIAL
    error = failure(line.run(Acknowledge(CIVIL)))
    assert isinstance(error, RefusedError)
    assert error.details["reason"] == "other_wand"
    assert wand.read_pointer == 0


def test_a_page_of_another_wand_ends_the_session() -> None:
    wand = filled_wand(10)
    line = counted(wand)
    wand.pages[0] = filled_wand(10, RADIO_SERIAL).pages[0]
    events = line.run(ReadRecords())
    assert isinstance(failure(events), WandChangedError)
    assert slots(events) == []


def test_a_second_identity_ends_the_session() -> None:
    wand = filled_wand(1)
    line = VsLine(wand)
    line.run(Identify())
    wand.serial = RADIO_SERIAL
    assert isinstance(failure(line.run(Identify())), WandChangedError)


@pytest.mark.parametrize("command", [ReadCounters(), SetClock(CIVIL), requests.ReadEvidence()])
def test_nothing_is_asked_of_a_wand_that_was_not_identified(
    command: ReadCounters | SetClock | requests.ReadEvidence,
) -> None:
    with pytest.raises(LocalProtocolError):
        VsLine(filled_wand(1)).host.send(command, 0.0)


def test_a_reading_needs_fresh_counters_each_time() -> None:
    line = counted(filled_wand(1))
    line.run(ReadRecords())
    with pytest.raises(LocalProtocolError):
        line.host.send(ReadRecords(), line.now)


def test_one_command_at_a_time_and_none_after_a_failure() -> None:
    line = VsLine(filled_wand(1))
    line.host.send(Identify(), 0.0)
    with pytest.raises(LocalProtocolError):
        line.host.send(Identify(), 0.0)
    while line.host.deadline is not None:
        line.host.expire(line.host.deadline)
    with pytest.raises(LocalProtocolError):
        line.host.send(Identify(), line.now)


def test_silence_is_borne_for_as_long_as_the_table_says() -> None:
    line = VsLine(filled_wand(1))
    line.to_host = lambda _frame: []
    events = line.run(Identify())
    assert events.count(Resent("identify", 2)) == events.count(Resent("identify", 3)) == 1
    assert isinstance(failure(events), SilenceError)
    assert line.now == pytest.approx(0.9)


@pytest.mark.parametrize("year", [1999, 2100])
def test_a_year_no_wand_can_show_is_refused_before_anything_is_sent(year: int) -> None:
    line = VsLine(filled_wand(1))
    line.run(Identify())
    with pytest.raises(RequestRangeError):
        line.host.send(SetClock(civil(year, 6, 1)), line.now)
    assert answer(line.run(CheckClock())) is not None


def test_a_request_that_arrived_damaged_is_sent_again_at_once() -> None:
    wand = filled_wand(1)
    wand.refusals = [Refusal(reason=Reason.DAMAGED)] * MOST_REFUSALS
    line = VsLine(wand)
    events = line.run(Identify())
    assert sum(isinstance(event, Resent) for event in events) == MOST_REFUSALS
    assert line.now == 0.0
    assert isinstance(answer(events), Identity)


def test_a_wand_that_finds_every_request_damaged_is_given_up() -> None:
    wand = filled_wand(1)
    wand.refusals = [Refusal(reason=Reason.DAMAGED)] * (MOST_REFUSALS + 1)
    error = failure(VsLine(wand).run(Identify()))
    assert isinstance(error, RefusedError)
    assert error.details["reason"] == "damaged"


@pytest.mark.parametrize(("busy_ms", "waited_s"), [(5_000, 5.0), (0xFFFFFFFF, 30.0)])
def test_a_busy_wand_is_asked_again_when_it_said_but_not_for_ever(
    busy_ms: int, waited_s: float
) -> None:
    wand = filled_wand(1)
    line = VsLine(wand)
    line.run(Identify())
    wand.refusals = [Refusal(reason=Reason.BUSY, detail=busy_ms)]
    assert isinstance(answer(line.run(ReadCounters())), Counters)
    assert line.now == pytest.approx(waited_s)


@pytest.mark.parametrize("reason", [Reason.PAGE_GONE, 99])
def test_any_other_refusal_ends_the_session_with_its_name(reason: int) -> None:
    wand = filled_wand(1)
    line = counted(wand)
    wand.refusals = [Refusal(reason=reason, detail=3)]
    error = failure(line.run(ReadRecords()))
    assert isinstance(error, RefusedError)
    assert error.details["reason"] == ("page_gone" if reason == Reason.PAGE_GONE else "reason 99")


EVIDENCE = replies.EvidenceReply(
    items=(
        EvidenceItem(number=EvidenceCode.SHORT, value=3, detail=45_000),
        EvidenceItem(number=200, value=1, detail=2),
    )
)


class TellingWand(MemoryWand):
    """A wand with evidence, some of it of a kind nobody knows."""

    @override
    def answers(self, request: requests.VsRequest) -> Iterable[replies.VsReply]:
        is_evidence = isinstance(request, requests.ReadEvidence)
        return [EVIDENCE] if is_evidence else super().answers(request)


def test_a_request_of_this_dialect_is_answered_with_the_reply_as_it_came() -> None:
    events = VsLine(TellingWand([])).run(Identify(), requests.ReadEvidence())
    assert answer(events[-1:]) == EVIDENCE
    assert [item.code for item in EVIDENCE.items] == [EvidenceCode.SHORT, None]
