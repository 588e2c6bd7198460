"""The one table of states that both roles and the listener follow.

Source: the exchanges of docs/protocols/xgd.md; its diagram is compared with this table by a test.
A controller pushes at any time, also between a request and its reply, so whether an answer is due
and whether a pushed record waits are two things; the four states are their combinations.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from watchclock_protocol.dialects.xgd.commands import (
    AnswerPush,
    ErrorReport,
    Pushed,
    XgdReply,
    XgdRequest,
)
from watchclock_protocol.errors import SequenceError

__all__ = ["TRANSITIONS", "Signal", "State", "advance", "reply_signal", "request_signal"]


class State(StrEnum):
    """Where the conversation with one controller stands."""

    IDLE = "idle"
    ASKED = "asked"
    PUSHED = "pushed"
    ASKED_AND_PUSHED = "asked_and_pushed"


class Signal(StrEnum):
    """What crosses the line, as far as the order of things is concerned."""

    REQUEST = "request"
    REPLY = "reply"
    REPORT = "report"
    PUSH = "push"
    ANSWER = "answer"


TRANSITIONS: Final[Mapping[tuple[State, Signal], State]] = {
    (State.IDLE, Signal.REQUEST): State.ASKED,
    (State.IDLE, Signal.REPORT): State.IDLE,
    (State.IDLE, Signal.PUSH): State.PUSHED,
    (State.ASKED, Signal.REQUEST): State.ASKED,
    (State.ASKED, Signal.REPLY): State.IDLE,
    (State.ASKED, Signal.REPORT): State.IDLE,
    (State.ASKED, Signal.PUSH): State.ASKED_AND_PUSHED,
    (State.PUSHED, Signal.REQUEST): State.ASKED_AND_PUSHED,
    (State.PUSHED, Signal.REPORT): State.PUSHED,
    (State.PUSHED, Signal.PUSH): State.PUSHED,
    (State.PUSHED, Signal.ANSWER): State.IDLE,
    (State.ASKED_AND_PUSHED, Signal.REQUEST): State.ASKED_AND_PUSHED,
    (State.ASKED_AND_PUSHED, Signal.REPLY): State.PUSHED,
    (State.ASKED_AND_PUSHED, Signal.REPORT): State.PUSHED,
    (State.ASKED_AND_PUSHED, Signal.PUSH): State.ASKED_AND_PUSHED,
    (State.ASKED_AND_PUSHED, Signal.ANSWER): State.ASKED,
}
"""A request is possible in every state: a host may give up waiting, or ask again."""


def advance(state: State, signal: Signal) -> State:
    """The state after this signal.

    Raises:
        SequenceError: the signal is not possible in this state.
    """
    following = TRANSITIONS.get((state, signal))
    if following is None:
        raise SequenceError(answer=signal.value, expected=f"nothing such while {state.value}")
    return following


def request_signal(request: XgdRequest) -> Signal:
    """What sending this means for the state."""
    return Signal.ANSWER if isinstance(request, AnswerPush) else Signal.REQUEST


def reply_signal(reply: XgdReply) -> Signal:
    """What receiving this means for the state."""
    if isinstance(reply, Pushed):
        return Signal.PUSH
    return Signal.REPORT if isinstance(reply, ErrorReport) else Signal.REPLY
