from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.by_hand_kaihe_eb import HandMadeWand
from tests.support.golden_kaihe_eb import worked
from tests.support.kaihe_eb_line import Command, Line
from watchclock_protocol.dialect import Capability, host_session
from watchclock_protocol.dialects.kaihe_eb import KAIHE_EB
from watchclock_protocol.dialects.kaihe_eb.host import KaiheHost
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase, Profile
from watchclock_protocol.dialects.kaihe_eb.replies import (
    Confirmation,
    SelfTest,
    StoredKnock,
    StoredText,
)
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearKnockRecords,
    NotifyMode,
    ReadFirmware,
    ReadKnockRecord,
    ReadModel,
    TestBuzzer,
    TestLed,
    WriteNotifyMode,
    WriteNumber,
)
from watchclock_protocol.errors import (
    IndexBaseError,
    LocalProtocolError,
    ProfileUnknownError,
    ProtocolError,
    RecordsChangedError,
    RecordsMissingError,
    RefusedError,
    RequestRangeError,
    SilenceError,
    WandChangedError,
)
from watchclock_protocol.events import Event, Failed, Resent, Transmit
from watchclock_protocol.messages import (
    ClockReading,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
)
from watchclock_protocol.records import RecordKind
from watchclock_protocol.replay import replay_chunks
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

CIVIL = datetime.fromisoformat("2026-11-21T08:30:05")
TOUCHES = [by_hand.patrol_a(n, minute=n) for n in range(1, 5)]
KNOCKS = [by_hand.knock(n) for n in (7, 8)]
READ: list[Command] = [Identify(), ReadCounters(), ReadRecords()]


def full_wand(**changes: object) -> HandMadeWand:
    wand = HandMadeWand([*TOUCHES], [*KNOCKS])
    for name, value in changes.items():
        setattr(wand, name, value)
    return wand


def failure(line: Line, *commands: Command) -> ProtocolError:
    """How the last of these commands failed."""
    *before, last = commands
    for command in before:
        assert not isinstance(line.ask(command), Failed)
    failed = line.ask(last)
    assert isinstance(failed, Failed)
    return failed.error


def test_a_download_asks_in_the_documented_order() -> None:
    line = Line(full_wand())
    answers = [line.ask(command) for command in (*READ, Acknowledge(CIVIL), SetClock(CIVIL))]
    assert answers[0] == Identity("kaihe_eb", "0000A1B2C3")
    assert answers[2] == ReadingComplete(6, 6)
    counts = [by_hand.PATROL_COUNT, by_hand.KNOCK_COUNT]
    touches = [by_hand.read_patrol(index) for index in range(4)]
    knocks = [by_hand.read_knock(index) for index in range(2)]
    probes = [by_hand.read_patrol(4), by_hand.WAKE] * 3 + [by_hand.read_patrol(0)]
    second = [by_hand.NUMBER, by_hand.PATROL_COUNT, *touches, by_hand.PATROL_COUNT]
    assert line.wand.heard == [
        *(by_hand.WAKE, by_hand.NUMBER, *counts),
        *(*probes, *counts, *touches, *knocks, by_hand.PATROL_COUNT),
        *(*second, by_hand.CLEAR_PATROL),
        *(by_hand.NUMBER, by_hand.frame(0xA3, bytes.fromhex("1A0B15081E05"))),
    ]


def test_counters_tell_both_memories() -> None:
    counters = Line(full_wand()).ask(ReadCounters())
    assert isinstance(counters, Counters)
    assert {ring.kind: ring.unread for ring in counters.rings} == {
        RecordKind.PATROL: 4,
        RecordKind.KNOCK: 2,
    }


def test_the_clock_is_read_before_anything_is_set() -> None:
    reading = Line(full_wand()).ask(CheckClock())
    assert isinstance(reading, ClockReading)
    assert reading.time.civil == CIVIL


