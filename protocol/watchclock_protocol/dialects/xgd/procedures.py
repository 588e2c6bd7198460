"""In which order the host role asks, and what it compares before it asks for more.

A procedure is a generator: it yields what is to be asked, is sent the reply, and returns the
answer to the host's command. Waiting and asking again is the session's part; what must not be
asked again without thought (deleting, setting the time) is sent None when no reply came.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from watchclock_protocol.dialects.xgd.commands import (
    AreYouThere,
    ChangeAddress,
    Count,
    CountRecords,
    DateShown,
    DeleteRecords,
    Done,
    Present,
    ReadDate,
    ReadRecord,
    ReadTime,
    ReadWorkMode,
    RecordOutOfRange,
    SetDate,
    SetTime,
    SetWorkMode,
    StoredRecord,
    TimeShown,
    WorkMode,
    WorkModeShown,
    XgdReply,
    XgdRequest,
    plain_name,
)
from watchclock_protocol.dialects.xgd.listener import identity_of
from watchclock_protocol.dialects.xgd.records import decode_clock, encode_clock
from watchclock_protocol.errors import (
    RecordsChangedError,
    RecordsMissingError,
    SequenceError,
    SilenceError,
    WandChangedError,
)
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.messages import (
    Acknowledged,
    Answer,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
    LiveBegan,
    LiveEnded,
    ReadingComplete,
    slotless_counters,
)

__all__ = ["ANSWER_TIMEOUT_S", "PROBE_TIMEOUT_S", "SEARCHED_UNITS", "Ask", "Procedure"]
__all__ += ["Procedures"]

ANSWER_TIMEOUT_S: Final = 3.0
"""Seconds a reply may take; three times makes the 9 s the source's driver waits over a modem."""
PROBE_TIMEOUT_S: Final = 0.1
"""Seconds a reply may take while a line is searched; 18 bytes at 9600 baud need 0.019."""
LAST_PROBE_TIMEOUT_S: Final = 0.3
SEARCHED_UNITS: Final = range(1, 17)
"""Addresses that are asked when nobody said which one: two seconds at most."""
MOST_ROUNDS: Final = 3

