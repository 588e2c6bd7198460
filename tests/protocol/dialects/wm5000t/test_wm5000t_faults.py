from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_wm5000t as by_hand
from tests.support.by_hand_wm5000t import HandMadeWand
from tests.support.line_faults import (
    Fault,
    before,
    flipped_high,
    flipped_low,
    lost,
    no_fault,
    silent_from,
)
from tests.support.wm5000t_line import Line
from watchclock_protocol.dialects.wm5000t import WM5000T
from watchclock_protocol.dialects.wm5000t.host import Wm5000tHost
from watchclock_protocol.events import Answered, Event, Failed, RecordsReceived, Resent, Transmit
from watchclock_protocol.messages import Acknowledged, ReadingComplete
from watchclock_protocol.session import (
    Acknowledge,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

CIVIL = datetime.fromisoformat("2026-06-05T13:46:16")
RECORDS = [by_hand.record(26, 6, 5, serial, second=serial) for serial in (1, 2, 3)]
HOST_EVENTS = Transmit | Answered | Failed | Resent
DOWNLOAD: list[HostCommand] = [Identify(), ReadCounters(), ReadRecords(), Acknowledge(CIVIL)]


def download(fault: Fault) -> tuple[Line, bool]:
    """The line after all four steps, or after the first that failed; whether all were answered."""
    line = Line(HandMadeWand(records=list(RECORDS)), fault)
    for command in DOWNLOAD:
        if isinstance(line.ask(command), Failed):
            return line, False
    return line, True


def bytes_of_a_good_download() -> int:
    return download(no_fault)[0].carried


def header_before(position: int) -> Fault:
    return before(position, by_hand.HEADER)


def noise_before(position: int) -> Fault:
    return before(position, b"\x00\x55")


def silent_awhile_from(position: int) -> Fault:
    return silent_from(position, 20)


@pytest.mark.parametrize(
    "fault", [lost, flipped_low, flipped_high, header_before, noise_before, silent_awhile_from]
)
def test_one_fault_at_any_byte_costs_neither_a_record_nor_the_download(
    fault: Callable[[int], Fault],
) -> None:
    for position in range(bytes_of_a_good_download()):
        line, is_whole = download(fault(position))
        assert is_whole, position
        assert line.latest_reading() == RECORDS, position
        assert (line.wand.wipes, line.wand.records) == (1, []), position
        assert set(map(type, line.closed_during)) == {Acknowledge}, position


def test_an_unplugged_line_fails_at_any_byte_and_nothing_is_lost() -> None:
    for position in range(bytes_of_a_good_download() - 5):
        line, is_whole = download(silent_from(position, 10_000_000))
        assert not is_whole, position
        assert (line.wand.wipes, line.wand.records) == (0, RECORDS), position


def test_a_lost_answer_to_close_is_settled_by_looking_again() -> None:
    total = bytes_of_a_good_download()
    line, is_whole = download(silent_from(total - 5, 5))
    assert is_whole
    assert line.wand.wipes == 1
    assert line.closed_during == [Acknowledge(CIVIL)]


FAULTS = st.dictionaries(
    st.integers(0, 600), st.one_of(st.binary(max_size=3), st.just(by_hand.HEADER)), max_size=40
)


@given(FAULTS)
def test_whatever_the_line_does_a_wipe_follows_only_a_whole_reading(
    faults: dict[int, bytes],
) -> None:
    line, is_whole = download(lambda at, byte: faults.get(at, bytes([byte])))
    assert line.host.held_bytes < 300
    assert line.wand.wipes <= len(line.closed_during)
    if line.wand.wipes:
        assert line.latest_reading() == RECORDS
        assert line.events.count(Answered(ReadingComplete(3, 3))) == 1
        assert set(map(type, line.closed_during)) == {Acknowledge}
    else:
        assert line.wand.records == RECORDS
    assert is_whole == (Answered(Acknowledged()) in line.events)


@given(FAULTS)
def test_a_capture_of_the_line_is_understood_as_the_live_download_was(
    faults: dict[int, bytes],
) -> None:
    line, _ = download(lambda at, byte: faults.get(at, bytes([byte])))
    listener = WM5000T.listener()
    replayed: list[Event] = []
    for direction, data in line.spoken:
        replayed += listener.sent(data) if direction == "TX" else listener.received(data)
    live = [event for event in line.events if not isinstance(event, HOST_EVENTS)]
    assert [*map(repr, replayed)] == [*map(repr, live)]


def test_a_download_arriving_byte_by_byte_is_the_same() -> None:
    whole, _ = download(no_fault)
    single = Line(HandMadeWand(records=list(RECORDS)), chunk_length=1)
    answers = [single.ask(command) for command in DOWNLOAD]
    assert answers[-1] == Acknowledged()
    assert single.wand.heard == whole.wand.heard
    assert single.events == whole.events


def corrupted_pair(first: int) -> Fault:
    """Two damages in one record that leave its sum as it was."""
    changes = {first: 1, first + 1: -1}
    return lambda at, byte: bytes([(byte + changes.get(at, 0)) % 256])


def test_a_damage_the_sum_does_not_see_stops_the_wipe() -> None:
    start = bytes_before_the_records()
    line, is_whole = download(corrupted_pair(start + 10))
    assert not is_whole
    assert line.closed_during == []
    assert line.wand.records == RECORDS


def bytes_before_the_records() -> int:
    """Bytes the wand sends for identify and counters."""
    line = Line(HandMadeWand(records=list(RECORDS)))
    line.ask(Identify())
    line.ask(ReadCounters())
    return line.carried


def test_the_record_pointer_is_never_moved_twice_for_one_record() -> None:
    start = bytes_before_the_records()
    line, _ = download(lost(start + 5))
    again = line.wand.heard.index(b"\x55", 8)
    assert line.wand.heard[again - 1 : again + 1] == [b"\x00", b"\x55"]
    received = [event for event in line.events if isinstance(event, RecordsReceived)]
    assert [event.records[0].raw for event in received] == RECORDS * 2


@given(st.lists(st.one_of(st.binary(max_size=60), st.floats(0.001, 0.3)), max_size=40))
def test_any_bytes_at_any_time_never_raise_and_never_close(
    happenings: list[bytes | float],
) -> None:
    host = Wm5000tHost()
    now = 0.0
    sent = [repr(host.send(SetClock(CIVIL), now))]
    for happening in happenings:
        if isinstance(happening, bytes):
            sent.append(repr(host.receive(happening, now)))
        else:
            now += happening
            sent.append(repr(host.expire(now)))
        assert host.held_bytes < 300
    assert repr(by_hand.CLOSE) not in "".join(sent)
