"""The flash memory of a simulated vs wand: a ring of pages with one log of records in it."""

from dataclasses import dataclass, field
from typing import Final

from watchclock_protocol.dialects.vs.layouts import (
    PAGE_HEAD_OCTETS,
    PAGE_OCTETS,
    RECORD_FIELDS,
)
from watchclock_protocol.dialects.vs.pages import PageHead, build_page
from watchclock_protocol.dialects.vs.records import RECORD_OCTETS, LogKind
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE
from watchclock_sim.hardware.flash import Flash
from watchclock_sim.wands.vs_recovery import FoundPage, found_pages

__all__ = ["LogEntry", "VsMemory"]

ERASED: Final = b"\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """What a record is to say; its sequence is given by the memory."""

    kind: LogKind
    code: int
    seconds: int
    subject: bytes
    guard_number: int = 0
    voltage_mv: int = 0
    status: int = 0


@dataclass(slots=True, kw_only=True)
class _PageIndex:
    """What the firmware knows of a page of its memory.

    Attributes:
        kinds: of its records in their order; None for one that is damaged.
        is_torn: power was lost before it was closed.
    """

    head: PageHead
    kinds: list[LogKind | None] = field(default_factory=list[LogKind | None])
    is_torn: bool = False

    @property
    def is_full(self) -> bool:
        return len(self.kinds) == RECORDS_A_PAGE

    @property
    def last_sequence(self) -> int:
        """Of the last good record, or of the one before the first."""
        place = len(self.kinds)
        while place and self.kinds[place - 1] is None:
            place -= 1
        return self.head.first_sequence + place - 1

    def after(self, pointer: int) -> list[LogKind | None]:
        """The kinds of the records behind the read pointer."""
        return self.kinds[max(0, pointer - self.head.first_sequence + 1) :]

    def good_after(self, pointer: int) -> int:
        """How many good records are behind the read pointer."""
        kinds = self.after(pointer)
        return len(kinds) - kinds.count(None)


class VsMemory:
    """Pages are begun, filled, closed and one day erased for another; nothing else erases.

    Args:
        pages: how many it has.
        serial: of the wand, written into every page.
        flash: what it is stored in; None for a new one.

    Attributes:
        erase_fails: the next place to be erased turns out to be bad.
    """

    def __init__(self, pages: int, serial: bytes, flash: Flash | None = None) -> None:
        self.capacity = pages
        self.flash: Final = flash or Flash(pages, PAGE_OCTETS, seed=serial.hex())
        self.read_pointer = 0
        self.newest_sequence = 0
        self.overwritten = 0
        self.formats = 0
        self.erase_fails = False
        self._serial: Final = serial
        self._pages: dict[int, _PageIndex] = {}
        """By number, in the order of their numbers."""
        self._open: _PageIndex | None = None
        self._meant = bytearray()
        """The records of the open page as the processor has them."""
        self._next_page = 0
        self._rotted = 0
        self._is_worn_out = False

    @property
    def newest_page(self) -> int:
        """The page last begun, or the one to be begun next in an empty memory."""
        return next(reversed(self._pages), self._next_page)

    @property
    def oldest_page(self) -> int:
        """The page that is erased next; pages stand in the order of their numbers."""
        return next(iter(self._pages), self._next_page)

    @property
    def oldest_sequence(self) -> int:
        """Of the oldest record still there."""
        page = self._pages.get(self.oldest_page)
        return self.newest_sequence + 1 if page is None else page.head.first_sequence

    @property
    def first_unread_page(self) -> int:
        """The page with the oldest record behind the read pointer, or the newest."""
        unread = (
            number
            for number, page in self._pages.items()
            if page.last_sequence > self.read_pointer
        )
        return min(unread, default=self.newest_page)

    @property
    def damaged(self) -> int:
        """Damaged records behind the read pointer."""
        return sum(page.after(self.read_pointer).count(None) for page in self._pages.values())

    @property
    def flaws(self) -> int:
        """Pages that were open when power was lost, and records that rotted."""
        torn = sum(page.is_torn for page in self._pages.values())
        return torn + self._rotted

    def unread(self, kind: LogKind | None = None) -> int:
        """Good records behind the read pointer, of one kind or of all."""
        pages, pointer = self._pages.values(), self.read_pointer
        if kind is None:
            return sum(page.good_after(pointer) for page in pages)
        return sum(page.after(pointer).count(kind) for page in pages)

    def append(self, entry: LogEntry, *, rots: bool = False) -> int | None:
        """Store a record; how many unread records that cost.

        Args:
            entry: what it says.
            rots: one of its bits does not last.

        Returns:
            None when it could not be stored, because a page that is worn out would be next.
        """
        lost = 0
        page = self._open
        if page is None or page.is_full:
            if not self._erase_next():
                return None
            lost = self._make_room()
            page = self._begin(entry.seconds)
        record = self._record(entry)
        start = self._write(page, record)
        self.newest_sequence += 1
        if rots:
            self.flash.rot(self._place(page), start, RECORD_OCTETS)
            self._rotted += 1
        page.kinds.append(None if rots else entry.kind)
        if page.is_full:
            self._close(page)
        return lost

    def half_record(self, entry: LogEntry, octets: int) -> bytes:
        """What had been written of a record when power was lost.

        An octet of ones stands there before it is written: without it the record was whole.
        """
        record = self._record(entry)
        half = record[:octets]
        while half.ljust(RECORD_OCTETS, ERASED) == record:
            half = half[:-1]
        return half

    def lose_power(self, half_record: bytes = b"", begun: int = 0) -> tuple[int, int] | None:
        """Leave the open page as it is; its number and how many records it saved, if one was open.

        Args:
            half_record: what had been written of the next record, with its sequence. Where that
                would have been the first of a page, the head of the page is written before it.
            begun: the time on the clock when it was.
        """
        page, self._open = self._open, None
        if half_record and (page is None or page.is_full) and self._erase_next():
            self._make_room()
            page, self._open = self._begin(begun), None
        if page is None or page.is_full:
            return None
        page.is_torn = True
        saved = page.good_after(0)
        if half_record:
            self._write(page, half_record)
            page.kinds.append(None)
            self.newest_sequence += 1
        return page.head.number, saved

    def recover(self) -> None:
        """Read from the flash what is known of every page; the open one was left torn.

        Of a record that was cut so early that nothing shows, the sequence is given again.
        """
        self._open = None
        self._pages = {
            page.head.number: _PageIndex(
                head=page.head, kinds=list(page.kinds), is_torn=page.is_torn
            )
            for page in sorted(found_pages(self.flash, self._serial), key=_number_of)
        }
        self._next_page = max((number + 1 for number in self._pages), default=self._next_page)
        self.newest_sequence = max(
            (page.head.first_sequence + len(page.kinds) - 1 for page in self._pages.values()),
            default=self.newest_sequence,
        )
        self._rotted = 0

    def acknowledge(self, sequence: int) -> bool:
        """Move the read pointer; False when it would go back or beyond the newest record."""
        if not self.read_pointer <= sequence <= self.newest_sequence:
            return False
        self.read_pointer = sequence
        return True

    def erase(self) -> int:
        """Forget every page; how many there were. Numbers and sequences go on."""
        count = len(self._pages)
        self._pages.clear()
        self._open = None
        self.flash.erase_all()
        self.formats += 1
        return count

    def page(self, number: int) -> bytes | None:
        """A page as it is sent, None when it is not there."""
        page = self._pages.get(number)
        if page is None:
            return None
        stored = self.flash.read(self._place(page))
        if page.is_torn or page.is_full:
            return stored
        end = PAGE_HEAD_OCTETS + RECORD_OCTETS * len(page.kinds)
        return build_page(page.head, stored[PAGE_HEAD_OCTETS:end])

    def _record(self, entry: LogEntry) -> bytes:
        return RECORD_FIELDS.build(
            {
                "sequence": self.newest_sequence + 1,
                "kind": entry.kind,
                "code": entry.code,
                "guard_number": entry.guard_number,
                "time": entry.seconds.to_bytes(4, "little"),
                "subject": entry.subject,
                "voltage_mv": entry.voltage_mv,
                "status": entry.status,
            }
        )

    def _place(self, page: _PageIndex) -> int:
        return page.head.number % self.capacity

    def _write(self, page: _PageIndex, record: bytes) -> int:
        """Write into the next place of the page; where that begins."""
        start = PAGE_HEAD_OCTETS + RECORD_OCTETS * len(page.kinds)
        self.flash.program(self._place(page), start, record)
        self._meant += record
        return start

    def _close(self, page: _PageIndex) -> None:
        """Write count and CRC-32, which is that of what was meant to be stored."""
        head = build_page(page.head, bytes(self._meant))[:PAGE_HEAD_OCTETS]
        self.flash.program(self._place(page), 0, head)

    def _make_room(self) -> int:
        """Give up the oldest page when every place is used; how many unread records it held."""
        if len(self._pages) < self.capacity:
            return 0
        page = self._pages.pop(self.oldest_page)
        lost = page.good_after(self.read_pointer)
        self.overwritten += lost
        return lost

    def _erase_next(self) -> bool:
        """Erase the next place if it was ever written; False when it is worn out for good."""
        if self._is_worn_out:
            return False
        place = self._next_page % self.capacity
        fails, self.erase_fails = self.erase_fails, False
        if self._next_page >= self.capacity and not self.flash.erase(place, fails=fails):
            self._is_worn_out = True
        return not self._is_worn_out

    def _begin(self, seconds: int) -> _PageIndex:
        """Write a head into the next place."""
        place = self._next_page % self.capacity
        head = PageHead(
            number=self._next_page,
            first_sequence=self.newest_sequence + 1,
            wear=self.flash.wear(place),
            begun=seconds,
            serial=self._serial,
        )
        self._meant.clear()
        self.flash.program(place, 0, build_page(head, b"", is_open=True)[:PAGE_HEAD_OCTETS])
        self._pages[head.number] = self._open = page = _PageIndex(head=head)
        self._next_page += 1
        return page


def _number_of(page: FoundPage) -> int:
    return page.head.number
