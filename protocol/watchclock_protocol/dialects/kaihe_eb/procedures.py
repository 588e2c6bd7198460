"""In which order the host role asks, and what it compares before it asks for more.

Each procedure is a generator: it yields what to ask, is sent the reply or thrown the error that is
left when every try was in vain, and returns the answer to the host command.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from watchclock_protocol.dialects.kaihe_eb.commands import find_command
from watchclock_protocol.dialects.kaihe_eb.listener import describe_number
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase, Profile, find_base
from watchclock_protocol.dialects.kaihe_eb.records import decode_clock, encode_time
from watchclock_protocol.dialects.kaihe_eb.replies import (
    Confirmation,
    Count,
    KaiheReply,
    NumberReply,
    ShownClock,
    StoredKnock,
    StoredPatrol,
)
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearKnockRecords,
    ClearPatrolRecords,
    CountKnockRecords,
    CountPatrolRecords,
    KnownRequest,
    ReadClock,
    ReadKnockRecord,
    ReadNumber,
    ReadPatrolRecord,
    WriteClock,
    WriteNumber,
)
from watchclock_protocol.errors import (
    IndexBaseError,
    LayoutError,
    RecordsChangedError,
    RecordsMissingError,
    RefusedError,
    RemoteProtocolError,
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
    ReadingComplete,
    slotless_counters_of,
)
from watchclock_protocol.records import RecordKind

__all__ = ["Procedure", "Procedures", "Wish"]

PROBE_TRIES: Final = 3
CLOCK_TRIES: Final = 3
CLEAR_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What to ask next.

    Attributes:
        request: the request.
        tries: how often, where the table of commands does not decide.
    """

    request: KnownRequest
    tries: int | None = None


_Result = TypeVar("_Result")
_Reply = TypeVar("_Reply", bound=KaiheReply)
_Steps: TypeAlias = Generator[Wish, KaiheReply, _Result]
Procedure: TypeAlias = _Steps[Answer]


