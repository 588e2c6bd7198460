"""The host's side: asks the reader who it is, then looks for cards over and over."""

from collections.abc import Iterator
from typing import Final

from watchclock_protocol.desk_reader import ShownTag, TagShown
from watchclock_protocol.dialects.fcard_reader.cards import shown_tag
from watchclock_protocol.dialects.fcard_reader.commands import (
    CardFound,
    CardPushed,
    LookForCard,
    ReaderRequest,
    ReadNumber,
    ReadVersion,
    SumRefused,
    encode_request,
    find_command,
)
from watchclock_protocol.dialects.fcard_reader.listener import FcardReaderListener
from watchclock_protocol.errors import RemoteProtocolError, SilenceError
from watchclock_protocol.events import Event, Failed, Heard, Resent, Transmit
from watchclock_protocol.fcard_family.frames import (
    BROADCAST,
    HALF_FRAME_TIMEOUT_S,
    Frame,
    build_frame,
)
from watchclock_protocol.messages import DialectReply

__all__ = ["LOOK_EVERY_S", "RESENDS", "FcardReaderSession"]

LOOK_EVERY_S: Final = 0.2
"""Pause between two looks: a person holds a card on the reader for longer."""
RESENDS: Final = 3
"""As often as the SDK sends a frame to the maker's wands again."""
OPENING: Final[tuple[ReaderRequest, ...]] = (ReadNumber(), ReadVersion())

Told = Event | TagShown


class FcardReaderSession:
    """Reads tags at one reader; implements ``desk_reader.DeskReaderSession``.

    A card is told once, when it is put on the reader, whether the reader pushed it or was asked;
    it is told again when it was away in between.
    """

    def __init__(self, info_codes: Iterator[int]) -> None:
        self._info_codes = info_codes
        self._listener = FcardReaderListener()
        self._to_ask = list(OPENING)
        self._request: ReaderRequest | None = None
        self._frame = b""
        self._attempts = 0
        self._deadline: float | None = None
        self._last_byte_at = 0.0
        self._on_reader: ShownTag | None = None

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due, or None before the beginning and after a failure."""
        return self._deadline

    def begin(self, now: float) -> list[Told]:
        """Ask who is there."""
        return self._ask_next(now)

    def receive(self, data: bytes, now: float) -> list[Told]:
        """What the reader's bytes lead to. Never raises for what they hold."""
        told: list[Told] = []
        if now - self._last_byte_at >= HALF_FRAME_TIMEOUT_S:
            told += self._listener.drop_half_frame()
        self._last_byte_at = now
        for event in self._listener.received(data):
            told.append(event)
            if isinstance(event, Heard) and isinstance(event.answer, DialectReply):
                told += self._react(event.answer, now)
        return told

    def expire(self, now: float) -> list[Told]:
        """Look again, send again, or give up, when the deadline is over."""
        if self._deadline is None or now < self._deadline:
            return []
        if self._request is None:
            return self._ask_next(now)
        return self._resend(now)

    def _react(self, reply: DialectReply, now: float) -> list[Told]:
        match reply:
            case CardPushed(card, number):
                return self._show(shown_tag(card, number))
            case SumRefused():
                return self._resend(now)
            case CardFound(is_found=False):
                self._on_reader = None
                return self._rest(now)
            case CardFound(card=card, number=number):
                return [*self._show(shown_tag(card, number)), *self._rest(now)]
            case _:
                return self._ask_next(now) if self._request is not None else []

    def _show(self, shown: ShownTag) -> list[Told]:
        if shown == self._on_reader:
            return []
        self._on_reader = shown
        return [TagShown(shown)]

    def _rest(self, now: float) -> list[Told]:
        """Nothing is awaited until it is time to look again."""
        if self._deadline is not None:
            self._request = None
            self._deadline = now + LOOK_EVERY_S
        return []

    def _ask_next(self, now: float) -> list[Told]:
        request = self._to_ask.pop(0) if self._to_ask else LookForCard()
        (class_code, command), data = encode_request(request)
        frame = Frame(
            address=BROADCAST,
            token=next(self._info_codes),
            class_code=class_code,
            command=command,
            data=data,
        )
        self._request, self._frame, self._attempts = request, build_frame(frame), 0
        return self._write(request, now)

    def _resend(self, now: float) -> list[Told]:
        if self._request is None or self._deadline is None:
            return []
        command = find_command(self._request)
        if self._attempts > RESENDS:
            return self._fail(SilenceError(command=command.name, attempts=self._attempts))
        resent = Resent(command.name, self._attempts + 1)
        return [resent, *self._write(self._request, now)]

    def _write(self, request: ReaderRequest, now: float) -> list[Told]:
        self._attempts += 1
        self._deadline = now + find_command(request).timeout_s
        return [Transmit(self._frame), *self._listener.sent(self._frame)]

    def _fail(self, error: RemoteProtocolError) -> list[Told]:
        self._request, self._deadline = None, None
        return [Failed(error)]
