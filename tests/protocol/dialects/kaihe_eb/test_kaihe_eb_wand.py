import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.golden_kaihe_eb import WorkedExchange, worked, worked_exchanges
from watchclock_protocol.dialects.kaihe_eb.commands import decode_reply, decode_request
from watchclock_protocol.dialects.kaihe_eb.layouts import parse_frame
from watchclock_protocol.dialects.kaihe_eb.replies import Confirmation, Count, NumberReply
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearPatrolRecords,
    CountPatrolRecords,
    ReadNumber,
    UnknownRequest,
)
from watchclock_protocol.dialects.kaihe_eb.transitions import (
    SESSION_S,
    TRANSITIONS,
    Signal,
    State,
    advance,
    is_allowed,
)
from watchclock_protocol.dialects.kaihe_eb.wand import Requested, WandSession
from watchclock_protocol.errors import ChecksumError, LayoutError, LocalProtocolError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit


def awake() -> WandSession:
    session = WandSession()
    assert session.receive(by_hand.WAKE, 0.0) == [Transmit(by_hand.WAKE)]
    return session


@pytest.mark.parametrize(
    "each", worked_exchanges(), ids=[each.what for each in worked_exchanges()]
)
def test_the_wand_gives_every_worked_answer_to_its_request(each: WorkedExchange) -> None:
    session = awake()
    (event,) = session.receive(each.host, 0.1)
    assert isinstance(event, Requested)
    reply = decode_reply(event.request, *parse_frame(each.wand))
    assert session.reply(reply, 0.2) == each.wand


def test_a_sleeping_wand_hears_nothing_but_the_wake_byte() -> None:
    session = WandSession()
    assert session.receive(by_hand.NUMBER, 0.0) == [BytesSkipped(len(by_hand.NUMBER))]
    assert session.receive(by_hand.WAKE, 0.1) == [Transmit(by_hand.WAKE)]
    assert session.receive(by_hand.NUMBER, 0.2) == [Requested(ReadNumber())]


def test_it_sleeps_after_two_seconds_without_traffic() -> None:
    session = awake()
    assert session.expire(1.9) == []
    assert session.deadline == SESSION_S
    session.receive(by_hand.WAKE, 1.9)
    assert session.expire(SESSION_S) == []
    assert session.deadline == 1.9 + SESSION_S
    session.expire(1.9 + SESSION_S)
    assert session.receive(by_hand.NUMBER, 4.0) == [BytesSkipped(len(by_hand.NUMBER))]


def test_it_does_not_sleep_while_it_clears() -> None:
    session = awake()
    assert session.receive(by_hand.CLEAR_PATROL, 0.1) == [Requested(ClearPatrolRecords())]
    assert (session.state, session.deadline) == (State.CLEARING, None)
    assert session.receive(by_hand.WAKE, 10.0) == []
    done = session.reply(Confirmation(data=b"\x00"), 30.0)
    assert done == worked("clear patrol").wand
    assert session.receive(b"", 30.0) == [Transmit(by_hand.WAKE)]


def test_a_second_request_waits_until_the_first_is_answered() -> None:
    session = awake()
    both = by_hand.NUMBER + by_hand.PATROL_COUNT
    assert session.receive(both, 0.1) == [Requested(ReadNumber())]
    session.reply(NumberReply(number=by_hand.NUMBER_B), 0.2)
    assert session.receive(b"", 0.2) == [Requested(CountPatrolRecords())]


def test_silence_is_an_answer_too() -> None:
    session = awake()
    session.receive(by_hand.read_patrol(9), 0.1)
    session.stay_silent(0.2)
    assert session.state is State.AWAKE
    assert session.receive(by_hand.NUMBER, 0.3) == [Requested(ReadNumber())]


def test_damaged_and_unknown_requests_are_not_answered() -> None:
    session = awake()
    wrong_sum, wrong_data, unknown = session.receive(
        by_hand.NUMBER[:-1] + b"\x00" + by_hand.frame(0x33, b"\x00\x05") + by_hand.frame(0x56),
        0.1,
    )
    assert isinstance(wrong_sum, FrameRejected)
    assert isinstance(wrong_sum.error, ChecksumError)
    assert isinstance(wrong_data, FrameRejected)
    assert isinstance(wrong_data.error, LayoutError)
    assert unknown == BytesSkipped(4)


def test_a_half_request_is_given_up_after_half_a_second() -> None:
    session = awake()
    assert session.receive(by_hand.NUMBER[:4], 0.1) == []
    assert session.receive(by_hand.WAKE, 0.7) == [BytesSkipped(4), Transmit(by_hand.WAKE)]


def test_a_reply_that_does_not_answer_is_refused() -> None:
    session = awake()
    with pytest.raises(LocalProtocolError):
        session.reply(Count(unread=1), 0.1)
    session.receive(by_hand.NUMBER, 0.1)
    with pytest.raises(LocalProtocolError):
        session.reply(Count(unread=1), 0.1)
    with pytest.raises(LocalProtocolError):
        awake().stay_silent(0.1)


@given(st.lists(st.tuples(st.binary(max_size=80), st.floats(0.0, 1.0)), max_size=30))
def test_any_bytes_at_any_time_never_raise(happenings: list[tuple[bytes, float]]) -> None:
    session = awake()
    now = 0.0
    for data, pause_s in happenings:
        now += pause_s
        session.expire(now)
        requested = [it for it in session.receive(data, now) if isinstance(it, Requested)]
        assert len(requested) <= 1
        if requested:
            session.stay_silent(now)


def test_every_state_can_be_left_and_nothing_else_is_allowed() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State)
    assert {signal for _, signal in TRANSITIONS} == set(Signal)
    assert not is_allowed(State.ASLEEP, Signal.REQUEST)
    with pytest.raises(LocalProtocolError):
        advance(State.ASLEEP, Signal.REPLY)


def test_no_request_of_the_source_is_unknown() -> None:
    requests = [decode_request(*parse_frame(each.host)) for each in worked_exchanges()]
    assert not any(isinstance(request, UnknownRequest) for request in requests)
