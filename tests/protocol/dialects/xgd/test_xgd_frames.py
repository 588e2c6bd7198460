import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import by_hand_xgd as by_hand
from tests.support.golden_xgd import golden_frames
from tests.support.line_faults import normalised
from watchclock_protocol.dialects.xgd.commands import (
    COMMANDS,
    REPLY_LENGTHS,
    REQUEST_LENGTHS,
    AnswerPush,
    AreYouThere,
    ChangeAddress,
    Count,
    CountRecords,
    DateShown,
    DeleteRecords,
    Done,
    ErrorReport,
    Present,
    Pushed,
    ReadDate,
    ReadRecord,
    ReadTime,
    ReadWorkMode,
    RecordOutOfRange,
    SetDate,
    SetTime,
    SetWorkMode,
    StoredRecord,
    TimeShown,
    WorkModeShown,
    XgdReply,
    XgdRequest,
)
from watchclock_protocol.dialects.xgd.frames import (
    LONGEST_FRAME_OCTETS,
    BrokenFrame,
    Frame,
    FrameCutter,
    build_push,
    build_reply,
    build_request,
    build_short_report,
)
from watchclock_protocol.errors import ChecksumError, LayoutError, RequestRangeError
from watchclock_protocol.events import BytesSkipped

GOLDEN = golden_frames()
RECORD = bytes.fromhex("000109340821112601A1B2C30000002B")
TIME, DATE = bytes.fromhex("093408"), bytes.fromhex("211126")
SET_TIME, SET_DATE = bytes.fromhex("053008"), DATE
REQUESTS: dict[str, XgdRequest] = {
    "set_time_request": SetTime(SET_TIME),
    "set_date_request": SetDate(SET_DATE),
    "read_time_request": ReadTime(),
    "read_date_request": ReadDate(),
    "change_address_request": ChangeAddress(7),
    "count_request": CountRecords(),
    "record_request": ReadRecord(1),
    "delete_request": DeleteRecords(),
    "are_you_there_request": AreYouThere(),
    "push_answer": AnswerPush(),
    "set_work_mode_request": SetWorkMode(2),
    "read_work_mode_request": ReadWorkMode(),
}
REPLIES: dict[str, tuple[XgdRequest, XgdReply]] = {
    "set_time_reply": (SetTime(SET_TIME), Done()),
    "set_date_reply": (SetDate(SET_DATE), Done()),
    "read_time_reply": (ReadTime(), TimeShown(TIME)),
    "read_date_reply": (ReadDate(), DateShown(DATE)),
    "change_address_reply": (ChangeAddress(7), Done()),
    "count_reply": (CountRecords(), Count(2)),
    "record_reply": (ReadRecord(1), StoredRecord(RECORD)),
    "record_out_of_range_reply": (ReadRecord(9), RecordOutOfRange(2)),
    "delete_reply": (DeleteRecords(), Done()),
    "are_you_there_reply": (AreYouThere(), Present(3)),
    "set_work_mode_reply": (SetWorkMode(2), Done()),
    "read_work_mode_reply": (ReadWorkMode(), WorkModeShown(2)),
}
REPORTS = {
    "crc_report": 0xF2,
    "head_report": 0xF3,
    "crc_report_with_length": 0xF2,
    "head_report_with_length": 0xF3,
}

Item = Frame | BrokenFrame | BytesSkipped


def reply_cutter() -> FrameCutter:
    return FrameCutter(REPLY_LENGTHS, hears_reports=True)


def cut(*chunks: bytes) -> list[Item]:
    cutter = reply_cutter()
    return [item for chunk in chunks for item in cutter.receive(chunk)]


def test_every_golden_frame_is_in_one_of_these_tables() -> None:
    assert {*REQUESTS, *REPLIES, *REPORTS, "push"} == set(GOLDEN)
    assert {type(request) for request in REQUESTS.values()} == set(COMMANDS)
    possible = {kind for shape in COMMANDS.values() for kind in shape.replies.values()}
    assert {type(reply) for _, reply in REPLIES.values()} == possible


@pytest.mark.parametrize("name", REQUESTS)
def test_every_kind_of_request_equals_the_worked_bytes(name: str) -> None:
    lane, data = GOLDEN[name]
    (frame,) = FrameCutter(REQUEST_LENGTHS).receive(data)
    assert isinstance(frame, Frame)
    assert (lane, frame.address, frame.request()) == ("to_wand", 3, REQUESTS[name])
    assert build_request(3, REQUESTS[name]) == data


@pytest.mark.parametrize("name", REPLIES)
def test_every_kind_of_reply_equals_the_worked_bytes(name: str) -> None:
    lane, data = GOLDEN[name]
    request, reply = REPLIES[name]
    address = 7 if isinstance(request, ChangeAddress) else 3
    (frame,) = cut(data)
    assert isinstance(frame, Frame)
    assert (lane, frame.address, frame.reply()) == ("from_wand", address, reply)
    assert build_reply(address, request, reply) == data


