"""The one table of states that both roles and the listener follow.

Source: the exchanges of docs/protocols/fcard.md sections "Commands" and "Ring memory"; its diagram
is compared with this table by a test.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from watchclock_protocol.dialects.fcard.commands import LIVE_CARD, SUM_REFUSED, Command, ReplyKind
from watchclock_protocol.errors import SequenceError

__all__ = ["TRANSITIONS", "Signal", "State", "reply_signal", "request_signal", "step"]


class State(StrEnum):
    """Where an exchange stands."""

    IDLE = "idle"
    AWAITING_REPLY = "awaiting_reply"
    STREAMING = "streaming"
    UNCONFIRMED = "unconfirmed"


class Signal(StrEnum):
    """What crosses the link, as far as the order of things is concerned."""

    REQUEST = "request"
    STREAM_REQUEST = "stream_request"
    UNCONFIRMED_REQUEST = "unconfirmed_request"
    REPLY = "reply"
    PAGE = "page"
    END = "end"
    SUM_REFUSED = "sum_refused"
    PUSH = "push"


TRANSITIONS: Final[Mapping[State, Mapping[Signal, State]]] = {
    State.IDLE: {
        Signal.REQUEST: State.AWAITING_REPLY,
        Signal.STREAM_REQUEST: State.STREAMING,
        Signal.UNCONFIRMED_REQUEST: State.UNCONFIRMED,
        Signal.PUSH: State.IDLE,
    },
    State.AWAITING_REPLY: {
        Signal.REPLY: State.IDLE,
        Signal.SUM_REFUSED: State.AWAITING_REPLY,
        Signal.PUSH: State.AWAITING_REPLY,
        Signal.REQUEST: State.AWAITING_REPLY,
        Signal.STREAM_REQUEST: State.STREAMING,
        Signal.UNCONFIRMED_REQUEST: State.UNCONFIRMED,
    },
    State.STREAMING: {
        Signal.PAGE: State.STREAMING,
        Signal.END: State.IDLE,
        Signal.SUM_REFUSED: State.STREAMING,
        Signal.PUSH: State.STREAMING,
        Signal.REQUEST: State.AWAITING_REPLY,
        Signal.STREAM_REQUEST: State.STREAMING,
        Signal.UNCONFIRMED_REQUEST: State.UNCONFIRMED,
    },
    State.UNCONFIRMED: {
        Signal.REPLY: State.IDLE,
        Signal.SUM_REFUSED: State.UNCONFIRMED,
        Signal.PUSH: State.UNCONFIRMED,
        Signal.REQUEST: State.AWAITING_REPLY,
        Signal.STREAM_REQUEST: State.STREAMING,
        Signal.UNCONFIRMED_REQUEST: State.UNCONFIRMED,
    },
}
"""A request is possible in every state: a host may give up waiting, or send again."""


def step(state: State, signal: Signal) -> State:
    """The state after this signal.

    Raises:
        SequenceError: the signal is not possible in this state.
    """
    following = TRANSITIONS[state].get(signal)
    if following is None:
        raise SequenceError(answer=signal.value, expected=f"nothing such while {state.value}")
    return following


def request_signal(command: Command) -> Signal:
    """What sending this command means for the state."""
    if command.is_stream:
        return Signal.STREAM_REQUEST
    return Signal.REQUEST if command.is_confirmed else Signal.UNCONFIRMED_REQUEST


def reply_signal(command: Command, kind: ReplyKind) -> Signal:
    """What a reply of this kind to this command means for the state."""
    if kind is SUM_REFUSED:
        return Signal.SUM_REFUSED
    if kind is LIVE_CARD:
        return Signal.PUSH
    if not command.is_stream:
        return Signal.REPLY
    return Signal.END if kind is command.replies[-1] else Signal.PAGE
