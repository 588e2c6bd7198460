"""The staff list an FC wand keeps, so that it can show a guard's name."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.fcard import replies, requests
from watchclock_protocol.dialects.fcard.replies import FcardReply, StaffEntry
from watchclock_protocol.dialects.fcard.requests import FcardRequest, StaffSearch
from watchclock_sim.wands.system_log import SystemCode, SystemLog

__all__ = ["StaffMemory"]

# FC wand protocol document: staff numbers are 1 to 999; the capacity itself is not documented.
MOST_STAFF: Final = 999
NOT_FOUND: Final = StaffEntry(number=0xFFFF, card=0xFFFFFF, name_raw=b"\xff" * 10)


class StaffMemory:
    """Staff entries by number, at most one a number.

    Args:
        log: where changes are noted.
    """

    def __init__(self, log: SystemLog) -> None:
        self._entries: dict[int, StaffEntry] = {}
        self._log = log

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[StaffEntry]:
        return (self._entries[number] for number in sorted(self._entries))

    def put(self, entry: StaffEntry) -> None:
        """Store an entry in place of a former one of its number."""
        self._entries[entry.number] = entry

    def find(self, search: StaffSearch, value: int) -> StaffEntry | None:
        """The entry of that staff number, or with that card."""
        if search is StaffSearch.BY_NUMBER:
            return self._entries.get(value)
        return next((entry for entry in self if entry.card == value), None)

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()

    def answer(self, request: FcardRequest, civil: datetime) -> FcardReply | None:
        """The reply to a request of command class 03; None to any other."""
        reply: FcardReply | None = None
        match request:
            case requests.ReadStaffCapacity():
                reply = replies.StaffCapacity(capacity=MOST_STAFF, used=len(self))
            case requests.ReadAllStaff():
                reply = replies.StaffList(entries=tuple(self))
            case requests.ReadStaff(search=search, value=value):
                reply = replies.StaffFound(entry=self.find(search, value) or NOT_FOUND)
            case requests.AddStaff(entries=entries):
                reply = self._add(entries, civil)
            case requests.DeleteStaff(numbers=numbers):
                reply = self._delete(numbers, civil)
            case requests.DeleteAllStaff():
                self.clear()
                self._log.note_host(SystemCode.STAFF_CLEARED, civil)
                reply = replies.Done()
            case _:
                pass
        return reply

    def _add(self, entries: Iterable[StaffEntry], civil: datetime) -> FcardReply:
        refused: list[int] = []
        for entry in entries:
            is_known = entry.number in self._entries
            if 1 <= entry.number <= MOST_STAFF:
                self.put(entry)
                code = SystemCode.STAFF_CHANGED if is_known else SystemCode.STAFF_ADDED
                self._log.note_host(code, civil)
            else:
                refused.append(entry.number)
        return replies.StaffRefused(numbers=tuple(refused)) if refused else replies.Done()

    def _delete(self, numbers: Iterable[int], civil: datetime) -> FcardReply:
        for number in numbers:
            if self._entries.pop(number, None) is not None:
                self._log.note_host(SystemCode.STAFF_DELETED, civil)
        return replies.Done()
