import ast
from datetime import datetime
from pathlib import Path

import pytest

from tests.support import by_hand_wm5000t as by_hand
from tests.support.by_hand_wm5000t import HandMadeWand
from tests.support.golden_wm5000t import recorded
from tests.support.wm5000t_line import Line
from watchclock_protocol.dialect import host_session
from watchclock_protocol.dialects import wm5000t
from watchclock_protocol.dialects.wm5000t import WM5000T, host
from watchclock_protocol.dialects.wm5000t.host import Wm5000tHost
from watchclock_protocol.errors import (
    LocalProtocolError,
    RecordsChangedError,
    RecordsMissingError,
    RequestRangeError,
    SilenceError,
    WandChangedError,
)
from watchclock_protocol.events import (
    Answered,
    BytesSkipped,
    Failed,
    Heard,
    RecordsReceived,
    Resent,
    Transmit,
)
from watchclock_protocol.messages import (
    Acknowledged,
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

CIVIL = datetime.fromisoformat("2026-06-05T13:46:16")
TWO_RECORDS = [
    bytes.fromhex("260605134603000000F40939"),
    bytes.fromhex("260605134606000000F3F6AD"),
]


def two_record_line() -> Line:
    return Line(HandMadeWand(records=list(TWO_RECORDS)))


def read_line(line: Line) -> Line:
    """The line after identify, counters and a whole reading."""
    line.ask(Identify())
    line.ask(ReadCounters())
    assert line.ask(ReadRecords()) == ReadingComplete(2, 2)
    return line


def test_a_whole_download_answers_every_step() -> None:
    line = two_record_line()
    assert line.ask(Identify()) == Identity("wm5000t", "531932")
    counters = line.ask(ReadCounters())
    assert isinstance(counters, Counters)
    assert counters.announced == 2
    assert line.ask(ReadRecords()) == ReadingComplete(2, 2)
    assert line.latest_reading() == TWO_RECORDS
    assert line.wand.wipes == 0
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert (line.wand.wipes, line.wand.clock) == (1, bytes.fromhex("260605134616"))
    assert line.closed_during == [Acknowledge(CIVIL)]


def test_the_host_sends_the_captured_bytes_in_the_captured_order() -> None:
    line = read_line(two_record_line())
    captured = [data for direction, data in recorded() if direction == "TX"]
    second_block = captured[4:12]
    assert line.wand.heard == [b"\x55", b"\xe5", by_hand.STATUS, *second_block]
    line.ask(Acknowledge(CIVIL))
    assert line.wand.heard[11:] == [*second_block, *captured[12:]]


def test_the_wand_sends_the_recorded_answers_and_the_host_understands_them() -> None:
    conversation = recorded()
    answers = [data for direction, data in conversation if direction == "RX"]
    session = Wm5000tHost()
    events = session.send(SetClock(datetime.fromisoformat("2026-06-05T13:46:12")), 0.0)
    for number in (0, 1, 2):
        assert events == [Transmit(conversation[2 * number][1])]
        events = session.receive(answers[number], 0.01 * number)
        events = [event for event in events if not isinstance(event, Heard)]
    assert events == [Answered(ClockSet(datetime.fromisoformat("2026-06-05T13:46:12")))]
    assert session.deadline is None


def test_setting_the_clock_alone_does_not_close() -> None:
    line = two_record_line()
    assert line.ask(SetClock(CIVIL)) == ClockSet(CIVIL)
    assert line.wand.heard == [b"\x55", b"\xe5", by_hand.clock_frame(line.wand.clock or b"")]
    assert line.wand.records == TWO_RECORDS


def test_a_long_pause_before_reading_begins_a_new_session_silently() -> None:
    line = two_record_line()
    line.ask(ReadCounters())
    line.wait(3.0)
    assert line.ask(ReadRecords()) == ReadingComplete(2, 2)
    assert line.wand.heard.count(by_hand.DOWNLOAD) == 2
    assert line.latest_reading() == TWO_RECORDS
    assert not [event for event in line.events if isinstance(event, Resent)]


def test_the_header_of_a_wand_that_gave_up_is_no_noise() -> None:
    line = two_record_line()
    line.ask(ReadCounters())
    line.wait(3.0)
    assert line.ask(ReadRecords()) == ReadingComplete(2, 2)
    assert line.spoken.count(("RX", by_hand.HEADER)) == 3
    assert not [event for event in line.events if isinstance(event, BytesSkipped)]


def test_an_empty_wand_is_read_and_acknowledged() -> None:
    line = Line(HandMadeWand(records=[]))
    line.ask(ReadCounters())
    assert line.ask(ReadRecords()) == ReadingComplete(0, 0)
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()


def test_more_than_255_records_are_counted_in_16_bits() -> None:
    records = [by_hand.record(26, 6, 5, serial) for serial in range(300)]
    line = Line(HandMadeWand(records=list(records)))
    line.ask(ReadCounters())
    assert line.ask(ReadRecords()) == ReadingComplete(300, 300)
    assert line.latest_reading() == records
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()


def test_the_clock_is_set_to_the_civil_time_plus_the_time_the_second_reading_took() -> None:
    records = [by_hand.record(26, 6, 5, serial) for serial in range(5000)]
    line = Line(HandMadeWand(records=records))
    line.ask(ReadCounters())
    line.ask(ReadRecords())
    line.ask(Acknowledge(CIVIL))
    assert line.wand.clock == bytes.fromhex("260605134621")
    assert Heard(ClockSet(datetime.fromisoformat("2026-06-05T13:46:21"))) in line.events


def test_a_record_that_changed_between_the_readings_stops_the_wipe() -> None:
    line = read_line(two_record_line())
    line.wand.records[1] = by_hand.record(26, 6, 5, 99)
    failure = line.ask(Acknowledge(CIVIL))
    assert isinstance(failure, Failed)
    assert isinstance(failure.error, RecordsChangedError)
    assert (line.wand.wipes, line.wand.clock, line.closed_during) == (0, None, [])


def test_a_record_made_after_the_reading_stops_the_wipe() -> None:
    line = read_line(two_record_line())
    line.wand.records.append(by_hand.record(26, 6, 5, 99))
    failure = line.ask(Acknowledge(CIVIL))
    assert isinstance(failure, Failed)
    assert isinstance(failure.error, RecordsChangedError)
    assert (line.wand.wipes, len(line.wand.records)) == (0, 3)


@pytest.mark.parametrize("command", [ReadCounters(), ReadRecords(), Acknowledge(CIVIL)])
def test_another_wand_on_the_dock_is_noticed(command: HostCommand) -> None:
    line = read_line(two_record_line())
    line.wand.number = b"\x00\x00\x01"
    answer = line.ask(command)
    is_noticed = isinstance(answer, Failed) and isinstance(answer.error, WandChangedError)
    assert is_noticed
    assert (line.wand.wipes, line.wand.clock) == (0, None)


def test_a_wand_that_holds_more_than_it_announced_is_not_acknowledged() -> None:
    line = two_record_line()
    line.ask(ReadCounters())
    line.wand.records.append(by_hand.record(26, 6, 5, 99))
    failure = line.ask(ReadRecords())
    assert isinstance(failure, Failed)
    assert isinstance(failure.error, RecordsChangedError)
    assert len(line.latest_reading()) == 3


def test_a_wand_that_holds_fewer_than_it_announced_ends_in_records_missing() -> None:
    line = two_record_line()
    line.ask(ReadCounters())
    line.wand.is_forgetful = True
    failure = line.ask(ReadRecords())
    assert isinstance(failure, Failed)
    assert isinstance(failure.error, RecordsMissingError)
    assert failure.error.details == {"announced": 2, "received": 0}


@pytest.mark.parametrize("command", [Identify(), ReadCounters(), SetClock(CIVIL)])
def test_silence_fails_after_three_attempts(command: HostCommand) -> None:
    session = Wm5000tHost()
    events = session.send(command, 0.0)
    while session.deadline is not None:
        events += session.expire(session.deadline)
    assert events.count(Transmit(b"\x55")) == host.ATTEMPTS == 3
    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, SilenceError)
    assert "did not answer start block after 3 attempts" in str(events[-1].error)


