import pytest

from tests.support import by_hand_xgd as by_hand
from tests.support.xgd_line import Line, full_line
from watchclock_protocol.dialects.xgd.host import XgdHost
from watchclock_protocol.dialects.xgd.procedures import ANSWER_TIMEOUT_S
from watchclock_protocol.errors import LocalProtocolError
from watchclock_protocol.events import Heard
from watchclock_protocol.messages import (
    Acknowledged,
    Counters,
    LiveBegan,
    LiveEnded,
    PushAnswered,
)
from watchclock_protocol.session import AnswerPushed, BeginLive, EndLive, Identify, ReadCounters

RECORDS = by_hand.records(3)


def live_line(count: int) -> Line:
    line = full_line(count)
    line.ask(Identify())
    line.ask(ReadCounters())
    assert line.ask(BeginLive()) == LiveBegan()
    return line


def test_every_pushed_record_is_reported_and_given_up_only_when_it_is_answered() -> None:
    line = live_line(3)
    for number, record in enumerate(RECORDS, start=1):
        assert line.host.has_pushed
        assert line.received() == RECORDS[:number]
        assert line.controller.given_up == RECORDS[: number - 1]
        assert line.ask(AnswerPushed()) == PushAnswered()
        assert line.controller.given_up[-1] == record
    assert not line.host.has_pushed
    assert line.received() == RECORDS


def test_an_unanswered_record_comes_again_and_is_reported_once() -> None:
    line = live_line(1)
    for _ in range(5):
        line.wait(2.0)
    assert line.received() == RECORDS[:1]
    assert line.controller.given_up == []
    assert line.host.has_pushed


def test_a_copy_that_crossed_the_answer_is_not_answered_again() -> None:
    line = live_line(1)
    line.ask(AnswerPushed())
    line.now += ANSWER_TIMEOUT_S - 0.5
    line.host.receive(by_hand.frame(3, by_hand.PUSH, RECORDS[0]), line.now)
    waiting = [line.host.has_pushed]
    line.host.receive(by_hand.frame(3, by_hand.PUSH, RECORDS[1]), line.now)
    waiting.append(line.host.has_pushed)
    assert waiting == [False, True]


def test_a_record_whose_answer_was_lost_is_answered_when_it_comes_again() -> None:
    line = live_line(1)
    number = line.asked
    line.to_controller = lambda at, frame: b"" if at == number else frame
    line.ask(AnswerPushed())
    assert line.controller.given_up == []
    waiting: list[bool] = []
    for _ in range(2):
        line.wait(2.0)
        waiting.append(line.host.has_pushed)
    assert waiting == [False, True]
    line.ask(AnswerPushed())
    assert (line.controller.given_up, line.received()) == (RECORDS[:1], RECORDS[:1])


def test_that_nothing_waits_any_more_confirms_every_answer() -> None:
    line = live_line(2)
    line.ask(AnswerPushed())
    waiting = line.ask(ReadCounters())
    assert isinstance(waiting, Counters)
    assert (waiting.announced, Heard(Acknowledged()) in line.events) == (1, False)
    line.ask(AnswerPushed())
    line.ask(ReadCounters())
    assert Heard(Acknowledged()) in line.events


def test_a_push_between_a_request_and_its_reply_disturbs_neither() -> None:
    line = live_line(1)
    line.controller.is_pushy = True
    counters = line.ask(ReadCounters())
    assert isinstance(counters, Counters)
    assert (counters.announced, line.host.has_pushed) == (1, True)


@pytest.mark.parametrize(("before", "after"), [(2, 2), (1, 1)])
def test_the_mode_from_before_comes_back(before: int, after: int) -> None:
    line = full_line(0)
    line.controller.mode = before
    line.ask(Identify())
    line.ask(BeginLive())
    assert line.controller.mode == 1
    assert line.ask(EndLive()) == LiveEnded()
    assert line.controller.mode == after
    assert line.sent(0x0B) == (0 if before == 1 else 2)


def test_nothing_can_be_answered_while_nothing_waits() -> None:
    session = XgdHost(3)
    with pytest.raises(LocalProtocolError) as caught:
        session.send(AnswerPushed(), 0.0)
    assert "without a record that waits" in str(caught.value)


def test_a_download_never_answers_what_is_pushed_meanwhile() -> None:
    line = full_line(3)
    line.controller.mode = 1
    line.ask(Identify())
    line.ask(ReadCounters())
    line.wait(2.0)
    assert line.host.has_pushed
    assert line.sent(by_hand.PUSH) == 0
    assert line.controller.records == RECORDS
