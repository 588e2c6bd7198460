"""The roster, checkpoint names and alarm times of a simulated vs wand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.lists import (
    LIST_SHAPES,
    AlarmEntry,
    ListEntry,
    ListNumber,
    RosterEntry,
    decode_entries,
    encode_entries,
    entries_a_frame,
)
from watchclock_protocol.dialects.vs.replies import Reason, Refusal, VsReply
from watchclock_protocol.dialects.vs.requests import VsRequest

__all__ = ["CHANGED_EVENTS", "ListMemory"]

EVERY_DAY: Final = 0b1111111
BUZZER_AND_VIBRATOR: Final = 3
FACTORY_ALARMS: Final = (
    AlarmEntry(days=EVERY_DAY, hour=0, minute=0, sounds=BUZZER_AND_VIBRATOR),
    AlarmEntry(days=EVERY_DAY, hour=4, minute=0, sounds=BUZZER_AND_VIBRATOR),
)


@dataclass(slots=True, kw_only=True)
class _OpenList:
    """A list on its way: its number and the entries that arrived, by place."""

    number: ListNumber
    total: int
    parts: dict[int, bytes]


class ListMemory:
    """The valid lists, and the one being received.

    Attributes:
        alarms: the valid alarm times.
    """

    def __init__(self) -> None:
        self._valid: dict[ListNumber, bytes] = dict.fromkeys(ListNumber, b"")
        self._valid[ListNumber.ALARMS] = encode_entries(ListNumber.ALARMS, FACTORY_ALARMS)
        self._open: _OpenList | None = None
        self.alarms: tuple[AlarmEntry, ...] = FACTORY_ALARMS

    def entries(self, number: ListNumber) -> tuple[ListEntry, ...]:
        """The valid list."""
        return decode_entries(number, self._valid[number])

    def enrol(self, entry: RosterEntry) -> None:
        """Put one guard into the roster in place of a former one of its number."""
        others = tuple(
            other
            for other in self.entries(ListNumber.ROSTER)
            if isinstance(other, RosterEntry) and other.number != entry.number
        )
        self._valid[ListNumber.ROSTER] = encode_entries(ListNumber.ROSTER, (*others, entry))

    def answer(self, request: VsRequest) -> VsReply | None:
        """The reply to a list request; None to any other."""
        match request:
            case (
                requests.BeginList() | requests.WriteList() | requests.EndList()
            ) | requests.ReadList():
                if request.list_number not in set(ListNumber):
                    return Refusal(reason=Reason.OUT_OF_RANGE, detail=max(ListNumber))
                return self._answer(ListNumber(request.list_number), request)
            case _:
                return None

    def _answer(self, number: ListNumber, request: VsRequest) -> VsReply | None:
        match request:
            case requests.BeginList(entries=entries):
                return self._begin(number, entries)
            case requests.WriteList():
                return self._write(number, request)
            case requests.EndList():
                return self._end(number, request)
            case requests.ReadList(first=first):
                return self._read(number, first)
            case _:
                return None

    def _begin(self, number: ListNumber, entries: int) -> VsReply:
        most = LIST_SHAPES[number].most
        if entries > most:
            return Refusal(reason=Reason.OUT_OF_RANGE, detail=most)
        self._open = _OpenList(number=number, total=entries, parts={})
        return replies.Done()

    def _write(self, number: ListNumber, request: requests.WriteList) -> VsReply:
        size, opened = LIST_SHAPES[number].octets, self._open
        if len(request.raw) != request.count * size:
            return Refusal(reason=Reason.WRONG_SHAPE, detail=len(request.raw))
        if opened is None or opened.number is not number:
            return Refusal(reason=Reason.LIST_INCOMPLETE)
        if request.first + request.count > opened.total:
            return Refusal(reason=Reason.OUT_OF_RANGE, detail=opened.total)
        for index in range(request.count):
            part = request.raw[index * size : (index + 1) * size]
            opened.parts[request.first + index] = part
        return replies.Done()

    def _end(self, number: ListNumber, request: requests.EndList) -> VsReply:
        opened = self._open
        if opened is None or opened.number is not number:
            return self._end_again(number, request)
        raw = b"".join(part for _, part in sorted(opened.parts.items()))
        is_whole = len(opened.parts) == opened.total == request.entries
        if not is_whole or crc32(raw) != request.check_sum:
            return Refusal(reason=Reason.LIST_INCOMPLETE, detail=len(opened.parts))
        self._valid[number], self._open = raw, None
        alarms = self.entries(ListNumber.ALARMS)
        self.alarms = tuple(entry for entry in alarms if isinstance(entry, AlarmEntry))
        return replies.Done()

    def _end_again(self, number: ListNumber, request: requests.EndList) -> VsReply:
        """The host did not hear that its list became valid, and says again that it is over."""
        if crc32(self._valid[number]) == request.check_sum:
            return replies.Done()
        return Refusal(reason=Reason.LIST_INCOMPLETE)

    def _read(self, number: ListNumber, first: int) -> VsReply:
        size, raw = LIST_SHAPES[number].octets, self._valid[number]
        part = raw[first * size : (first + entries_a_frame(number)) * size]
        return replies.ListEntries(
            list_number=number,
            total=len(raw) // size,
            first=first,
            count=len(part) // size,
            raw=part,
        )


CHANGED_EVENTS: Final[Mapping[ListNumber, str]] = {
    ListNumber.ROSTER: "staff_changed",
    ListNumber.CHECKPOINTS: "checkpoints_changed",
    ListNumber.ALARMS: "alarms_changed",
}
