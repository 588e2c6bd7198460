from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import by_hand_xgd as by_hand
from tests.support.line_faults import (
    Fault,
    before,
    flipped_high,
    flipped_low,
    lost,
    no_fault,
    silent_from,
)
from tests.support.xgd_line import Line, full_line
from watchclock_protocol.dialects.xgd import XGD
from watchclock_protocol.dialects.xgd.host import XgdHost
from watchclock_protocol.events import Answered, Event, Failed, Resent, Transmit
from watchclock_protocol.messages import Acknowledged, ReadingComplete
from watchclock_protocol.session import (
    Acknowledge,
    AnswerPushed,
    BeginLive,
    CheckClock,
    EndLive,
    HostCommand,
    Identify,
    LiveCommand,
    ReadCounters,
    ReadRecords,
    SetClock,
)

CIVIL = datetime.fromisoformat("2026-11-21T08:30:05")
RECORDS = by_hand.records(3)
HOST_EVENTS = Transmit | Answered | Failed | Resent
DOWNLOAD: list[HostCommand] = [
    Identify(),
    CheckClock(),
    ReadCounters(),
    ReadRecords(),
    Acknowledge(CIVIL),
    SetClock(CIVIL),
]


def download(line: Line) -> bool:
    """Whether all steps were answered; ends with the first that failed."""
    return not any(isinstance(line.ask(command), Failed) for command in DOWNLOAD)


def line_with(fault: Fault) -> Line:
    return full_line(3, fault=fault)


def bytes_of_a_good_download() -> int:
    line = line_with(no_fault)
    assert download(line)
    return line.carried


def start_before(position: int) -> Fault:
    return before(position, b"!XD")


def noise_before(position: int) -> Fault:
    return before(position, b"\x00!X")


def silent_awhile_from(position: int) -> Fault:
    return silent_from(position, 10)


@pytest.mark.parametrize(
    "fault", [lost, flipped_low, flipped_high, start_before, noise_before, silent_awhile_from]
)
def test_one_fault_at_any_byte_costs_neither_a_record_nor_the_download(
    fault: Callable[[int], Fault],
) -> None:
    for position in range(bytes_of_a_good_download()):
        line = line_with(fault(position))
        assert download(line), position
        assert line.latest_reading() == RECORDS, position
        assert (line.controller.deletions, line.controller.records) == (1, []), position


@pytest.mark.parametrize("number", range(22))
@pytest.mark.parametrize("damaged", [b"", b"\xff"], ids=["lost", "damaged"])
def test_a_request_that_does_not_arrive_costs_nothing(number: int, damaged: bytes) -> None:
    line = full_line(3)
    line.to_controller = lambda at, data: (
        (data[:-1] + damaged if damaged else b"") if at == number else data
    )
    assert download(line)
    assert line.latest_reading() == RECORDS
    assert (line.controller.deletions, line.controller.records) == (1, [])


def test_an_unplugged_line_fails_at_any_byte_and_nothing_is_lost() -> None:
    before_delete = line_with(no_fault)
    for command in DOWNLOAD[:4]:
        before_delete.ask(command)
    for position in range(0, before_delete.carried, 7):
        line = line_with(silent_from(position, 10_000_000))
        assert not download(line), position
        assert (line.controller.deletions, line.controller.records) == (0, RECORDS), position


FAULTS = st.dictionaries(st.integers(0, 900), st.binary(max_size=3), max_size=25)


@given(FAULTS)
def test_whatever_the_line_does_a_deletion_follows_only_two_equal_readings(
    faults: dict[int, bytes],
) -> None:
    line = line_with(lambda at, byte: faults.get(at, bytes([byte])))
    is_whole = download(line)
    assert line.host.held_bytes < 50
    if line.controller.deletions:
        assert line.controller.deletions == 1
        assert line.events.count(Answered(ReadingComplete(3, 3))) == 1
        assert set(line.received()) == set(RECORDS)
    else:
        assert line.controller.records == RECORDS
    assert is_whole <= (Answered(Acknowledged()) in line.events)


@given(FAULTS)
def test_a_capture_of_the_line_is_understood_as_the_live_download_was(
    faults: dict[int, bytes],
) -> None:
    line = line_with(lambda at, byte: faults.get(at, bytes([byte])))
    download(line)
    listener = XGD.listener()
    replayed: list[Event] = []
    for direction, data in line.spoken:
        replayed += listener.sent(data) if direction == "TX" else listener.received(data)
    live = [event for event in line.events if not isinstance(event, HOST_EVENTS)]
    assert [*map(repr, replayed)] == [*map(repr, live)]


def test_a_download_arriving_byte_by_byte_is_the_same() -> None:
    whole, single = line_with(no_fault), full_line(3, chunk_length=1)
    assert download(whole)
    assert download(single)
    assert single.controller.heard == whole.controller.heard
    assert single.events == whole.events


LIVE: list[HostCommand | LiveCommand] = [Identify(), ReadCounters(), BeginLive()]


@given(FAULTS)
@example(dict.fromkeys(range(50, 301, 25), b""))
def test_whatever_the_line_does_no_record_is_answered_that_was_not_reported(
    faults: dict[int, bytes],
) -> None:
    line = line_with(lambda at, byte: faults.get(at, bytes([byte])))
    is_failed = any(isinstance(line.ask(command), Failed) for command in LIVE)
    # Each fault can cost one push more; when the line is good again the rest has to come.
    for _ in range(0 if is_failed else 12 + len(faults)):
        if line.host.has_pushed:
            line.ask(AnswerPushed())
        assert line.received()[: len(line.controller.given_up)] == line.controller.given_up
        line.wait(4.0)
    reported = line.received()
    assert len(reported) == len(set(reported))
    assert sorted([*line.controller.given_up, *line.controller.records]) == sorted(RECORDS)
    if not is_failed:
        assert reported == RECORDS


@given(st.lists(st.one_of(st.binary(max_size=60), st.floats(0.001, 4.0)), max_size=40))
def test_any_bytes_at_any_time_never_raise_delete_or_answer(
    happenings: list[bytes | float],
) -> None:
    host = XgdHost(3)
    now = 0.0
    sent = [*host.send(EndLive(), now), *host.send(Identify(), now)]
    for happening in happenings:
        if isinstance(happening, bytes):
            sent += host.receive(happening, now)
        else:
            now += happening
            sent += host.expire(now)
        assert host.held_bytes < 50
    functions = {event.data[5] for event in sent if isinstance(event, Transmit)}
    assert functions <= {0x03, 0x09}