def refused(line: Line, command: HostCommand) -> str:
    with pytest.raises(LocalProtocolError) as caught:
        line.host.send(command, line.now)
    return str(caught.value)


def test_what_is_not_allowed_now_is_refused_with_the_reason() -> None:
    line = two_record_line()
    assert "cannot tell its time" in refused(line, CheckClock())
    assert "without counters" in refused(line, ReadRecords())
    assert "without a whole reading" in refused(line, Acknowledge(CIVIL))
    line.host.send(Identify(), 0.0)
    assert "busy with Identify" in refused(line, ReadCounters())
    assert line.wand.heard == []


def test_acknowledging_twice_or_after_new_counters_is_refused() -> None:
    line = read_line(two_record_line())
    line.ask(ReadCounters())
    assert "without a whole reading" in refused(line, Acknowledge(CIVIL))
    line.ask(ReadRecords())
    line.ask(Acknowledge(CIVIL))
    assert "without a whole reading" in refused(line, Acknowledge(CIVIL))
    assert line.wand.wipes == 1


def test_a_failed_session_accepts_nothing_more() -> None:
    line = read_line(two_record_line())
    line.wand.records.clear()
    line.ask(Acknowledge(CIVIL))
    assert "failed" in refused(line, Identify())


@pytest.mark.parametrize("civil", ["1999-12-31T23:59:59", "2099-12-31T23:59:59", "9999-12-31"])
def test_a_time_the_wand_cannot_show_is_refused_before_anything_is_sent(civil: str) -> None:
    line = two_record_line()
    with pytest.raises(RequestRangeError):
        line.host.send(SetClock(datetime.fromisoformat(civil)), 0.0)
    assert line.ask(Identify()) == Identity("wm5000t", "531932")


def test_the_close_command_is_asked_for_in_one_place_of_the_host_role() -> None:
    folder = Path(wm5000t.__file__).parent
    places: list[str] = []
    for name in ("host.py", "listener.py", "procedures.py", "records.py", "transitions.py"):
        tree = ast.parse((folder / name).read_text("utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                places += [
                    function.name
                    for node in ast.walk(function)
                    if isinstance(node, ast.Yield)
                    and node.value is not None
                    and ast.unparse(node.value) == "CloseSession()"
                ]
    assert places == ["acknowledge"]


def test_the_dialect_declares_the_line_and_what_its_wands_can_do() -> None:
    assert (WM5000T.line.baud, WM5000T.line.dtr, WM5000T.line.rts) == (19200, False, False)
    assert {str(capability) for capability in WM5000T.capabilities} == {
        "acknowledge_wipes",
        "acknowledge_sets_clock",
    }
    assert host_session(WM5000T, 7).send(Identify(), 0.0) == [Transmit(b"\x55")]
    assert WM5000T.listener().received(b"\x00\x01") == [BytesSkipped(2)]


def test_records_are_reported_as_they_arrive() -> None:
    line = read_line(two_record_line())
    received = [event for event in line.events if isinstance(event, RecordsReceived)]
    assert [event.records[0].raw for event in received] == TWO_RECORDS
