"""A public application sends 70, clear PATROL records, when it means knocks: never ours."""

import ast
from dataclasses import fields
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.by_hand_kaihe_eb import CLEAR_KNOCKS, CLEAR_PATROL, HandMadeWand
from tests.support.golden_kaihe_eb import worked
from tests.support.kaihe_eb_line import Command, Line
from watchclock_protocol.dialects import kaihe_eb
from watchclock_protocol.dialects.kaihe_eb.commands import (
    CLEARINGS,
    COMMANDS,
    encode_request,
    find_command,
)
from watchclock_protocol.dialects.kaihe_eb.frames import build_frame
from watchclock_protocol.dialects.kaihe_eb.replies import Confirmation
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearKnockRecords,
    ClearPatrolRecords,
    CountKnockRecords,
    NotifyMode,
    ReadKnockRecord,
    ReadModel,
    ReadNumber,
    TestBuzzer,
    TestLed,
    WriteNotifyMode,
)
from watchclock_protocol.errors import (
    LocalProtocolError,
    RecordsChangedError,
    RefusedError,
    SilenceError,
)
from watchclock_protocol.events import Failed
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
PATROL = [by_hand.patrol_a(n) for n in (1, 2)]
KNOCKS = [by_hand.knock(n) for n in (3, 4)]
PACKAGE = Path(kaihe_eb.__file__).parent
READ: list[Command] = [Identify(), ReadCounters(), ReadRecords()]
HARMLESS: list[Command] = [
    Identify(),
    CheckClock(),
    ReadCounters(),
    ReadRecords(),
    SetClock(CIVIL),
    ClearKnockRecords(),
    CountKnockRecords(),
    ReadKnockRecord(index=0),
    ReadNumber(),
    ReadModel(),
    TestLed(),
    TestBuzzer(),
    WriteNotifyMode(mode=NotifyMode.MUTE),
]


def read_line(wand: HandMadeWand | None = None) -> Line:
    line = Line(wand or HandMadeWand([*PATROL], [*KNOCKS]))
    for command in READ:
        assert not isinstance(line.ask(command), Failed)
    return line


def test_both_clearings_are_the_worked_bytes_of_their_own_kind() -> None:
    built = {
        RecordKind.PATROL: build_frame(*encode_request(ClearPatrolRecords())),
        RecordKind.KNOCK: build_frame(*encode_request(ClearKnockRecords())),
    }
    assert built == {
        RecordKind.PATROL: worked("clear patrol").host,
        RecordKind.KNOCK: worked("clear knocks").host,
    }
    assert [frame[1] for frame in built.values()] == [0x70, 0x75]


def test_the_table_has_each_kind_its_own_type_and_code() -> None:
    rows = {kind: find_command(each.request()) for kind, each in CLEARINGS.items()}
    assert {kind: (row.code, row.reply_code) for kind, row in rows.items()} == {
        RecordKind.PATROL: (0x70, 0x71),
        RecordKind.KNOCK: (0x75, 0x76),
    }
    assert CLEARINGS[RecordKind.PATROL].request is ClearPatrolRecords
    assert CLEARINGS[RecordKind.KNOCK].request is ClearKnockRecords
    assert [row.request for row in COMMANDS if row.code == 0x70] == [ClearPatrolRecords]


def test_a_clearing_takes_no_argument_that_could_make_it_the_other() -> None:
    assert fields(ClearPatrolRecords()) == fields(ClearKnockRecords()) == ()


