from datetime import datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_wm5000t as by_hand
from tests.support.golden_wm5000t import computed, recorded
from watchclock_protocol.dialects.wm5000t.commands import (
    COMMANDS,
    CloseSession,
    ContinueBlock,
    Count,
    Done,
    Echoed,
    Header,
    NextRecord,
    NoRecord,
    ReadStatus,
    Reply,
    Request,
    StartBlock,
    StartDownload,
    Status,
    StoredRecord,
    UnknownRequest,
    WriteClock,
)
from watchclock_protocol.dialects.wm5000t.frames import (
    AnswerCutter,
    Exchange,
    RequestCutter,
    build_reply,
    build_request,
)
from watchclock_protocol.dialects.wm5000t.records import RECORDS, encode_clock
from watchclock_protocol.errors import (
    ChecksumError,
    LayoutError,
    RefusedError,
    RequestRangeError,
    SequenceError,
)
from watchclock_protocol.events import BytesSkipped, FrameRejected
from watchclock_protocol.records import PatrolRecord

SIX_BYTES = st.binary(min_size=6, max_size=6)
REQUESTS: list[Request] = [
    StartBlock(),
    ContinueBlock(),
    WriteClock(bytes.fromhex("260605134612")),
    ReadStatus(),
    StartDownload(),
    NextRecord(),
    WriteClock(bytes.fromhex("260605134616")),
    CloseSession(),
]
CAPTURED_ANSWERS: list[tuple[Request, Reply, str]] = [
    (ReadStatus(), Status(bytes.fromhex("531932")), "53 19 32 61"),
    (StartDownload(), Count(2), "02 00 FD"),
    (CloseSession(), Done(), "00"),
    (NextRecord(), NoRecord(), ""),
    (StartBlock(), Header(b"FFFFZJWZWS"), "55" + " 00" * 19 + "46 46 46 46 5A 4A 57 5A 57 53"),
    (
        NextRecord(),
        StoredRecord(bytes.fromhex("260605134603"), bytes.fromhex("000000F40939")),
        "26 06 05 13 46 03 00 00 00 F4 09 39 3C",
    ),
    (ContinueBlock(), Echoed(), ""),
]


def cut_requests(*chunks: bytes) -> list[Request | BytesSkipped | FrameRejected]:
    cutter = RequestCutter()
    items: list[Request | BytesSkipped | FrameRejected] = []
    for chunk in chunks:
        cutter.push(chunk)
        while (item := cutter.cut(may_close=True)) is not None:
            items.append(item)
    return items


def cut_answer(
    request: Request, data: bytes, *, is_record_due: bool = True
) -> list[Exchange | BytesSkipped | FrameRejected]:
    cutter = AnswerCutter()
    cutter.expect(request, is_record_due=is_record_due)
    cutter.push(data)
    items: list[Exchange | BytesSkipped | FrameRejected] = []
    while (item := cutter.cut()) is not None:
        items.append(item)
    return items


def test_every_kind_of_request_is_in_the_captured_bytes() -> None:
    captured = {data for direction, data in recorded() if direction == "TX"}
    assert {build_request(request) for request in REQUESTS} == captured
    assert {type(request) for request in REQUESTS} == set(COMMANDS)


def test_every_captured_request_is_understood() -> None:
    captured = [data for direction, data in recorded() if direction == "TX"]
    cutter = RequestCutter()
    for data in captured:
        cutter.push(data)
        request = cutter.cut(may_close=True) or cutter.settle()
        assert request in REQUESTS
        assert cutter.held_bytes == 0


@pytest.mark.parametrize(("request_", "reply", "answer"), CAPTURED_ANSWERS)
def test_every_kind_of_reply_equals_the_captured_bytes(
    request_: Request, reply: Reply, answer: str
) -> None:
    data = bytes.fromhex(answer)
    echo = b"" if isinstance(reply, Header) else build_request(request_)
    is_due = isinstance(reply, StoredRecord)
    assert ("RX", echo + data) in recorded()
    assert build_reply(reply) == data
    assert cut_answer(request_, echo + data, is_record_due=is_due) == [Exchange(request_, reply)]


def test_no_kind_of_reply_lacks_a_captured_answer() -> None:
    assert {type(reply) for _, reply, _ in CAPTURED_ANSWERS} == set(get_args(Reply))


def test_the_frames_worked_by_hand_are_ours() -> None:
    frames = computed()
    civil = datetime.fromisoformat(frames["set_clock"]["civil"])
    record = bytes.fromhex(frames["record"]["bytes"])
    count = bytes.fromhex(frames["count"]["bytes"])
    stored = StoredRecord(record[:6], record[6:12])
    clock = build_request(WriteClock(encode_clock(civil)))
    assert clock == bytes.fromhex(frames["set_clock"]["bytes"])
    assert build_reply(stored) == record
    decoded = RECORDS.decode(stored.raw)
    assert isinstance(decoded, PatrolRecord)
    assert str(decoded.tag) == frames["record"]["tag"]
    assert decoded.time.civil == datetime.fromisoformat(frames["record"]["civil"])
    assert build_reply(Count(int(frames["count"]["unread"]))) == count


