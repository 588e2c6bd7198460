"""The wand's side: cuts requests, refuses what it cannot understand, builds replies.

The firmware decides what to reply. Source: docs/protocols/vs.md, sections "Frames" and "Commands".
"""

from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.vs.commands import (
    REFUSAL,
    decode_request,
    encode_reply,
    find_command,
)
from watchclock_protocol.dialects.vs.frames import (
    HALF_FRAME_TIMEOUT_S,
    BrokenFrame,
    Frame,
    FrameBuilder,
    FrameKind,
    FrameReader,
    Skipped,
    build_frame,
)
from watchclock_protocol.dialects.vs.replies import Reason, Refusal, VsReply
from watchclock_protocol.dialects.vs.requests import VsRequest
from watchclock_protocol.dialects.vs.transitions import State, reply_signal, request_signal, step
from watchclock_protocol.errors import (
    LayoutError,
    LocalProtocolError,
    RemoteProtocolError,
    SequenceError,
)
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit

__all__ = ["Requested", "WandEvent", "WandSession"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """The host asked this wand for something; hand it to ``reply`` with what the firmware says.

    Attributes:
        request: what was asked.
        token: the host's token, copied into the replies.
    """

    request: VsRequest
    token: int


WandEvent = Requested | Transmit | BytesSkipped | FrameRejected


class WandSession:
    """One wand's end of the link."""

    def __init__(self) -> None:
        self._reader: Final = FrameReader()
        self._last_byte_at = 0.0

    @property
    def buffered(self) -> int:
        """Bytes kept of half a request."""
        return self._reader.buffered

    def receive(self, data: bytes, now: float) -> list[WandEvent]:
        """What the host's bytes ask for, in order. Never raises for what they hold.

        What cannot be understood is refused at once with ``Transmit``.

        Args:
            data: any bytes, in any cuts.
            now: monotonic seconds; half a request older than a second is given up.
        """
        items: list[Frame | BrokenFrame | Skipped] = []
        if now - self._last_byte_at >= HALF_FRAME_TIMEOUT_S:
            items += self._reader.drop()
        self._last_byte_at = now
        events: list[WandEvent] = []
        for item in [*items, *self._reader.receive(data)]:
            match item:
                case Frame():
                    events += _request(item)
                case BrokenFrame():
                    events += _broken(item)
                case Skipped():
                    events.append(BytesSkipped(item.count))
        return events

    def reply(self, requested: Requested, *replies: VsReply) -> tuple[bytes, ...]:
        """The frames of an answer, one item a frame, to be written in order.

        Raises:
            LocalProtocolError: the request is never answered so.
            RequestRangeError: a value does not fit into its bytes.
        """
        command = find_command(requested.request)
        state = step(State.IDLE, request_signal(command))
        builder = FrameBuilder(command.code, requested.token)
        frames: list[bytes] = []
        for reply in replies:
            kind, data = encode_reply(command, reply)
            try:
                state = step(state, reply_signal(kind))
            except SequenceError as error:
                told = f"answering {command.name}"
                raise LocalProtocolError(command=kind.name, state=told) from error
            frames.append(builder.build(kind.frame_kind, data))
        return tuple(frames)


def _request(frame: Frame) -> list[WandEvent]:
    if frame.kind is not FrameKind.REQUEST:
        found = frame.kind.name.lower()
        return [FrameRejected(SequenceError(answer=found, expected="a request"))]
    try:
        request = decode_request(frame.command, frame.data)
    except LayoutError as error:
        refusal = Refusal(reason=Reason.WRONG_SHAPE, detail=len(frame.data))
        return [FrameRejected(error), _refused(frame, refusal)]
    except RemoteProtocolError as error:
        return [FrameRejected(error), _refused(frame, Refusal(reason=Reason.UNKNOWN_COMMAND))]
    return [Requested(request=request, token=frame.token)]


def _broken(broken: BrokenFrame) -> list[WandEvent]:
    rejected = FrameRejected(broken.error)
    if broken.frame is None or broken.frame.kind is not FrameKind.REQUEST:
        return [rejected]
    return [rejected, _refused(broken.frame, Refusal(reason=Reason.DAMAGED))]


def _refused(frame: Frame, refusal: Refusal) -> Transmit:
    data = REFUSAL.layout.build({"reason": refusal.reason, "detail": refusal.detail})
    return Transmit(
        build_frame(
            Frame(kind=FrameKind.REFUSAL, command=frame.command, token=frame.token, data=data)
        )
    )
