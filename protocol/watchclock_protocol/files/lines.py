"""Cuts a byte stream into text lines with their places, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.errors import LineError
from watchclock_protocol.files.charsets import BYTE_ORDER_MARK
from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["LONGEST_LINE_BYTES", "LineCutter", "TextLine"]

LONGEST_LINE_BYTES: Final = 1024
"""Far longer than any line of any format, and short enough to be the key of a record: PostgreSQL
takes no key above 2704 bytes."""
_END: Final = b"\n"
_BLANK: Final = b" \t\r\x1a"
"""A DOS end-of-file mark counts as blank too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line as it lies in the file.

    Attributes:
        number: counted from 1.
        offset: where it begins in the file, in bytes.
        raw: its bytes without CR and LF; of a line that is too long only the beginning.
        size_bytes: its length in the file, line end included.
    """

    number: int
    offset: int
    raw: bytes
    size_bytes: int

    @property
    def is_blank(self) -> bool:
        """Nothing is written in it."""
        return not self.raw.strip(_BLANK)

    @property
    def is_too_long(self) -> bool:
        """Only its beginning is in ``raw``."""
        return len(self.raw) > LONGEST_LINE_BYTES

    def refusal(self, template: str, **fields: object) -> LineError:
        """The error that says why this line cannot be used."""
        reason = FilledReason(template, **fields)
        return LineError(line=self.number, offset=self.offset, reason=reason, raw=self.raw)


class LineCutter:
    """Cuts bytes into lines, whatever they hold and however they are cut.

    Holds at most one byte more than the longest line. Lines end with LF or CR LF; a byte order
    mark at the very beginning belongs to no line.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._line_bytes = 0
        self._number = 1
        self._offset = 0
        self._may_begin_with_mark = True

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the end of their line."""
        return len(self._held)

    def push(self, data: bytes) -> Iterator[TextLine]:
        """The lines that became complete with these bytes."""
        start = 0
        while (end := data.find(_END, start)) >= 0:
            self._keep(data, start, end)
            yield self._finish(end_bytes=1)
            start = end + 1
        self._keep(data, start, len(data))

    def finish(self) -> TextLine | None:
        """The last line, when the stream ended without a line end; None when nothing is left."""
        self._drop_mark()
        return self._finish(end_bytes=0) if self._line_bytes else None

    def _keep(self, data: bytes, start: int, end: int) -> None:
        room = LONGEST_LINE_BYTES + 1 - len(self._held)
        self._held += data[start : min(end, start + room)]
        self._line_bytes += end - start

    def _finish(self, *, end_bytes: int) -> TextLine:
        self._drop_mark()
        raw = bytes(self._held)
        if self._line_bytes == len(raw):
            raw = raw.removesuffix(b"\r")
        line = TextLine(
            number=self._number,
            offset=self._offset,
            raw=raw,
            size_bytes=self._line_bytes + end_bytes,
        )
        self._held.clear()
        self._number += 1
        self._offset += line.size_bytes
        self._line_bytes = 0
        return line

    def _drop_mark(self) -> None:
        if self._may_begin_with_mark and self._held.startswith(BYTE_ORDER_MARK):
            del self._held[: len(BYTE_ORDER_MARK)]
            self._line_bytes -= len(BYTE_ORDER_MARK)
            self._offset = len(BYTE_ORDER_MARK)
        self._may_begin_with_mark = False