_Result = TypeVar("_Result")
_Reply = TypeVar("_Reply", bound=XgdReply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be asked.

    Attributes:
        request: the request.
        address: of which controller.
        wait_s: how long a reply is waited for.
        is_repeatable: asking twice does no harm, so the session may; otherwise silence is None.
    """

    request: XgdRequest
    address: int
    wait_s: float = ANSWER_TIMEOUT_S
    is_repeatable: bool = True


_Steps: TypeAlias = Generator[Ask, XgdReply | None, _Result]
Procedure: TypeAlias = _Steps[Answer]


class Procedures:
    """The orders of one session and what it has learnt of its controller.

    Attributes:
        address: of the controller; None until it was found.
        is_searching: controllers are looked for on the line.
        announced: records the controller said it holds; None before the counters are read.
        is_read: one whole reading is kept, so the controller may be acknowledged.
    """

    def __init__(self, clock: Callable[[], float], address: int | None) -> None:
        self.address = address
        self.is_searching = False
        self.announced: int | None = None
        self.is_read = False
        self._clock = clock
        self._found: list[int] = []
        self._reading: list[bytes] = []
        self._was_delete_sent = False
        self._mode_before: int | None = None

    def note_present(self, address: int) -> None:
        """A controller answered while the line is searched."""
        if address not in self._found:
            self._found.append(address)

    def identify(self) -> _Steps[Identity]:
        """Which controller this is: are you there, of it or of every address searched; its time.

        The answer to ``are you there`` looks like the question, so that a line which echoes gives
        it too; it gives no time.
        """
        if self.address is None:
            yield from self._search()
        else:
            yield from self._ask(AreYouThere(), Present)
            yield from self._ask(ReadTime(), TimeShown)
        return identity_of(self.address or 0)

    def check_clock(self) -> _Steps[ClockReading]:
        """Time, date, time: the date is certain when the second time is of the same day."""
        time = (yield from self._ask(ReadTime(), TimeShown)).part
        for _ in range(MOST_ROUNDS):
            before = time
            date = (yield from self._ask(ReadDate(), DateShown)).part
            time = (yield from self._ask(ReadTime(), TimeShown)).part
            if time[::-1] >= before[::-1]:
                return ClockReading(decode_clock(time, date))
        raise SequenceError(answer="a time running backwards", expected="a time of one day")

    def read_counters(self) -> _Steps[Counters]:
        """How many records wait."""
        self.is_read = False
        self.announced = (yield from self._ask(CountRecords(), Count)).unread
        return slotless_counters(self.announced)

    def read_records(self) -> _Steps[ReadingComplete]:
        """Every record once, from place 1 to the announced count."""
        self.is_read = False
        self._reading.clear()
        announced = self.announced or 0
        for place in range(1, announced + 1):
            self._reading.append((yield from self._read(place)))
        self.is_read = True
        return ReadingComplete(announced, announced)

    def acknowledge(self) -> _Steps[Acknowledged]:
        """Read everything again; only if it is equal, and nothing was added, delete it.

        The one place that asks to delete. Nothing is deleted of an empty memory: a record made
        meanwhile would go with it. When the answer to an earlier attempt was lost, a memory that
        now holds fewer records is the answer; otherwise everything is read and compared anew.
        """
        announced = self.announced or 0
        for _ in range(MOST_ROUNDS):
            count = (yield from self._ask(CountRecords(), Count)).unread
            if self._was_delete_sent and count < announced:
                return self._forget()
            self._require_count(count)
            if announced == 0:
                return self._forget()
            yield from self._compare()
            self._require_count((yield from self._ask(CountRecords(), Count)).unread)
            self._was_delete_sent = True
            if isinstance((yield from self._try(DeleteRecords())), Done):
                return self._forget()
        raise SilenceError(command=plain_name(DeleteRecords), attempts=MOST_ROUNDS)

    def set_clock(self, civil: datetime, asked_at: float) -> _Steps[ClockSet]:
        """The clock set to ``civil`` plus the seconds passed since: time, date, time.

        Between two times of one day the controller's own midnight cannot move the date.
        """
        for _ in range(MOST_ROUNDS):
            before = self._advance(civil, asked_at)
            time, date = encode_clock(before)
            if not isinstance((yield from self._try(SetTime(time))), Done):
                continue
            yield from self._ask(SetDate(date), Done)
            shown = self._advance(civil, asked_at)
            time, _date = encode_clock(shown)
            reply = yield from self._try(SetTime(time))
            if isinstance(reply, Done) and shown.date() == before.date():
                return ClockSet(shown)
        raise SilenceError(command=plain_name(SetTime), attempts=MOST_ROUNDS)

    def begin_live(self) -> _Steps[LiveBegan]:
        """The work mode, remembered; then live upload."""
        mode = (yield from self._ask(ReadWorkMode(), WorkModeShown)).mode
        if self._mode_before is None:
            self._mode_before = mode
        if mode != WorkMode.LIVE:
            yield from self._ask(SetWorkMode(WorkMode.LIVE), Done)
        return LiveBegan()

    def end_live(self) -> _Steps[LiveEnded]:
        """The work mode from before ``begin_live``."""
        mode, self._mode_before = self._mode_before, None
        if mode not in (None, WorkMode.LIVE):
            yield from self._ask(SetWorkMode(mode), Done)
        return LiveEnded()

    def change_address(self, request: ChangeAddress) -> _Steps[Done]:
        """The controller has this address from now on."""
        done = yield from self._ask(request, Done)
        self.address = request.address
        self.announced, self.is_read = None, False
        return done

    def _search(self) -> _Steps[None]:
        """Find the only controller on the line.

        Raises:
            SilenceError: there is none.
            WandChangedError: there are several.
        """
        self._found.clear()
        self.is_searching = True
        for address in SEARCHED_UNITS:
            is_last = address == SEARCHED_UNITS[-1]
            yield Ask(
                request=AreYouThere(),
                address=address,
                wait_s=LAST_PROBE_TIMEOUT_S if is_last else PROBE_TIMEOUT_S,
                is_repeatable=False,
            )
        self.is_searching = False
        for address in self._found[:1]:
            time = yield Ask(
                request=ReadTime(),
                address=address,
                wait_s=LAST_PROBE_TIMEOUT_S,
                is_repeatable=False,
            )
            self.address = None if time is None else address
        if self.address is None:
            raise SilenceError(command=plain_name(AreYouThere), attempts=len(SEARCHED_UNITS))
        if len(self._found) > 1:
            first, second, *_ = map(identity_of, self._found)
            self.address = None
            raise WandChangedError(expected=first.key, found=second.key)

    def _ask(self, request: XgdRequest, expected: type[_Reply]) -> _Steps[_Reply]:
        reply = yield Ask(request=request, address=self.address or 0)
        if not isinstance(reply, expected):
            answer = "nothing" if reply is None else plain_name(type(reply))
            raise SequenceError(answer=answer, expected=plain_name(expected))
        return reply

    def _try(self, request: XgdRequest) -> _Steps[XgdReply | None]:
        return (yield Ask(request=request, address=self.address or 0, is_repeatable=False))

    def _read(self, place: int) -> _Steps[bytes]:
        """The record at this place.

        Raises:
            RecordsMissingError: there are fewer than announced.
        """
        reply = yield Ask(request=ReadRecord(place), address=self.address or 0)
        if isinstance(reply, RecordOutOfRange):
            raise RecordsMissingError(announced=self.announced, received=place - 1)
        if not isinstance(reply, StoredRecord):
            raise SequenceError(answer="nothing", expected=plain_name(StoredRecord))
        return reply.raw

    def _compare(self) -> _Steps[None]:
        for place, before in enumerate(self._reading, start=1):
            if (yield from self._read(place)) != before:
                raise RecordsChangedError(
                    reason=FilledReason("record {place} is not the same", place=place)
                )

    def _require_count(self, count: int) -> None:
        if count != self.announced:
            raise RecordsChangedError(
                reason=FilledReason(
                    "{first} records first and {now} now", first=self.announced, now=count
                )
            )

    def _advance(self, civil: datetime, asked_at: float) -> datetime:
        return civil + timedelta(seconds=round(self._clock() - asked_at))

    def _forget(self) -> Acknowledged:
        self.announced = None
        self.is_read = self._was_delete_sent = False
        self._reading.clear()
        return Acknowledged()
