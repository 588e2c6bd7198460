from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.by_hand_kaihe_eb import CLEAR_PATROL, HandMadeWand
from tests.support.kaihe_eb_line import Command, Line
from tests.support.line_faults import (
    Fault,
    before,
    flipped_high,
    flipped_low,
    lost,
    no_fault,
    silent_from,
)
from watchclock_protocol.dialects.kaihe_eb import KAIHE_EB
from watchclock_protocol.dialects.kaihe_eb.host import KaiheHost
from watchclock_protocol.events import Answered, Event, Failed, Resent, Transmit
from watchclock_protocol.messages import Acknowledged, ReadingComplete
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

CIVIL = datetime.fromisoformat("2026-11-21T08:30:05")
PATROL_A = [by_hand.patrol_a(0x01_02_AA_EB_C3 + n, minute=n) for n in (1, 1, 3)]
PATROL_B = [by_hand.patrol_b(0xA1AA, minute=n) for n in (1, 1, 3)]
KNOCKS = [by_hand.knock(10), by_hand.knock(10)]
HOST_EVENTS = Transmit | Answered | Failed | Resent
DOWNLOAD: list[Command] = [
    Identify(),
    CheckClock(),
    ReadCounters(),
    ReadRecords(),
    Acknowledge(CIVIL),
    SetClock(CIVIL),
]
WANDS = {
    "A from 0": HandMadeWand(PATROL_A, KNOCKS),
    "B from 1": HandMadeWand(PATROL_B, KNOCKS, number=by_hand.NUMBER_B, base=1),
}


def wand_named(name: str) -> HandMadeWand:
    wand = WANDS[name]
    return replace(wand, patrol=[*wand.patrol], knocks=[*wand.knocks], heard=[], cleared=[])


def download(fault: Fault, name: str = "A from 0") -> tuple[Line, bool]:
    """The line after all steps, or after the first that failed; whether all were answered."""
    line = Line(wand_named(name), fault)
    for command in DOWNLOAD:
        if isinstance(line.ask(command), Failed):
            return line, False
    return line, True


def wake_before(position: int) -> Fault:
    return before(position, b"\xaa")


def noise_before(position: int) -> Fault:
    return before(position, b"\x00\xeb")


def short_silence_from(position: int) -> Fault:
    return silent_from(position, 2)


def assert_whole(line: Line, name: str, position: object = "") -> None:
    """Everything was read once, twice before the one clear, and the knocks are still there."""
    assert line.wand.cleared == ["patrol"], position
    assert (line.wand.patrol, line.wand.knocks) == ([], KNOCKS), position
    assert line.latest_reading(RecordKind.PATROL) == WANDS[name].patrol, position
    assert line.events.count(Answered(ReadingComplete(5, 5))) == 1, position
    assert {type(command) for command, _ in line.cleared_during} == {Acknowledge}, position


@pytest.mark.parametrize("name", WANDS)
@pytest.mark.parametrize(
    "fault", [lost, flipped_low, flipped_high, wake_before, noise_before, short_silence_from]
)
def test_one_fault_at_any_byte_costs_neither_a_record_nor_the_download(
    fault: Callable[[int], Fault], name: str
) -> None:
    for position in range(download(no_fault, name)[0].carried):
        line, is_whole = download(fault(position), name)
        assert is_whole, position
        assert_whole(line, name, position)


def test_an_unplugged_line_fails_at_any_byte_and_nothing_is_lost() -> None:
    whole, _ = download(no_fault)
    before_clearing = whole.carried - 5 - 10 - 5
    for position in range(before_clearing):
        line, is_whole = download(silent_from(position, 10_000_000))
        assert not is_whole, position
        assert (line.wand.cleared, line.wand.patrol) == ([], PATROL_A), position


def test_a_lost_confirmation_is_settled_by_counting_again() -> None:
    line = Line(wand_named("A from 0"))
    for command in DOWNLOAD[:4]:
        line.ask(command)
    line.wand.confirms = False
    assert line.ask(Acknowledge(CIVIL)) == Acknowledged()
    assert [data for _, data in line.cleared_during] == [CLEAR_PATROL]
    assert line.wand.cleared == ["patrol"]


FAULTS = st.dictionaries(
    st.integers(0, 600),
    st.one_of(st.binary(max_size=3), st.sampled_from([b"\xaa", b"\xeb", b"\xaa\xaa"])),
    max_size=40,
)


