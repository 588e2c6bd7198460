"""Hears both directions of a line with "!XD" controllers, whoever the host is: what was meant.

What the host sent tells what a reply means. Every reply is told as ``Heard`` of the dialect's own
value and, where it has a meaning all dialects share, as ``Heard`` of that. The controller that
answers first is the one whose conversation this is; frames of others are ``Overheard``.

Clock: time and date are two commands, so a day is certain only between two times of one day. The
clock was read, or set, when time, date and time followed each other and the second time is not
before the first.
"""

from collections.abc import Iterator
from typing import Final

from watchclock_protocol.dialects.xgd.commands import (
    COMMANDS,
    REPLY_LENGTHS,
    REQUEST_LENGTHS,
    AnswerPush,
    AreYouThere,
    ChangeAddress,
    Count,
    DateShown,
    DeleteRecords,
    Done,
    ErrorReport,
    Overheard,
    Present,
    Pushed,
    ReadRecord,
    SetDate,
    SetTime,
    StoredRecord,
    TimeShown,
    XgdReply,
    XgdRequest,
    plain_name,
)
from watchclock_protocol.dialects.xgd.frames import BrokenFrame, Frame, FrameCutter
from watchclock_protocol.dialects.xgd.memory import HeardMemory
from watchclock_protocol.dialects.xgd.records import decode_clock
from watchclock_protocol.dialects.xgd.transitions import (
    State,
    advance,
    reply_signal,
    request_signal,
)
from watchclock_protocol.errors import RemoteProtocolError, SequenceError
from watchclock_protocol.events import BytesSkipped, Event, FrameRejected, Heard
from watchclock_protocol.messages import ClockReading, ClockSet, Identity

__all__ = ["NAME", "XgdListener", "identity_of"]

NAME: Final = "xgd"

_Asked = tuple[int, XgdRequest]


def identity_of(address: int) -> Identity:
    """The controller with this address; the address is all it tells of itself."""
    return Identity(NAME, str(address))


