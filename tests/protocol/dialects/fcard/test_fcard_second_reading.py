"""A sum of one byte lets damage pass that makes up for itself; a damaged line is not believed."""

import pytest

from tests.support.by_hand_fcard import civil
from tests.support.fcard_line import Line, host_session, numbered_wand, pointers
from tests.support.session_line import answer, failure, received
from watchclock_protocol.dialects.fcard import requests
from watchclock_protocol.dialects.fcard.requests import FcardRequest
from watchclock_protocol.errors import LocalProtocolError, RecordsChangedError
from watchclock_protocol.messages import Acknowledged, ReadingComplete
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import Acknowledge, Identify, ReadCounters, ReadRecords

CARDS = 30
ANNOUNCED = CARDS + 3
CIVIL = civil(2026, 11, 21)


def swapped(frame: bytes) -> bytes:
    """The last card's number with its last two bytes exchanged: the sum still holds."""
    return frame[:-4] + frame[-3:-2] + frame[-4:-3] + frame[-2:]


def flipped(frame: bytes) -> bytes:
    """One bit of the last byte before the sum is wrong: the sum tells."""
    return frame[:-3] + bytes([frame[-3] ^ 0x10]) + frame[-2:]


def counted_line() -> Line:
    """A line to a wand whose records were counted just now."""
    line = Line(host_session(), numbered_wand(CARDS))
    for command in (Identify(), ReadCounters()):
        line.run(command)
    return line


def disturb(line: Line, *, swap: int | None = None, flip: int | None = None) -> None:
    """Damage these frames of the wand, counted from 0 from now on."""
    arrived = 0

    def damaged(frame: bytes) -> list[bytes]:
        nonlocal arrived
        number, arrived = arrived, arrived + 1
        return [{swap: swapped, flip: flipped}.get(number, bytes)(frame)]

    line.to_host = damaged


def asked(line: Line, kind: type[FcardRequest]) -> int:
    return sum(isinstance(request, kind) for request in line.wand.asked)


def test_damage_that_passes_the_sum_is_found_when_other_damage_told_of_the_line() -> None:
    line = counted_line()
    disturb(line, swap=0, flip=2)
    error = failure(line.run(ReadRecords()))
    assert isinstance(error, RecordsChangedError)
    with pytest.raises(LocalProtocolError):
        line.host.send(Acknowledge(CIVIL), line.now)
    assert asked(line, requests.WriteReadPointer) == 0


def test_a_damaged_line_whose_second_reading_is_equal_is_believed() -> None:
    line = counted_line()
    disturb(line, flip=2)
    events = line.run(ReadRecords())
    assert answer(events) == ReadingComplete(ANNOUNCED, ANNOUNCED)
    assert len(received(events)) == ANNOUNCED
    assert answer(line.run(Acknowledge(CIVIL))) == Acknowledged()


def test_a_line_without_damage_is_read_once() -> None:
    line = counted_line()
    assert answer(line.run(ReadRecords())) == ReadingComplete(ANNOUNCED, ANNOUNCED)
    assert (asked(line, requests.ReadRange), asked(line, requests.ReadPointers)) == (2, 1)


def test_a_read_pointer_that_was_damaged_when_counting_costs_no_record() -> None:
    line = Line(host_session(), numbered_wand(CARDS))
    line.run(Identify())
    line.wand.pointers[RecordKind.PATROL] = pointers(60_000, CARDS, 2)
    line.run(ReadCounters())
    line.wand.pointers[RecordKind.PATROL] = pointers(60_000, CARDS, 0)
    disturb(line, flip=0)
    error = failure(line.run(ReadRecords()))
    assert isinstance(error, RecordsChangedError)
    assert "pointers" in str(error)


def test_a_record_added_between_both_readings_waits_for_the_next_download() -> None:
    line = counted_line()
    line.wand.pointers[RecordKind.PATROL] = pointers(60_000, CARDS + 1, 0)
    disturb(line, flip=0)
    assert answer(line.run(ReadRecords())) == ReadingComplete(ANNOUNCED, ANNOUNCED)
    assert answer(line.run(Acknowledge(CIVIL))) == Acknowledged()
    assert line.wand.pointers[RecordKind.PATROL].read_index == CARDS


@pytest.mark.parametrize("misheard", [1, 2])
def test_a_read_pointer_the_wand_misheard_is_set_again(
    misheard: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = counted_line()
    line.run(ReadRecords())
    mishear(line, misheard, monkeypatch)
    assert answer(line.run(Acknowledge(CIVIL))) == Acknowledged()
    assert line.wand.pointers[RecordKind.PATROL].read_index == CARDS


def test_a_wand_whose_read_pointer_cannot_be_set_ends_in_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = counted_line()
    line.run(ReadRecords())
    mishear(line, 1000, monkeypatch)
    error = failure(line.run(Acknowledge(CIVIL)))
    assert isinstance(error, RecordsChangedError)
    assert "pointer" in str(error)


def mishear(line: Line, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wand takes that many read pointers for another, and says that all is well."""
    receive = line.wand.receive
    left = times

    def receive_wrongly(data: bytes, now: float) -> list[bytes]:
        nonlocal left
        frames = receive(data, now)
        if left and isinstance(line.wand.asked[-1], requests.WriteReadPointer):
            left -= 1
            line.wand.pointers[RecordKind.PATROL] = pointers(60_000, CARDS, CARDS + 2)
        return frames

    monkeypatch.setattr(line.wand, "receive", receive_wrongly)
