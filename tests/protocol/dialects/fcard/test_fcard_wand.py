"""The wand role: who is meant, what is refused, how answers are cut into frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard
from watchclock_protocol.dialects.fcard import replies, requests
from watchclock_protocol.dialects.fcard.replies import FcardReply, RecordEntry
from watchclock_protocol.dialects.fcard.wand import Requested, WandSession
from watchclock_protocol.errors import (
    ChecksumError,
    LayoutError,
    LocalProtocolError,
    SequenceError,
)
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit
from watchclock_protocol.fcard_family.frames import Frame, FrameReader
from watchclock_protocol.records import RecordKind

READ_CLOCK = (0x02, 0x01)
READ_NUMBER = (0x01, 0x01)
WRITE_NUMBER = (0x01, 0xF1)


def asked(address: int, codes: tuple[int, int], data: bytes = b"") -> list[Requested]:
    frame = by_hand_fcard.frame(address, 0x1234, *codes, data)
    events = WandSession(5).receive(frame, 0.0)
    return [event for event in events if isinstance(event, Requested)]


def requested(request: requests.FcardRequest) -> Requested:
    return Requested(request=request, address=5, token=0x1234)


def sent(request: requests.FcardRequest, *answer: FcardReply) -> list[Frame]:
    frames = WandSession(5).reply(requested(request), *answer)
    found = [item for frame in frames for item in FrameReader().receive(frame)]
    return [item for item in found if isinstance(item, Frame)]


@pytest.mark.parametrize(("address", "is_answered"), [(5, True), (0, True), (6, False)])
def test_a_wand_hears_its_own_number_and_the_broadcast(address: int, is_answered: bool) -> None:  # noqa: FBT001
    assert bool(asked(address, READ_CLOCK)) == is_answered


def test_the_number_commands_are_heard_whatever_the_address() -> None:
    assert asked(99, READ_NUMBER)[0].request == requests.ReadNumber()
    assert asked(99, WRITE_NUMBER, b"\x09")[0].request == requests.WriteNumber(number=9)


def test_a_damaged_frame_for_this_wand_is_refused_at_once() -> None:
    damaged = bytearray(by_hand_fcard.frame(5, 0x1234, *READ_CLOCK))
    damaged[-2] ^= 0x01
    rejected, refusal = WandSession(5).receive(bytes(damaged), 0.0)
    assert isinstance(rejected, FrameRejected)
    assert isinstance(rejected.error, ChecksumError)
    assert refusal == Transmit(bytes.fromhex("7E 05 12 34 21 03 00 6F 7E"))


def test_a_damaged_frame_for_another_wand_is_not_answered() -> None:
    damaged = bytearray(by_hand_fcard.frame(6, 0x1234, *READ_CLOCK))
    damaged[-2] ^= 0x01
    (event,) = WandSession(5).receive(bytes(damaged), 0.0)
    assert isinstance(event, FrameRejected)


@pytest.mark.parametrize(
    ("codes", "data", "error"),
    [((0x09, 0x09), b"", SequenceError), (READ_CLOCK, b"\x01", LayoutError)],
    ids=["unknown command", "data of a wrong shape"],
)
def test_what_the_document_has_no_reply_for_is_met_with_silence(
    codes: tuple[int, int], data: bytes, error: type[Exception]
) -> None:
    (event,) = WandSession(5).receive(by_hand_fcard.frame(5, 1, *codes, data), 0.0)
    assert isinstance(event, FrameRejected)
    assert type(event.error) is error


def test_a_half_frame_is_given_up_after_two_seconds() -> None:
    wand = WandSession(5)
    frame = by_hand_fcard.frame(5, 0x1234, *READ_CLOCK)
    wand.receive(frame[:6], 0.0)
    assert isinstance(wand.receive(frame[6:], 1.9)[0], Requested)
    wand.receive(frame[:6], 2.0)
    assert wand.receive(frame[6:], 4.0)[0] == BytesSkipped(6)


@pytest.mark.parametrize(
    ("kind", "octets", "sizes"),
    [(RecordKind.PATROL, 12, [7, 7, 2]), (RecordKind.SYSTEM, 8, [9, 7])],
)
def test_records_leave_in_full_frames_and_an_end(
    kind: RecordKind, octets: int, sizes: list[int]
) -> None:
    records = [(serial, bytes([serial]) * octets) for serial in range(1, 17)]
    entries = tuple(RecordEntry(serial=serial, raw=raw) for serial, raw in records)
    request = requests.ReadRange(kind=kind, first=1, quantity=16)
    *pages, end = sent(request, replies.StoredRecords(entries=entries))
    assert [page.data[3] for page in pages] == sizes
    assert pages[0].data == by_hand_fcard.page(records[: sizes[0]])
    assert (end.codes, end.data) == ((0xF4, 0x06), (16).to_bytes(4))
    assert {frame.token for frame in (*pages, end)} == {0x1234}


def test_a_firmware_may_end_a_stream_with_its_own_count() -> None:
    request = requests.ReadRange(kind=RecordKind.PATROL, first=1, quantity=1)
    (end,) = sent(request, replies.StoredRecords(entries=()), replies.RangeEnd(total=1))
    assert end.data == (1).to_bytes(4)


def test_an_empty_answer_is_only_its_end() -> None:
    request = requests.ReadRange(kind=RecordKind.PATROL, first=1, quantity=1)
    (end,) = sent(request, replies.StoredRecords(entries=()))
    assert end.codes == (0xF4, 0x06)


@pytest.mark.parametrize(
    "answer",
    [(replies.NumberReply(number=5),), (replies.Done(), replies.Done())],
    ids=["another reply", "two replies"],
)
def test_an_answer_the_dialect_does_not_know_is_not_built(answer: tuple[FcardReply, ...]) -> None:
    with pytest.raises(LocalProtocolError):
        WandSession(5).reply(requested(requests.Beep()), *answer)


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_at_all_are_heard_without_an_error(pieces: list[bytes]) -> None:
    wand = WandSession(5)
    events = [event for piece in pieces for event in wand.receive(piece, 0.0)]
    whole = WandSession(5).receive(b"".join(pieces), 0.0)
    assert [str(event) for event in events] == [str(event) for event in whole]
