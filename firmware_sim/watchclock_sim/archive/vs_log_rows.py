"""The one log of a vs wand for whole nights at once: ``VsMemory`` in columns."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.dialects.vs.pages import PageHead, build_page
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE

__all__ = ["VsLogRows"]

Rows = npt.NDArray[np.uint8]
Column = npt.NDArray[np.int64]


class VsLogRows:
    """Pages of 41 records, closed by downloads only in the sense that they are read.

    Keeps no more than the pages behind the read pointer and the one it stands in.

    Args:
        pages: how many the memory has.
        serial: of the wand.
        octets: bytes of a record.
    """

    def __init__(self, pages: int, serial: bytes, octets: int) -> None:
        self.pages: Final = pages
        self.newest_sequence = 0
        self.read_pointer = 0
        self.overwritten = 0
        self._lost = 0
        self._serial: Final = serial
        self._first = 1
        self._rows: Rows = np.zeros((0, octets), np.uint8)
        self._kinds: Column = np.zeros(0, np.int64)
        self._seconds: Column = np.zeros(0, np.int64)

    @property
    def newest_page(self) -> int:
        """The page last begun, 0 in an empty memory."""
        return max(0, self.newest_sequence - 1) // RECORDS_A_PAGE

    @property
    def oldest_page(self) -> int:
        """The page that is erased next."""
        return max(0, self.newest_page - self.pages + 1)

    @property
    def oldest_sequence(self) -> int:
        """Of the oldest record still there."""
        return self.oldest_page * RECORDS_A_PAGE + 1

    @property
    def first_unread(self) -> int:
        """The sequence of the oldest unread record, one beyond the newest without any."""
        return max(self.oldest_sequence, self.read_pointer + 1)

    @property
    def first_unread_page(self) -> int:
        """The page with the oldest unread record, or the newest."""
        return min(self.newest_page, (self.first_unread - 1) // RECORDS_A_PAGE)

    def append(self, rows: Rows, kinds: Column, seconds: Column) -> None:
        """Store records; pages that must make room are erased with what is unread in them."""
        before = self.first_unread
        self._rows = np.concatenate([self._rows, rows])
        self._kinds = np.concatenate([self._kinds, kinds])
        self._seconds = np.concatenate([self._seconds, seconds])
        self.newest_sequence += len(rows)
        lost = self.first_unread - before
        self._lost += lost
        self.overwritten += lost

    def unread_kinds(self) -> Column:
        """The kinds of all unread records."""
        return self._kinds[self.first_unread - self._first :]

    def unread_seconds(self) -> Column:
        """Their times."""
        return self._seconds[self.first_unread - self._first :]

    def take_lost(self) -> int:
        """How many unread records were overwritten since this was asked last."""
        lost, self._lost = self._lost, 0
        return lost

    def page_images(self, first_second: int) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of every page from the first unread one on.

        Args:
            first_second: the first second of wands, in the seconds of the log.
        """
        for number in range(self.first_unread_page, self.newest_page + 1):
            start = number * RECORDS_A_PAGE + 1 - self._first
            head = PageHead(
                number=number,
                first_sequence=number * RECORDS_A_PAGE + 1,
                wear=number // self.pages,
                begun=int(self._seconds[start]) - first_second,
                serial=self._serial,
            )
            yield number, build_page(head, self._rows[start : start + RECORDS_A_PAGE].tobytes())

    def acknowledge(self) -> None:
        """The host has everything; what no page to come needs is forgotten."""
        self.read_pointer = self.newest_sequence
        keep_from = self.newest_page * RECORDS_A_PAGE + 1
        drop = max(0, keep_from - self._first)
        self._first += drop
        self._rows, self._kinds = self._rows[drop:], self._kinds[drop:]
        self._seconds = self._seconds[drop:]
