"""The flash memory of a simulated vs wand: a ring of pages with one log of records in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from watchclock_protocol.dialects.vs.layouts import RECORD_FIELDS
from watchclock_protocol.dialects.vs.pages import PageHead, build_page
from watchclock_protocol.dialects.vs.records import RECORD_OCTETS, LogKind
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE

__all__ = ["LogEntry", "VsMemory"]


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
class _FlashPage:
    """A page and what the firmware knows of it.

    Attributes:
        records: whole records, then what a loss of power left of the last one.
        kinds: of the whole records.
        is_torn: power was lost before it was closed.
    """

    head: PageHead
    records: bytearray = field(default_factory=bytearray)
    kinds: list[LogKind] = field(default_factory=list[LogKind])
    is_torn: bool = False

    @property
    def is_full(self) -> bool:
        return len(self.kinds) == RECORDS_A_PAGE

    @property
    def has_half_record(self) -> bool:
        return len(self.records) > RECORD_OCTETS * len(self.kinds)

    @property
    def last_sequence(self) -> int:
        return self.head.first_sequence + len(self.kinds) - 1

    def after(self, pointer: int) -> Iterator[LogKind]:
        """The kinds of the records behind the read pointer."""
        return iter(self.kinds[max(0, pointer - self.head.first_sequence + 1) :])


class VsMemory:
    """Pages are begun, filled, closed and one day erased for another; nothing else erases.

    Args:
        pages: how many it has.
        serial: of the wand, written into every page.
    """

    def __init__(self, pages: int, serial: bytes) -> None:
        self.capacity = pages
        self.read_pointer = 0
        self.newest_sequence = 0
        self.overwritten = 0
        self.formats = 0
        self._serial: Final = serial
        self._pages: dict[int, _FlashPage] = {}
        self._open: _FlashPage | None = None
        self._next_page = 0

    @property
    def newest_page(self) -> int:
        """The page last begun, or the one to be begun next in an empty memory."""
        return max(self._pages, default=self._next_page)

    @property
    def oldest_page(self) -> int:
        """The page that is erased next."""
        return min(self._pages, default=self._next_page)

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
        """Half records behind the read pointer."""
        return sum(
            page.has_half_record and page.last_sequence + 1 > self.read_pointer
            for page in self._pages.values()
        )

    @property
    def torn_pages(self) -> int:
        """Pages that were open when power was lost."""
        return sum(page.is_torn for page in self._pages.values())

    def unread(self, kind: LogKind | None = None) -> int:
        """Records behind the read pointer, of one kind or of all."""
        return sum(
            kind in (None, found)
            for page in self._pages.values()
            for found in page.after(self.read_pointer)
        )

    def append(self, entry: LogEntry) -> int:
        """Store a record; how many unread records that cost."""
        lost = 0
        page = self._open
        if page is None or page.is_full:
            lost = self._make_room()
            page = self._begin(entry.seconds)
        self.newest_sequence += 1
        page.records += RECORD_FIELDS.build(
            {
                "sequence": self.newest_sequence,
                "kind": entry.kind,
                "code": entry.code,
                "guard_number": entry.guard_number,
                "time": entry.seconds.to_bytes(4, "little"),
                "subject": entry.subject,
                "voltage_mv": entry.voltage_mv,
                "status": entry.status,
            }
        )
        page.kinds.append(entry.kind)
        return lost

    def lose_power(self, half_record: bytes = b"") -> tuple[int, int] | None:
        """Leave the open page as it is; its number and how many records it saved, if one was open.

        Args:
            half_record: what had been written of the next record, with its sequence.
        """
        page, self._open = self._open, None
        if page is None or page.is_full:
            return None
        page.is_torn = True
        page.records += half_record
        if half_record:
            self.newest_sequence += 1
        return page.head.number, len(page.kinds)

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
        self.formats += 1
        return count

    def page(self, number: int) -> bytes | None:
        """A page as it is sent, None when it is not there."""
        page = self._pages.get(number)
        if page is None:
            return None
        return build_page(page.head, bytes(page.records), is_open=page.is_torn)

    def _make_room(self) -> int:
        """Erase the oldest page when every place is used; how many unread records it held."""
        if len(self._pages) < self.capacity:
            return 0
        page = self._pages.pop(self.oldest_page)
        lost = sum(1 for _ in page.after(self.read_pointer))
        self.overwritten += lost
        return lost

    def _begin(self, seconds: int) -> _FlashPage:
        head = PageHead(
            number=self._next_page,
            first_sequence=self.newest_sequence + 1,
            wear=self._next_page // self.capacity + self.formats,
            begun=seconds,
            serial=self._serial,
        )
        self._pages[head.number] = self._open = page = _FlashPage(head=head)
        self._next_page += 1
        return page
