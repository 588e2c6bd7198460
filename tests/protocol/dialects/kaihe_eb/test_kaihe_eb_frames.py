import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.golden_kaihe_eb import conversation
from tests.support.line_faults import normalised
from watchclock_protocol.dialects.kaihe_eb.commands import (
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)
from watchclock_protocol.dialects.kaihe_eb.frames import Frame, FrameReader, WakeByte
from watchclock_protocol.dialects.kaihe_eb.layouts import build_frame, parse_frame
from watchclock_protocol.dialects.kaihe_eb.replies import Count, NumberReply, StoredPatrol
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ReadNumber,
    ReadPatrolRecord,
    UnknownRequest,
    WriteNumber,
)
from watchclock_protocol.errors import (
    ChecksumError,
    LayoutError,
    LocalProtocolError,
    RequestRangeError,
    SequenceError,
)
from watchclock_protocol.events import BytesSkipped, FrameRejected

GOOD = by_hand.frame(0x38, by_hand.patrol_a(0xAAEB_AAEB))
Item = WakeByte | Frame | BytesSkipped | FrameRejected


def cut_all(reader: FrameReader, *pieces: bytes) -> list[Item]:
    found: list[Item] = []
    for piece in pieces:
        reader.push(piece)
        while (item := reader.cut()) is not None:
            found.append(item)
    return found


def cut_at(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place for place in places if place < len(data)} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


SPOKEN = b"".join(data for variant in "ab" for _, data in conversation(variant))


@given(st.lists(st.integers(1, len(SPOKEN) - 1), max_size=20))
def test_whole_conversations_cut_anywhere_give_the_same_items(places: list[int]) -> None:
    reader = FrameReader()
    items = cut_all(reader, *cut_at(SPOKEN, places))
    assert items == cut_all(FrameReader(), SPOKEN)
    assert {type(item) for item in items} == {WakeByte, Frame}
    assert reader.held_bytes == 0


def test_a_frame_arriving_byte_by_byte_is_held_until_it_is_whole() -> None:
    reader = FrameReader()
    assert cut_all(reader, *[GOOD[at : at + 1] for at in range(len(GOOD) - 1)]) == []
    assert reader.held_bytes == len(GOOD) - 1
    assert cut_all(reader, GOOD[-1:]) == [Frame(0x38, GOOD[3:-1])]


@given(st.binary(max_size=400), st.lists(st.integers(1, 400), max_size=10))
def test_any_bytes_in_any_cuts_are_counted_in_bounded_memory(
    data: bytes, places: list[int]
) -> None:
    whole, pieces = FrameReader(), FrameReader()
    items = cut_all(whole, data)
    assert normalised(cut_all(pieces, *cut_at(data, places))) == normalised(items)
    assert whole.held_bytes == pieces.held_bytes < 64
    assert whole.drop() == pieces.drop()
    assert (whole.held_bytes, cut_all(whole, GOOD)) == (0, [Frame(0x38, GOOD[3:-1])])


@given(st.binary(max_size=60), st.integers(0, 255))
def test_every_frame_is_built_as_the_second_encoder_builds_it(data: bytes, command: int) -> None:
    frame = build_frame(command, data)
    assert frame == by_hand.frame(command, data)
    assert parse_frame(frame) == (command, data)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_one_damaged_byte_never_gives_a_frame(position: int, change: int) -> None:
    damaged = bytearray(GOOD)
    damaged[position] ^= change
    assert Frame(0x38, GOOD[3:-1]) not in cut_all(FrameReader(), bytes(damaged))


def test_noise_before_a_frame_and_a_false_head_are_skipped() -> None:
    items = cut_all(FrameReader(), b"\x00\x01\xeb\x38\xff", GOOD)
    assert normalised(items) == ["skipped 5", repr(Frame(0x38, GOOD[3:-1])), "None"]


def test_a_wrong_sum_is_rejected_with_the_bytes_that_came() -> None:
    (item,) = cut_all(FrameReader(), b"\xeb\x36\x02\x00\x02\x26")
    assert isinstance(item, FrameRejected)
    assert isinstance(item.error, ChecksumError)
    assert "EB 36 02 00 02 26" in str(item.error)


@pytest.mark.parametrize("frame", [b"\xec\x36\x00\x22", b"\xeb\x36\x01\x22", b"\xeb\x36", b""])
def test_what_is_no_whole_frame_has_the_wrong_shape(frame: bytes) -> None:
    with pytest.raises(LayoutError):
        parse_frame(frame)


def test_values_that_do_not_fit_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(RequestRangeError):
        build_frame(0x00, bytes(61))
    with pytest.raises(RequestRangeError):
        encode_request(ReadPatrolRecord(index=65536))
    with pytest.raises(RequestRangeError):
        encode_request(WriteNumber(number=b"\x00\x01"))
    with pytest.raises(RequestRangeError):
        encode_request(UnknownRequest(command=0x56, data=b""))
    with pytest.raises(RequestRangeError):
        encode_reply(ReadNumber(), NumberReply(number=b"\x00\x01"))


def test_a_reply_to_another_request_is_not_understood() -> None:
    with pytest.raises(SequenceError):
        decode_reply(ReadNumber(), 0x36, b"\x00\x02")
    with pytest.raises(LocalProtocolError):
        encode_reply(ReadNumber(), Count(unread=2))


@pytest.mark.parametrize("length", [0, 6, 8, 10, 12])
def test_a_record_of_another_length_has_the_wrong_shape(length: int) -> None:
    with pytest.raises(LayoutError):
        decode_reply(ReadPatrolRecord(index=0), 0x38, bytes(length))


@pytest.mark.parametrize("raw", [by_hand.patrol_a(1), by_hand.patrol_b(1)])
def test_records_of_both_variants_are_taken_by_their_length(raw: bytes) -> None:
    assert decode_reply(ReadPatrolRecord(index=0), 0x38, raw) == StoredPatrol(raw=raw)


def test_a_request_nobody_documents_is_kept_as_it_is() -> None:
    assert decode_request(0x56, b"\x05\x0b\x06") == UnknownRequest(
        command=0x56, data=b"\x05\x0b\x06"
    )


def test_a_known_command_with_other_constants_is_not_that_command() -> None:
    with pytest.raises(LayoutError):
        decode_request(0x70, bytes.fromhex("08 0A 00 00 00 00 00 00"))
