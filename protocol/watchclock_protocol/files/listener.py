"""Hears a maker's export file: the operator's statement one way, the file's bytes the other."""

from collections.abc import Iterable
from typing import Final

from watchclock_protocol.errors import LayoutError, LineError
from watchclock_protocol.events import BytesSkipped, Event, FrameRejected, Heard, RecordsReceived
from watchclock_protocol.files.formats import FileFormat
from watchclock_protocol.files.lines import LineCutter, TextLine
from watchclock_protocol.files.statements import FileStatement
from watchclock_protocol.messages import Identity
from watchclock_protocol.records import Record

__all__ = ["MOST_REFUSALS", "FileListener"]

MOST_REFUSALS: Final = 10_000
"""Lines refused one by one with their reasons; the bytes of further ones are counted."""
_LONGEST_STATEMENT_BYTES: Final = 4096


class FileListener:
    """Understands one file; see the ``Listener`` port. Holds one line at most.

    Without a statement everything is taken as ``FileStatement`` has it by default, and a last line
    without line end is never known to be whole.
    """

    def __init__(self, name: str, file_format: FileFormat) -> None:
        self._name = name
        self._format = file_format
        self._statement = FileStatement()
        self._stated = b""
        self._cutter = LineCutter()
        self._heard_bytes = 0
        self._wand: str | None = None
        self._refusals = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of an unfinished statement and an unfinished line; never more than 6 KiB."""
        return len(self._stated) + self._cutter.held_bytes

    def sent(self, data: bytes) -> list[Event]:
        """What the operator stated; it counts from here on."""
        room = _LONGEST_STATEMENT_BYTES - len(self._stated)
        self._stated += data[:room]
        if not self._stated.endswith(b"}"):
            return []
        try:
            self._statement = FileStatement.parse(self._stated)
        except ValueError:
            return []
        self._stated = b""
        return self._identify(self._statement.wand)

    def received(self, data: bytes) -> list[Event]:
        """What stands in the file: wands, records, refused lines."""
        events = self._settle_statement()
        self._heard_bytes += len(data)
        records: list[Record] = []
        for line in self._lines(data):
            if line.is_blank:
                continue
            for event in self._take(line):
                if isinstance(event, RecordsReceived):
                    records += event.records
                    continue
                events += _given(records)
                events.append(event)
        return [*events, *_given(records)]

    def _lines(self, data: bytes) -> Iterable[TextLine]:
        yield from self._cutter.push(data)
        if self._heard_bytes == self._statement.size_bytes:
            last = self._cutter.finish()
            if last is not None:
                yield last

    def _take(self, line: TextLine) -> Iterable[Event]:
        try:
            record = self._format.read(line, self._statement)
        except LineError as error:
            yield self._refuse(line, error)
            return
        yield from self._identify(self._format.wand_of(line) or self._statement.wand)
        yield RecordsReceived((record,))

    def _refuse(self, line: TextLine, error: LineError) -> Event:
        self._refusals += 1
        if self._refusals > MOST_REFUSALS:
            return BytesSkipped(line.size_bytes)
        return FrameRejected(error)

    def _identify(self, wand: str | None) -> list[Event]:
        if wand is None or wand == self._wand:
            return []
        self._wand = wand
        return [Heard(Identity(self._name, wand))]

    def _settle_statement(self) -> list[Event]:
        """A statement that never became one is told of when the file begins."""
        if not self._stated:
            return []
        self._stated = b""
        return [FrameRejected(LayoutError(reason="the statement about the file cannot be read"))]


def _given(records: list[Record]) -> list[Event]:
    """The records gathered so far as one event, and the list emptied."""
    if not records:
        return []
    event = RecordsReceived(tuple(records))
    records.clear()
    return [event]
