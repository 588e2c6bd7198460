import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_wm5000t as by_hand
from tests.support.golden_wm5000t import recorded
from watchclock_protocol.dialects.wm5000t.commands import (
    Count,
    Done,
    NextRecord,
    NoRecord,
    ReadStatus,
    Reply,
    Request,
    StartDownload,
    Status,
    StoredRecord,
    WriteClock,
)
from watchclock_protocol.dialects.wm5000t.transitions import TRANSITIONS, Signal, State
from watchclock_protocol.dialects.wm5000t.wand import Requested, WandEvent, WandSession
from watchclock_protocol.errors import LocalProtocolError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit

CAPTURED_RECORDS = [
    StoredRecord(bytes.fromhex("260605134603"), bytes.fromhex("000000F40939")),
    StoredRecord(bytes.fromhex("260605134606"), bytes.fromhex("000000F3F6AD")),
]


class Memory:
    """The least a firmware must do."""

    def __init__(self, records: list[StoredRecord]) -> None:
        self.session = WandSession()
        self.records = records
        self.position = 0
        self.clock = b""
        self.noticed: list[WandEvent] = []

    def hear(self, data: bytes, now: float = 0.0) -> bytes:
        said = b""
        waiting = self.session.receive(data, now)
        while waiting:
            event = waiting.pop(0)
            if isinstance(event, Transmit):
                said += event.data
            elif isinstance(event, Requested):
                said += self.session.reply(self.decide(event.request), now)
                waiting += self.session.receive(b"", now)
            else:
                self.noticed.append(event)
        return said

    def decide(self, request: Request) -> Reply:
        match request:
            case ReadStatus():
                return Status(by_hand.CAPTURED_NUMBER)
            case StartDownload():
                self.position = 0
                return Count(len(self.records))
            case NextRecord():
                self.position += 1
                waiting = self.records[self.position - 1 : self.position]
                return waiting[0] if waiting else NoRecord()
            case WriteClock(time):
                self.clock = time
            case _:
                self.records = []
        return Done()


def test_the_wand_answers_the_captured_host_with_exactly_the_captured_bytes() -> None:
    memory = Memory(list(CAPTURED_RECORDS))
    conversation = recorded()
    asked = [data for direction, data in conversation if direction == "TX"]
    captured = [data for direction, data in conversation if direction == "RX"]
    answered = [memory.hear(data) for data in asked]
    assert answered == captured
    assert sum(map(len, answered)) == 149
    assert memory.records == []
    assert memory.clock == bytes.fromhex("260605134616")
    assert memory.noticed == []


def test_the_wand_answers_the_same_byte_by_byte() -> None:
    memory = Memory(list(CAPTURED_RECORDS))
    conversation = recorded()
    asked = b"".join(data for direction, data in conversation if direction == "TX")
    answered = b"".join(memory.hear(asked[at : at + 1]) for at in range(len(asked)))
    assert answered == b"".join(data for direction, data in conversation if direction == "RX")


def test_silence_ends_a_session_with_the_header() -> None:
    session = WandSession()
    session.receive(b"\x55", 10.0)
    session.receive(b"\xe5", 10.05)
    assert session.deadline == pytest.approx(10.15)
    assert session.expire(10.1) == []
    assert session.expire(10.16) == [Transmit(by_hand.HEADER)]
    assert (session.state, session.deadline) == (State.IDLE, None)


def test_a_frame_cut_by_silence_is_dropped() -> None:
    session = WandSession()
    assert session.receive(b"\x15\xea", 1.0) == []
    assert session.expire(1.2) == [BytesSkipped(2)]
    assert session.receive(b"\x55", 1.3) == [Transmit(by_hand.HEADER)]


def test_commands_are_ignored_before_a_session_begins() -> None:
    memory = Memory(list(CAPTURED_RECORDS))
    assert memory.hear(by_hand.STATUS + b"\x00" + by_hand.DOWNLOAD) == b""
    assert memory.noticed == [BytesSkipped(4), BytesSkipped(1), BytesSkipped(4)]


def test_a_command_nobody_knows_is_ignored() -> None:
    memory = Memory([])
    memory.hear(b"\x55\xe5")
    assert memory.hear(b"\x77\x88\x02\x05\x81") == b""
    assert memory.noticed == [BytesSkipped(5)]