@pytest.mark.parametrize("pause_s", [0.0, 1.4, 1.6, 2.0, 60.0])
def test_a_wand_that_may_sleep_is_woken_again(pause_s: float) -> None:
    line = Line(full_wand())
    line.ask(Identify())
    line.now += pause_s
    line.wand.is_awake = pause_s < by_hand.SESSION_S
    before = len(line.wand.heard)
    assert isinstance(line.ask(CheckClock()), ClockReading)
    woken = line.wand.heard[before] == by_hand.WAKE
    assert woken == (pause_s >= 1.5)


@pytest.mark.parametrize("deaf_to", [1, 2])
def test_a_wand_hard_to_wake_is_woken_up_to_three_times(deaf_to: int) -> None:
    line = Line(full_wand(), lambda at, byte: b"" if at < deaf_to else bytes([byte]))
    assert isinstance(line.ask(Identify()), Identity)
    assert line.wand.heard[: deaf_to + 2] == [by_hand.WAKE] * (deaf_to + 1) + [by_hand.NUMBER]
    assert Resent("wake", deaf_to + 1) in line.events


def test_a_dock_without_a_wand_hears_three_wake_bytes_and_nothing_else() -> None:
    host = KaiheHost()
    events = host.send(Identify(), 0.0)
    now = 0.0
    while host.deadline is not None:
        now = host.deadline
        events += host.expire(now)
    written = [event.data for event in events if isinstance(event, Transmit)]
    assert written == [by_hand.WAKE] * 3
    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, SilenceError)
    assert now < 2.0


@pytest.mark.parametrize("by", ["asking", "profile"])
@given(st.integers(0, 4), st.integers(0, 2), st.integers(0, 1))
def test_records_are_read_once_and_in_order_from_either_index_base(
    by: str, count: int, knocks: int, base: int
) -> None:
    profile = Profile(index_base=IndexBase(base) if by == "profile" else None)
    wand = HandMadeWand(TOUCHES[:count], KNOCKS[:knocks], base=base)
    line = Line(wand, host=KaiheHost(profile))
    answers = [line.ask(command) for command in READ]
    assert answers[-1] == ReadingComplete(count + knocks, count + knocks)
    assert line.latest_reading(RecordKind.PATROL) == TOUCHES[:count]
    assert line.latest_reading(RecordKind.KNOCK) == KNOCKS[:knocks]
    decoded = replay_chunks(KAIHE_EB, line.chunks())
    assert [keyed.record.raw for keyed in decoded.records] == [
        *TOUCHES[:count],
        *KNOCKS[:knocks],
    ]
    assert decoded.is_complete


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("erased", [b"\xff", b"\x00"])
def test_an_erased_record_beyond_the_end_is_none(base: int, erased: bytes) -> None:
    beyond = {0 if base else 4: erased * 11}
    line = Line(full_wand(base=base, beyond=beyond))
    answers = [line.ask(command) for command in (*READ, Acknowledge(CIVIL))]
    assert answers[2] == ReadingComplete(6, 6)
    assert line.latest_reading(RecordKind.PATROL) == TOUCHES
    assert line.wand.cleared == ["patrol"]


def test_an_empty_frame_beyond_the_end_is_none() -> None:
    line = Line(full_wand(beyond={4: b""}))
    assert [line.ask(command) for command in READ][-1] == ReadingComplete(6, 6)
    assert line.latest_reading(RecordKind.PATROL) == TOUCHES


@pytest.mark.parametrize("base", [0, 1])
def test_records_at_both_ends_stop_the_download_until_a_profile_decides(base: int) -> None:
    beyond = {0 if base else 4: by_hand.patrol_a(9)}
    undecided = Line(full_wand(base=base, beyond=beyond))
    error = failure(undecided, *READ)
    assert isinstance(error, IndexBaseError)
    assert "profile=index_from_1" in error.advice
    assert undecided.wand.cleared == []
    host = host_session(KAIHE_EB, 0, profile=f"index_from_{base}")
    assert isinstance(host, KaiheHost)
    decided = Line(full_wand(base=base, beyond=beyond), host=host)
    assert [decided.ask(command) for command in READ][-1] == ReadingComplete(6, 6)
    assert decided.latest_reading(RecordKind.PATROL) == TOUCHES
    assert by_hand.read_patrol(0 if base else 4) not in decided.wand.heard


