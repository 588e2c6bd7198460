"""Hears both directions of a Kaihe EB conversation, whoever the host is: what was meant.

What the host asked last tells what a reply means, above all which index a record has: the reply
does not tell. One request has one reply; ``AA`` answered by ``AA`` ends all waiting, because a
wand answers in order. Any order of requests is understood.

A record at index n of n may be one too many (docs/protocols/kaihe_eb.md, "Index base"). If it is
the first of its reading it is held back until the host's next request. A host that then asks for
index 0 looks for the index base: what it finds is told when it reads the records in order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from watchclock_protocol.dialects.kaihe_eb.commands import decode_reply, decode_request
from watchclock_protocol.dialects.kaihe_eb.frames import Frame, FrameReader, WakeByte
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase, find_base
from watchclock_protocol.dialects.kaihe_eb.records import (
    decode_clock,
    decode_time,
    knock_record,
    patrol_record,
)
from watchclock_protocol.dialects.kaihe_eb.replies import (
    Confirmation,
    Count,
    KaiheReply,
    NumberReply,
    SelfTest,
    ShownClock,
    StoredKnock,
    StoredPatrol,
    StoredText,
)
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearPatrolRecords,
    CountPatrolRecords,
    KaiheRequest,
    KnownRequest,
    ReadKnockRecord,
    ReadPatrolRecord,
    UnknownRequest,
    WriteClock,
)
from watchclock_protocol.errors import (
    IndexBaseError,
    LayoutError,
    RefusedError,
    RemoteProtocolError,
    SequenceError,
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
    ClockReading,
    ClockSet,
    Identity,
    slotless_counters_of,
)
from watchclock_protocol.records import RecordKind

__all__ = ["NAME", "Exchange", "Heedable", "KaiheListener", "Woken", "describe_number"]

NAME: Final = "kaihe_eb"


@dataclass(frozen=True, slots=True)
class Woken:
    """The wand is awake and has nothing left to say to earlier requests."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what the wand answered."""

    request: KnownRequest
    reply: KaiheReply


Heedable: TypeAlias = Woken | Exchange | BytesSkipped | FrameRejected


def describe_number(reply: NumberReply) -> Identity:
    """The wand with this number, ten hexadecimal digits in variant A, two in variant B."""
    return Identity(NAME, reply.text)


