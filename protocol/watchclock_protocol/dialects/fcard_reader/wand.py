"""The reader's side: cuts requests, refuses damaged ones, builds replies and pushes.

Silence is the answer to a frame for another reader, to unknown commands and to data of a wrong
shape, because the maker's document knows no reply for them.
"""

from dataclasses import dataclass

from watchclock_protocol.dialects.fcard_reader.commands import (
    CardPushed,
    ReaderRequest,
    ReplyValue,
    SumRefused,
    decode_request,
    encode_reply,
)
from watchclock_protocol.errors import RemoteProtocolError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit
from watchclock_protocol.fcard_family.frames import (
    BROADCAST,
    HALF_FRAME_TIMEOUT_S,
    BrokenFrame,
    Frame,
    FrameReader,
    Skipped,
    build_frame,
)
from watchclock_protocol.fcard_family.info_codes import PUSH_TOKEN

__all__ = ["ReaderEvent", "Requested", "WandSession"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """The host asked this reader for something; hand it to ``reply`` with the answer.

    Attributes:
        request: what was asked.
        token: the host's token, copied into the reply.
    """

    request: ReaderRequest
    token: int


ReaderEvent = Requested | Transmit | BytesSkipped | FrameRejected


class WandSession:
    """One reader's end of the line.

    Attributes:
        number: the reader's number, 1 to 255.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._reader = FrameReader()
        self._last_byte_at = 0.0

    def receive(self, data: bytes, now: float) -> list[ReaderEvent]:
        """What the host's bytes ask for, in order. Never raises for what they hold."""
        events: list[ReaderEvent] = []
        stale = self._reader.drop() if now - self._last_byte_at >= HALF_FRAME_TIMEOUT_S else None
        self._last_byte_at = now
        for item in [stale, *self._reader.receive(data)]:
            match item:
                case Frame():
                    events += self._request(item)
                case BrokenFrame():
                    events += self._broken(item)
                case Skipped():
                    events.append(BytesSkipped(item.count))
                case None:
                    pass
        return events

    def reply(self, requested: Requested, reply: ReplyValue) -> bytes:
        """The frame of an answer.

        Raises:
            RequestRangeError: a value does not fit into its bytes.
        """
        return self._frame(requested.token, reply)

    def push(self, card: int, number: bytes) -> bytes:
        """The frame that tells of a card nobody asked for.

        Raises:
            RequestRangeError: the number does not fit into its bytes.
        """
        return self._frame(PUSH_TOKEN, CardPushed(card, number))

    def _request(self, frame: Frame) -> list[ReaderEvent]:
        if not self._is_meant(frame):
            return []
        try:
            request = decode_request(frame.codes, frame.data)
        except RemoteProtocolError as error:
            return [FrameRejected(error)]
        return [Requested(request=request, token=frame.token)]

    def _broken(self, broken: BrokenFrame) -> list[ReaderEvent]:
        rejected = FrameRejected(broken.error)
        if broken.frame is None or not self._is_meant(broken.frame):
            return [rejected]
        return [rejected, Transmit(self._frame(broken.frame.token, SumRefused()))]

    def _is_meant(self, frame: Frame) -> bool:
        return frame.address in (BROADCAST, self.number)

    def _frame(self, token: int, reply: ReplyValue) -> bytes:
        (class_code, command), data = encode_reply(reply)
        return build_frame(
            Frame(
                address=self.number,
                token=token,
                class_code=class_code,
                command=command,
                data=data,
            )
        )
