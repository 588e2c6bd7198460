"""Bytes from outside watchclock: sources in tests/golden/fcard/README.md."""

from dataclasses import fields
from datetime import date
from itertools import repeat

import pytest

from tests.support.by_hand_fcard import civil
from tests.support.fcard_line import recorded_wand
from tests.support.golden_fcard import (
    NUMBER,
    exchanges,
    recorded_requests,
    recorded_staff,
    worked_frames,
)
from watchclock_protocol.dialects.fcard.commands import (
    COMMANDS,
    REPLY_KINDS,
    Command,
    ReplyKind,
    decode_reply,
    decode_request,
    encode_request,
    find_reply_kind,
)
from watchclock_protocol.dialects.fcard.host import FcardHostSession
from watchclock_protocol.dialects.fcard.listener import FcardListener
from watchclock_protocol.dialects.fcard.replies import StaffList
from watchclock_protocol.events import Answered, Event, Heard, RecordsReceived, Transmit
from watchclock_protocol.fcard_family.frames import Frame, FrameReader, build_frame
from watchclock_protocol.messages import Counters, WandHealth
from watchclock_protocol.records import PatrolRecord, Record, SystemRecord


def only_frame(data: bytes) -> Frame:
    found = FrameReader().receive(data)
    assert len(found) == 1
    assert isinstance(found[0], Frame)
    return found[0]


def heard_recording() -> list[Event]:
    listener = FcardListener()
    events: list[Event] = []
    for exchange in exchanges():
        events += listener.sent(exchange.host)
        for frame in exchange.wand:
            events += listener.received(frame)
    return events


def recorded_records() -> list[Record]:
    pages = [event for event in heard_recording() if isinstance(event, RecordsReceived)]
    return [record for page in pages for record in page.records]


def test_the_host_role_writes_every_recorded_host_frame_and_takes_every_recorded_answer() -> None:
    host = FcardHostSession(repeat(0), NUMBER)
    recorded = exchanges()
    for exchange, request in zip(recorded, recorded_requests(), strict=True):
        assert [Transmit(exchange.host)] == host.send(request, 0.0)[:1], exchange.means
        events = [event for frame in exchange.wand for event in host.receive(frame, 0.0)]
        assert isinstance(events[-1], Answered), exchange.means


def test_the_wand_role_answers_every_recorded_host_frame_with_the_recorded_frames() -> None:
    wand = recorded_wand()
    for exchange in exchanges():
        assert wand.receive(exchange.host, 0.0) == list(exchange.wand), exchange.means


def test_the_recorded_card_records_decode_to_what_the_makers_software_showed() -> None:
    patrol = [record for record in recorded_records() if isinstance(record, PatrolRecord)]
    assert [record.slot for record in patrol] == list(range(1, 138))
    for index, record in enumerate(patrol):
        minute = index % 60
        when = civil(2026, 11, 1 + index // 1440 % 28, index // 60 % 24, minute, minute)
        assert record.time.civil == when
        assert str(record.tag) == f"rfid:{0x7E7F00 + index:06X}"
        assert (record.guard_number, record.is_guard_tag) == (index % 999 + 1, bool(index % 2))
        assert not record.flags


def test_the_recorded_system_records_decode_to_what_the_makers_software_showed() -> None:
    system = [record for record in recorded_records() if isinstance(record, SystemRecord)]
    assert [record.slot for record in system] == list(range(1, 24))
    for index, record in enumerate(system):
        assert record.time.civil == civil(2026, 11, 21, 10, index % 60)
        assert record.code == 1 + index % 14
        assert record.meanings
        assert not record.flags


def test_the_recorded_counters_decode_to_what_the_makers_software_showed() -> None:
    counters = next(
        event.answer
        for event in heard_recording()
        if isinstance(event, Heard) and isinstance(event.answer, Counters)
    )
    assert [ring.unread for ring in counters.rings] == [137, 23]
    assert counters.health is not None
    assert counters.health == WandHealth(
        voltage_mv=3870,
        charge_percent=76,
        power_ons=1234,
        formats=3,
        factory_date=date(2019, 5, 7),
    )


def test_the_recorded_staff_list_reads_back_with_its_names() -> None:
    pages = [
        event.answer.entries
        for event in heard_recording()
        if isinstance(event, Heard) and isinstance(event.answer, StaffList)
    ]
    assert [len(page) for page in pages] == [7, 5]
    staff = tuple(entry for page in pages for entry in page)
    assert staff == recorded_staff()
    assert [entry.name for entry in staff[:3]] == ["Li 1", "王五", "Li 3"]


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_kind_of_host_frame_has_a_golden_frame_that_reads_and_writes(row: Command) -> None:
    golden = [each.host for each in exchanges()]
    golden += [each.data for each in worked_frames() if each.sender == "host"]
    frames = [(data, only_frame(data)) for data in golden]
    of_this_kind = [(data, frame) for data, frame in frames if frame.codes == row.codes]
    assert of_this_kind
    for data, frame in of_this_kind:
        request = decode_request(frame.codes, frame.data)
        assert type(request) is row.request
        written = Frame(
            address=frame.address,
            token=frame.token,
            class_code=row.class_code,
            command=row.command,
            data=encode_request(request),
        )
        assert build_frame(written) == data


def golden_replies(kind: ReplyKind) -> list[Frame]:
    recorded = [
        (only_frame(frame), find_reply_kind(request, only_frame(frame).codes))
        for exchange, request in zip(exchanges(), recorded_requests(), strict=True)
        for frame in exchange.wand
    ]
    worked = [each for each in worked_frames() if each.sender == "wand"]
    return [frame for frame, found in recorded if found is kind] + [
        only_frame(each.data) for each in worked if each.kind == kind.name
    ]


@pytest.mark.parametrize("kind", REPLY_KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_wand_frame_has_a_golden_frame_that_reads_and_writes(
    kind: ReplyKind,
) -> None:
    frames = golden_replies(kind)
    assert frames
    for frame in frames:
        assert frame.codes == kind.codes
        reply = decode_reply(kind, frame.data)
        assert type(reply) is kind.value
        written = kind.layout.build(
            {each.name: getattr(reply, each.name) for each in fields(reply)}
        )
        assert written in (frame.data, two_byte_count(frame.data))


def two_byte_count(data: bytes) -> bytes:
    """The data with a count of four bytes, as only the SDK reads it, written in two."""
    return data[2:] if data.startswith(b"\x00\x00\x00") else data


def test_the_worked_frames_are_named_after_the_rows_of_the_tables() -> None:
    names = {row.name for row in COMMANDS} | {kind.name for kind in REPLY_KINDS}
    assert {each.kind for each in worked_frames()} <= names