def test_a_profile_that_does_not_fit_the_wand_loses_nothing() -> None:
    host = KaiheHost(Profile(index_base=IndexBase.ONE))
    line = Line(full_wand(), host=host)
    error = failure(line, *READ)
    assert isinstance(error, RecordsMissingError)
    assert error.details == {"announced": 6, "received": 3}
    assert (line.wand.patrol, line.wand.cleared) == (TOUCHES, [])


def test_a_dialect_knows_its_profiles() -> None:
    assert sorted(KAIHE_EB.profiles) == ["index_from_0", "index_from_1"]
    with pytest.raises(ProfileUnknownError):
        host_session(KAIHE_EB, 0, profile="index_from_2")


def test_no_record_at_either_end_is_missing_records() -> None:
    class ForgetfulWand(HandMadeWand):
        """Counts its records but hands none out."""

        @override
        def hand_out(self, command: int, index: int) -> bytes:
            del command, index
            return b""

    line = Line(ForgetfulWand([*TOUCHES]))
    assert isinstance(failure(line, *READ), RecordsMissingError)


def test_a_record_that_never_comes_fails_with_what_did_come() -> None:
    class HoledWand(HandMadeWand):
        """Does not give the record in the middle."""

        @override
        def hand_out(self, command: int, index: int) -> bytes:
            is_hole = command == 0x37 and index == 2
            return b"" if is_hole else super().hand_out(command, index)

    line = Line(HoledWand([*TOUCHES], [*KNOCKS]))
    error = failure(line, *READ)
    assert isinstance(error, RecordsMissingError)
    assert error.details == {"announced": 6, "received": 2}
    assert line.wand.heard.count(by_hand.read_patrol(2)) == 8


@pytest.mark.parametrize("kind", ["patrol", "knocks"])
def test_a_memory_that_changed_since_it_was_counted_is_not_read(kind: str) -> None:
    line = Line(full_wand())
    for command in READ[:2]:
        line.ask(command)
    getattr(line.wand, kind).append(getattr(line.wand, kind)[0])
    assert isinstance(failure(line, ReadRecords()), RecordsChangedError)


def test_another_wand_in_the_dock_is_noticed_before_anything_is_cleared_or_set() -> None:
    for last in (Acknowledge(CIVIL), SetClock(CIVIL), Identify()):
        line = Line(full_wand())
        for command in READ:
            line.ask(command)
        other = replace(line.wand, number=bytes(5), heard=[])
        line.wand = other
        assert isinstance(failure(line, last), WandChangedError)
        assert (other.cleared, other.clock) == ([], full_wand().clock)


def test_the_clock_is_set_to_the_time_it_has_become() -> None:
    class DeafWand(HandMadeWand):
        """Does not hear the first command that sets its clock."""

        @override
        def obey(self, data: bytes) -> bytes:
            is_first = [each[1:2] for each in self.heard].count(b"\xa3") == 1
            return b"" if is_first else super().obey(data)

    line = Line(DeafWand([]))
    answer = line.ask(SetClock(CIVIL))
    assert isinstance(answer, ClockSet)
    assert answer.civil > CIVIL + timedelta(seconds=0.5)
    assert line.wand.clock == bytes([26, 11, 21, 8, 30, answer.civil.second])


def test_a_refused_clock_is_told_and_not_repeated() -> None:
    class StubbornWand(HandMadeWand):
        """Refuses to be set."""

        @override
        def obey(self, data: bytes) -> bytes:
            return by_hand.frame(data[1] + 1 if data[1] != 0xA3 else 0x84, b"\x0c")

    line = Line(StubbornWand([]))
    assert isinstance(failure(line, SetClock(CIVIL)), RefusedError)
    assert [each[1:2] for each in line.wand.heard].count(b"\xa3") == 1


