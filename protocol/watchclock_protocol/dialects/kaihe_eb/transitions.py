"""The one table of states that host role and wand role both follow.

Source: docs/protocols/kaihe_eb.md, "Session"; its diagram is compared with this table by a test.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearKnockRecords,
    ClearPatrolRecords,
    KnownRequest,
)
from watchclock_protocol.errors import LocalProtocolError

__all__ = ["SESSION_S", "TRANSITIONS", "Signal", "State", "advance", "is_allowed"]
__all__ += ["request_signal"]

SESSION_S: Final = 2.0
"""Seconds without traffic after which the wand sleeps again (KaiheSerialPortLibrary.dll)."""


class State(StrEnum):
    """Where a conversation with the wand stands."""

    ASLEEP = "asleep"
    AWAKE = "awake"
    ASKED = "asked"
    CLEARING = "clearing"


class Signal(StrEnum):
    """What moves a conversation on."""

    WAKE = "wake"
    REQUEST = "request"
    CLEAR_REQUEST = "clear_request"
    REPLY = "reply"
    FALL_ASLEEP = "fall_asleep"


TRANSITIONS: Final[Mapping[tuple[State, Signal], State]] = {
    (State.ASLEEP, Signal.WAKE): State.AWAKE,
    (State.AWAKE, Signal.WAKE): State.AWAKE,
    (State.AWAKE, Signal.REQUEST): State.ASKED,
    (State.AWAKE, Signal.CLEAR_REQUEST): State.CLEARING,
    (State.AWAKE, Signal.FALL_ASLEEP): State.ASLEEP,
    (State.ASKED, Signal.REPLY): State.AWAKE,
    (State.ASKED, Signal.WAKE): State.AWAKE,
    (State.ASKED, Signal.FALL_ASLEEP): State.ASLEEP,
    (State.CLEARING, Signal.REPLY): State.AWAKE,
    (State.CLEARING, Signal.WAKE): State.AWAKE,
}
"""``wake`` in ``asked`` and ``clearing`` is a host that gave up waiting and makes sure that no
reply is still under way; while a wand clears it does not fall asleep."""


def request_signal(request: KnownRequest) -> Signal:
    """The signal a request gives."""
    is_clearing = isinstance(request, ClearPatrolRecords | ClearKnockRecords)
    return Signal.CLEAR_REQUEST if is_clearing else Signal.REQUEST


def is_allowed(state: State, signal: Signal) -> bool:
    """Whether the table has a way out of this state by this signal."""
    return (state, signal) in TRANSITIONS


def advance(state: State, signal: Signal) -> State:
    """The state after the signal.

    Raises:
        LocalProtocolError: the table does not allow it.
    """
    try:
        return TRANSITIONS[state, signal]
    except KeyError:
        raise LocalProtocolError(command=signal, state=state) from None
