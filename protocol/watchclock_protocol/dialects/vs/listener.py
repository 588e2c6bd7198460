"""Hears both directions of a vs conversation, whoever the host is and whatever its order.

What the host asked tells what an answer means: which records of a page are meant, what a done
confirms. Only frames with the token and the command of the last request count. When the host
writes, half an answer that is still held is given up, so that a replay without any clock hears
exactly what the live session heard.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watchclock_protocol.dialects.vs.commands import (
    decode_reply,
    decode_request,
    find_command,
    find_reply_kind,
)
from watchclock_protocol.dialects.vs.frames import (
    BrokenFrame,
    Frame,
    FrameKind,
    FrameReader,
    Skipped,
)
from watchclock_protocol.dialects.vs.pages import Page, PageHeard, read_page
from watchclock_protocol.dialects.vs.replies import (
    ClockBefore,
    ClockShown,
    IdentityReply,
    PageRead,
    ReadPointer,
    Totals,
    VsReply,
)
from watchclock_protocol.dialects.vs.requests import (
    MoveReadPointer,
    ReadPages,
    VsRequest,
    WriteClock,
)
from watchclock_protocol.dialects.vs.transitions import (
    State,
    reply_signal,
    request_signal,
    step,
)
from watchclock_protocol.errors import (
    ChecksumError,
    LayoutError,
    RemoteProtocolError,
    SequenceError,
    WandChangedError,
)
from watchclock_protocol.events import (
    BytesSkipped,
    Event,
    FrameRejected,
    Heard,
    ReadingBegan,
    RecordsReceived,
)
from watchclock_protocol.messages import (
    Acknowledged,
    Answer,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
)
from watchclock_protocol.wand_times import civil_of_seconds

if TYPE_CHECKING:
    from datetime import date

__all__ = ["NAME", "VsListener"]

NAME: Final = "vs"


class VsListener:
    """Says what a conversation means; keeps only what later frames need to be understood.

    Attributes:
        state: where the exchange in progress stands.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self._requests = FrameReader()
        self._replies = FrameReader()
        self._asked: tuple[int, VsRequest] | None = None
        self._identity: Identity | None = None
        self._factory_date: date | None = None
        self._announced: int | None = None

    @property
    def buffered(self) -> int:
        """Bytes kept of frames that are not complete yet, both directions."""
        return self._requests.buffered + self._replies.buffered

    def sent(self, data: bytes) -> list[Event]:
        """What the host's bytes begin: ``ReadingBegan`` at the first pages after the counters."""
        events: list[Event] = []
        for frame in self._requests.receive(data):
            if isinstance(frame, Frame) and frame.kind is FrameKind.REQUEST:
                events += self.give_up()
                events += self._ask(frame)
        return events

    def received(self, data: bytes) -> list[Event]:
        """What the wand's bytes say, in order. Never raises for what they hold."""
        return self._take(self._replies.receive(data))

    def give_up(self) -> list[Event]:
        """What is left when half an answer is not waited for any longer."""
        return self._take(self._replies.drop())

    def _take(self, items: Iterable[Frame | BrokenFrame | Skipped]) -> list[Event]:
        events: list[Event] = []
        for item in items:
            match item:
                case Frame():
                    events += self._hear(item)
                case BrokenFrame(error):
                    events.append(FrameRejected(error))
                case Skipped(count):
                    events.append(BytesSkipped(count))
        return events

    def _ask(self, frame: Frame) -> list[Event]:
        try:
            request = decode_request(frame.command, frame.data)
        except RemoteProtocolError:
            self._asked = None
            return []
        self._asked = (frame.token, request)
        self.state = step(self.state, request_signal(find_command(request)))
        if isinstance(request, ReadPages) and self._announced is not None:
            announced, self._announced = self._announced, None
            return [ReadingBegan(announced)]
        return []

    def _hear(self, frame: Frame) -> list[Event]:
        try:
            request, reply = self._understand(frame)
        except RemoteProtocolError as error:
            return [FrameRejected(error)]
        if isinstance(request, ReadPages) and isinstance(reply, PageRead):
            return self._hear_page(request, reply)
        meaning = self._meaning(request, reply)
        return [Heard(reply), Heard(meaning)] if meaning else [Heard(reply)]

    def _understand(self, frame: Frame) -> tuple[VsRequest, VsReply]:
        """The request and the reply to it; moves the state.

        Raises:
            RemoteProtocolError: it is no answer to the last request, or has a wrong shape.
        """
        found = f"{frame.kind.name.lower()} {frame.command:02X} with token {frame.token:04X}"
        if self._asked is None:
            raise SequenceError(answer=found, expected="silence")
        token, request = self._asked
        command = find_command(request)
        if (frame.token, frame.command) != (token, command.code):
            expected = f"{command.code:02X} with token {token:04X}"
            raise SequenceError(answer=found, expected=expected)
        kind = find_reply_kind(command, frame.kind)
        reply = decode_reply(kind, frame.data)
        _check_range(request, reply)
        self.state = step(self.state, reply_signal(kind))
        return request, reply

    def _hear_page(self, request: ReadPages, reply: PageRead) -> list[Event]:
        page = read_page(reply.number, reply.raw)
        number = page.serial.hex().upper()
        if page.serial and self._identity and self._identity.number != number:
            found = Identity(NAME, number).key
            return [FrameRejected(WandChangedError(expected=self._identity.key, found=found))]
        meant = range(request.first_sequence, request.last_sequence + 1)
        damaged = tuple(place for place in page.damaged if page.first_sequence + place in meant)
        heard = PageHeard(number=page.number, is_torn=page.is_torn, damaged=damaged)
        batch = page.batch(request.first_sequence, request.last_sequence)
        received = [RecordsReceived(batch)] if batch else []
        return [Heard(heard), *received, *_rejections(page, damaged)]

    def _meaning(self, request: VsRequest, reply: VsReply) -> Answer | None:
        meaning: Answer | None = None
        match request, reply:
            case _, IdentityReply():
                self._factory_date = reply.produced_on
                self._identity = Identity(NAME, reply.number, reply.firmware)
                meaning = self._identity
            case _, Totals():
                self._announced = reply.unread
                meaning = Counters(reply.rings, reply.health(self._factory_date))
            case WriteClock(), ClockBefore():
                meaning = _clock_set(request)
            case _, ClockShown():
                meaning = ClockReading(reply.time)
            case MoveReadPointer(), ReadPointer() if request.sequence == reply.sequence:
                meaning = Acknowledged()
            case _:
                pass
        return meaning


def _clock_set(request: WriteClock) -> ClockSet | None:
    civil = civil_of_seconds(request.seconds)
    if civil is None:
        return None
    return ClockSet(civil + timedelta(milliseconds=request.milliseconds))


def _check_range(request: VsRequest, reply: VsReply) -> None:
    """Raises SequenceError when a page was not asked for."""
    if not isinstance(request, ReadPages) or not isinstance(reply, PageRead):
        return
    last = request.first_page + request.pages - 1
    if not request.first_page <= reply.number <= last:
        expected = f"one of {request.first_page} to {last}"
        raise SequenceError(answer=f"page {reply.number}", expected=expected)


def _rejections(page: Page, damaged: Iterable[int]) -> Iterable[Event]:
    """What of the page cannot be used, and why."""
    if page.is_torn:
        reason = f"page {page.number} is torn, {len(page.good)} records of it are good"
        yield FrameRejected(LayoutError(reason=reason))
    for place in damaged:
        stored = page.stored(place).hex(" ").upper()
        reason = f"place {place} of page {page.number} holds no record: {stored}"
        yield FrameRejected(ChecksumError(reason=reason))
