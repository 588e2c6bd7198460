import ast
from datetime import datetime
from pathlib import Path

import pytest

from tests.support import by_hand_xgd as by_hand
from tests.support.by_hand_xgd import DELETE, HandMadeController
from tests.support.golden_xgd import golden_frames
from tests.support.xgd_line import Line, full_line
from watchclock_protocol.dialect import host_session, live_session
from watchclock_protocol.dialects import xgd
from watchclock_protocol.dialects.fcard import FCARD
from watchclock_protocol.dialects.xgd import XGD
from watchclock_protocol.dialects.xgd.commands import ChangeAddress, Done
from watchclock_protocol.dialects.xgd.host import ATTEMPTS, XgdHost
from watchclock_protocol.dialects.xgd.procedures import ANSWER_TIMEOUT_S, SEARCHED_UNITS
from watchclock_protocol.errors import (
    LiveMissingError,
    LocalProtocolError,
    RecordsChangedError,
    RecordsMissingError,
    RemoteProtocolError,
    RequestRangeError,
    SilenceError,
    UnitUnknownError,
    WandChangedError,
)
from watchclock_protocol.events import Answered, Failed, Heard, Transmit
from watchclock_protocol.messages import (
    Acknowledged,
    Answer,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
)
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

CIVIL = datetime.fromisoformat("2026-11-21T08:30:05")
WORKED = bytes.fromhex("000109340821112601A1B2C30000002B")
RECORDS = by_hand.records(3)


def read_line(line: Line) -> Line:
    """The line after identify, counters and a whole reading."""
    held = len(line.controller.records)
    line.ask(Identify())
    line.ask(ReadCounters())
    assert line.ask(ReadRecords()) == ReadingComplete(held, held)
    return line


def failure(answer: Answer | Failed) -> RemoteProtocolError:
    assert isinstance(answer, Failed)
    return answer.error


def test_a_whole_download_answers_every_step() -> None:
    line = full_line(3)
    assert line.ask(Identify()) == Identity("xgd", "3")
    clock = line.ask(CheckClock())
    assert isinstance(clock, ClockReading)
    assert clock.time.civil == datetime.fromisoformat("2026-11-21T08:34:09")
    counters = line.ask(ReadCounters())
    assert isinstance(counters, Counters)
    assert counters.announced == 3
    assert line.ask(ReadRecords()) == ReadingComplete(3, 3)
    assert line.latest_reading() == RECORDS
    assert line.controller.deletions == 0
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert (line.controller.deletions, line.controller.records) == (1, [])
    assert line.ask(SetClock(CIVIL)) == ClockSet(CIVIL)
    assert line.controller.clock == bytes.fromhex("053008211126")


def test_the_host_sends_the_worked_bytes() -> None:
    line = Line(HandMadeController(records=[WORKED]))
    read_line(line).ask(Acknowledge(CIVIL))
    line.ask(SetClock(CIVIL))
    frames = golden_frames()
    sent = {data for direction, data in line.spoken if direction == "TX"}
    worked = ("are_you_there", "count", "record", "delete", "set_time", "set_date", "read_time")
    assert sent == {frames[f"{name}_request"][1] for name in worked}


def test_the_memory_is_read_a_second_time_and_counted_right_before_it_is_deleted() -> None:
    line = read_line(full_line(2))
    heard = len(line.controller.heard)
    line.ask(Acknowledge(CIVIL))
    after = [function for function, _ in line.controller.heard[heard:]]
    assert after == [0x06, 0x07, 0x07, 0x06, DELETE]


def test_a_record_added_after_the_reading_stops_the_deletion() -> None:
    line = read_line(full_line(2))
    line.controller.records.append(RECORDS[2])
    assert isinstance(failure(line.ask(Acknowledge(CIVIL))), RecordsChangedError)
    assert (line.controller.deletions, len(line.controller.records)) == (0, 3)


def test_a_record_added_during_the_second_reading_stops_the_deletion() -> None:
    line = read_line(full_line(2))
    line.controller.added = {len(line.controller.heard) + 2: RECORDS[2]}
    assert isinstance(failure(line.ask(Acknowledge(CIVIL))), RecordsChangedError)
    assert (line.controller.deletions, len(line.controller.records)) == (0, 3)


def test_a_record_that_changed_between_the_readings_stops_the_deletion() -> None:
    line = read_line(full_line(3))
    line.controller.records[1] = by_hand.record(2, "261121083402", serial=99)
    error = failure(line.ask(Acknowledge(CIVIL)))
    assert isinstance(error, RecordsChangedError)
    assert "record 2" in str(error)
    assert line.controller.deletions == 0


def test_an_empty_memory_is_acknowledged_without_deleting_anything() -> None:
    line = read_line(full_line(0))
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert line.controller.deletions == 0


