"""Hears both directions of a WM-5000T conversation, whoever the host is: what was meant.

What the host sent tells what an answer means, so any order of commands is understood. A command
that follows before the last one was answered takes its place. A record is due for every ``00`` up
to the announced count; after that the echo is the answer, and a record behind it is still taken.
"""

from collections.abc import Iterator
from typing import Final, assert_never

from watchclock_protocol.dialects.wm5000t.commands import (
    CloseSession,
    Count,
    Done,
    Echoed,
    Header,
    NextRecord,
    NoRecord,
    Request,
    StartBlock,
    StartDownload,
    Status,
    StoredRecord,
    WriteClock,
)
from watchclock_protocol.dialects.wm5000t.frames import (
    AnswerCutter,
    Exchange,
    RequestCutter,
)
from watchclock_protocol.dialects.wm5000t.records import RECORDS, decode_clock
from watchclock_protocol.errors import LayoutError
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
    ClockSet,
    Identity,
    ReadingComplete,
    slotless_counters,
)

__all__ = ["NAME", "Wm5000tListener", "describe_status"]

NAME: Final = "wm5000t"


def describe_status(status: Status) -> Identity:
    """The wand whose number is the three status bytes in hexadecimal, as ``531932``."""
    return Identity(NAME, status.number.hex().upper())


class Wm5000tListener:
    """Understands one conversation; see the ``Listener`` port."""

    def __init__(self) -> None:
        self._requests = RequestCutter()
        self._answers = AnswerCutter()
        self._announced: int | None = None
        self._asked = 0
        self._received = 0
        self._has_reading_begun = False

    @property
    def held_bytes(self) -> int:
        """Bytes of unfinished requests and answers; never more than 300 between calls."""
        return self._requests.held_bytes + self._answers.held_bytes

    def sent(self, data: bytes) -> list[Event]:
        """What the host just wrote: tells what the next answer means."""
        self._requests.push(data)
        stale = 0
        while (item := self._requests.cut(may_close=True)) is not None:
            if not isinstance(item, BytesSkipped | FrameRejected):
                stale += self._expect(item)
        return [BytesSkipped(stale)] if stale else []

    def received(self, data: bytes) -> list[Event]:
        """What the wand just wrote: statements, records, skipped bytes, damaged answers."""
        return [event for item in self.cut(data) for event in self.interpret(item)]

    def cut(self, data: bytes) -> Iterator[Exchange | BytesSkipped | FrameRejected]:
        """The same bytes of the wand as exchanges, for a host role that must act on them."""
        if data and (request := self._requests.settle()) is not None:
            stale = self._expect(request)
            if stale:
                yield BytesSkipped(stale)
        self._answers.push(data)
        while (item := self._answers.cut()) is not None:
            yield item

    def interpret(self, item: Exchange | BytesSkipped | FrameRejected) -> list[Event]:
        """What one exchange means."""
        return self._note(item) if isinstance(item, Exchange) else [item]

    def _note(self, item: Exchange) -> list[Event]:
        match item.reply:
            case Status():
                return [Heard(describe_status(item.reply))]
            case Count():
                return self._note_count(item.reply)
            case StoredRecord() | NoRecord():
                return [*self._note_reading(), *self._note_record(item.reply)]
            case Done():
                return self._note_done(item.request)
            case Header() | Echoed():
                return []
            case _:
                assert_never(item.reply)

    def _expect(self, request: Request) -> int:
        match request:
            case StartBlock() | StartDownload():
                self._announced = None
            case NextRecord():
                self._asked += 1
            case _:
                pass
        is_due = self._announced is not None and self._asked <= self._announced
        return self._answers.expect(request, is_record_due=is_due)

    def _note_count(self, count: Count) -> list[Event]:
        self._announced = count.unread
        self._asked = self._received = 0
        self._has_reading_begun = False
        return [Heard(slotless_counters(count.unread))]

    def _note_reading(self) -> list[Event]:
        if self._announced is None or self._has_reading_begun:
            return []
        self._has_reading_begun = True
        return [ReadingBegan(self._announced)]

    def _note_record(self, reply: StoredRecord | NoRecord) -> list[Event]:
        if isinstance(reply, StoredRecord):
            self._received += 1
            return [RecordsReceived((RECORDS.decode(reply.raw),))]
        if self._announced is None or self._announced != self._received:
            return []
        return [Heard(ReadingComplete(self._announced, self._received))]

    def _note_done(self, request: Request) -> list[Event]:
        if isinstance(request, CloseSession):
            return [Heard(Acknowledged())]
        if not isinstance(request, WriteClock):
            return []
        civil = decode_clock(request.time).civil
        if civil is None:
            return [FrameRejected(LayoutError(reason=request.time.hex(" ").upper()))]
        return [Heard(ClockSet(civil))]
