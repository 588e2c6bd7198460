"""Which serials of a ring are unread, and in which requests they are asked for.

Source: the rules the maker's SDK follows, docs/protocols/fcard.md section "Ring memory".
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from watchclock_protocol.errors import LayoutError, RecordsChangedError
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.messages import RingState
from watchclock_protocol.records import RecordKind

__all__ = ["MOST_MISSING_A_REQUEST", "MOST_RECORDS_A_REQUEST", "MOST_ROUNDS", "MOST_SERIALS"]
__all__ += ["RingReading", "SerialRun", "ring_state", "split", "unread_runs"]

MOST_RECORDS_A_REQUEST: Final = 500
"""Largest quantity of command 04/06 in the SDK."""
MOST_MISSING_A_REQUEST: Final = 150
"""Longest run the SDK asks for again."""
MOST_SERIALS: Final = 300_000
"""Largest serial of command 04/06 in the SDK; bounds what a wand can make us remember."""
MOST_ROUNDS: Final = 20
"""How often missing records are asked for; our choice, as many as the tool's resends."""


@dataclass(frozen=True, slots=True)
class SerialRun:
    """``quantity`` serials from ``first`` on, none of them beyond the end of the ring."""

    first: int
    quantity: int

    @property
    def last(self) -> int:
        """The last serial of the run."""
        return self.first + self.quantity - 1


def ring_state(
    kind: RecordKind, *, capacity: int, write_index: int, read_index: int, is_wrapped: bool
) -> RingState:
    """The ring with its unread records counted; an index beyond the capacity counts as 0."""
    write_index, read_index = (
        0 if index > capacity else index for index in (write_index, read_index)
    )
    unread = capacity if is_wrapped else write_index - read_index
    return RingState(
        kind=kind,
        capacity=capacity,
        write_index=write_index,
        read_index=read_index,
        is_wrapped=is_wrapped,
        unread=unread if unread >= 0 else unread + capacity,
    )


def unread_runs(ring: RingState) -> tuple[SerialRun, ...]:
    """The unread serials, oldest first, in at most two runs because none crosses the ring's end.

    After an overwrite everything is unread and the oldest stands behind the write index.
    """
    capacity = ring.capacity or 0
    first = ((ring.write_index if ring.is_wrapped else ring.read_index) or 0) + 1
    until_end = min(ring.unread, capacity - first + 1)
    runs = (SerialRun(first, until_end), SerialRun(1, ring.unread - until_end))
    return tuple(run for run in runs if run.quantity > 0)


def split(run: SerialRun, most: int) -> Iterator[SerialRun]:
    """The run in pieces of at most ``most`` serials."""
    for first in range(run.first, run.last + 1, most):
        yield SerialRun(first, min(most, run.last + 1 - first))


class RingReading:
    """One ring being read: what to ask for, and which serials arrived.

    Keeps a check sum of each record, eight bytes a slot, so that a repeated record can be told
    from a changed one without keeping the records.
    """

    def __init__(self, ring: RingState) -> None:
        """Begin a reading.

        Raises:
            LayoutError: the ring is larger than the dialect allows.
        """
        capacity = ring.capacity or 0
        if capacity > MOST_SERIALS:
            raise LayoutError(reason=f"a ring of {capacity} slots, {MOST_SERIALS} are possible")
        self.ring = ring
        self.received = 0
        self._runs = unread_runs(ring)
        self._sums = array("Q", bytes(8 * (capacity + 1)))
        self._expected = self._sums

    @property
    def last(self) -> int:
        """The newest unread serial, 0 when none is unread."""
        return self._runs[-1].last if self._runs else 0

    def requests(self) -> Iterator[SerialRun]:
        """Every unread serial once, then what is missing, in a bounded number of rounds."""
        for run in self._runs:
            yield from split(run, MOST_RECORDS_A_REQUEST)
        for _ in range(MOST_ROUNDS):
            if self.received == self.ring.unread:
                return
            for run in self._runs:
                yield from self._missing(run)

    def take(self, serial: int, raw: bytes) -> bool:
        """Whether this record is new in this reading.

        Raises:
            RecordsChangedError: the serial arrived before with other bytes.
        """
        expected, seen = self._expected[serial], crc32(raw) + 1
        if expected not in {0, seen}:
            raise RecordsChangedError(
                reason=FilledReason(
                    "record {place} arrived with other bytes than before", place=serial
                )
            )
        is_new = not self._sums[serial]
        if is_new:
            self._sums[serial] = seen
            self.received += 1
        return is_new

    def begin_again(self) -> None:
        """Ask for everything once more; each record has to equal the one read before."""
        self._expected, self._sums = self._sums, array("Q", bytes(8 * len(self._sums)))
        self.received = 0

    def _missing(self, run: SerialRun) -> Iterator[SerialRun]:
        first = run.first
        for serial in range(run.first, run.last + 2):
            if serial > run.last or self._sums[serial]:
                if serial > first:
                    yield from split(SerialRun(first, serial - first), MOST_MISSING_A_REQUEST)
                first = serial + 1
