"""The wand's side of a conversation, for a firmware that holds clock and memory."""

from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.wm5000t.commands import (
    CloseSession,
    ContinueBlock,
    Count,
    Done,
    Header,
    KnownRequest,
    NextRecord,
    NoRecord,
    ReadStatus,
    Reply,
    Request,
    StartBlock,
    StartDownload,
    Status,
    StoredRecord,
    UnknownRequest,
    WriteClock,
)
from watchclock_protocol.dialects.wm5000t.frames import (
    RequestCutter,
    build_reply,
    build_request,
)
from watchclock_protocol.dialects.wm5000t.transitions import (
    FALL_BACK_S,
    Signal,
    State,
    advance,
    find_signal,
    is_allowed,
)
from watchclock_protocol.errors import LocalProtocolError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit

__all__ = ["CAPTURED_TAG", "Requested", "WandEvent", "WandSession"]

CAPTURED_TAG: Final = b"FFFFZJWZWS"
"""Tag in the header of the captured wand (koliha/jwm-wm5000t, readme.md)."""

_WAITING_LIMIT: Final = 64
_REPLIES: Final[dict[type[KnownRequest], tuple[type[Reply], ...]]] = {
    WriteClock: (Done,),
    ReadStatus: (Status,),
    StartDownload: (Count,),
    NextRecord: (StoredRecord, NoRecord),
    CloseSession: (Done,),
}


@dataclass(frozen=True, slots=True)
class Requested:
    """The firmware must act and hand its answer to ``WandSession.reply``.

    ``WriteClock``: set the clock, ``Done``. ``ReadStatus``: ``Status``. ``StartDownload``: rewind
    to the first record, ``Count``. ``NextRecord``: ``StoredRecord`` and move on, or ``NoRecord``.
    ``CloseSession``: wipe the memory, ``Done``.
    """

    request: KnownRequest


WandEvent = Transmit | Requested | BytesSkipped | FrameRejected


class WandSession:
    """One wand's conversation. ``Transmit`` what comes, answer each ``Requested`` with ``reply``.

    Only one request is open at a time, as on the wire. Bytes that arrive before its reply wait (64
    at most); ``receive(b"", now)`` after the reply takes them up. A command that the table of
    states does not allow now is not answered and counted as skipped.
    """

    def __init__(self, tag: bytes = CAPTURED_TAG) -> None:
        self._header = build_reply(Header(tag))
        self._cutter = RequestCutter()
        self._state = State.IDLE
        self._open_request: KnownRequest | None = None
        self._last_activity_at = 0.0

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self._state

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due: 0.1 s after the last byte or reply; None while idle."""
        if self._state is State.IDLE and not self._cutter.held_bytes:
            return None
        return self._last_activity_at + FALL_BACK_S

    def receive(self, data: bytes, now: float) -> list[WandEvent]:
        """Take bytes from the host, any bytes, in any cuts. Never raises for what they hold.

        The time is not compared with ``deadline``: what came first is the caller's knowledge.
        """
        if data:
            self._last_activity_at = now
        self._cutter.push(data)
        events: list[WandEvent] = []
        while self._open_request is None:
            item = self._cutter.cut(may_close=self._state is State.CLOCK_SET)
            if item is None:
                return events
            if isinstance(item, BytesSkipped | FrameRejected):
                events.append(item)
            else:
                events += self._take(item)
        dropped = self._cutter.drop(keep=_WAITING_LIMIT)
        return [*events, BytesSkipped(dropped)] if dropped else events

    def reply(self, reply: Reply, now: float) -> bytes:
        """The bytes to transmit for the firmware's answer to the open request.

        Raises:
            LocalProtocolError: no request is open, or this does not answer it.
            RequestRangeError: a value does not fit the wire, such as a count above 65535.
        """
        request = self._open_request
        if request is None or not isinstance(reply, _REPLIES[type(request)]):
            raise LocalProtocolError(command=type(reply).__name__, state=self._state)
        data = build_reply(reply)
        self._state = advance(self._state, find_signal(request, reply))
        self._open_request = None
        self._last_activity_at = now
        return data

    def expire(self, now: float) -> list[WandEvent]:
        """Fall back to idle when ``deadline`` is over.

        A session that is given up sends the header once more (koliha/jwm-wm5000t, readme.md: after
        about 100 ms of silence the wand starts sending its header again).
        """
        if self.deadline is None or now < self.deadline:
            return []
        dropped = self._cutter.drop()
        self._open_request = None
        events: list[WandEvent] = [BytesSkipped(dropped)] if dropped else []
        if self._state is not State.IDLE:
            self._state = advance(self._state, Signal.FALL_BACK)
            events.append(Transmit(self._header))
        return events

    def _take(self, request: Request) -> list[WandEvent]:
        echo = build_request(request)
        if isinstance(request, UnknownRequest):
            return [BytesSkipped(len(echo))]
        signal = find_signal(request)
        if not is_allowed(self._state, signal):
            return [BytesSkipped(len(echo))]
        if isinstance(request, StartBlock | ContinueBlock):
            self._state = advance(self._state, signal)
            return [Transmit(self._header if isinstance(request, StartBlock) else echo)]
        self._open_request = request
        return [Transmit(echo), Requested(request)]
