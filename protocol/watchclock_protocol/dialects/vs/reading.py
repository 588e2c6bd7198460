"""One reading of the unread pages: what to ask for, what arrived, what is taken up after a break.

Keeps sixteen bytes a page, never a record. Source: docs/protocols/vs.md, "Reading and
acknowledging".
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from watchclock_protocol.dialects.vs.pages import PageBatch, PageHeard
from watchclock_protocol.dialects.vs.replies import Totals
from watchclock_protocol.dialects.vs.requests import MOST_PAGES_A_REQUEST, ReadPages
from watchclock_protocol.errors import LayoutError, RecordsChangedError
from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["MOST_DOUBTFUL_ROUNDS", "MOST_PAGES", "MOST_ROUNDS", "KeptPages", "PageReading"]

MOST_PAGES: Final = 65_536
"""Twice the pages of the largest model; bounds what a wand can make us remember."""
MOST_ROUNDS: Final = 20
"""How often missing pages are asked for in one reading."""
MOST_DOUBTFUL_ROUNDS: Final = 3
"""How often pages with damaged records are asked for again, by the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPages:
    """Pages an interrupted reading brought home, which need not be read again.

    Attributes:
        serial: of their wand.
        read_pointer: up to where records were acknowledged when they were read.
        records: by page number, how many unread records the page holds. A page that was still
            being filled is not among them: only closed pages never change.
    """

    serial: bytes
    read_pointer: int
    records: Mapping[int, int]


class PageReading:
    """The pages from the first unread to the newest, as the counters told them."""

    def __init__(self, totals: Totals) -> None:
        """Begin a reading.

        Raises:
            LayoutError: there are more pages than any wand has.
        """
        pages = totals.newest_page - totals.first_unread_page + 1
        if not 0 < pages <= MOST_PAGES:
            raise LayoutError(reason=f"{pages} unread pages, {MOST_PAGES} are possible")
        self.totals = totals
        self.received = 0
        self.arrived = 0
        self._first = totals.first_unread_page
        self._places = array("Q", bytes(8 * pages))
        self._sums = array("I", bytes(4 * pages))
        self._has_arrived = bytearray(pages)
        self._is_doubtful = bytearray(pages)

    @property
    def is_complete(self) -> bool:
        """Every page and every announced record arrived."""
        return self.arrived == len(self._has_arrived) and self.received == self.totals.unread

    def keep(self, kept: KeptPages) -> None:
        """Count these pages as arrived."""
        for number, records in kept.records.items():
            index = number - self._first
            if 0 <= index < len(self._has_arrived) - 1 and not self._has_arrived[index]:
                self._arrive(index)
                self.received += records
                self._places[index] = (1 << records) - 1

    def kept(self, serial: bytes) -> KeptPages:
        """What another reading of this wand need not ask for again."""
        closed = range(len(self._has_arrived) - 1)
        return KeptPages(
            serial=serial,
            read_pointer=self.totals.read_pointer,
            records={
                self._first + index: self._places[index].bit_count()
                for index in closed
                if self._has_arrived[index] and not self._is_doubtful[index]
            },
        )

    def hear(self, page: PageHeard) -> None:
        """A page arrived; a page that was not asked for counts for nothing."""
        index = page.number - self._first
        if 0 <= index < len(self._has_arrived):
            self._arrive(index)
            self._is_doubtful[index] = bool(page.damaged or page.is_torn)

    def take(self, batch: PageBatch) -> PageBatch:
        """The records of a page that are new in this reading.

        Raises:
            RecordsChangedError: the page arrived before with other records in the same places.
        """
        index = batch.page - self._first
        if not 0 <= index < len(self._has_arrived):
            return batch.only(frozenset())
        places = _mask(batch.places)
        before, summed = self._places[index], crc32(batch.block)
        if before == places and self._sums[index] != summed:
            reason = FilledReason(
                "page {page} arrived with other records than before", page=batch.page
            )
            raise RecordsChangedError(reason=reason)
        new = places & ~before
        self._places[index] |= places
        self._sums[index] = summed
        self.received += new.bit_count()
        if new == places:
            return batch
        return batch.only(frozenset(place for place in batch.places if new >> place & 1))

    def requests(self) -> Iterator[ReadPages]:
        """Every page once, then what is missing, then what is doubtful, in bounded rounds."""
        for _ in range(1 + MOST_ROUNDS):
            if self.arrived == len(self._has_arrived):
                break
            yield from self._ask(self._has_arrived)
        for _ in range(MOST_DOUBTFUL_ROUNDS):
            if self.received == self.totals.unread:
                return
            yield from self._ask(bytearray(not doubt for doubt in self._is_doubtful))

    def _arrive(self, index: int) -> None:
        self.arrived += not self._has_arrived[index]
        self._has_arrived[index] = True

    def _ask(self, is_known: bytearray) -> Iterator[ReadPages]:
        """Requests for the runs of pages that are not known, as they were at the beginning."""
        known = bytes(is_known)
        first = known.find(0)
        while first >= 0:
            after = known.find(1, first)
            after = len(known) if after < 0 else after
            after = min(after, first + MOST_PAGES_A_REQUEST)
            yield ReadPages(
                first_page=self._first + first,
                pages=after - first,
                first_sequence=self.totals.read_pointer + 1,
                last_sequence=self.totals.newest_sequence,
            )
            first = known.find(0, after)


def _mask(places: Sequence[int]) -> int:
    """A bit for each of the places."""
    if isinstance(places, range):
        return (1 << len(places)) - 1 << places.start
    return sum(1 << place for place in places)