@given(SIX_BYTES, SIX_BYTES, st.integers(0, 0xFFFF), st.binary(min_size=3, max_size=3))
def test_our_encoder_agrees_with_the_one_made_by_hand(
    time: bytes, serial: bytes, unread: int, number: bytes
) -> None:
    assert build_request(WriteClock(time)) == by_hand.clock_frame(time)
    assert build_reply(StoredRecord(time, serial)) == by_hand.summed(time + serial)
    assert build_reply(Count(unread)) == by_hand.summed(unread.to_bytes(2, "little"))
    assert build_reply(Status(number)) == by_hand.summed(number)


@pytest.mark.parametrize(
    "reply", [Count(65536), Count(-1), Status(b"12"), StoredRecord(b"", b""), Header(b"short")]
)
def test_values_the_wire_cannot_carry_are_refused(reply: Reply) -> None:
    with pytest.raises(RequestRangeError) as caught:
        build_reply(reply)
    assert caught.value.code == "protocol.request_range"


def test_a_lone_55_waits_until_it_is_clear_that_it_does_not_close() -> None:
    assert cut_requests(b"\x55") == []
    assert cut_requests(b"\x55", b"\xaa", b"\x01\xa9") == [CloseSession()]
    assert cut_requests(b"\x55", b"\xe5") == [StartBlock(), ContinueBlock()]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("15 EA 01 E8", ChecksumError),
        ("15 EA 02 00 E8", LayoutError),
        ("15 EA 00", LayoutError),
        ("77 88 00", LayoutError),
    ],
)
def test_a_damaged_command_is_rejected(data: str, error: type[Exception]) -> None:
    first = cut_requests(bytes.fromhex(data))[0]
    assert isinstance(first, FrameRejected)
    assert type(first.error) is error


def test_a_framed_command_nobody_knows_is_kept_whole() -> None:
    frame = build_request(UnknownRequest(0x77, b"\x01\x02"))
    assert cut_requests(frame) == [UnknownRequest(0x77, b"\x01\x02")]
    assert cut_answer(UnknownRequest(0x77, b""), frame + b"\x00") == [BytesSkipped(7)]


def test_an_answer_without_its_echo_is_rejected_and_the_rest_skipped() -> None:
    rejected, skipped = cut_answer(NextRecord(), by_hand.summed(bytes(range(1, 13))))
    assert isinstance(rejected, FrameRejected)
    assert isinstance(rejected.error, SequenceError)
    assert skipped == BytesSkipped(13)


def test_a_done_byte_that_is_not_00_is_a_refusal() -> None:
    (item,) = cut_answer(CloseSession(), by_hand.CLOSE + b"\x01")
    assert isinstance(item, FrameRejected)
    assert isinstance(item.error, RefusedError)


def test_headers_nobody_asked_for_are_passed_over_and_are_no_noise() -> None:
    answer = by_hand.CLOSE + b"\x00"
    found = cut_answer(CloseSession(), by_hand.HEADER * 2000 + answer)
    assert found == [Exchange(CloseSession(), Done())]


def test_noise_before_the_header_that_was_asked_for_is_skipped() -> None:
    found = cut_answer(StartBlock(), b"\x00\x55\x12" + by_hand.HEADER)
    assert found[-1] == Exchange(StartBlock(), Header(b"FFFFZJWZWS"))
    assert sum(item.count for item in found if isinstance(item, BytesSkipped)) == 3


def test_a_record_behind_the_last_echo_is_not_lost() -> None:
    stored = StoredRecord(bytes.fromhex("260605134603"), bytes.fromhex("000000F40939"))
    found = cut_answer(NextRecord(), b"\x00" + build_reply(stored), is_record_due=False)
    assert found == [Exchange(NextRecord(), NoRecord()), Exchange(NextRecord(), stored)]


def test_a_serial_is_partial_unless_the_wand_stored_more_than_its_low_bytes() -> None:
    time = bytes.fromhex("260605134603")
    kept = {
        serial: str(RECORDS.decode(time + bytes.fromhex(serial)).tag)  # type: ignore[union-attr]
        for serial in ("000000F40939", "000100F40939", "000000000000")
    }
    assert kept == {
        "000000F40939": "ibutton:F40939",
        "000100F40939": "ibutton:000100F40939",
        "000000000000": "ibutton:000000",
    }
