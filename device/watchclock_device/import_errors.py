"""Every way a maker's export file can disappoint, each with a stable code and the file's name.

FileImportError
    StatementError         what was stated of the files cannot be
    FileUnusableError      no readable text file
    FileTooLargeError      larger than any export; not read at all
    FormatUnknownError     no line is of any known format
    FormatUnclearError     the lines are of several formats
    NoRecordsError         no line is of the format that was asked for
    WandUnstatedError      lines name no wand and nobody stated it
    LinesRefusedError      some lines cannot be used; the others were
"""

from watchclock_protocol.errors import CodedError

__all__ = [
    "FileImportError",
    "FileTooLargeError",
    "FileUnusableError",
    "FormatUnclearError",
    "FormatUnknownError",
    "LinesRefusedError",
    "NoRecordsError",
    "StatementError",
    "WandUnstatedError",
]


class FileImportError(CodedError):
    """Something about the import of a file."""

    code = "import.error"
    template = "The file {path} could not be imported."
    next_step = "Name a text file as the maker's software wrote it."


class StatementError(FileImportError):
    """What was stated of the files cannot be."""

    code = "import.statement"
    template = "{name} cannot be {value}."
    next_step = "Allowed: {allowed}."


class FileUnusableError(FileImportError):
    """There is no text to be read."""

    code = "import.unusable"
    template = "The file {path} cannot be used: {reason}."


class FileTooLargeError(FileImportError):
    """The file is larger than any export; it is not read at all."""

    code = "import.too_large"
    template = "The file {path} is larger than {limit_bytes} bytes, so it is no export of wands."
    next_step = "Nothing was read; if it is one, export fewer months at a time."


class FormatUnknownError(FileImportError):
    """No line of the beginning is of a known format."""

    code = "import.format_unknown"
    template = "No line of {path} is of a known format; at byte {offset} stands {beginning}."
    next_step = "Look at the file; known formats are: {known}."


class FormatUnclearError(FileImportError):
    """As many lines are of one format as of another."""

    code = "import.format_unclear"
    template = "The lines of {path} are of several formats: {formats}."
    next_step = "Name the right one: --format of import, --dialect of decode."


class NoRecordsError(FileImportError):
    """No line is a record of the format."""

    code = "import.no_records"
    template = "No line of {path} is a {format} record; line {line} at byte {offset}: {reason}."
    next_step = "Leave --format out to have it found, or look at the file."


class WandUnstatedError(FileImportError):
    """Lines name no wand, and nobody stated it."""

    code = "import.wand_unstated"
    template = "Lines of {path} that name no wand: {lines}; nobody knows whose they are."
    next_step = "Import the file again with --wand and the number that stands on the wand."


class LinesRefusedError(FileImportError):
    """Some lines cannot be used."""

    code = "import.lines_refused"
    template = "Lines refused in {path}: {lines}; first line {line} at byte {offset}: {reason}."
    next_step = "All other lines are used; --json lists the refused ones with their places."