def test_a_full_memory_of_255_records_is_read_and_deleted() -> None:
    line = read_line(full_line(255))
    assert line.latest_reading() == by_hand.records(255)
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert line.controller.records == []


def test_fewer_records_than_announced_are_missing() -> None:
    line = full_line(3)
    line.ask(Identify())
    line.ask(ReadCounters())
    line.controller.is_forgetful = True
    error = failure(line.ask(ReadRecords()))
    assert isinstance(error, RecordsMissingError)
    assert error.details == {"announced": 3, "received": 0}


def lossy_line(count: int, function: int) -> Line:
    """A line on which the answer to this function gets lost once, behind ``Identify``."""
    line = full_line(count)
    line.ask(Identify())
    line.controller.loses.add(function)
    return line


def test_a_lost_answer_to_delete_is_settled_by_counting_again() -> None:
    line = read_line(lossy_line(2, DELETE))
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert line.controller.deletions == 1
    assert Heard(Acknowledged()) in line.events


def test_a_record_made_after_an_unconfirmed_deletion_is_not_deleted() -> None:
    line = read_line(lossy_line(2, DELETE))
    line.controller.added = {len(line.controller.heard) + 5: RECORDS[2]}
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert (line.controller.deletions, line.controller.records) == (1, [RECORDS[2]])


def test_an_equal_count_after_an_unconfirmed_deletion_is_compared_before_it_is_repeated() -> None:
    line = read_line(lossy_line(1, DELETE))
    line.controller.added = {len(line.controller.heard) + 4: RECORDS[2]}
    assert isinstance(failure(line.ask(Acknowledge(CIVIL))), RecordsChangedError)
    assert (line.controller.deletions, line.controller.records) == (1, [RECORDS[2]])


def test_a_lost_request_to_delete_is_repeated_only_after_another_comparison() -> None:
    line = read_line(full_line(2))
    deleting = line.asked + 4
    line.to_controller = lambda at, frame: b"" if at == deleting else frame
    heard = len(line.controller.heard)
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    after = [function for function, _ in line.controller.heard[heard:]]
    comparison = [0x06, 0x07, 0x07, 0x06]
    assert after == [*comparison, *comparison, DELETE]


@pytest.mark.parametrize("late", range(4, 12))
def test_a_late_answer_is_never_taken_for_the_next_record(late: int) -> None:
    line = full_line(3, late=frozenset({late}))
    read_line(line)
    assert line.latest_reading() == RECORDS
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert line.controller.records == []


def test_silence_fails_after_nine_seconds() -> None:
    session = XgdHost(3)
    events = session.send(ReadCounters(), 0.0)
    now = 0.0
    while session.deadline is not None:
        now = session.deadline
        events += session.expire(now)
    assert now == ATTEMPTS * ANSWER_TIMEOUT_S == 9.0
    assert isinstance(events[-1], Failed)
    assert "did not answer count records after 3 attempts" in str(events[-1].error)


@pytest.mark.parametrize("address", [SEARCHED_UNITS[0], 3, SEARCHED_UNITS[-1]])
def test_the_only_controller_on_a_line_is_found_in_two_seconds(address: int) -> None:
    controller = HandMadeController(records=[], address=address)
    line = Line(controller, host=XgdHost())
    assert line.ask(Identify()) == Identity("xgd", str(address))
    assert line.now < 2.5
    assert isinstance(line.ask(ReadCounters()), Counters)


def test_two_controllers_on_a_line_are_never_chosen_between() -> None:
    line = Line(HandMadeController(records=[], others=(5,)), host=XgdHost())
    error = failure(line.ask(Identify()))
    assert isinstance(error, WandChangedError)
    assert error.details == {"expected": "xgd:3", "found": "xgd:5"}


def test_one_of_two_controllers_is_talked_to_by_its_address() -> None:
    line = Line(HandMadeController(records=list(RECORDS), others=(5,)), host=XgdHost(3))
    assert read_line(line).latest_reading() == RECORDS


def test_an_empty_line_and_one_that_echoes_hold_no_controller() -> None:
    for answers in (False, True):
        session = XgdHost()
        events = session.send(Identify(), 0.0)
        now = 0.0
        waiting = list(events)
        while waiting or session.deadline is not None:
            event = waiting.pop(0) if waiting else None
            if isinstance(event, Transmit) and answers:
                waiting += session.receive(event.data, now)
            if event is None and session.deadline is not None:
                now = session.deadline
                waiting += session.expire(now)
            events += [] if event is None else [event]
        assert isinstance(events[-1], Failed)
        assert isinstance(events[-1].error, SilenceError)
        assert now < 2.5


