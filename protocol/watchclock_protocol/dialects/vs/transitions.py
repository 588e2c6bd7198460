"""The one table of states that both roles and the listener follow.

Source: docs/protocols/vs.md, section "States"; its diagram is compared with this table by a test.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from watchclock_protocol.dialects.vs.commands import Command, ReplyKind
from watchclock_protocol.dialects.vs.frames import FrameKind
from watchclock_protocol.errors import SequenceError

__all__ = ["TRANSITIONS", "Signal", "State", "reply_signal", "request_signal", "step"]


class State(StrEnum):
    """Where an exchange stands."""

    IDLE = "idle"
    AWAITING_ANSWER = "awaiting_answer"
    STREAMING = "streaming"


class Signal(StrEnum):
    """What crosses the link, as far as the order of things is concerned."""

    REQUEST = "request"
    STREAM_REQUEST = "stream_request"
    PART = "part"
    ANSWER = "answer"
    REFUSAL = "refusal"


TRANSITIONS: Final[Mapping[State, Mapping[Signal, State]]] = {
    State.IDLE: {
        Signal.REQUEST: State.AWAITING_ANSWER,
        Signal.STREAM_REQUEST: State.STREAMING,
    },
    State.AWAITING_ANSWER: {
        Signal.ANSWER: State.IDLE,
        Signal.REFUSAL: State.IDLE,
        Signal.REQUEST: State.AWAITING_ANSWER,
        Signal.STREAM_REQUEST: State.STREAMING,
    },
    State.STREAMING: {
        Signal.PART: State.STREAMING,
        Signal.ANSWER: State.IDLE,
        Signal.REFUSAL: State.IDLE,
        Signal.REQUEST: State.AWAITING_ANSWER,
        Signal.STREAM_REQUEST: State.STREAMING,
    },
}
"""A request is possible in every state: a host may give up waiting, or send again."""

_SIGNALS: Final = {
    FrameKind.PART: Signal.PART,
    FrameKind.ANSWER: Signal.ANSWER,
    FrameKind.REFUSAL: Signal.REFUSAL,
}


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
    return Signal.STREAM_REQUEST if command.is_stream else Signal.REQUEST


def reply_signal(kind: ReplyKind) -> Signal:
    """What a reply of this kind means for the state."""
    return _SIGNALS[kind.frame_kind]