@pytest.mark.parametrize(
    ("command", "what", "reply"),
    [
        (TestLed(), "LED test", SelfTest(result=0)),
        (TestBuzzer(), "buzzer test", SelfTest(result=1)),
        (ReadModel(), "model", StoredText(raw=worked("model").wand[3:-1])),
        (ReadFirmware(), "firmware", StoredText(raw=worked("firmware").wand[3:-1])),
        (WriteNotifyMode(mode=NotifyMode.MUTE), "mute", Confirmation(data=b"\x00")),
        (WriteNotifyMode(mode=NotifyMode.SOUND), "sound", Confirmation(data=b"\x00")),
        (
            ReadKnockRecord(index=0),
            "knock record 0",
            StoredKnock(raw=bytes.fromhex("1A0B15081F2C")),
        ),
    ],
)
def test_commands_of_the_dialect_are_answered_with_the_reply_as_it_came(
    command: Command, what: str, reply: object
) -> None:
    class WorkedWand(HandMadeWand):
        """Answers what the source's worked exchange answers."""

        @override
        def answer(self, data: bytes) -> bytes:
            return worked(what).wand if data == worked(what).host else b""

    line = Line(WorkedWand([]))
    assert line.ask(command) == reply
    assert line.wand.heard == [by_hand.WAKE, worked(what).host]


def test_a_refused_number_is_told() -> None:
    class WorkedWand(HandMadeWand):
        """Refuses another number."""

        @override
        def answer(self, data: bytes) -> bytes:
            return worked("set number").wand if data == worked("set number").host else b""

    assert isinstance(failure(Line(WorkedWand([])), WriteNumber(number=b"\x2b")), RefusedError)


def test_commands_out_of_order_are_refused_before_anything_is_sent() -> None:
    host = KaiheHost()
    for command in (ReadRecords(), Acknowledge(CIVIL), ClearKnockRecords()):
        with pytest.raises(LocalProtocolError):
            host.send(command, 0.0)
    with pytest.raises(RequestRangeError):
        host.send(SetClock(datetime.fromisoformat("2099-12-31T12:00:00")), 0.0)
    with pytest.raises(RequestRangeError):
        host.send(ReadKnockRecord(index=70_000), 0.0)
    assert host.deadline is None
    host.send(Identify(), 0.0)
    with pytest.raises(LocalProtocolError, match="busy"):
        host.send(Identify(), 0.0)


def test_a_failed_session_takes_no_more_commands() -> None:
    line = Line(full_wand(), lambda _at, _byte: b"")
    assert isinstance(failure(line, Identify()), SilenceError)
    with pytest.raises(LocalProtocolError, match="failed"):
        line.host.send(Identify(), line.now)


def test_noise_that_never_ends_does_not_outlast_the_deadlines() -> None:
    host = KaiheHost()
    host.send(Identify(), 0.0)
    now = 0.0
    events: list[Event] = []
    while now < 60.0 and not any(isinstance(event, Failed) for event in events):
        now += 0.01
        events = host.receive(b"\x00", now)
        if host.deadline is not None and now >= host.deadline:
            events += host.expire(now)
    assert now < 15.0


def test_what_the_dialect_declares() -> None:
    assert (KAIHE_EB.line.baud, KAIHE_EB.line.other_bauds) == (9600, (115_200, 460_800))
    assert KAIHE_EB.kept_kinds == {RecordKind.KNOCK}
    assert Capability.ACKNOWLEDGE_WIPES in KAIHE_EB.capabilities
    assert Capability.HAS_SLOTS not in KAIHE_EB.capabilities
    assert [layout.octets for layout in KAIHE_EB.record_layouts] == [11, 7, 6]
