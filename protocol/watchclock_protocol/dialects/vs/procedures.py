"""What each command asks of a wand, in which order, and what it concludes from the replies.

A procedure is a generator: it yields requests and is handed their replies. Sending, waiting and
sending again is the session's part. Source of the order: docs/protocols/vs.md, "Reading and
acknowledging" and "Lists".
"""

from collections.abc import Generator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from zlib import crc32

from watchclock_protocol.dialects.vs.listener import NAME
from watchclock_protocol.dialects.vs.lists import (
    LIST_SHAPES,
    FetchList,
    ListEntry,
    ListNumber,
    ListStored,
    SendList,
    StoredList,
    decode_entries,
    encode_entries,
    entries_a_frame,
)
from watchclock_protocol.dialects.vs.pages import PageBatch, PageHeard
from watchclock_protocol.dialects.vs.reading import KeptPages, PageReading
from watchclock_protocol.dialects.vs.replies import (
    ClockBefore,
    ClockShown,
    Done,
    IdentityReply,
    ListEntries,
    ReadPointer,
    Totals,
    VsReply,
)
from watchclock_protocol.dialects.vs.requests import (
    BeginList,
    EndList,
    MoveReadPointer,
    ReadClock,
    ReadIdentity,
    ReadList,
    ReadTotals,
    VsRequest,
    WriteClock,
    WriteList,
)
from watchclock_protocol.errors import (
    LayoutError,
    RecordsChangedError,
    RecordsMissingError,
    RequestRangeError,
    SequenceError,
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
    ReadingComplete,
)
from watchclock_protocol.records import Record
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)
from watchclock_protocol.wand_times import CENTURY, FIRST_SECOND, YEARS

__all__ = ["Procedure", "VsCommand", "WandProcedures"]

MAY_BE_FIRST: Final = (Identify, ReadIdentity)
"""What may be sent before it is known which wand answers."""

VsCommand = HostCommand | VsRequest | SendList | FetchList
Procedure = Generator[VsRequest, VsReply, Answer]
Reply = TypeVar("Reply", bound=VsReply)


class WandProcedures:
    """What is known of one wand so far, and the procedures that need it."""

    def __init__(self, kept: KeptPages | None) -> None:
        self._kept = kept
        self._serial = b""
        self._identity: Identity | None = None
        self._produced_on: date | None = None
        self._totals: Totals | None = None
        self._reading: PageReading | None = None
        self._is_reading = False
        self._read_up_to: tuple[int, int] | None = None

    @property
    def progress(self) -> int:
        """Grows with every page and record that is new in the reading in progress."""
        reading = self._reading
        return reading.arrived + reading.received if reading and self._is_reading else 0

    @property
    def kept(self) -> KeptPages | None:
        """What the last reading brought home, finished or not."""
        return self._reading.kept(self._serial) if self._reading else self._kept

    def hear(self, page: PageHeard) -> None:
        """A page arrived."""
        if self._reading and self._is_reading:
            self._reading.hear(page)

    def take(self, records: Sequence[Record]) -> Sequence[Record]:
        """The records that are new in the reading in progress.

        Raises:
            RecordsChangedError: their page arrived before with other records.
        """
        if self._reading and self._is_reading and isinstance(records, PageBatch):
            return self._reading.take(records)
        return records

    def objection(self, command: VsCommand) -> str | None:
        """Why the command may not be given now, None when it may."""
        match command:
            case _ if not self._serial and not isinstance(command, MAY_BE_FIRST):
                return "not sure which wand it talks to"
            case ReadRecords() if self._totals is None:
                return "without fresh counters"
            case Acknowledge() if self._read_up_to is None:
                return "without a complete reading"
            case _:
                return None

    def begin(self, command: VsCommand) -> Procedure:
        """The procedure of a command; a request of this dialect is passed on as it is."""
        match command:
            case Identify():
                procedure = self._identify()
            case CheckClock():
                procedure = _check_clock()
            case ReadCounters():
                procedure = self._count()
            case ReadRecords():
                procedure = self._read_records()
            case Acknowledge():
                procedure = self._acknowledge()
            case SetClock():
                procedure = _set_clock(command)
            case _:
                procedure = _begin_own(command)
        return procedure

    def _identify(self) -> Procedure:
        reply = yield from _ask(ReadIdentity(), IdentityReply)
        found = Identity(NAME, reply.number, reply.firmware)
        if self._identity and self._identity.number != found.number:
            raise WandChangedError(expected=self._identity.key, found=found.key)
        self._serial, self._produced_on = reply.serial, reply.produced_on
        self._identity = found
        return found

    def _count(self) -> Procedure:
        self._totals = yield from _ask(ReadTotals(), Totals)
        return Counters(self._totals.rings, self._totals.health(self._produced_on))

    def _read_records(self) -> Procedure:
        totals, self._totals, self._read_up_to = self._totals, None, None
        if totals is None:
            raise LayoutError(reason="no counters")
        announced = totals.unread
        if announced:
            reading = PageReading(totals)
            yield from self._read(reading)
            if reading.received > announced:
                reason = FilledReason(
                    "it holds more than the {announced} records it announced", announced=announced
                )
                raise RecordsChangedError(reason=reason)
            if not reading.is_complete:
                raise RecordsMissingError(announced=announced, received=reading.received)
        self._read_up_to = (totals.read_pointer, totals.newest_sequence)
        return ReadingComplete(announced, announced)

    def _read(self, reading: PageReading) -> Generator[VsRequest, VsReply, None]:
        """Ask until every page arrived, or the rounds are over."""
        kept, totals = self._kept, reading.totals
        if kept and (kept.serial, kept.read_pointer) == (self._serial, totals.read_pointer):
            reading.keep(kept)
        self._reading, self._is_reading = reading, True
        yield from reading.requests()
        self._is_reading = False

    def _acknowledge(self) -> Procedure:
        before, sequence = self._read_up_to or (0, 0)
        self._read_up_to = None
        if sequence > before:
            request = MoveReadPointer(serial=self._serial, sequence=sequence)
            reply = yield from _ask(request, ReadPointer)
            if reply.sequence != sequence:
                raise RecordsChangedError(reason="its read pointer is not where it was set")
        return Acknowledged()


