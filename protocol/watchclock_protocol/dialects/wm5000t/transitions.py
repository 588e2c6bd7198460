"""The one table of states that host role and wand role both follow.

Source: the order of the captured session (koliha/jwm-wm5000t, readme.md). What no capture shows
is not in the table: the host role never sends it and the wand role never answers it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from watchclock_protocol.dialects.wm5000t.commands import (
    CloseSession,
    ContinueBlock,
    KnownRequest,
    NextRecord,
    NoRecord,
    ReadStatus,
    Reply,
    StartBlock,
    StartDownload,
    WriteClock,
)
from watchclock_protocol.errors import LocalProtocolError

__all__ = ["FALL_BACK_S", "TRANSITIONS", "Signal", "State", "advance", "find_signal"]
__all__ += ["is_allowed"]

FALL_BACK_S: Final = 0.1
"""Silence in seconds after which the wand gives a session up (koliha/jwm-wm5000t, readme.md)."""


class State(StrEnum):
    """Where one session with the wand stands."""

    IDLE = "idle"
    STARTED = "started"
    READY = "ready"
    COUNTED = "counted"
    HANDING_OUT = "handing_out"
    HANDED_OUT = "handed_out"
    CLOCK_SET = "clock_set"


class Signal(StrEnum):
    """What moves a session on: an answered command, or silence."""

    START_BLOCK = "start_block"
    CONTINUE_BLOCK = "continue_block"
    WRITE_CLOCK = "write_clock"
    READ_STATUS = "read_status"
    START_DOWNLOAD = "start_download"
    RECORD = "record"
    NO_RECORD = "no_record"
    CLOSE_SESSION = "close_session"
    FALL_BACK = "fall_back"


TRANSITIONS: Final[Mapping[tuple[State, Signal], State]] = {
    (State.IDLE, Signal.START_BLOCK): State.STARTED,
    (State.STARTED, Signal.CONTINUE_BLOCK): State.READY,
    (State.READY, Signal.START_BLOCK): State.STARTED,
    (State.READY, Signal.WRITE_CLOCK): State.READY,
    (State.READY, Signal.READ_STATUS): State.READY,
    (State.READY, Signal.START_DOWNLOAD): State.COUNTED,
    (State.COUNTED, Signal.RECORD): State.HANDING_OUT,
    (State.COUNTED, Signal.NO_RECORD): State.HANDED_OUT,
    (State.HANDING_OUT, Signal.RECORD): State.HANDING_OUT,
    (State.HANDING_OUT, Signal.NO_RECORD): State.HANDED_OUT,
    (State.HANDED_OUT, Signal.WRITE_CLOCK): State.CLOCK_SET,
    (State.CLOCK_SET, Signal.CLOSE_SESSION): State.IDLE,
    (State.STARTED, Signal.FALL_BACK): State.IDLE,
    (State.READY, Signal.FALL_BACK): State.IDLE,
    (State.COUNTED, Signal.FALL_BACK): State.IDLE,
    (State.HANDING_OUT, Signal.FALL_BACK): State.IDLE,
    (State.HANDED_OUT, Signal.FALL_BACK): State.IDLE,
    (State.CLOCK_SET, Signal.FALL_BACK): State.IDLE,
}


_SIGNALS: Final[Mapping[type[KnownRequest], Signal]] = {
    StartBlock: Signal.START_BLOCK,
    ContinueBlock: Signal.CONTINUE_BLOCK,
    WriteClock: Signal.WRITE_CLOCK,
    ReadStatus: Signal.READ_STATUS,
    StartDownload: Signal.START_DOWNLOAD,
    NextRecord: Signal.RECORD,
    CloseSession: Signal.CLOSE_SESSION,
}


def find_signal(request: KnownRequest, reply: Reply | None = None) -> Signal:
    """The signal an answered request gives; without reply that of the answer hoped for."""
    return Signal.NO_RECORD if isinstance(reply, NoRecord) else _SIGNALS[type(request)]


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