def test_a_changed_address_is_answered_from_the_new_one_and_used_from_then_on() -> None:
    line = read_line(full_line(1))
    assert line.ask(ChangeAddress(7)) == Done()
    assert line.controller.address == 7
    assert line.ask(Identify()) == Identity("xgd", "7")
    assert isinstance(line.ask(ReadCounters()), Counters)


def test_the_clock_is_read_again_when_midnight_passed_between() -> None:
    line = full_line(0)
    line.ask(Identify())
    line.controller.times = [bytes.fromhex(part) for part in ("595923", "000000", "010000")]
    answer = line.ask(CheckClock())
    assert isinstance(answer, ClockReading)
    assert answer.time.raw == bytes.fromhex("010000211126")


def test_a_time_set_late_is_the_later_time() -> None:
    line = lossy_line(0, 0x01)
    line.ask(Identify())
    assert line.ask(SetClock(CIVIL)) == ClockSet(datetime.fromisoformat("2026-11-21T08:30:08"))
    assert line.controller.clock == bytes.fromhex("083008211126")


def test_an_error_report_lets_the_request_go_out_again() -> None:
    line = full_line(2)
    line.ask(Identify())
    line.ask(ReadCounters())
    number = line.asked
    line.to_controller = lambda at, data: data[:-1] + b"\xff" if at == number else data
    assert line.ask(ReadRecords()) == ReadingComplete(2, 2)
    assert ("RX", by_hand.short_report(0xF2)) in line.spoken
    assert line.now < 1.0


def refused(line: Line, command: HostCommand) -> str:
    with pytest.raises(LocalProtocolError) as caught:
        line.host.send(command, line.now)
    return str(caught.value)


def test_what_is_not_allowed_now_is_refused_with_the_reason() -> None:
    line = full_line(1)
    assert "without counters" in refused(line, ReadRecords())
    assert "without a whole reading" in refused(line, Acknowledge(CIVIL))
    line.host.send(Identify(), 0.0)
    assert "busy with Identify" in refused(line, ReadCounters())
    lost = Line(HandMadeController(records=[]), host=XgdHost())
    assert "not sure which wand" in refused(lost, ReadCounters())
    assert line.controller.heard == lost.controller.heard == []


def test_acknowledging_twice_or_after_new_counters_is_refused() -> None:
    line = read_line(full_line(2))
    line.ask(ReadCounters())
    assert "without a whole reading" in refused(line, Acknowledge(CIVIL))
    line.ask(ReadRecords())
    line.ask(Acknowledge(CIVIL))
    assert "without a whole reading" in refused(line, Acknowledge(CIVIL))
    assert line.controller.deletions == 1


def test_a_failed_session_accepts_nothing_more() -> None:
    line = read_line(full_line(2))
    line.controller.records.append(RECORDS[2])
    line.ask(Acknowledge(CIVIL))
    assert "failed" in refused(line, Identify())


@pytest.mark.parametrize("civil", ["1999-12-31T23:59:59", "2099-12-31T23:59:59"])
def test_a_time_the_controller_cannot_show_is_refused_before_anything_is_sent(civil: str) -> None:
    line = full_line(0)
    with pytest.raises(RequestRangeError):
        line.host.send(SetClock(datetime.fromisoformat(civil)), 0.0)
    assert line.ask(Identify()) == Identity("xgd", "3")


def test_deleting_is_asked_for_in_one_place_of_the_host_role() -> None:
    folder = Path(xgd.__file__).parent
    places = [
        function.name
        for name in ("host.py", "procedures.py")
        for function in ast.walk(ast.parse((folder / name).read_text("utf-8")))
        if isinstance(function, ast.FunctionDef) and "DeleteRecords()" in ast.unparse(function)
    ]
    assert places == ["acknowledge"]


def test_the_dialect_makes_hosts_for_one_address_or_any() -> None:
    first = by_hand.frame(1, 9)
    assert host_session(XGD, 7).send(Identify(), 0.0) == [Transmit(first)]
    assert host_session(XGD, 7, 9).send(Identify(), 0.0) == [Transmit(by_hand.frame(9, 9))]
    assert live_session(XGD, 255).send(Identify(), 0.0) == [Transmit(by_hand.frame(255, 9))]
    assert {str(each) for each in XGD.capabilities} == {"reads_clock", "acknowledge_wipes"}


def test_an_address_no_controller_can_have_is_refused() -> None:
    for dialect, unit in ((XGD, 0), (XGD, 256), (FCARD, 3)):
        with pytest.raises(UnitUnknownError):
            host_session(dialect, 7, unit)
    with pytest.raises(UnitUnknownError):
        live_session(XGD, 256)
    with pytest.raises(LiveMissingError):
        live_session(FCARD)


def test_every_answer_is_given_once() -> None:
    line = read_line(full_line(3))
    assert [type(it.answer) for it in line.events if isinstance(it, Answered)] == [
        Identity,
        Counters,
        ReadingComplete,
    ]
