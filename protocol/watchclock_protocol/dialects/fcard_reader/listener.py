"""Hears both directions of a conversation with a desk reader: who it is and what was shown."""

from typing import Final

from watchclock_protocol.dialects.fcard_reader.commands import (
    CardPushed,
    NumberReply,
    ReaderRequest,
    ReplyValue,
    SumRefused,
    Version,
    decode_reply,
    decode_request,
    find_command,
)
from watchclock_protocol.errors import RemoteProtocolError, SequenceError
from watchclock_protocol.events import BytesSkipped, Event, FrameRejected, Heard
from watchclock_protocol.fcard_family.frames import BrokenFrame, Frame, FrameReader, Skipped
from watchclock_protocol.messages import Identity

__all__ = ["NAME", "FcardReaderListener"]

NAME: Final = "fcard_reader"


class FcardReaderListener:
    """Understands one conversation; see the ``Listener`` port.

    Every reply is told as ``Heard`` of the dialect's own value, a number also as ``Identity``.
    Only a reply with the token of the last request counts; a push has a token of its own.
    """

    def __init__(self) -> None:
        self._requests = FrameReader()
        self._replies = FrameReader()
        self._asked: ReaderRequest | None = None
        self._token: int | None = None
        self._number: int | None = None

    @property
    def buffered(self) -> int:
        """Bytes kept of frames that are not complete yet, both directions."""
        return self._requests.buffered + self._replies.buffered

    def sent(self, data: bytes) -> list[Event]:
        """What the host just wrote: tells what the next reply means."""
        for item in self._requests.receive(data):
            if isinstance(item, Frame):
                self._ask(item)
        return []

    def received(self, data: bytes) -> list[Event]:
        """What the reader just wrote: statements, cards, skipped bytes, damaged frames."""
        events: list[Event] = []
        for item in self._replies.receive(data):
            match item:
                case Frame():
                    events += self._hear(item)
                case BrokenFrame(error):
                    events.append(FrameRejected(error))
                case Skipped(count):
                    events.append(BytesSkipped(count))
        return events

    def drop_half_frame(self) -> list[Event]:
        """Give up the unfinished frame of the reader; what it had is skipped."""
        dropped = self._replies.drop()
        return [] if dropped is None else [BytesSkipped(dropped.count)]

    def _ask(self, frame: Frame) -> None:
        try:
            self._asked = decode_request(frame.codes, frame.data)
        except RemoteProtocolError:
            self._asked = None
        self._token = frame.token

    def _hear(self, frame: Frame) -> list[Event]:
        try:
            reply = decode_reply(frame.codes, frame.data)
            self._check(frame, reply)
        except RemoteProtocolError as error:
            return [FrameRejected(error)]
        events: list[Event] = [Heard(reply)]
        match reply:
            case NumberReply(number):
                self._number = number
                events.append(Heard(Identity(NAME, str(number))))
            case Version(raw) if self._number is not None:
                firmware = raw.decode("ascii", "backslashreplace")
                events.append(Heard(Identity(NAME, str(self._number), firmware)))
            case _:
                pass
        return events

    def _check(self, frame: Frame, reply: ReplyValue) -> None:
        """Make sure that a reply answers what was asked.

        Raises:
            SequenceError: it answers something else, or nothing.
        """
        if isinstance(reply, CardPushed):
            return
        name = type(reply).__name__
        if self._asked is None or frame.token != self._token:
            raise SequenceError(answer=name, expected="the answer to the last request")
        command = find_command(self._asked)
        if not isinstance(reply, SumRefused) and type(reply) is not command.reply:
            raise SequenceError(answer=name, expected=f"the answer to {command.name}")
