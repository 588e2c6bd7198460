"""Counts what a download met without keeping it: a full wand costs two megabytes, not twenty."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Final

from watchclock_protocol.events import (
    BytesSkipped,
    Event,
    FrameRejected,
    ReadingBegan,
    RecordsReceived,
    Resent,
)
from watchclock_protocol.records import Record, RecordFlag, RecordKind

__all__ = ["ReadingTally", "TrafficTally"]

_DIGEST_RANGE: Final = 1 << 256
_SHORT: Final = 1 << 64
"""Enough of a sum to tell the records of one wand apart, in a quarter of the memory."""


class ReadingTally:
    """The records of one reading, counted and summed so that two readings can be compared.

    The sum adds up the SHA-256 of each record, so it does not depend on their order but changes
    with any byte of any of them, and with each one missing or there twice. A slot that arrives
    again with the same bytes, because it was asked for again, is the same record.
    """

    def __init__(self) -> None:
        self.kinds: Counter[RecordKind] = Counter()
        self.flags: Counter[RecordFlag] = Counter()
        self.announced = 0
        self._sum = 0
        self._slots: set[int] = set()

    @property
    def received(self) -> int:
        """Records counted so far."""
        return self.kinds.total()

    @property
    def digest(self) -> str:
        """The sum as 64 hexadecimal digits."""
        return f"{self._sum:064x}"

    def add(self, records: Iterable[Record]) -> None:
        """Counts these records too."""
        for record in records:
            name = f"{record.kind}:{record.slot}:".encode()
            summed = int.from_bytes(hashlib.sha256(name + record.raw).digest(), "big")
            if record.slot is not None:
                if summed % _SHORT in self._slots:
                    continue
                self._slots.add(summed % _SHORT)
            self.kinds[record.kind] += 1
            self.flags.update(record.flags)
            self._sum = (self._sum + summed) % _DIGEST_RANGE

    def observe(self, event: Event) -> None:
        """Takes note of an event of the reading; a reading that begins again counts afresh."""
        match event:
            case ReadingBegan(announced):
                self._begin(announced)
            case RecordsReceived(records):
                self.add(records)
            case _:
                pass

    def _begin(self, announced: int) -> None:
        self.announced = announced
        self.kinds.clear()
        self.flags.clear()
        self._slots.clear()
        self._sum = 0


class TrafficTally:
    """How troubled the line was."""

    def __init__(self) -> None:
        self.skipped_bytes = 0
        self.rejected = 0
        self.resent = 0

    def observe(self, event: Event) -> None:
        """Takes note of an event."""
        match event:
            case BytesSkipped(count):
                self.skipped_bytes += count
            case FrameRejected():
                self.rejected += 1
            case Resent():
                self.resent += 1
            case _:
                pass
