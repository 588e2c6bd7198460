"""One record of DLLK500.dll, the component of the K510 wand, cut by plain Python.

    00001,yy-MM-dd HH:mm:ss,CARD        number in the first five characters, time without century

Source: a client of the component (namespace Jep.Hardware.Patrol), restated in
docs/protocols/k510.md. It reads the time as its system reads any date, so dashes or slashes and a
missing second are all taken. Its buffers are filled up with zero bytes. No record names its wand.
"""

import re
from typing import Final

from watchclock_protocol.files.fields import (
    read_tag_octets,
    reading,
    time_refusal,
    written_time,
)
from watchclock_protocol.files.lines import TextLine
from watchclock_protocol.files.statements import FileStatement
from watchclock_protocol.records import Record
from watchclock_protocol.values import WandTime

__all__ = ["read_line", "wand_of"]

_COMMA: Final = b","
_FIELDS: Final = 3
_FILLING: Final = b"\0 "
_NUMBER: Final = re.compile(rb"[0-9]{5}[^,]*")
_TIME: Final = re.compile(
    rb"([0-9A-F]{2})[-/]([0-9A-F]{2})[-/]([0-9A-F]{2}) +"
    rb"([0-9A-F]{2}):([0-9A-F]{2})(?::([0-9A-F]{2}))?",
    re.IGNORECASE,
)


def read_line(line: TextLine, statement: FileStatement) -> Record:
    """The record of a line.

    Raises:
        LineError: the line has another shape.
    """
    fields = line.raw.rstrip(_FILLING).split(_COMMA)
    if len(fields) != _FIELDS:
        raise line.refusal(
            "its fields between commas are {found} where {due} are due", found=len(fields), due="3"
        )
    number, time, card = fields
    if not _NUMBER.fullmatch(number):
        raise line.refusal("it does not begin with a number of five digits")
    octets = read_tag_octets(line, card)
    return reading(line, statement, _read_time(line, time, statement.century), octets)


def wand_of(_line: TextLine) -> None:
    """No line names its wand."""
    return


def _read_time(line: TextLine, text: bytes, century: int) -> WandTime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise time_refusal(line, text, "yy-MM-dd HH:mm:ss")
    digits = b"".join(part or b"00" for part in found.groups())
    return written_time(text, b"%d" % (century // 100) + digits)
