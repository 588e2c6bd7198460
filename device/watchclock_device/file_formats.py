"""Finds out what a maker's export file is: its format, its character set, its wands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from watchclock_device.file_contents import FileContents
from watchclock_device.import_errors import (
    FileUnusableError,
    FormatUnclearError,
    FormatUnknownError,
    NoRecordsError,
    StatementError,
)
from watchclock_protocol.capture import capture_name
from watchclock_protocol.dialect import Dialect
from watchclock_protocol.dialects import load_dialects
from watchclock_protocol.files import CENTURIES, Charset, FileFormat, FileStatement, is_wand_number
from watchclock_protocol.files.charsets import decide_charset, utf_16_order
from watchclock_protocol.files.parts import FileSurvey, find_beginning, recognise
from watchclock_protocol.values import TagTechnology

__all__ = [
    "ANY_FORMAT",
    "file_dialects",
    "file_format_of",
    "find_format",
    "is_any_format",
    "require_records",
    "state",
    "stated_of",
]

ANY_FORMAT: Final = "auto"


def file_dialects() -> Mapping[str, Dialect]:
    """The installed dialects that are files, by name."""
    return {name: each for name, each in load_dialects().items() if each.file_format is not None}


def state(
    *,
    wand: str | None = None,
    charset: Charset | None = None,
    century: int = 2000,
    technology: TagTechnology = TagTechnology.RFID,
) -> FileStatement:
    """What an operator states of all files of one import.

    Raises:
        StatementError: no wand can have this number, or no wand counts years from this century.
    """
    if wand is not None and not is_wand_number(wand):
        allowed = "1-40 × [A-Za-z0-9._-]"
        raise StatementError(value=wand, name="--wand", allowed=allowed)
    if century not in CENTURIES:
        allowed = ", ".join(str(each) for each in CENTURIES)
        raise StatementError(value=century, name="--century", allowed=allowed)
    return FileStatement(wand=wand, charset=charset, century=century, technology=technology)


def stated_of(contents: FileContents, stated: FileStatement) -> FileStatement:
    """The statement about one file: its SHA-256, and its character set where none was stated.

    Raises:
        FileUnusableError: nothing is written in it, or it is UTF-16.
    """
    if not contents.data.strip():
        raise FileUnusableError(path=contents.path, reason="nothing is written in it")
    if utf_16_order(contents.data) is not None:
        reason = "it is UTF-16 from byte 0; save it as UTF-8"
        raise FileUnusableError(path=contents.path, reason=reason)
    return replace(
        stated,
        charset=stated.charset or decide_charset(contents.data),
        file_sha256=capture_name(contents.data),
    )


def find_format(contents: FileContents, name: str, statement: FileStatement) -> Dialect:
    """The dialect of that name, or the one whose format most lines of the beginning have.

    Raises:
        StatementError: no format has this name.
        FormatUnknownError: no line is of any format.
        FormatUnclearError: as many lines are of several.
    """
    known = file_dialects()
    if name != ANY_FORMAT:
        if name not in known:
            allowed = ", ".join([ANY_FORMAT, *known])
            raise StatementError(value=name, name="--format", allowed=allowed)
        return known[name]
    found = recognise(contents.data, _formats(), statement)
    if not found:
        offset, beginning = find_beginning(contents.data)
        raise FormatUnknownError(
            path=contents.path,
            offset=offset,
            beginning=ascii(beginning)[1:],
            known=", ".join(known),
        )
    if len(found) > 1:
        raise FormatUnclearError(path=contents.path, formats=", ".join(found))
    return known[found[0]]


def is_any_format(data: bytes) -> bool:
    """Whether a line of the beginning is of any known format."""
    return bool(recognise(data, _formats(), FileStatement()))


def _formats() -> Mapping[str, FileFormat]:
    return {name: file_format_of(dialect) for name, dialect in file_dialects().items()}


def file_format_of(dialect: Dialect) -> FileFormat:
    """How the lines of a dialect that is a file are read.

    Raises:
        StatementError: the dialect is spoken by wands and stands in no file.
    """
    if dialect.file_format is None:
        allowed = ", ".join(file_dialects())
        raise StatementError(value=dialect.name, name="--format", allowed=allowed)
    return dialect.file_format


def require_records(contents: FileContents, dialect: Dialect, found: FileSurvey) -> None:
    """Makes sure that a file holds anything of its format.

    Raises:
        NoRecordsError: every line is refused; why the first one is.
    """
    if found.records == 0 and found.refusals:
        first = found.refusals[0].details
        raise NoRecordsError(
            path=contents.path,
            format=dialect.name,
            line=first["line"],
            offset=first["offset"],
            reason=first["reason"],
        )
