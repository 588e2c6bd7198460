"""The wand's side of a conversation, for a firmware that holds clock and memories.

A sleeping wand hears nothing but ``AA``. What a wand does with a damaged frame, an unknown command
or a half frame is not known; this one stays silent, and drops a half frame when it falls asleep or
when half a second passes without its rest.
"""

from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.kaihe_eb.commands import decode_request, encode_reply
from watchclock_protocol.dialects.kaihe_eb.frames import (
    WAKE_BYTES,
    Frame,
    FrameReader,
    WakeByte,
    build_frame,
)
from watchclock_protocol.dialects.kaihe_eb.replies import KaiheReply
from watchclock_protocol.dialects.kaihe_eb.requests import KnownRequest, UnknownRequest
from watchclock_protocol.dialects.kaihe_eb.transitions import (
    SESSION_S,
    Signal,
    State,
    advance,
    request_signal,
)
from watchclock_protocol.errors import LayoutError, LocalProtocolError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit

__all__ = ["HALF_FRAME_TIMEOUT_S", "Requested", "WandEvent", "WandSession"]

HALF_FRAME_TIMEOUT_S: Final = 0.5
_WAITING_LIMIT: Final = 64


@dataclass(frozen=True, slots=True)
class Requested:
    """The firmware must act and hand its answer to ``WandSession.reply``, or give ``refuse``."""

    request: KnownRequest


WandEvent = Transmit | Requested | BytesSkipped | FrameRejected


class WandSession:
    """One wand's conversation. ``Transmit`` what comes, answer each ``Requested``.

    Only one request is open at a time. Bytes that arrive before its answer wait (64 at most);
    ``receive(b"", now)`` after the answer takes them up.
    """

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._state = State.ASLEEP
        self._open_request: KnownRequest | None = None
        self._last_traffic_at = 0.0

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._state

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due: 2 s after the last traffic; None while asleep or answering."""
        if self._state is not State.AWAKE:
            return None
        return self._last_traffic_at + SESSION_S

    def receive(self, data: bytes, now: float) -> list[WandEvent]:
        """Take bytes from the host, any bytes, in any cuts. Never raises for what they hold."""
        events: list[WandEvent] = []
        if data and now - self._last_traffic_at >= HALF_FRAME_TIMEOUT_S:
            events += _skipped(self._drop())
        if data:
            self._last_traffic_at = now
        self._reader.push(data)
        while self._open_request is None:
            item = self._reader.cut()
            if item is None:
                return events
            events += self._take(item)
        # A busy wand keeps little of what comes meanwhile.
        excess = self._reader.held_bytes > _WAITING_LIMIT
        return [*events, *_skipped(self._reader.drop())] if excess else events

    def reply(self, reply: KaiheReply, now: float) -> bytes:
        """The bytes to transmit for the firmware's answer to the open request.

        Raises:
            LocalProtocolError: no request is open, or this does not answer it.
            RequestRangeError: a value does not fit the wire, such as a count above 65535.
        """
        if self._open_request is None:
            raise LocalProtocolError(command=type(reply).__name__, state=self._state)
        data = build_frame(*encode_reply(self._open_request, reply))
        self._finish(now)
        return data

    def stay_silent(self, now: float) -> None:
        """The firmware has no answer to the open request, such as an index without record."""
        self._finish(now)

    def expire(self, now: float) -> list[WandEvent]:
        """Fall asleep when ``deadline`` is over."""
        if self.deadline is None or now < self.deadline:
            return []
        self._state = advance(self._state, Signal.FALL_ASLEEP)
        return _skipped(self._drop())

    def _finish(self, now: float) -> None:
        self._state = advance(self._state, Signal.REPLY)
        self._open_request = None
        self._last_traffic_at = now

    def _drop(self) -> int:
        return 0 if self._open_request is not None else self._reader.drop()

    def _take(self, item: WakeByte | Frame | BytesSkipped | FrameRejected) -> list[WandEvent]:
        match item:
            case WakeByte():
                self._state = advance(self._state, Signal.WAKE)
                return [Transmit(WAKE_BYTES)]
            case Frame() if self._state is State.AWAKE:
                return self._ask(item)
            case Frame(data=data):
                return [BytesSkipped(len(build_frame(item.command, data)))]
            case _:
                return [item]

    def _ask(self, frame: Frame) -> list[WandEvent]:
        try:
            request = decode_request(frame.command, frame.data)
        except LayoutError as error:
            return [FrameRejected(error)]
        if isinstance(request, UnknownRequest):
            return [BytesSkipped(len(build_frame(frame.command, frame.data)))]
        self._open_request = request
        self._state = advance(self._state, request_signal(request))
        return [Requested(request)]


def _skipped(count: int) -> list[WandEvent]:
    return [BytesSkipped(count)] if count else []
