"""Where a wand keeps its records: a ring of numbered slots, or a list that is wiped as a whole."""

from enum import StrEnum

__all__ = ["AppendedList", "RecordRing", "WhenFull"]


class WhenFull(StrEnum):
    """What a full memory does with one more record."""

    OVERWRITE = "overwrite"
    STOP = "stop"


class RecordRing:
    """Slots 1 to ``capacity`` with the pointers of the FC wand (docs/protocols/fcard.md).

    ``write_index`` is the slot last written and ``read_index`` the slot last acknowledged, 0
    before the first. ``is_wrapped`` tells that every slot is unread, oldest after ``write_index``:
    the two pointers alone cannot tell a full ring from an empty one, and after unread records were
    overwritten the read pointer means nothing.

    Args:
        capacity: slots.
        when_full: what happens when every slot is unread.
    """

    def __init__(self, capacity: int, when_full: WhenFull = WhenFull.OVERWRITE) -> None:
        self.capacity = capacity
        self.when_full = when_full
        self.write_index = 0
        self.read_index = 0
        self.is_wrapped = False
        self._slots: dict[int, bytes] = {}

    @property
    def unread(self) -> int:
        """Records not yet acknowledged, by the wand's own arithmetic."""
        if self.is_wrapped:
            return self.capacity
        distance = self.write_index - self.read_index
        return distance if distance >= 0 else distance + self.capacity

    def append(self, record: bytes) -> bool:
        """Store a record in the next slot; False when the memory is full and keeps what it has."""
        is_full = self.unread == self.capacity
        if is_full and self.when_full is WhenFull.STOP:
            return False
        self.write_index = self.write_index % self.capacity + 1
        self._slots[self.write_index] = record
        self.is_wrapped = is_full or self.is_wrapped or self._met()
        return True

    def slot(self, number: int) -> bytes | None:
        """The record in that slot, acknowledged or not; None when it was never written."""
        return self._slots.get(number)

    def move_read_index(self, index: int, *, is_wrapped: bool) -> None:
        """The host acknowledges up to this slot, or makes records unread again. Erases nothing."""
        self.read_index = self._within(index)
        self.is_wrapped = is_wrapped

    def move_write_index(self, index: int) -> None:
        """The host moves the write pointer, which only its maker's debugging tool does."""
        self.write_index = self._within(index)

    def clear(self) -> None:
        """Forget every record and begin again at slot 1."""
        self._slots.clear()
        self.move_write_index(0)
        self.move_read_index(0, is_wrapped=False)

    def _met(self) -> bool:
        """Whether the slot just written is the one before the oldest unread."""
        return self.write_index == self.read_index

    def _within(self, index: int) -> int:
        """An index above the capacity counts as 0 (maker's software)."""
        return index if index <= self.capacity else 0


class AppendedList:
    """Records in the order they were made, without slots; a full memory takes no more.

    Args:
        capacity: records it can hold.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._records: list[bytes] = []

    def __len__(self) -> int:
        return len(self._records)

    def append(self, record: bytes) -> bool:
        """Store a record; False when the memory is full."""
        if len(self._records) >= self.capacity:
            return False
        self._records.append(record)
        return True

    def record(self, index: int) -> bytes | None:
        """The record at that place, counted from 0; None after the last."""
        return self._records[index] if index < len(self._records) else None

    def wipe(self) -> None:
        """Forget every record."""
        self._records.clear()
