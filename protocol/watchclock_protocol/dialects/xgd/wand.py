"""The controller's side of a conversation, for a firmware that holds clock, memory and mode."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.xgd.commands import (
    COMMANDS,
    REQUEST_LENGTHS,
    ChangeAddress,
    Present,
    Pushed,
    XgdReply,
    XgdRequest,
    plain_name,
)
from watchclock_protocol.dialects.xgd.frames import (
    BrokenFrame,
    Frame,
    FrameCutter,
    build_push,
    build_reply,
    build_short_report,
)
from watchclock_protocol.dialects.xgd.transitions import (
    State,
    advance,
    reply_signal,
    request_signal,
)
from watchclock_protocol.errors import ChecksumError, LocalProtocolError, SequenceError
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit

__all__ = ["Requested", "WandEvent", "WandSession"]

_CRC_REPORT: Final = 0xF2
_HEAD_REPORT: Final = 0xF3


@dataclass(frozen=True, slots=True)
class Requested:
    """The host asked for this; hand it to ``WandSession.reply`` with what the firmware says.

    ``AnswerPush`` is not replied to: the firmware deletes the record it pushed last.
    """

    request: XgdRequest


WandEvent = Transmit | Requested | BytesSkipped | FrameRejected


class WandSession:
    """One controller's end of the line. Frames for others are passed over in silence.

    A damaged frame that seems meant for this controller is answered with an error report from
    address 00 in the form of 8 bytes: F2 for a wrong CRC, F3 for a damaged head.

    Attributes:
        address: 1 to 255; changes when ``ChangeAddress`` is replied to.
        state: where the conversation stands.
    """

    def __init__(self, address: int) -> None:
        self.address = address
        self.state = State.IDLE
        self._cutter = FrameCutter(REQUEST_LENGTHS)

    @property
    def held_bytes(self) -> int:
        """Bytes of an unfinished frame, less than 25."""
        return self._cutter.held_bytes

    def receive(self, data: bytes) -> Iterator[WandEvent]:
        """What the host's bytes ask for, in order. Never raises for what they hold.

        The bytes are taken at once; each request is to be replied to before the next is drawn, as
        it was made before the host could send the one after.
        """
        return self._events(self._cutter.receive(data))

    def reply(self, requested: Requested, reply: XgdReply) -> bytes:
        """The frame to transmit for the firmware's answer; that to a new address comes from it.

        Raises:
            LocalProtocolError: the request is never answered so, or nothing was requested.
            RequestRangeError: a value does not fit the wire, such as a count above 255.
        """
        request = requested.request
        if type(reply) not in COMMANDS[type(request)].replies.values():
            raise LocalProtocolError(command=plain_name(type(reply)), state=self.state)
        try:
            self.state = advance(self.state, reply_signal(reply))
        except SequenceError as error:
            raise LocalProtocolError(command=plain_name(type(reply)), state=self.state) from error
        if isinstance(request, ChangeAddress):
            self.address = request.address
        return build_reply(self.address, request, reply)

    def present(self) -> Present:
        """The answer to ``AreYouThere``."""
        return Present(self.address)

    def push(self, raw: bytes) -> bytes:
        """The frame that hands one record of 16 bytes over; it waits for ``AnswerPush``."""
        pushed = Pushed(raw)
        self.state = advance(self.state, reply_signal(pushed))
        return build_push(self.address, pushed)

    def _events(self, items: list[Frame | BrokenFrame | BytesSkipped]) -> Iterator[WandEvent]:
        for item in items:
            match item:
                case Frame() if item.address == self.address:
                    yield from self._take(item.request())
                case BrokenFrame(error, address):
                    yield FrameRejected(error)
                    if address == self.address:
                        is_crc = isinstance(error, ChecksumError)
                        yield Transmit(build_short_report(_CRC_REPORT if is_crc else _HEAD_REPORT))
                case BytesSkipped():
                    yield item
                case _:
                    pass

    def _take(self, request: XgdRequest) -> Iterator[WandEvent]:
        try:
            self.state = advance(self.state, request_signal(request))
        except SequenceError:
            return  # an answer to a push that was never made
        yield Requested(request)
