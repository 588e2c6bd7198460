"""Brings a maker's export file into the spool: looked over, cut by wand, one capture each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchclock_device.file_captures import about_file, capture_of, verify_capture
from watchclock_device.file_contents import FileContents, read_contents
from watchclock_device.file_formats import (
    ANY_FORMAT,
    file_format_of,
    find_format,
    require_records,
    stated_of,
)
from watchclock_device.import_errors import (
    FileImportError,
    LinesRefusedError,
    WandUnstatedError,
)
from watchclock_device.spool import Spool
from watchclock_protocol.capture import capture_name
from watchclock_protocol.dialect import Dialect
from watchclock_protocol.errors import LineError
from watchclock_protocol.files import Charset, FileStatement
from watchclock_protocol.files.parts import FilePart, FileSurvey, survey
from watchclock_protocol.records import RecordFlag, RecordKind

__all__ = [
    "Advance",
    "ImportedFile",
    "ImportedPart",
    "SurveyedFile",
    "import_file",
    "refused_lines",
]
__all__ += ["survey_contents"]

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedFile:
    """A file that was looked over and can be used.

    Attributes:
        contents: the file.
        dialect: its format.
        statement: what is stated of it.
        found: what stands in it.
    """

    contents: FileContents
    dialect: Dialect
    statement: FileStatement
    found: FileSurvey


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPart:
    """The capture of one wand's lines.

    Attributes:
        wand: key of the wand; None for lines that are nobody's: their capture is kept aside.
        capture: where it lies; its stem is its SHA-256.
        kinds: records in it, by kind.
        flags: how many records carry each doubt.
        refused: lines in it that cannot be used.
        is_known: the spool had this very capture already.
    """

    wand: str | None
    capture: Path
    kinds: Mapping[RecordKind, int]
    flags: Mapping[RecordFlag, int]
    refused: int
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """What became of one file.

    Attributes:
        path: the file.
        format: name of the dialect that is its format.
        charset: its character set; None when no single one fits.
        size_bytes: how much of it was taken.
        has_grown: somebody wrote into it meanwhile; what came later was not taken.
        parts: its captures.
        refusals: the first refused lines, with their places in the file.
        refused: how many lines were refused.
    """

    path: Path
    format: str
    charset: Charset | None
    size_bytes: int
    has_grown: bool
    parts: Sequence[ImportedPart]
    refusals: Sequence[LineError]
    refused: int

    def doubts(self) -> Iterator[FileImportError]:
        """Why it may not be all."""
        nobodys = sum(sum(part.kinds.values()) for part in self.parts if part.wand is None)
        if nobodys:
            yield WandUnstatedError(path=self.path, lines=nobodys)
        if self.refused:
            yield refused_lines(self.path, self.refusals[0], self.refused)


def refused_lines(path: Path, first: LineError, count: int) -> LinesRefusedError:
    """The error that tells of refused lines and names the first one."""
    told = {name: first.details[name] for name in ("line", "offset", "reason")}
    return LinesRefusedError(path=path, lines=count, **told)


def survey_contents(
    contents: FileContents,
    stated: FileStatement,
    format_name: str = ANY_FORMAT,
    advance: Advance | None = None,
) -> SurveyedFile:
    """What stands in a file, whose format is found out or named.

    Raises:
        FileImportError: the file cannot be used, or no line of it.
    """
    statement = stated_of(contents, stated)
    dialect = find_format(contents, format_name, statement)
    found = survey(contents.data, file_format_of(dialect), statement, advance)
    require_records(contents, dialect, found)
    return SurveyedFile(contents=contents, dialect=dialect, statement=statement, found=found)


def import_file(
    path: Path,
    stated: FileStatement,
    spool: Spool,
    format_name: str = ANY_FORMAT,
    advance: Advance | None = None,
) -> ImportedFile:
    """Put the captures of a file into the spool; the same file again changes nothing there.

    Args:
        path: the file.
        stated: what is stated of it; its wand is that of lines that name none.
        spool: where the captures go.
        format_name: name of a dialect that is a file, or ``auto``.
        advance: is told how many bytes of how many are done.

    Raises:
        FileImportError: the file cannot be used, or no line of it; nothing was made.
        VerificationError: a capture does not say what the file says; it was not kept.
        SpoolError: a capture could not be stored.
    """
    progress = _Progress(advance)
    surveyed = survey_contents(read_contents(path), stated, format_name, progress.surveyed)
    if all(part.statement.wand is None for part in surveyed.found.parts):
        raise WandUnstatedError(path=path, lines=surveyed.found.records)
    return ImportedFile(
        path=path,
        format=surveyed.dialect.name,
        charset=surveyed.statement.charset,
        size_bytes=len(surveyed.contents.data),
        has_grown=surveyed.contents.has_grown,
        parts=[_store(part, surveyed, spool, progress) for part in surveyed.found.parts],
        refusals=surveyed.found.refusals,
        refused=surveyed.found.refused,
    )


class _Progress:
    """Reading a file and verifying its captures take about as long, so each is half the way."""

    def __init__(self, advance: Advance | None) -> None:
        self._advance = advance
        self._total = 0
        self._verified = 0

    def surveyed(self, done: int, total: int) -> None:
        self._total = total
        self._tell(done)

    def verified(self, count: int) -> None:
        self._verified += count
        self._tell(self._total + self._verified)

    def _tell(self, done_twice: int) -> None:
        if self._advance is not None:
            self._advance(done_twice // 2, self._total)


def _store(
    part: FilePart, surveyed: SurveyedFile, spool: Spool, progress: _Progress
) -> ImportedPart:
    about = about_file(surveyed.contents, surveyed.dialect)
    data = capture_of(part, about)
    verify_capture(data, part, surveyed.dialect, progress.verified)
    wand = part.statement.wand
    is_known = spool.holds(capture_name(data))
    return ImportedPart(
        wand=None if wand is None else f"{surveyed.dialect.name}:{wand}",
        capture=spool.put(data, is_identified=wand is not None),
        kinds=part.kinds,
        flags=part.flags,
        refused=part.refused,
        is_known=is_known,
    )