@pytest.mark.parametrize("name", REPORTS)
def test_error_reports_are_understood_with_and_without_length(name: str) -> None:
    (frame,) = cut(GOLDEN[name][1])
    assert isinstance(frame, Frame)
    assert frame.reply() == ErrorReport(REPORTS[name])
    assert frame.address == 0


def test_our_own_reports_and_pushes_are_the_worked_ones() -> None:
    assert build_short_report(0xF2) == GOLDEN["crc_report"][1]
    assert build_short_report(0xF3) == GOLDEN["head_report"][1]
    assert build_push(3, Pushed(RECORD)) == GOLDEN["push"][1]
    (frame,) = cut(GOLDEN["push"][1])
    assert isinstance(frame, Frame)
    assert frame.reply() == Pushed(RECORD)


@given(st.integers(1, 255), st.integers(0, 255), st.binary(min_size=16, max_size=16))
def test_our_encoder_agrees_with_the_one_made_by_hand(
    address: int, number: int, raw: bytes
) -> None:
    assert build_request(address, ReadRecord(number)) == by_hand.frame(address, 7, bytes([number]))
    assert build_request(address, SetTime(raw[:3])) == by_hand.frame(address, 1, raw[:3])
    assert build_reply(address, ReadRecord(1), StoredRecord(raw)) == by_hand.frame(address, 7, raw)
    assert build_reply(address, CountRecords(), Count(number)) == by_hand.frame(
        address, 6, bytes([number])
    )
    assert build_push(address, Pushed(raw)) == by_hand.frame(address, 0x0A, raw)


@pytest.mark.parametrize(
    "request_", [ReadRecord(256), ReadRecord(-1), SetTime(b"12"), ChangeAddress(300)]
)
def test_values_a_request_cannot_carry_are_refused(request_: XgdRequest) -> None:
    with pytest.raises(RequestRangeError):
        build_request(3, request_)


def test_values_a_reply_or_an_address_cannot_carry_are_refused() -> None:
    with pytest.raises(RequestRangeError):
        build_reply(3, CountRecords(), Count(256))
    with pytest.raises(RequestRangeError):
        build_request(256, CountRecords())


def test_noise_before_a_frame_is_counted_and_the_frame_kept() -> None:
    data = GOLDEN["count_reply"][1]
    assert cut(b"\x21\x21\x58" + data) == [BytesSkipped(3), Frame(3, 6, b"\x02")]


@pytest.mark.parametrize("position", range(len(GOLDEN["record_reply"][1])))
@pytest.mark.parametrize("bit", range(8))
def test_a_frame_with_one_wrong_bit_is_never_taken_and_the_next_one_never_lost(
    position: int, bit: int
) -> None:
    data = bytearray(GOLDEN["record_reply"][1])
    data[position] ^= 1 << bit
    items = cut(bytes(data) + GOLDEN["count_reply"][1])
    assert [item for item in items if isinstance(item, Frame)] == [Frame(3, 6, b"\x02")]


@pytest.mark.parametrize("lost", range(len(GOLDEN["record_reply"][1])))
def test_a_frame_with_a_lost_byte_costs_only_itself(lost: int) -> None:
    data = GOLDEN["record_reply"][1]
    items = cut(data[:lost] + data[lost + 1 :] + GOLDEN["count_reply"][1])
    assert [item for item in items if isinstance(item, Frame)] == [Frame(3, 6, b"\x02")]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("21 58 44 03 B0 06 01 02 57 CF", ChecksumError),
        ("21 58 44 03 B1 06 01 02 57 CE", LayoutError),
        ("21 58 44 03 B0 77 01 02 57 CE", LayoutError),
        ("21 58 44 03 B0 06 FF 02 57 CE", LayoutError),
        ("21 58 44 00 B0 F2 C7 D3", ChecksumError),
    ],
)
def test_what_is_wrong_with_a_frame_is_told(data: str, error: type[Exception]) -> None:
    broken = cut(bytes.fromhex(data))[0]
    assert isinstance(broken, BrokenFrame)
    assert type(broken.error) is error


def test_a_damaged_length_does_not_make_the_cutter_wait() -> None:
    broken, skipped = cut(bytes.fromhex("21 58 44 03 B0 07 FF"))
    assert isinstance(broken, BrokenFrame)
    assert skipped == BytesSkipped(4)


LINES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from([data for _, data in GOLDEN.values()]),
        st.sampled_from([b"!", b"!X", b"!XD", b"!XD\x03\xb0", b"!XD\x00\xb0\xf2"]),
    ),
    max_size=25,
).map(b"".join)


@given(LINES, st.lists(st.integers(1, 40), min_size=1))
@example(b"".join(data for _, data in GOLDEN.values()), [1])
def test_any_bytes_in_any_cuts_give_the_same_frames_in_bounded_memory(
    data: bytes, sizes: list[int]
) -> None:
    cutter = reply_cutter()
    items: list[Item] = []
    position = step = 0
    while position < len(data):
        size = sizes[step % len(sizes)]
        items += cutter.receive(data[position : position + size])
        position, step = position + size, step + 1
        assert cutter.held_bytes < LONGEST_FRAME_OCTETS == 25
    assert normalised(items) == normalised(cut(data))