@settings(deadline=None)
@given(FAULTS, st.sampled_from([*WANDS]))
def test_whatever_the_line_does_a_clear_follows_only_two_equal_readings(
    faults: dict[int, bytes], name: str
) -> None:
    line, is_whole = download(lambda at, byte: faults.get(at, bytes([byte])), name)
    assert line.host.held_bytes < 128
    assert line.wand.knocks == KNOCKS
    assert len(line.wand.cleared) <= len(line.cleared_during)
    if line.wand.cleared:
        assert line.latest_reading(RecordKind.PATROL) == WANDS[name].patrol
        assert line.events.count(Answered(ReadingComplete(5, 5))) == 1
        assert {type(command) for command, _ in line.cleared_during} == {Acknowledge}
        until = line.wand.heard[: line.wand.heard.index(CLEAR_PATROL)]
        reads = [by_hand.read_patrol(line.wand.base + place) for place in range(3)]
        assert all(until.count(read) >= 2 for read in reads)
    else:
        assert line.wand.patrol == WANDS[name].patrol
    assert not is_whole or Answered(Acknowledged()) in line.events


@settings(deadline=None)
@given(FAULTS)
def test_a_capture_of_the_line_is_understood_as_the_live_download_was(
    faults: dict[int, bytes],
) -> None:
    line, _ = download(lambda at, byte: faults.get(at, bytes([byte])))
    listener = KAIHE_EB.listener()
    replayed: list[Event] = []
    for direction, data in line.spoken:
        replayed += listener.sent(data) if direction == "TX" else listener.received(data)
    live = [event for event in line.events if not isinstance(event, HOST_EVENTS)]
    assert [*map(repr, replayed)] == [*map(repr, live)]


def test_a_download_arriving_byte_by_byte_is_the_same() -> None:
    whole, _ = download(no_fault)
    single = Line(wand_named("A from 0"), chunk_length=1)
    answers = [single.ask(command) for command in DOWNLOAD]
    assert answers[4] == Acknowledged()
    assert single.wand.heard == whole.wand.heard
    assert single.events == whole.events


def corrupted_pair(first: int) -> Fault:
    """Two damages in one record that leave its sum as it was."""
    changes = {first: 1, first + 1: -1}
    return lambda at, byte: bytes([(byte + changes.get(at, 0)) % 256])


def test_a_damage_the_sum_does_not_see_stops_the_clear() -> None:
    start = next(at for at in range(10_000) if not download(corrupted_pair(at))[1])
    line, is_whole = download(corrupted_pair(start))
    assert not is_whole
    assert line.cleared_during == []
    assert line.wand.patrol == PATROL_A


@dataclass
class LateWand(HandMadeWand):
    """Gives its first answer to one request only in front of whatever it says next."""

    late: bytes = by_hand.read_patrol(1)
    held: bytes | None = None

    @override
    def receive(self, data: bytes, now: float) -> bytes:
        answer = super().receive(data, now)
        if data == self.late and self.held is None:
            self.held = answer
            return b""
        held, self.held = self.held or b"", b"" if self.held is not None else None
        return held + answer


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_reply_that_comes_late_is_never_taken_for_the_next_record(index: int) -> None:
    wand = LateWand([*PATROL_A], [*KNOCKS], late=by_hand.read_patrol(index))
    line = Line(wand)
    for command in DOWNLOAD:
        line.ask(command)
    assert wand.held == b""
    assert_whole(line, "A from 0")
    assert by_hand.WAKE in wand.heard[wand.heard.index(wand.late) :]


@given(st.lists(st.one_of(st.binary(max_size=60), st.floats(0.001, 0.9)), max_size=40))
def test_any_bytes_at_any_time_never_raise_and_never_clear(
    happenings: list[bytes | float],
) -> None:
    host = KaiheHost()
    now = 0.0
    sent = [repr(host.send(SetClock(CIVIL), now))]
    for happening in happenings:
        if isinstance(happening, bytes):
            sent.append(repr(host.receive(happening, now)))
        else:
            now += happening
            sent.append(repr(host.expire(now)))
        assert host.held_bytes < 128
    assert repr(CLEAR_PATROL) not in "".join(sent)
    assert repr(by_hand.CLEAR_KNOCKS) not in "".join(sent)
