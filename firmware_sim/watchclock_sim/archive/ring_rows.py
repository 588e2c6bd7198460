"""The ring memory of an FC wand for whole nights at once: ``RecordRing`` in columns."""

from typing import Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.dialects.fcard.replies import RingPointers

__all__ = ["RingRows"]

Rows = npt.NDArray[np.uint8]


class RingRows:
    """Slots 1 to ``capacity`` that overwrite the oldest, with the pointers of ``RecordRing``.

    Args:
        capacity: slots.
        octets: bytes of a record.
    """

    def __init__(self, capacity: int, octets: int) -> None:
        self.capacity: Final = capacity
        self.write_index = 0
        self.read_index = 0
        self.is_wrapped = False
        self._lost = 0
        self._rows: Final = np.zeros((capacity, octets), np.uint8)

    @property
    def unread(self) -> int:
        """Records not yet acknowledged."""
        if self.is_wrapped:
            return self.capacity
        return (self.write_index - self.read_index) % self.capacity

    @property
    def pointers(self) -> RingPointers:
        """As the wand tells them."""
        return RingPointers(
            capacity=self.capacity,
            write_index=self.write_index,
            read_index=self.read_index,
            is_wrapped=self.is_wrapped,
        )

    def append(self, rows: Rows) -> None:
        """Store records, the oldest ones lost where there is no room."""
        unread = self.unread + len(rows)
        places = (self.write_index + np.arange(len(rows))) % self.capacity
        kept = slice(max(0, len(rows) - self.capacity), None)
        self._rows[places[kept]] = rows[kept]
        if len(rows):
            self.write_index = int(places[-1]) + 1
        self._lost += max(0, unread - self.capacity)
        self.is_wrapped = unread >= self.capacity

    def rows(self, serials: npt.NDArray[np.integer]) -> Rows:
        """The records in these slots."""
        rows: Rows = self._rows[serials - 1]
        return rows

    def unread_rows(self) -> Rows:
        """Every unread record, the oldest first."""
        places = self.write_index - self.unread + np.arange(self.unread)
        return self._rows[places % self.capacity]

    def take_lost(self) -> int:
        """How many unread records were overwritten since this was asked last."""
        lost, self._lost = self._lost, 0
        return lost

    def acknowledge(self) -> None:
        """The host has everything."""
        self.read_index, self.is_wrapped = self.write_index, False
