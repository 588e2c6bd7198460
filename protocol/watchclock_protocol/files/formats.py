"""What a text format declares: how one line is read, and which wand it names."""

from collections.abc import Callable
from dataclasses import dataclass

from watchclock_protocol.errors import LineError
from watchclock_protocol.files.charsets import is_readable
from watchclock_protocol.files.lines import LONGEST_LINE_BYTES, TextLine
from watchclock_protocol.files.statements import FileStatement
from watchclock_protocol.records import Record

__all__ = ["FileFormat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One format of text lines, a record a line.

    Attributes:
        parse: the record of a line; raises ``LineError`` for a line that is none.
        wand_of: the number of the wand a line names, None where it names none; never raises.
    """

    parse: Callable[[TextLine, FileStatement], Record]
    wand_of: Callable[[TextLine], str | None]

    def read(self, line: TextLine, statement: FileStatement) -> Record:
        """The record of a line.

        Raises:
            LineError: it is too long, no text of the stated character set, or no record.
        """
        if line.is_too_long:
            raise line.refusal(
                "it is longer than {limit_bytes} bytes", limit_bytes=LONGEST_LINE_BYTES
            )
        if not is_readable(line.raw, statement.charset):
            if statement.charset is None:
                raise line.refusal("it is no text in any known character set")
            raise line.refusal("it is no text in {charset}", charset=statement.charset)
        return self.parse(line, statement)

    def reads(self, line: TextLine, statement: FileStatement) -> bool:
        """Whether a line is a record of this format."""
        try:
            self.read(line, statement)
        except LineError:
            return False
        return True
