"""Reads a conversation written down by hand, as protocol documents and golden files show it.

# source: where the bytes come from          a remark, to the end of the line
dialect: wm5000t                             once, before the first bytes
TX 15 EA 01 E9                               the host wrote these bytes, hexadecimal
RX 15 EA 01 E9 53 19 32 61                   the wand wrote these
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.capture import Chunk, Lane
from watchclock_protocol.errors import TranscriptError

__all__ = ["Transcript", "read_transcript"]

_LANES: Final[Mapping[str, Lane]] = {"TX": Lane.TO_WAND, "RX": Lane.FROM_WAND}
_HEADER: Final = "dialect:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A conversation without times.

    Attributes:
        dialect: name of the dialect spoken.
        chunks: what was written, one chunk a line; ``utc_ns`` is 0, ``offset`` the line's number.
    """

    dialect: str
    chunks: tuple[Chunk, ...]


def read_transcript(text: str, dialect: str | None = None) -> Transcript:
    """The conversation in ``text``.

    Args:
        text: the lines.
        dialect: the dialect to take, whether or not the text names one.

    Raises:
        TranscriptError: a line is of no known form, or no dialect is named.
    """
    chunks: list[Chunk] = []
    named: str | None = None
    for number, whole_line in enumerate(text.splitlines(), start=1):
        line = whole_line.partition("#")[0].strip()
        if line.startswith(_HEADER):
            if chunks or named is not None:
                reason = "the dialect is named once, before any bytes"
                raise TranscriptError(line=number, reason=reason)
            named = line.removeprefix(_HEADER).strip()
        elif line:
            chunks.append(_chunk(line, number))
    spoken = dialect or named
    if not spoken:
        raise TranscriptError(line=1, reason="no line names the dialect")
    return Transcript(dialect=spoken, chunks=tuple(chunks))


def _chunk(line: str, number: int) -> Chunk:
    direction, _, digits = line.partition(" ")
    if direction not in _LANES:
        raise TranscriptError(line=number, reason="it begins with neither TX nor RX")
    try:
        data = bytes.fromhex(digits)
    except ValueError as error:
        raise TranscriptError(line=number, reason="it is not hexadecimal") from error
    if not data:
        raise TranscriptError(line=number, reason="it has no bytes")
    return Chunk(lane=_LANES[direction], data=data, utc_ns=0, offset=number)