def test_the_code_70_stands_once_in_the_whole_package() -> None:
    found = [
        (path.name, node.value)
        for path in sorted(PACKAGE.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in (0x70, 0x75)
    ]
    assert found == [("commands.py", 0x70), ("commands.py", 0x75)]


def test_patrol_records_are_cleared_in_one_place_of_the_package() -> None:
    made = [
        path.name
        for path in sorted(PACKAGE.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and "ClearPatrolRecords" in ast.unparse(node.func)
    ]
    assert made == ["procedures.py"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(HARMLESS), max_size=12))
def test_no_order_of_commands_but_acknowledge_ever_sends_70(commands: list[Command]) -> None:
    line = Line(HandMadeWand([*PATROL], [*KNOCKS]))
    for command in commands:
        try:
            if isinstance(line.ask(command), Failed):
                break
        except LocalProtocolError:
            continue
    assert all(data[1:2] != b"\x70" for direction, data in line.spoken if direction == "TX")
    assert line.wand.patrol == PATROL


def test_clearing_knocks_leaves_the_patrol_records() -> None:
    line = read_line()
    assert line.ask(ClearKnockRecords()) == Confirmation(data=b"\x00")
    assert line.cleared_during == [(ClearKnockRecords(), CLEAR_KNOCKS)]
    assert (line.wand.patrol, line.wand.knocks) == (PATROL, [])


def test_acknowledging_leaves_the_knocks() -> None:
    line = read_line()
    line.ask(Acknowledge(CIVIL))
    assert line.cleared_during == [(Acknowledge(CIVIL), CLEAR_PATROL)]
    assert (line.wand.patrol, line.wand.knocks) == ([], KNOCKS)


@pytest.mark.parametrize("command", [ClearKnockRecords(), Acknowledge(CIVIL)])
def test_nothing_is_cleared_before_everything_was_read(command: Command) -> None:
    line = Line(HandMadeWand([*PATROL], [*KNOCKS]))
    for before in READ[:2]:
        line.ask(before)
        with pytest.raises(LocalProtocolError, match="without a whole reading"):
            line.ask(command)
    assert line.wand.cleared == []


def test_patrol_records_are_never_cleared_by_a_command_of_the_dialect() -> None:
    line = read_line()
    with pytest.raises(LocalProtocolError, match="only to acknowledge"):
        line.host.send(ClearPatrolRecords(), line.now)
    assert line.wand.patrol == PATROL


@pytest.mark.parametrize("command", [ClearKnockRecords(), Acknowledge(CIVIL)])
def test_a_record_made_after_the_reading_stops_the_clearing(command: Command) -> None:
    line = read_line()
    line.wand.patrol.append(PATROL[0])
    line.wand.knocks.append(KNOCKS[0])
    failed = line.ask(command)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, RecordsChangedError)
    assert line.cleared_during == []


def test_a_record_made_during_the_second_reading_stops_the_clearing() -> None:
    class BusyWand(HandMadeWand):
        """Somebody touches a tag while the last record is read the second time."""

        @override
        def receive(self, data: bytes, now: float) -> bytes:
            answer = super().receive(data, now)
            if data == by_hand.read_patrol(1) and self.heard.count(data) == 2:
                self.patrol.append(PATROL[0])
            return answer

    line = read_line(BusyWand([*PATROL]))
    failed = line.ask(Acknowledge(CIVIL))
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, RecordsChangedError)
    assert line.wand.patrol == [*PATROL, PATROL[0]]


@pytest.mark.parametrize("command", [ClearKnockRecords(), Acknowledge(CIVIL)])
def test_a_refused_clearing_is_told_and_not_repeated(command: Command) -> None:
    line = read_line()
    line.wand.answer_to_clearing = b"\x0c"
    failed = line.ask(command)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, RefusedError)
    assert len(line.cleared_during) == 1
    assert line.wand.patrol == PATROL


def test_a_lost_confirmation_of_cleared_knocks_is_settled_by_counting() -> None:
    line = read_line()
    line.wand.confirms = False
    assert line.ask(ClearKnockRecords()) == Confirmation(data=b"")
    assert line.wand.cleared == ["knock"]
    assert line.wand.patrol == PATROL


def test_a_wand_that_never_confirms_an_empty_memory_is_given_up() -> None:
    line = read_line(HandMadeWand([]))
    line.wand.confirms = False
    failed = line.ask(Acknowledge(CIVIL))
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, SilenceError)


def test_a_host_waits_forty_seconds_for_a_slow_clearing() -> None:
    line = read_line()
    host = line.host
    events = host.send(Acknowledge(CIVIL), line.now)
    while not any(data == CLEAR_PATROL for _, data in line.spoken):
        events = line.carry(line.note(events), Acknowledge(CIVIL))
    assert host.deadline is not None
    assert host.deadline - line.now == pytest.approx(40.0, abs=0.01)
