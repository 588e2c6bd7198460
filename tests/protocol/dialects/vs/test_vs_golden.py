"""Bytes from outside watchclock: how they were worked out stands in tests/golden/vs/README.md."""

import re
from dataclasses import fields

import pytest

from tests.support.golden_vs import (
    FOLDER,
    worked_download,
    worked_frames,
    worked_pages,
    worked_records,
)
from watchclock_protocol.capture import Lane
from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.commands import (
    COMMANDS,
    REPLY_KINDS,
    Command,
    ReplyKind,
    decode_reply,
    decode_request,
    encode_request,
    find_command,
    find_reply_kind,
)
from watchclock_protocol.dialects.vs.frames import Frame, FrameKind, FrameReader, build_frame
from watchclock_protocol.dialects.vs.host import VsHostSession
from watchclock_protocol.dialects.vs.lists import (
    AlarmEntry,
    CheckpointEntry,
    ListNumber,
    RosterEntry,
    decode_entries,
)
from watchclock_protocol.dialects.vs.pages import PageHead, build_page, read_page
from watchclock_protocol.dialects.vs.records import RECORDS
from watchclock_protocol.dialects.vs.wand import Requested, WandSession
from watchclock_protocol.events import Answered, RecordsReceived, Transmit
from watchclock_protocol.messages import Answer, Counters, Identity, ReadingComplete
from watchclock_protocol.records import KnockRecord, PatrolRecord, RecordFlag, SystemRecord
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)
from watchclock_protocol.values import TagId

README = (FOLDER / "README.md").read_text("utf-8")
FRAMES = worked_frames()
TAGS = {
    "ibutton": "ibutton:021CB801000000A2",
    "em4100": "em4100:0608BCBD70",
    "iso14443a_4": "iso14443a:D5C3A711",
    "iso14443a_7": "iso14443a:04942CCA994F80",
    "iso15693": "iso15693:E00780983E796083",
}
FLAGS = {
    "clock_stopped": RecordFlag.CLOCK_STOPPED,
    "power_on": RecordFlag.CLOCK_STOPPED,
    "impossible_time": RecordFlag.TIME_IMPOSSIBLE,
    "unknown_kind": RecordFlag.UNKNOWN_CODE,
    "unknown_tag_type": RecordFlag.UNKNOWN_CODE,
    "unknown_event": RecordFlag.UNKNOWN_CODE,
    "reserved_status": RecordFlag.UNKNOWN_STATE,
}


def only_frame(data: bytes) -> Frame:
    (frame,) = FrameReader().receive(data)
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_request_has_a_golden_frame_that_reads_and_writes(row: Command) -> None:
    golden = [each.data for each in FRAMES if (each.sender, each.kind) == ("host", row.name)]
    assert golden
    for data in golden:
        frame = only_frame(data)
        request = decode_request(frame.command, frame.data)
        assert type(request) is row.request
        written = Frame(
            kind=FrameKind.REQUEST,
            command=row.code,
            token=frame.token,
            data=encode_request(request),
        )
        assert build_frame(written) == data