class Procedures:
    """The orders of one session and what it has learnt of its wand.

    Attributes:
        counts: records the wand said it holds, by kind; None before the counters are read.
        is_read: one whole reading is kept, so the wand may be acknowledged.
        is_clearing: a command to clear was sent and its outcome is not known yet.
    """

    def __init__(self, profile: Profile, clock: Callable[[], float]) -> None:
        self.counts: dict[RecordKind, int] | None = None
        self.is_read = False
        self.is_clearing = False
        self._base = profile.index_base
        self._clock = clock
        self._wand: Identity | None = None
        self._reading: list[bytes] = []

    def identify(self) -> _Steps[Identity]:
        """Which wand this is."""
        found = describe_number((yield from _ask(ReadNumber(), NumberReply)))
        if self._wand is None:
            self._wand = found
        if found != self._wand:
            raise WandChangedError(found=found.number, expected=self._wand.number)
        return found

    def check_clock(self) -> _Steps[ClockReading]:
        """What the clock shows."""
        return ClockReading(decode_clock((yield from _ask(ReadClock(), ShownClock))))

    def read_counters(self) -> _Steps[Counters]:
        """How many patrol and knock records wait."""
        self.is_read = False
        self.counts = yield from self._count()
        return slotless_counters_of(self.counts)

    def read_records(self) -> _Steps[ReadingComplete]:
        """Every patrol record and every knock record once, by index.

        Patrol records are counted once more at the end, which also ends the reading for whoever
        listens.
        """
        self.is_read = False
        counts = self.counts or {}
        if counts[RecordKind.PATROL] and self._base is None:
            self._base = yield from self._find_base(counts)
        self._require(counts, (yield from self._count()))
        announced = sum(counts.values())
        self._reading = []
        knocks = 0
        try:
            for index in self._patrol_indexes():
                stored = yield from _ask(ReadPatrolRecord(index=index), StoredPatrol)
                self._reading.append(stored.raw)
            for knocks in range(counts[RecordKind.KNOCK]):
                yield from _ask(ReadKnockRecord(index=knocks), StoredKnock)
        except RemoteProtocolError as error:
            received = len(self._reading) + knocks
            raise RecordsMissingError(announced=announced, received=received) from error
        yield from self._require_patrol(counts[RecordKind.PATROL])
        self.is_read = True
        return ReadingComplete(announced, announced)

    def acknowledge(self) -> _Steps[Acknowledged]:
        """Read every patrol record again; only if all are equal clear the patrol records.

        The reasons are those of decision 0003. The one place that clears patrol records. When the
        confirmation does not come, a memory that now holds fewer records is the answer.
        """
        held = (self.counts or {}).get(RecordKind.PATROL, 0)
        for _ in range(CLEAR_ROUNDS):
            yield from self.identify()
            count = (yield from _ask(CountPatrolRecords(), Count)).unread
            if self.is_clearing and count < held:
                return self._forget()
            self.is_clearing = False
            yield from self._compare(count)
            if (yield from self._clear(ClearPatrolRecords())):
                return self._forget()
        raise SilenceError(command="clear patrol records", attempts=CLEAR_ROUNDS)

    def clear_knocks(self, request: ClearKnockRecords) -> _Steps[Confirmation]:
        """Clear the knock records, if there are as many as were read."""
        held = (self.counts or {}).get(RecordKind.KNOCK, 0)
        for _ in range(CLEAR_ROUNDS):
            yield from self.identify()
            count = (yield from _ask(CountKnockRecords(), Count)).unread
            if self.is_clearing and count < held:
                self.is_clearing = False
                return Confirmation(data=b"")
            self.is_clearing = False
            if count != held:
                raise RecordsChangedError(
                    reason=FilledReason(
                        "{first} knocks first and {now} now", first=held, now=count
                    )
                )
            if confirmation := (yield from self._clear(request)):
                return confirmation
        raise SilenceError(command="clear knock records", attempts=CLEAR_ROUNDS)

    def set_clock(self, civil: datetime, asked_at: float) -> _Steps[ClockSet]:
        """The clock set to ``civil`` plus the seconds passed since.

        The number is asked first, so that waking costs the clock nothing.
        """
        for _ in range(CLOCK_TRIES - 1):
            try:
                return (yield from self._write_clock(civil, asked_at))
            except RefusedError:
                raise
            except RemoteProtocolError:
                continue
        return (yield from self._write_clock(civil, asked_at))

    def pass_on(self, request: KnownRequest) -> Procedure:
        """A request of this dialect, answered with the reply as it came."""
        reply = yield Wish(request)
        if isinstance(reply, Confirmation):
            _require_done(request, reply)
            if isinstance(request, WriteNumber):
                self._wand = None
        return reply

    def _count(self) -> _Steps[dict[RecordKind, int]]:
        patrol = yield from _ask(CountPatrolRecords(), Count)
        knocks = yield from _ask(CountKnockRecords(), Count)
        return {RecordKind.PATROL: patrol.unread, RecordKind.KNOCK: knocks.unread}

    def _find_base(self, counts: dict[RecordKind, int]) -> _Steps[IndexBase]:
        """Where the records begin; a record made since they were counted decides nothing."""
        count = counts[RecordKind.PATROL]
        at_count = yield from _probe(count)
        at_zero = yield from _probe(0)
        base = find_base(at_zero, at_count)
        if base is not None:
            return base
        if at_zero is None or at_count is None:
            raise RecordsMissingError(announced=count, received=0)
        self._require(counts, (yield from self._count()))
        raise IndexBaseError(count=count)

    def _patrol_indexes(self) -> range:
        base = self._base or IndexBase.ZERO
        count = (self.counts or {}).get(RecordKind.PATROL, 0)
        return range(base, base + count)

    def _require(self, first: dict[RecordKind, int], now: dict[RecordKind, int]) -> None:
        for kind, count in first.items():
            if now[kind] != count:
                reason = FilledReason(
                    "{first} records first and {now} now", first=count, now=now[kind]
                )
                raise RecordsChangedError(reason=reason)

    def _compare(self, count: int) -> _Steps[None]:
        held = len(self._reading)
        if count != held:
            raise RecordsChangedError(
                reason=FilledReason("{first} records first and {now} now", first=held, now=count)
            )
        for index, first in zip(self._patrol_indexes(), self._reading, strict=True):
            again = yield from _ask(ReadPatrolRecord(index=index), StoredPatrol)
            if again.raw != first:
                raise RecordsChangedError(
                    reason=FilledReason("record {place} is not the same", place=index)
                )
        yield from self._require_patrol(held)

    def _require_patrol(self, held: int) -> _Steps[None]:
        count = (yield from _ask(CountPatrolRecords(), Count)).unread
        if count != held:
            raise RecordsChangedError(
                reason=FilledReason("{first} records first and {now} now", first=held, now=count)
            )

    def _clear(
        self, request: ClearPatrolRecords | ClearKnockRecords
    ) -> _Steps[Confirmation | None]:
        """Send the command once; None when what came of it is not known."""
        self.is_clearing = True
        try:
            reply = yield from _ask(request, Confirmation)
        except RemoteProtocolError:
            return None
        self.is_clearing = False
        _require_done(request, reply)
        return reply

    def _write_clock(self, civil: datetime, asked_at: float) -> _Steps[ClockSet]:
        yield from self.identify()
        shown = civil + timedelta(seconds=round(self._clock() - asked_at))
        request = WriteClock(time=encode_time(shown))
        _require_done(request, (yield from _ask(request, Confirmation)))
        return ClockSet(shown)

    def _forget(self) -> Acknowledged:
        self.counts = None
        self.is_read = self.is_clearing = False
        self._reading = []
        return Acknowledged()


def _ask(
    request: KnownRequest, expected: type[_Reply], tries: int | None = None
) -> _Steps[_Reply]:
    reply = yield Wish(request, tries)
    if not isinstance(reply, expected):
        raise SequenceError(answer=type(reply).__name__, expected=expected.__name__)
    return reply


def _probe(index: int) -> _Steps[bytes | None]:
    """The record at an index that may not exist; None when the wand gives none.

    Only silence, while the wand is awake, and a reply without a record count as none; a damaged
    reply is an error like any other.
    """
    try:
        return (yield from _ask(ReadPatrolRecord(index=index), StoredPatrol, PROBE_TRIES)).raw
    except (SilenceError, LayoutError):
        return None


def _require_done(request: KnownRequest, reply: Confirmation) -> None:
    if reply.is_refusal:
        name = find_command(request).name
        raise RefusedError(command=name, reason=reply.data.hex(" ").upper())
