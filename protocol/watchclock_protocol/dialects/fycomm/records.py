"""One record of FYComm.ocx as text: number, time and card without anything between them.

    NNNN yyMMddHHmmss CCCCCCCC        four hexadecimal digits, twelve digits, the card

Source: a client of the component (namespace Jep.Hardware.Patrol), restated in
docs/protocols/fycomm.md. No record names its wand.
"""

import re
from typing import Final

from watchclock_protocol.files.fields import read_tag_octets, reading, written_time
from watchclock_protocol.files.lines import TextLine
from watchclock_protocol.files.statements import FileStatement
from watchclock_protocol.records import Record

__all__ = ["read_line", "wand_of"]

_RECORD: Final = re.compile(
    rb"(?P<number>[0-9A-Fa-f]{4})(?P<time>[0-9A-Fa-f]{12})(?P<card>[0-9A-Fa-f.,+-]+)"
)


def read_line(line: TextLine, statement: FileStatement) -> Record:
    """The record of a line.

    Raises:
        LineError: the line has another shape.
    """
    found = _RECORD.fullmatch(line.raw)
    if found is None:
        raise line.refusal("it is not number, time and card in hexadecimal digits")
    octets = read_tag_octets(line, found["card"])
    time = found["time"]
    century = b"%d" % (statement.century // 100)
    return reading(line, statement, written_time(time, century + time), octets)


def wand_of(_line: TextLine) -> None:
    """No line names its wand."""
    return
