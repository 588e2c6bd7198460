"""In which order the host role asks, and what it compares before it asks for more.

Each procedure is a generator: it yields a request, is sent the reply, and returns the answer to
the host command. After trouble on the line it begins anew; what must outlive that is in ``self``.
"""

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TypeAlias, TypeVar

from watchclock_protocol.dialects.wm5000t.commands import (
    CloseSession,
    ContinueBlock,
    Count,
    KnownRequest,
    NextRecord,
    NoRecord,
    ReadStatus,
    Reply,
    StartBlock,
    StartDownload,
    Status,
    StoredRecord,
    WriteClock,
    plain_name,
)
from watchclock_protocol.dialects.wm5000t.layouts import RECORD_LENGTH
from watchclock_protocol.dialects.wm5000t.listener import describe_status
from watchclock_protocol.dialects.wm5000t.records import encode_clock
from watchclock_protocol.errors import RecordsChangedError, SequenceError, WandChangedError
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.messages import (
    Acknowledged,
    Answer,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
    slotless_counters,
)

__all__ = ["Pause", "Procedure", "Procedures", "Wish"]


class Pause(Enum):
    """Wait instead of asking."""

    QUIET = auto()


Wish: TypeAlias = KnownRequest | Pause
_Result = TypeVar("_Result")
_Reply = TypeVar("_Reply", bound=Reply)
_Steps: TypeAlias = Generator[Wish, Reply | None, _Result]
Procedure: TypeAlias = _Steps[Answer]


class Procedures:
    """The orders of one session and what it has learnt of its wand.

    Attributes:
        announced: records the wand said it holds; None before the counters are read.
        received: records of the reading in progress.
        is_read: one whole reading is kept, so the wand may be acknowledged.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.announced: int | None = None
        self.received = 0
        self.is_read = False
        self._clock = clock
        self._wand: Identity | None = None
        self._reading = bytearray()
        self._was_close_sent = False

    def identify(self) -> _Steps[Identity]:
        """Which wand this is: 55, E5, status."""
        yield from self._begin_block()
        return (yield from self._check_wand())

    def read_counters(self) -> _Steps[Counters]:
        """How many records wait: 55, E5, status, status, download."""
        self.is_read = False
        count = yield from self._begin_download()
        self.announced = count.unread
        return slotless_counters(count.unread)

    def read_records(self, *, is_ready: bool) -> _Steps[ReadingComplete]:
        """Every record once: a ``00`` for each and one more, then silence.

        Args:
            is_ready: the wand still stands where ``read_counters`` left it.
        """
        self.is_read = False
        if not is_ready:
            self._require_count((yield from self._begin_download()))
        self._reading.clear()
        announced = self.announced or 0
        for position in range(announced):
            self.received = position
            self._reading += (yield from _ask(NextRecord(), StoredRecord)).raw
        self.received = announced
        yield from _ask(NextRecord(), NoRecord)
        yield Pause.QUIET
        self.is_read = True
        return ReadingComplete(announced, announced)

    def acknowledge(self, civil: datetime, asked_at: float) -> _Steps[Acknowledged]:
        """Read everything again; only if it is equal set the clock and close, which wipes.

        ADR 0003; the one place that asks to close. When an earlier attempt sent the close command
        and only its answer was lost, a memory that now holds fewer records is the answer.
        """
        count = yield from self._begin_download()
        if self._was_close_sent and count.unread < (self.announced or 0):
            return self._forget()
        self._require_count(count)
        yield from self._compare()
        yield WriteClock(encode_clock(self._advance(civil, asked_at)))
        self._was_close_sent = True
        yield CloseSession()
        return self._forget()

    def set_clock(self, civil: datetime, asked_at: float) -> _Steps[ClockSet]:
        """The clock set to ``civil`` plus the seconds passed since: 55, E5, set clock."""
        yield from self._begin_block()
        shown = self._advance(civil, asked_at)
        yield WriteClock(encode_clock(shown))
        return ClockSet(shown)

    def _begin_block(self) -> _Steps[None]:
        yield StartBlock()
        yield ContinueBlock()

    def _begin_download(self) -> _Steps[Count]:
        yield from self._begin_block()
        yield from self._check_wand()
        yield from self._check_wand()
        return (yield from _ask(StartDownload(), Count))

    def _check_wand(self) -> _Steps[Identity]:
        found = describe_status((yield from _ask(ReadStatus(), Status)))
        if self._wand is None:
            self._wand = found
        if found != self._wand:
            raise WandChangedError(found=found.number, expected=self._wand.number)
        return found

    def _require_count(self, count: Count) -> None:
        if count.unread != self.announced:
            raise RecordsChangedError(
                reason=FilledReason(
                    "{first} records first and {now} now", first=self.announced, now=count.unread
                )
            )

    def _compare(self) -> _Steps[None]:
        announced = self.announced or 0
        for position in range(announced):
            self.received = position
            offset = position * RECORD_LENGTH
            again = (yield from _ask(NextRecord(), StoredRecord)).raw
            if again != bytes(self._reading[offset : offset + RECORD_LENGTH]):
                raise RecordsChangedError(
                    reason=FilledReason("record {place} is not the same", place=position + 1)
                )
        self.received = announced
        yield from _ask(NextRecord(), NoRecord)

    def _advance(self, civil: datetime, asked_at: float) -> datetime:
        return civil + timedelta(seconds=round(self._clock() - asked_at))

    def _forget(self) -> Acknowledged:
        self.announced = None
        self.is_read = self._was_close_sent = False
        self._reading.clear()
        return Acknowledged()


def _ask(request: KnownRequest, expected: type[_Reply]) -> _Steps[_Reply]:
    reply = yield request
    if not isinstance(reply, expected):
        answer = "nothing" if reply is None else plain_name(type(reply))
        raise SequenceError(answer=answer, expected=plain_name(expected))
    return reply