def _ask(request: VsRequest, reply_type: type[Reply]) -> Generator[VsRequest, VsReply, Reply]:
    """The reply to the request, which can only be of this type."""
    reply = yield request
    if isinstance(reply, reply_type):
        return reply
    raise SequenceError(answer=type(reply).__name__, expected=reply_type.__name__)


def _check_clock() -> Procedure:
    return ClockReading((yield from _ask(ReadClock(), ClockShown)).time)


def _set_clock(command: SetClock) -> Procedure:
    yield from _ask(WriteClock(seconds=_wand_seconds(command.civil)), ClockBefore)
    return ClockSet(command.civil)


def _wand_seconds(civil: datetime) -> int:
    """Whole seconds since 2000 of a civil time.

    Raises:
        RequestRangeError: no wand's clock can show it.
    """
    if not CENTURY <= civil.year < CENTURY + YEARS:
        reason = f"the year {civil.year} is not {CENTURY} to {CENTURY + YEARS - 1}"
        raise RequestRangeError(command="set clock", reason=reason)
    return (civil - FIRST_SECOND) // timedelta(seconds=1)


def _send_list(command: SendList) -> Procedure:
    number, entries = command.list_number, command.entries
    raw = encode_entries(number, entries)
    yield from _ask(BeginList(list_number=number, entries=len(entries)), Done)
    size, step = LIST_SHAPES[number].octets, entries_a_frame(number)
    for first in range(0, len(entries), step):
        part = raw[first * size : (first + step) * size]
        count = len(part) // size
        yield from _ask(WriteList(list_number=number, first=first, count=count, raw=part), Done)
    end = EndList(list_number=number, entries=len(entries), check_sum=crc32(raw))
    yield from _ask(end, Done)
    return ListStored(list_number=number, entries=len(entries))


def _fetch_list(number: ListNumber) -> Procedure:
    found: tuple[ListEntry, ...] = ()
    while True:
        part = yield from _ask(ReadList(list_number=number, first=len(found)), ListEntries)
        entries = decode_entries(number, part.raw)
        found += entries
        if part.total > LIST_SHAPES[number].most or len(found) > part.total:
            raise LayoutError(reason=f"a list of {part.total} entries")
        if len(found) == part.total:
            return StoredList(list_number=number, entries=found)
        if not entries:
            raise RecordsMissingError(announced=part.total, received=len(found))


def _pass_on(request: VsRequest) -> Procedure:
    return (yield request)


def _begin_own(command: VsRequest | SendList | FetchList) -> Procedure:
    """The procedure of a command that only this dialect has."""
    match command:
        case SendList():
            return _send_list(command)
        case FetchList():
            return _fetch_list(command.list_number)
        case _:
            return _pass_on(command)