class XgdListener:
    """Understands one conversation; see the ``Listener`` port.

    Attributes:
        state: where the conversation stands.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self._requests = FrameCutter(REQUEST_LENGTHS)
        self._replies = FrameCutter(REPLY_LENGTHS, hears_reports=True)
        self._asked: _Asked | None = None
        self._address: int | None = None
        self._called: set[int] = set()
        self._memory = HeardMemory()
        self._shown = _Sandwich()
        self._told = _Sandwich()

    @property
    def held_bytes(self) -> int:
        """Bytes of unfinished frames of both directions, less than 50."""
        return self._requests.held_bytes + self._replies.held_bytes

    def sent(self, data: bytes) -> list[Event]:
        """What the host just wrote: tells what the next reply means."""
        events: list[Event] = []
        for item in self._requests.receive(data):
            if isinstance(item, Frame):
                events += self._ask(item.address, item.request())
        return events

    def received(self, data: bytes) -> list[Event]:
        """What a controller just wrote, in order. Never raises for what it holds."""
        events: list[Event] = []
        for item in self._replies.receive(data):
            match item:
                case Frame():
                    events += self._hear(item)
                case BrokenFrame(error):
                    events.append(FrameRejected(error))
                case BytesSkipped():
                    events.append(item)
        return events

    def _ask(self, address: int, request: XgdRequest) -> list[Event]:
        try:
            self.state = advance(self.state, request_signal(request))
        except SequenceError:
            return []  # an answer to a push nobody heard
        if isinstance(request, AnswerPush):
            return self._memory.answer() if address == self._address else []
        self._asked = (address, request)
        self._called.add(address)
        if isinstance(request, DeleteRecords) and address == self._address:
            self._memory.is_wipe_asked = True
        return []

    def _hear(self, frame: Frame) -> list[Event]:
        try:
            reply = frame.reply()
            if isinstance(reply, ErrorReport):
                return self._note_report(reply)
            if isinstance(reply, Pushed):
                return self._note_push(frame.address, reply)
            request = self._understand(frame, reply)
        except RemoteProtocolError as error:
            return [FrameRejected(error)]
        if request is None:
            return [Heard(Overheard(frame.address))]
        return [*self._meet(frame.address, reply), *self._note(request, reply)]

    def _understand(self, frame: Frame, reply: XgdReply) -> XgdRequest | None:
        """What the reply answers, None if another controller was asked; moves the state.

        Raises:
            SequenceError: it is no answer to what was asked last.
        """
        if self._asked is None:
            raise SequenceError(answer=plain_name(type(reply)), expected="silence")
        asked_address, request = self._asked
        if isinstance(request, ChangeAddress):
            asked_address = request.address
        is_present = isinstance(reply, Present) and isinstance(request, AreYouThere)
        if is_present and frame.address in self._called:
            # While the line is searched a late answer is as good as one in time.
            return request
        if frame.address != asked_address:
            return None
        _require_answer(request, frame, reply)
        self.state = advance(self.state, reply_signal(reply))
        self._asked = None
        return request

    def _meet(self, address: int, reply: XgdReply) -> Iterator[Event]:
        """Who speaks, when it says so or when it is another than before."""
        if isinstance(reply, Present) and self._asked is not None:
            if address == self._asked[0]:
                self.state = advance(self.state, reply_signal(reply))
                self._asked = None
        elif address == self._address:
            return
        if address != self._address:
            self._address = address
            self._memory = HeardMemory()
            self._shown, self._told = _Sandwich(), _Sandwich()
        yield Heard(identity_of(address))

    def _note(self, request: XgdRequest, reply: XgdReply) -> Iterator[Event]:
        yield Heard(reply)
        match request, reply:
            case _, Count(unread):
                yield from self._memory.count(unread)
            case ReadRecord(place), StoredRecord(raw):
                yield from self._memory.read(place, raw)
            case DeleteRecords(), Done():
                yield from self._memory.wipe()
            case _:
                yield from self._note_clock(request, reply)

    def _note_clock(self, request: XgdRequest, reply: XgdReply) -> Iterator[Event]:
        match request, reply:
            case _, TimeShown(part):
                if (date := self._shown.time(part)) is not None:
                    yield Heard(ClockReading(decode_clock(part, date)))
            case _, DateShown(part):
                self._shown.date(part)
            case SetTime(part), Done():
                date = self._told.time(part)
                civil = None if date is None else decode_clock(part, date).civil
                if civil is not None:
                    yield Heard(ClockSet(civil))
            case SetDate(part), Done():
                self._told.date(part)
            case _:
                pass

    def _note_report(self, report: ErrorReport) -> list[Event]:
        self.state = advance(self.state, reply_signal(report))
        self._asked = None
        return [Heard(report)]

    def _note_push(self, address: int, pushed: Pushed) -> list[Event]:
        events: list[Event] = []
        if self._address is None and self._called <= {address}:
            events += self._meet(address, pushed)
        if address != self._address:
            return [Heard(Overheard(address))]
        self.state = advance(self.state, reply_signal(pushed))
        return [*events, Heard(pushed), *self._memory.push(pushed.raw)]


class _Sandwich:
    """A date between two times of one day belongs to both."""

    def __init__(self) -> None:
        self._time: bytes | None = None
        self._date: bytes | None = None

    def date(self, date: bytes) -> None:
        """A date dd MM yy came."""
        self._date = date

    def time(self, time: bytes) -> bytes | None:
        """The date a time ss mm HH belongs to, None where that is not certain."""
        before, date = self._time, self._date
        self._time, self._date = time, None
        if before is None or date is None or time[::-1] < before[::-1]:
            return None
        return date


def _require_answer(request: XgdRequest, frame: Frame, reply: XgdReply) -> None:
    """Raises SequenceError when the reply answers another request."""
    shape = COMMANDS[type(request)]
    if frame.function != shape.function:
        due = " or ".join(map(plain_name, shape.replies.values()))
        raise SequenceError(answer=plain_name(type(reply)), expected=due)
