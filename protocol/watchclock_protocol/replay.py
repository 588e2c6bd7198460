"""Decodes a capture by telling its bytes to the dialect's listener, as the live download did.

``hear`` gives the events one by one in constant memory; ``replay`` gathers them into a
``DecodedDownload``.
"""

from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from watchclock_protocol.capture import Capture, Chunk, Lane
from watchclock_protocol.dialect import Dialect
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import RemoteProtocolError, WandChangedError
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
from watchclock_protocol.natural_keys import (
    Disagreement,
    KeyedRecord,
    KeyedRecords,
    UniqueRecords,
)
from watchclock_protocol.records import Record, RecordKind
from watchclock_protocol.transcript import Transcript
from watchclock_protocol.values import WandTime

__all__ = [
    "ClockCheck",
    "ClockSetting",
    "DecodedDownload",
    "Disagreement",
    "HeardEvent",
    "KeyedRecord",
    "KeyedRecords",
    "Rejection",
    "hear",
    "replay",
    "replay_chunks",
    "replay_transcript",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCheck:
    """What the wand's clock showed, and between which instants of the host's clock.

    Attributes:
        time: what the wand's clock showed.
        asked_utc_ns: when the host first asked, nanoseconds since 1970-01-01 UTC.
        answered_utc_ns: when the last byte of the answer had arrived.
    """

    time: WandTime
    asked_utc_ns: int
    answered_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSetting:
    """The wand's clock was set and confirmed it.

    Attributes:
        civil: what it was set to, without zone.
        utc_ns: when the host last told it to, nanoseconds since 1970-01-01 UTC.
    """

    civil: datetime
    utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A frame or record that could not be used.

    Attributes:
        error: why.
        offset: where in the file the block begins whose bytes showed it, in bytes; in a
            transcript the line's number.
    """

    error: RemoteProtocolError
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedDownload:
    """Everything one conversation with one wand says.

    Attributes:
        dialect: name of the dialect spoken.
        identity: the wand that answered first; None when none told its number.
        clock_checks: what its clock showed, in order.
        clock_settings: how its clock was set, in order.
        counters: the first counters it told before anything was acknowledged, with its health
            if it told that too.
        records: every record once, in the order in which they first arrived; decoded when looked
            at.
        disagreements: places of its memory that were read twice with different bytes.
        records_utc_ns: when the last record before the first acknowledgement had arrived,
            nanoseconds since 1970-01-01 UTC; None when none came.
        acknowledged_utc_ns: when it first confirmed that records may be given up, nanoseconds
            since 1970-01-01 UTC; None when it never did.
        skipped_bytes: bytes that belong to no frame.
        rejected: frames and records that could not be used, where and why.
        is_complete: every record announced before the first acknowledgement arrived. False when
            the wand never told how many it holds.
    """

    dialect: str
    identity: Identity | None
    clock_checks: tuple[ClockCheck, ...]
    clock_settings: tuple[ClockSetting, ...]
    counters: Counters | None
    records: KeyedRecords
    disagreements: tuple[Disagreement, ...]
    records_utc_ns: int | None
    acknowledged_utc_ns: int | None
    skipped_bytes: int
    rejected: tuple[Rejection, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardEvent:
    """An event and the instants around it.

    Attributes:
        event: what the listener understood.
        asked_utc_ns: when the host first wrote after it had last read; 0 when it never wrote.
        told_utc_ns: when the host last wrote; 0 when it never wrote.
        heard_utc_ns: when the bytes that gave the event were read or written.
        offset: where the block of these bytes begins in the file; see ``Chunk.offset``.
    """

    event: Event
    asked_utc_ns: int
    told_utc_ns: int
    heard_utc_ns: int
    offset: int


def hear(dialect: Dialect, chunks: Iterable[Chunk]) -> Iterator[HeardEvent]:
    """What a listener of the dialect understands of a conversation, event by event.

    Args:
        dialect: the dialect spoken.
        chunks: both directions in the order in which they were recorded.
    """
    listener = dialect.listener()
    asked_utc_ns = told_utc_ns = 0
    is_answered = True
    for chunk in chunks:
        if chunk.lane is Lane.TO_WAND:
            told_utc_ns = chunk.utc_ns
            asked_utc_ns = told_utc_ns if is_answered else asked_utc_ns
            events = listener.sent(chunk.data)
        else:
            events = listener.received(chunk.data)
        is_answered = chunk.lane is Lane.FROM_WAND
        for event in events:
            yield HeardEvent(
                event=event,
                asked_utc_ns=asked_utc_ns,
                told_utc_ns=told_utc_ns,
                heard_utc_ns=chunk.utc_ns,
                offset=chunk.offset,
            )


def replay(capture: Capture) -> DecodedDownload:
    """Everything the conversation in a capture says, with the host's instants.

    Raises:
        DialectUnknownError: this version does not know the capture's dialect.
    """
    dialect = find_dialect(capture.about.dialect)
    return replay_chunks(dialect, (block for block in capture.blocks if isinstance(block, Chunk)))


def replay_transcript(transcript: Transcript) -> DecodedDownload:
    """Everything the conversation in a transcript says; every ``utc_ns`` is 0.

    Raises:
        DialectUnknownError: this version does not know the transcript's dialect.
    """
    return replay_chunks(find_dialect(transcript.dialect), transcript.chunks)


def replay_chunks(dialect: Dialect, chunks: Iterable[Chunk]) -> DecodedDownload:
    """Everything a conversation in this dialect says.

    Only the wand that answers first is decoded. While another one answers, its records are left
    out and ``rejected`` tells which wand it was.
    """
    decoding = _Decoding(dialect.kept_kinds)
    for heard in hear(dialect, chunks):
        decoding.take(heard)
    return decoding.result(dialect.name)


class _Decoding:
    """What was gathered so far of one conversation."""

    def __init__(self, kept_kinds: frozenset[RecordKind]) -> None:
        self._identity: Identity | None = None
        self._is_stranger = False
        self._clock_checks: list[ClockCheck] = []
        self._clock_settings: list[ClockSetting] = []
        self._counters: Counters | None = None
        self._announced = Counts[RecordKind]()
        self._records = UniqueRecords(kept_kinds)
        self._records_utc_ns: int | None = None
        self._acknowledged_utc_ns: int | None = None
        self._skipped_bytes = 0
        self._rejected: list[Rejection] = []

    def take(self, heard: HeardEvent) -> None:
        match heard.event:
            case BytesSkipped(count):
                self._skipped_bytes += count
            case FrameRejected(error):
                self._rejected.append(Rejection(error=error, offset=heard.offset))
            case Heard(Identity() as identity):
                self._identify(identity, heard.offset)
            case ReadingBegan(announced) if not self._is_stranger:
                self._records.begin_reading(announced)
            case RecordsReceived(records) if not self._is_stranger:
                self._take_records(records, heard.heard_utc_ns)
            case Heard(answer) if not self._is_stranger:
                self._take_answer(answer, heard)
            case _:
                pass

    def result(self, dialect: str) -> DecodedDownload:
        return DecodedDownload(
            dialect=dialect,
            identity=self._identity,
            clock_checks=tuple(self._clock_checks),
            clock_settings=tuple(self._clock_settings),
            counters=self._counters,
            records=self._records.all(),
            disagreements=self._records.disagreements(),
            records_utc_ns=self._records_utc_ns,
            acknowledged_utc_ns=self._acknowledged_utc_ns,
            skipped_bytes=self._skipped_bytes,
            rejected=tuple(self._rejected),
            is_complete=self._is_complete(),
        )

    def _take_records(self, records: Sequence[Record], utc_ns: int) -> None:
        if self._acknowledged_utc_ns is None:
            self._records_utc_ns = utc_ns
        self._records.extend(records)

    def _is_complete(self) -> bool:
        return self._counters is not None and all(
            self._records.received(kind) >= count for kind, count in self._announced.items()
        )

    def _identify(self, identity: Identity, offset: int) -> None:
        if self._identity is None:
            self._identity = identity
        self._is_stranger = identity.key != self._identity.key
        if self._is_stranger:
            error = WandChangedError(expected=self._identity.key, found=identity.key)
            self._rejected.append(Rejection(error=error, offset=offset))
        elif identity.firmware is not None:
            self._identity = identity

    def _take_answer(self, answer: Answer, heard: HeardEvent) -> None:
        match answer:
            case ClockReading(time):
                self._clock_checks.append(
                    ClockCheck(
                        time=time,
                        asked_utc_ns=heard.asked_utc_ns,
                        answered_utc_ns=heard.heard_utc_ns,
                    )
                )
            case ClockSet(civil):
                self._clock_settings.append(ClockSetting(civil=civil, utc_ns=heard.told_utc_ns))
            case Counters() if self._acknowledged_utc_ns is None:
                self._count(answer)
            case Acknowledged():
                self._acknowledge(heard.heard_utc_ns)
            case _:
                pass

    def _count(self, counters: Counters) -> None:
        """Keep the first counters, told of one kind after the other by some wands."""
        if self._counters is None or (self._counters.health is None and counters.health):
            self._counters = counters
        known = {ring.kind for ring in self._counters.rings}
        rings = tuple(ring for ring in counters.rings if ring.kind not in known)
        self._counters = Counters((*self._counters.rings, *rings), self._counters.health)
        for ring in counters.rings:
            self._announced[ring.kind] = max(self._announced[ring.kind], ring.unread)

    def _acknowledge(self, utc_ns: int) -> None:
        if self._acknowledged_utc_ns is None:
            self._acknowledged_utc_ns = utc_ns
        self._records.begin_memory()