class KaiheListener:
    """Understands one conversation; see the ``Listener`` port."""

    def __init__(self) -> None:
        self._requests = FrameReader()
        self._replies = FrameReader()
        self._wakes_due = 0
        self._wakes_before_request = 0
        self._asked: KnownRequest | None = None
        self._counts: dict[RecordKind, int] = {}
        self._has_reading_begun = False
        self._seen: dict[tuple[RecordKind, int], bytes] = {}
        self._held: bytes | None = None
        self._is_probed = False
        self._base: IndexBase | None = None

    @property
    def held_bytes(self) -> int:
        """Bytes of unfinished requests and replies; never more than 128 between calls."""
        return self._requests.held_bytes + self._replies.held_bytes

    def sent(self, data: bytes) -> list[Event]:
        """What the host just wrote: tells what the next reply means."""
        events: list[Event] = []
        self._requests.push(data)
        while (item := self._requests.cut()) is not None:
            if isinstance(item, BytesSkipped | FrameRejected):
                continue
            if stale := self._replies.drop():
                events.append(BytesSkipped(stale))
            events += self._note_wake() if isinstance(item, WakeByte) else self._note_frame(item)
        return events

    def received(self, data: bytes) -> list[Event]:
        """What the wand just wrote: statements, records, skipped bytes, damaged replies."""
        return [event for item in self.cut(data) for event in self.interpret(item)]

    def cut(self, data: bytes) -> Iterator[Heedable]:
        """The same bytes of the wand as exchanges, for a host role that must act on them."""
        self._replies.push(data)
        while (item := self._replies.cut()) is not None:
            match item:
                case WakeByte():
                    yield self._cut_wake()
                case Frame():
                    yield self._cut_reply(item)
                case _:
                    yield item

    def interpret(self, item: Heedable) -> list[Event]:
        """What one item means."""
        match item:
            case Woken():
                return []
            case Exchange(request, reply):
                return self._note_reply(request, reply)
            case _:
                return [item]

    def _note_wake(self) -> list[Event]:
        self._wakes_due += 1
        return []

    def _note_frame(self, frame: Frame) -> list[Event]:
        request: KaiheRequest
        try:
            request = decode_request(frame.command, frame.data)
        except LayoutError:
            request = UnknownRequest(command=frame.command, data=frame.data)
        events = self._release(request)
        self._asked = None if isinstance(request, UnknownRequest) else request
        self._wakes_before_request = self._wakes_due
        if isinstance(request, ReadPatrolRecord | ReadKnockRecord):
            events += self._begin_reading()
        return events

    def _cut_wake(self) -> Woken | BytesSkipped:
        if not self._wakes_due:
            return BytesSkipped(1)
        self._wakes_due -= 1
        if self._wakes_before_request:
            self._wakes_before_request -= 1
        else:
            self._asked = None
        return Woken()

    def _cut_reply(self, frame: Frame) -> Exchange | FrameRejected:
        if self._asked is None:
            error = SequenceError(answer=f"{frame.command:02X}", expected="silence")
            return FrameRejected(error)
        try:
            reply = decode_reply(self._asked, frame.command, frame.data)
        except RemoteProtocolError as error:
            return FrameRejected(error)
        request, self._asked = self._asked, None
        return Exchange(request, reply)

    def _note_reply(self, request: KnownRequest, reply: KaiheReply) -> list[Event]:
        match reply:
            case Count():
                event = self._note_count(request, reply)
            case StoredPatrol() | StoredKnock():
                return self._note_record(request, reply.raw)
            case NumberReply():
                event = Heard(describe_number(reply))
            case ShownClock():
                event = Heard(ClockReading(decode_clock(reply)))
            case Confirmation():
                event = self._note_confirmation(request, reply)
            case SelfTest() | StoredText():
                event = Heard(reply)
            case _:
                assert_never(reply)
        return [event]

    def _note_count(self, request: KnownRequest, count: Count) -> Event:
        if self._has_reading_begun:
            self._counts = {}
            self._has_reading_begun = False
        is_patrol = isinstance(request, CountPatrolRecords)
        self._counts[RecordKind.PATROL if is_patrol else RecordKind.KNOCK] = count.unread
        return Heard(slotless_counters_of(self._counts))

    def _begin_reading(self) -> list[Event]:
        if self._has_reading_begun or not self._counts:
            return []
        self._has_reading_begun = True
        self._seen.clear()
        return [ReadingBegan(sum(self._counts.values()))]

    def _note_record(self, request: KnownRequest, raw: bytes) -> list[Event]:
        """A record of the reading in progress; one that comes again unchanged is not told again.

        An index that now gives another record begins the reading anew.
        """
        if not isinstance(request, ReadPatrolRecord | ReadKnockRecord):
            return []
        is_patrol = isinstance(request, ReadPatrolRecord)
        kind = RecordKind.PATROL if is_patrol else RecordKind.KNOCK
        known = self._seen.get((kind, request.index))
        if known == raw:
            return []
        events: list[Event] = []
        if known is not None:
            self._has_reading_begun = False
            events += self._begin_reading()
        is_first = not self._seen
        self._seen[kind, request.index] = raw
        if not is_patrol:
            return [*events, RecordsReceived((knock_record(raw),))]
        if is_first and self._base is None and 0 < request.index == self._counts.get(kind):
            self._held = raw
            return events
        return [*events, *self._tell(request.index, raw)]

    def _tell(self, index: int, raw: bytes) -> list[Event]:
        """Tell a patrol record, unless it only shows whether the one at index n is one."""
        held, self._held = self._held, None
        if held is None or index != 0:
            return [RecordsReceived((patrol_record(raw),))]
        self._base = find_base(raw, held)
        if self._base is None:
            return [FrameRejected(IndexBaseError(count=self._counts[RecordKind.PATROL]))]
        return []

    def _release(self, request: KaiheRequest) -> list[Event]:
        """The held record, when the host goes on without looking at index 0."""
        if self._held is None:
            return []
        if request == ReadPatrolRecord(index=0):
            self._is_probed = True
            return []
        held, self._held = self._held, None
        if self._is_probed:
            self._base = IndexBase.ONE
            return []
        return [RecordsReceived((patrol_record(held),))]

    def _note_confirmation(self, request: KnownRequest, reply: Confirmation) -> Event:
        if reply.is_refusal:
            name = type(request).__name__
            return FrameRejected(RefusedError(command=name, reason=reply.data.hex(" ").upper()))
        match request:
            case ClearPatrolRecords():
                return Heard(Acknowledged())
            case WriteClock(time=time):
                civil = decode_time(time).civil
                if civil is None:
                    return FrameRejected(LayoutError(reason=time.hex(" ").upper()))
                return Heard(ClockSet(civil))
            case _:
                return Heard(reply)
