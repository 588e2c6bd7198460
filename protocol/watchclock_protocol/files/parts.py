"""Looks a whole file over: whose format it is, which wands it holds, what cannot be used.

Makers' software exports the records of several wands into one file, but a capture is of one wand.
So the file is cut into parts: the lines of one wand, as they stand, in their order. A file of one
wand stays whole, the lines that cannot be used included.
"""

from collections import Counter as Counts
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from watchclock_protocol.errors import LineError
from watchclock_protocol.files.formats import FileFormat
from watchclock_protocol.files.lines import LineCutter, TextLine
from watchclock_protocol.files.statements import FileStatement
from watchclock_protocol.records import RecordFlag, RecordKind

__all__ = [
    "MOST_REFUSALS_TOLD",
    "FilePart",
    "FileSurvey",
    "find_beginning",
    "recognise",
    "survey",
]

MOST_REFUSALS_TOLD: Final = 1000
_LINES_LOOKED_AT: Final = 100
_BEGINNING_BYTES: Final = 24
_PIECE_BYTES: Final = 64 * 1024

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """The lines of one wand.

    Attributes:
        statement: the file's, with this wand and the size of this part.
        data: the lines as they stand in the file.
        kinds: records in it, by kind.
        flags: how many records carry each doubt.
        refused: lines in it that cannot be used.
    """

    statement: FileStatement
    data: bytes
    kinds: Mapping[RecordKind, int]
    flags: Mapping[RecordFlag, int]
    refused: int

    @property
    def records(self) -> int:
        """Records of all kinds."""
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSurvey:
    """What stands in a file.

    Attributes:
        parts: one a wand, in the order in which they first appear; one without a wand for lines
            that are nobody's.
        refusals: the first lines that cannot be used, with their places in the file.
        refused: how many lines cannot be used.
    """

    parts: Sequence[FilePart]
    refusals: Sequence[LineError]
    refused: int

    @property
    def records(self) -> int:
        """Records of all wands."""
        return sum(part.records for part in self.parts)


def recognise(
    data: bytes, formats: Mapping[str, FileFormat], statement: FileStatement
) -> Sequence[str]:
    """The formats that read most of the first hundred lines; none if no line can be read.

    Args:
        data: the file, or its beginning.
        formats: what to try, by name.
        statement: what is stated of the file.
    """
    lines = _first_lines(data)
    read = {
        name: sum(file_format.reads(line, statement) for line in lines)
        for name, file_format in formats.items()
    }
    most = max(read.values(), default=0)
    return [name for name, count in read.items() if count == most and most > 0]


def find_beginning(data: bytes) -> tuple[int, bytes]:
    """Where the first line that is not blank begins, in bytes, and its first bytes."""
    for line in _lines_of(data, None):
        if not line.is_blank:
            return line.offset, line.raw[:_BEGINNING_BYTES]
    return len(data), b""


def survey(
    data: bytes, file_format: FileFormat, statement: FileStatement, advance: Advance | None = None
) -> FileSurvey:
    """Read the whole file once and cut it into the parts of its wands.

    Args:
        data: the file.
        file_format: its format.
        statement: what is stated of it; its wand is that of lines that name none.
        advance: is told how many bytes of how many are read.
    """
    gathering = _Gathering(file_format, statement)
    for line in _lines_of(data, advance):
        if not line.is_blank:
            gathering.take(line)
    return gathering.result(data)


def _first_lines(data: bytes) -> Sequence[TextLine]:
    lines: list[TextLine] = []
    for line in _lines_of(data, None):
        if not line.is_blank:
            lines.append(line)
        if len(lines) == _LINES_LOOKED_AT:
            break
    return lines


def _lines_of(data: bytes, advance: Advance | None) -> Iterator[TextLine]:
    cutter = LineCutter()
    for start in range(0, len(data), _PIECE_BYTES):
        yield from cutter.push(data[start : start + _PIECE_BYTES])
        if advance is not None:
            advance(min(start + _PIECE_BYTES, len(data)), len(data))
    last = cutter.finish()
    if last is not None:
        yield last


@dataclass(slots=True)
class _Lines:
    """Where the lines of one wand stand: stretches of the file, joined where they touch."""

    starts: list[int] = field(default_factory=list[int])
    ends: list[int] = field(default_factory=list[int])
    kinds: Counts[RecordKind] = field(default_factory=Counts[RecordKind])
    flags: Counts[RecordFlag] = field(default_factory=Counts[RecordFlag])
    refused: int = 0

    def add(self, line: TextLine) -> None:
        end = line.offset + line.size_bytes
        if self.ends and self.ends[-1] == line.offset:
            self.ends[-1] = end
        else:
            self.starts.append(line.offset)
            self.ends.append(end)

    def cut_from(self, data: bytes) -> bytes:
        whole = memoryview(data)
        stretches = zip(self.starts, self.ends, strict=True)
        return b"".join(whole[start:end] for start, end in stretches)


class _Gathering:
    """What was found so far in one file."""

    def __init__(self, file_format: FileFormat, statement: FileStatement) -> None:
        self._format = file_format
        self._statement = statement
        self._by_wand: dict[str | None, _Lines] = {}
        self._refusals: list[LineError] = []
        self._refused = 0

    def take(self, line: TextLine) -> None:
        wand = self._format.wand_of(line) or self._statement.wand
        lines = self._by_wand.setdefault(wand, _Lines())
        lines.add(line)
        try:
            record = self._format.read(line, self._statement)
        except LineError as error:
            lines.refused += 1
            self._refuse(error)
            return
        lines.kinds[record.kind] += 1
        lines.flags.update(record.flags)

    def result(self, data: bytes) -> FileSurvey:
        named = [wand for wand in self._by_wand if wand is not None]
        nobodys = self._by_wand.get(None, _Lines())
        if len(named) == 1 and not nobodys.kinds:
            parts = [self._whole(data, named[0])]
        else:
            parts = [
                self._part(wand, lines.cut_from(data), lines)
                for wand, lines in self._by_wand.items()
            ]
        return FileSurvey(parts=parts, refusals=self._refusals, refused=self._refused)

    def _whole(self, data: bytes, wand: str) -> FilePart:
        """The one wand's part is the whole file, lines that name no wand and no record too."""
        lines = self._by_wand[wand]
        lines.refused = self._refused
        return self._part(wand, data, lines)

    def _part(self, wand: str | None, data: bytes, lines: _Lines) -> FilePart:
        return FilePart(
            statement=replace(self._statement, wand=wand, size_bytes=len(data)),
            data=data,
            kinds=lines.kinds,
            flags=lines.flags,
            refused=lines.refused,
        )

    def _refuse(self, error: LineError) -> None:
        self._refused += 1
        if len(self._refusals) < MOST_REFUSALS_TOLD:
            self._refusals.append(error)
