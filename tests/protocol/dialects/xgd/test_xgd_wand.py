import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_xgd as by_hand
from tests.support.golden_xgd import conversation, golden_frames
from watchclock_protocol.dialects.xgd.commands import (
    AnswerPush,
    ChangeAddress,
    Count,
    CountRecords,
    DateShown,
    DeleteRecords,
    Done,
    ReadDate,
    ReadRecord,
    ReadTime,
    RecordOutOfRange,
    StoredRecord,
    TimeShown,
    XgdReply,
    XgdRequest,
)
from watchclock_protocol.dialects.xgd.transitions import State
from watchclock_protocol.dialects.xgd.wand import Requested, WandEvent, WandSession
from watchclock_protocol.errors import LocalProtocolError, RequestRangeError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit

WORKED = bytes.fromhex("000109340821112601A1B2C30000002B")


class Memory:
    """The least a firmware must do."""

    def __init__(self, address: int = 3) -> None:
        self.session = WandSession(address)
        self.records = [WORKED]
        self.noticed: list[WandEvent] = []

    def hear(self, data: bytes) -> bytes:
        said = b""
        for event in self.session.receive(data):
            if isinstance(event, Transmit):
                said += event.data
            elif not isinstance(event, Requested):
                self.noticed.append(event)
            elif isinstance(event.request, AnswerPush):
                self.records = []
            else:
                said += self.session.reply(event, self.decide(event.request))
        return said

    def decide(self, request: XgdRequest) -> XgdReply:
        count = len(self.records)
        if isinstance(request, DeleteRecords):
            self.records = []
        if isinstance(request, ReadRecord):
            is_held = request.place == count == 1
            return StoredRecord(WORKED) if is_held else RecordOutOfRange(count)
        answers: dict[type[XgdRequest], XgdReply] = {
            ReadTime: TimeShown(bytes.fromhex("093408")),
            ReadDate: DateShown(bytes.fromhex("211126")),
            CountRecords: Count(count),
        }
        return answers.get(type(request), Done())


def test_the_controller_answers_the_worked_host_with_exactly_the_worked_bytes() -> None:
    spoken = conversation("store")[2:]
    memory = Memory()
    asked = [data for direction, data in spoken if direction == "TX"]
    worked = [data for direction, data in spoken if direction == "RX"]
    assert [memory.hear(data) for data in asked] == worked
    assert (memory.records, memory.noticed) == ([], [])


def test_are_you_there_is_answered_with_the_same_frame() -> None:
    session = WandSession(3)
    (asked,) = session.receive(by_hand.frame(3, 9))
    assert isinstance(asked, Requested)
    assert session.reply(asked, session.present()) == by_hand.frame(3, 9)


def test_a_change_of_address_is_answered_from_the_new_one() -> None:
    session = WandSession(3)
    (asked,) = session.receive(golden_frames()["change_address_request"][1])
    assert asked == Requested(ChangeAddress(7))
    assert isinstance(asked, Requested)
    assert session.reply(asked, Done()) == golden_frames()["change_address_reply"][1]
    assert list(session.receive(by_hand.frame(3, 6))) == []
    assert list(session.receive(by_hand.frame(7, 6))) == [Requested(CountRecords())]


def test_frames_for_others_are_passed_over_in_silence() -> None:
    memory = Memory()
    assert memory.hear(by_hand.frame(4, 6) + by_hand.frame(0, 8)) == b""
    assert (memory.records, memory.noticed) == ([WORKED], [])


@pytest.mark.parametrize(
    ("damaged", "report"),
    [
        ("21 58 44 03 B0 06 00 D5 17", "crc_report"),
        ("21 58 44 03 B1 06 00 D5 16", "head_report"),
        ("21 58 44 03 B0 66 00 D5 16", "head_report"),
    ],
)
def test_a_damaged_frame_is_answered_with_the_worked_report(damaged: str, report: str) -> None:
    memory = Memory()
    assert memory.hear(bytes.fromhex(damaged)) == golden_frames()[report][1]
    assert isinstance(memory.noticed[0], FrameRejected)


def test_a_damaged_frame_for_another_controller_is_not_reported() -> None:
    assert Memory().hear(bytes.fromhex("21 58 44 04 B0 06 00 D5 17")) == b""


def test_a_push_is_the_worked_frame_and_waits_for_the_worked_answer() -> None:
    memory = Memory()
    assert memory.session.push(WORKED) == golden_frames()["push"][1]
    assert memory.session.state is State.PUSHED
    memory.hear(golden_frames()["push_answer"][1])
    assert (memory.session.state, memory.records) == (State.IDLE, [])


def test_an_answer_to_a_push_that_was_never_made_costs_no_record() -> None:
    memory = Memory()
    memory.hear(golden_frames()["push_answer"][1])
    assert memory.records == [WORKED]


def test_a_reply_that_does_not_fit_the_request_is_refused() -> None:
    session = WandSession(3)
    (asked,) = session.receive(by_hand.frame(3, 6))
    assert isinstance(asked, Requested)
    with pytest.raises(LocalProtocolError):
        session.reply(asked, Done())
    with pytest.raises(RequestRangeError):
        session.reply(asked, Count(256))


def test_a_second_reply_is_refused() -> None:
    session = WandSession(3)
    (asked,) = session.receive(by_hand.frame(3, 6))
    assert isinstance(asked, Requested)
    session.reply(asked, Count(0))
    with pytest.raises(LocalProtocolError):
        session.reply(asked, Count(0))


HOST_BYTES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([by_hand.frame(3, 6), by_hand.frame(3, 7, b"\x01"), by_hand.frame(4, 8)]),
    ),
    max_size=20,
).map(b"".join)


@given(HOST_BYTES, st.integers(1, 40))
def test_any_bytes_in_any_cuts_are_answered_alike_in_bounded_memory(
    data: bytes, size: int
) -> None:
    pieces, single = Memory(), Memory()
    answered = b"".join(single.hear(data[at : at + 1]) for at in range(len(data)))
    cut = b"".join(pieces.hear(data[at : at + size]) for at in range(0, len(data), size))
    assert cut == answered
    assert pieces.session.held_bytes < 25
    skipped = [
        sum(it.count for it in memory.noticed if isinstance(it, BytesSkipped))
        for memory in (pieces, single)
    ]
    assert skipped[0] == skipped[1]
    assert pieces.records == [WORKED]
