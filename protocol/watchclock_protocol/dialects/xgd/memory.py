"""What a listener has heard of a controller's memory, so that no record counts twice.

A record comes in two ways. Read by place, the memory is handed out from place 1 on. Pushed, it
comes again and again until the host has answered, so an equal one is the same record, as long as
the memory was not known to be empty in between: then it is a new one that looks alike, as a clock
that stands still makes them (docs/decisions/0005).
"""

from collections.abc import Iterator
from typing import Final

from watchclock_protocol.dialects.xgd.records import decode_record
from watchclock_protocol.events import Event, Heard, ReadingBegan, RecordsReceived
from watchclock_protocol.messages import Acknowledged, ReadingComplete, slotless_counters

__all__ = ["MOST_RECORDS", "HeardMemory"]

MOST_RECORDS: Final = 255
"""The count is one byte, so no controller holds more."""


class HeardMemory:
    """One controller's memory as far as it was heard; never more than twice its 255 records.

    Attributes:
        is_wipe_asked: the host has told the controller to delete everything.
    """

    def __init__(self) -> None:
        self.is_wipe_asked = False
        self._announced: int | None = None
        self._read: dict[int, bytes] = {}
        self._pushed: dict[bytes, None] = {}
        self._withheld: bytes | None = None

    def count(self, unread: int) -> Iterator[Event]:
        """So many records wait. That none does any more confirms what the host gave up."""
        was_wiped = self.is_wipe_asked and unread < (self._announced or 0)
        was_handed_over = unread == 0 and bool(self._pushed)
        self._announced = unread
        yield Heard(slotless_counters(unread))
        if was_wiped or was_handed_over:
            yield from self.wipe()
            self._announced = unread

    def read(self, place: int, raw: bytes) -> Iterator[Event]:
        """The record at this place; place 1 begins a reading, a place read again tells nothing."""
        if place == 1:
            self._read.clear()
            yield ReadingBegan(self._announced or 0)
        if self._read.get(place) == raw:
            return
        self._read[place] = raw
        yield RecordsReceived((decode_record(raw),))
        if len(self._read) == self._announced == place:
            yield Heard(ReadingComplete(place, place))

    def push(self, raw: bytes) -> list[Event]:
        """A record the controller pushed.

        In the middle of a reading it is left to the reading, or the next one: it stays in the
        memory as long as nobody answers.
        """
        if raw in self._pushed:
            return []
        if self._read:
            self._withheld = raw
            return []
        return self._keep(raw)

    def answer(self) -> list[Event]:
        """The host has answered the push, so that the record is gone from the memory."""
        withheld, self._withheld = self._withheld, None
        if withheld is None or withheld in self._read.values():
            return []
        return self._keep(withheld)

    def wipe(self) -> Iterator[Event]:
        """Everything heard before was given up."""
        self.is_wipe_asked = False
        self._announced = self._withheld = None
        self._read.clear()
        self._pushed.clear()
        yield Heard(Acknowledged())

    def _keep(self, raw: bytes) -> list[Event]:
        if len(self._pushed) == MOST_RECORDS:
            del self._pushed[next(iter(self._pushed))]
        self._pushed[raw] = None
        return [RecordsReceived((decode_record(raw),))]