def test_a_command_with_a_wrong_sum_is_not_obeyed() -> None:
    memory = Memory([])
    memory.hear(b"\x55\xe5")
    assert memory.hear(b"\x35\xca\x07\x26\x06\x05\x13\x46\x12\x28") == b""
    assert memory.clock == b""
    assert isinstance(memory.noticed[0], FrameRejected)


def test_a_reply_nobody_asked_for_is_refused() -> None:
    session = WandSession()
    session.receive(b"\x55\xe5" + by_hand.STATUS, 0.0)
    with pytest.raises(LocalProtocolError) as caught:
        session.reply(Count(2), 0.0)
    assert session.reply(Status(b"\x53\x19\x32"), 0.0) == bytes.fromhex("53193261")
    assert caught.value.code == "protocol.local"


def test_bytes_behind_an_open_request_wait_in_bounded_memory() -> None:
    session = WandSession()
    session.receive(b"\x55\xe5" + by_hand.STATUS, 0.0)
    assert session.receive(bytes(1000), 0.0) == [BytesSkipped(936)]
    session.reply(Status(b"\x53\x19\x32"), 0.0)
    assert session.receive(b"", 0.0) == [BytesSkipped(1)] * 64


HOST_BYTES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([data for direction, data in recorded() if direction == "TX"]),
        st.just(by_hand.CLOSE),
    ),
    max_size=30,
).map(b"".join)


# More than this at once cannot wait behind an open request; see the test before.
WAITING_LIMIT = 64


@given(HOST_BYTES, st.integers(2, WAITING_LIMIT))
def test_any_bytes_in_any_cuts_are_answered_alike(data: bytes, size: int) -> None:
    pieces, single = Memory(list(CAPTURED_RECORDS)), Memory(list(CAPTURED_RECORDS))
    answered = b"".join(single.hear(data[at : at + 1]) for at in range(len(data)))
    cut = b"".join(pieces.hear(data[at : at + size]) for at in range(0, len(data), size))
    assert cut == answered
    assert (pieces.records, pieces.session.state) == (single.records, single.session.state)


PATHS: dict[State, list[bytes]] = {
    State.IDLE: [],
    State.STARTED: [b"\x55"],
    State.READY: [b"\x55", b"\xe5"],
    State.COUNTED: [b"\x55", b"\xe5", by_hand.DOWNLOAD],
    State.HANDING_OUT: [b"\x55", b"\xe5", by_hand.DOWNLOAD, b"\x00"],
    State.HANDED_OUT: [b"\x55", b"\xe5", by_hand.DOWNLOAD, b"\x00", b"\x00", b"\x00"],
    State.CLOCK_SET: [
        *(b"\x55", b"\xe5", by_hand.DOWNLOAD, b"\x00", b"\x00", b"\x00"),
        by_hand.clock_frame(bytes(6)),
    ],
}
COMMAND_BYTES: dict[Signal, bytes] = {
    Signal.START_BLOCK: b"\x55",
    Signal.CONTINUE_BLOCK: b"\xe5",
    Signal.WRITE_CLOCK: by_hand.clock_frame(bytes(6)),
    Signal.READ_STATUS: by_hand.STATUS,
    Signal.START_DOWNLOAD: by_hand.DOWNLOAD,
    Signal.RECORD: b"\x00",
}


@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("signal", COMMAND_BYTES)
def test_the_wand_answers_what_the_table_allows_and_nothing_else(
    state: State, signal: Signal
) -> None:
    memory = Memory(list(CAPTURED_RECORDS))
    for data in PATHS[state]:
        memory.hear(data)
    assert memory.session.state is state
    is_answered = memory.hear(COMMAND_BYTES[signal]) != b""
    assert is_answered == ((state, signal) in TRANSITIONS)


@pytest.mark.parametrize("state", PATHS)
def test_the_close_command_wipes_only_behind_a_whole_reading_and_a_set_clock(
    state: State,
) -> None:
    memory = Memory(list(CAPTURED_RECORDS))
    for data in [*PATHS[state], by_hand.CLOSE]:
        memory.hear(data)
    assert (memory.records == []) == (state is State.CLOCK_SET)