@pytest.mark.parametrize("kind", REPLY_KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_reply_has_a_golden_frame_that_reads_and_writes(kind: ReplyKind) -> None:
    named = [each for each in FRAMES if each.sender == "wand"]
    golden = [each.data for each in named if each.kind.startswith(kind.name)]
    assert golden
    for frame in map(only_frame, golden):
        assert frame.kind is kind.frame_kind
        reply = decode_reply(kind, frame.data)
        assert type(reply) is kind.value
        assert kind.layout.build({f.name: getattr(reply, f.name) for f in fields(reply)}) == (
            frame.data
        )


@pytest.mark.parametrize("reason", replies.Reason, ids=lambda reason: reason.name.lower())
def test_every_refusal_has_a_golden_frame_of_its_name(reason: replies.Reason) -> None:
    (worked,) = [each for each in FRAMES if each.kind == f"refusal {reason.name.lower()}"]
    refusal = replies.Refusal(reason=reason, detail=int.from_bytes(worked.data[10:14], "little"))
    frame = only_frame(worked.data)
    assert (frame.kind, frame.data[0], refusal.name) == (
        FrameKind.REFUSAL,
        reason,
        reason.name.lower(),
    )


def test_every_golden_answer_belongs_to_the_command_of_its_frame() -> None:
    by_code = {row.code: row for row in COMMANDS}
    for worked in FRAMES:
        frame = only_frame(worked.data)
        if worked.sender == "wand" and frame.kind is not FrameKind.REFUSAL:
            kind = find_reply_kind(by_code[frame.command], frame.kind)
            assert kind.name == worked.kind


def test_the_golden_identity_reads_back() -> None:
    (data,) = [each.data for each in FRAMES if each.kind == "identity"]
    reply = find_command(requests.ReadIdentity()).replies[0].layout.parse(only_frame(data).data)
    identity = replies.IdentityReply(**reply)
    assert (identity.model, identity.number) == ("VS5000B", "5B00000000001234")
    assert (identity.printed_number, identity.batch) == ("CS0004660", "2026-05-B")
    assert identity.firmware == "VS5000B-1.4.0"
    assert identity.produced_on.isoformat() == "2026-05-16"


def test_the_golden_lists_read_back_with_their_names() -> None:
    sent = [only_frame(each.data).data for each in FRAMES if each.kind == "write list"]
    entries = [decode_entries(ListNumber(data[0]), data[4:]) for data in sent]
    (guard, other), (checkpoint,), (alarm,) = entries
    assert isinstance(guard, RosterEntry)
    assert isinstance(other, RosterEntry)
    assert isinstance(checkpoint, CheckpointEntry)
    rom = TagId.parse("ibutton:021CB801000000A2")
    assert (guard.number, guard.name, guard.tag) == (7, "王五", rom)
    assert (other.number, other.name, other.tag) == (8, "Li Si", None)
    assert (checkpoint.name, str(checkpoint.tag)) == ("东门", "ibutton:0100000001000096")
    assert alarm == AlarmEntry(days=0b0111111, hour=22, minute=30, sounds=3)


@pytest.mark.parametrize("name", worked_records())
def test_every_golden_record_decodes_to_what_its_file_says(name: str) -> None:
    worked = worked_records()[name]
    record = RECORDS.decode(worked.data)
    assert record.raw == worked.data[:-1]
    assert record.slot == int.from_bytes(worked.data[:4], "little")
    assert record.time.civil == worked.civil
    assert record.flags == ({FLAGS[name]} if name in FLAGS else set())


def test_the_golden_records_hold_their_tags_guards_and_values() -> None:
    records = {name: RECORDS.decode(each.data) for name, each in worked_records().items()}
    patrol = {name: each for name, each in records.items() if isinstance(each, PatrolRecord)}
    assert {name: str(patrol[name].tag) for name in TAGS} == TAGS
    assert str(patrol["unknown_tag_type"].tag) == "rfid:0102030405060708"
    assert [name for name, each in patrol.items() if each.is_guard_tag] == ["guard_tag"]
    assert [patrol[name].guard_number for name in TAGS] == [7, 7, None, 65535, 7]
    knock, short, alarm = (records[name] for name in ("knock", "reader_short", "alarm_answered"))
    assert isinstance(knock, KnockRecord)
    assert isinstance(short, SystemRecord)
    assert isinstance(alarm, SystemRecord)
    assert knock.strength_mg == 2450
    assert (short.meanings, short.value) == (("reader_short",), 45_000)
    assert (alarm.meanings, alarm.value) == (("alarm_answered",), 1)


@pytest.mark.parametrize("name", worked_pages())
def test_every_golden_page_holds_what_its_file_says(name: str) -> None:
    worked = worked_pages()[name]
    number = int.from_bytes(worked.data[4:8], "little")
    page = read_page(number, worked.data)
    assert page.is_torn is not worked.crc_holds
    assert page.damaged == worked.damaged
    batch = page.batch(0, 0xFFFFFFFF)
    assert [record.slot for record in batch] == list(worked.sequences)
    assert read_page(number + 1, worked.data).good == ()


@pytest.mark.parametrize("name", worked_pages())
def test_every_golden_page_is_built_byte_by_byte(name: str) -> None:
    data = worked_pages()[name].data
    written = data[40:].rstrip(b"\xff")
    head = PageHead(
        number=int.from_bytes(data[4:8], "little"),
        first_sequence=int.from_bytes(data[8:12], "little"),
        wear=1,
        begun=int.from_bytes(data[20:24], "little"),
        serial=data[24:32],
    )
    assert build_page(head, written, is_open=name == "torn") == data


def test_the_host_role_writes_every_golden_request_and_takes_every_golden_answer() -> None:
    spoken = worked_download().chunks
    host = VsHostSession(iter(range(0x2000, 0x2010)))
    civil = RECORDS.decode(worked_records()["ibutton"].data).time.civil
    assert civil is not None
    commands: list[HostCommand] = [
        Identify(),
        CheckClock(),
        ReadCounters(),
        ReadRecords(),
        Acknowledge(civil),
        SetClock(civil.replace(hour=9, minute=45, second=7)),
    ]
    answers: list[Answer] = []
    records = 0
    for chunk in spoken:
        if chunk.lane is Lane.TO_WAND:
            assert host.send(commands.pop(0), 0.0)[:1] == [Transmit(chunk.data)]
            continue
        for event in host.receive(chunk.data, 0.0):
            match event:
                case RecordsReceived(received):
                    records += len(received)
                case Answered(answer):
                    answers.append(answer)
                case _:
                    pytest.fail(f"{event} was not expected")
    assert commands == []
    assert records == 44
    assert answers[0] == Identity("vs", "5B00000000001234", "VS5000B-1.4.0")
    assert isinstance(answers[2], Counters)
    assert [ring.unread for ring in answers[2].rings] == [42, 0, 2]
    assert answers[3] == ReadingComplete(44, 44)


def test_the_wand_role_understands_every_golden_request_and_writes_every_golden_answer() -> None:
    by_code = {row.code: row for row in COMMANDS}
    wand = WandSession()
    asked: Requested | None = None
    for chunk in worked_download().chunks:
        if chunk.lane is Lane.TO_WAND:
            (found,) = wand.receive(chunk.data, 0.0)
            assert isinstance(found, Requested)
            asked = found
            continue
        assert asked is not None
        frame = only_frame(chunk.data)
        kind = find_reply_kind(by_code[frame.command], frame.kind)
        assert wand.reply(asked, decode_reply(kind, frame.data)) == (chunk.data,)


@pytest.mark.parametrize("kind", ["identify", "acknowledge"])
def test_the_frames_worked_out_in_the_readme_are_those_of_the_files(kind: str) -> None:
    (data,) = [each.data for each in FRAMES if each.kind == kind]
    shown = [line.replace("|", "") for line in README.splitlines() if line.startswith("    56 53")]
    assert data in [bytes.fromhex(line) for line in shown]


def test_the_record_and_page_worked_out_in_the_readme_are_those_of_the_files() -> None:
    octets = re.findall(r"^\| [0-9].*\| `([0-9A-F ]+)` \|$", README, re.MULTILINE)
    assert bytes.fromhex("".join(octets)) == worked_records()["ibutton"].data
    (head,) = [line for line in README.splitlines() if line.startswith("    50 47 56 31")]
    assert worked_pages()["open"].data.startswith(bytes.fromhex(head.replace("|", "")))
