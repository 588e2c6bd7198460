"""One line of WmWebUsb, the JWM component for WM-5000V5/AE/T wands, cut by plain Python.

    wand,tag,yyyyMMddHHmmss        WM-5000AE and T
    tag,yyyyMMddHHmmss             V5, whose lines name no wand

Source: clients of the component (Uniguard-Indonesia/Patrol-Software and others), restated in
docs/protocols/wm_web_usb.md. The V5's stamp is only known to be there; its form is inferred.
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
from watchclock_protocol.files.statements import FileStatement, is_wand_number
from watchclock_protocol.records import Record

__all__ = ["read_line", "wand_of"]

_COMMA: Final = b","
_WAND, _TAG, _STAMP = range(3)
_FIELDS: Final = 3
_STAMP_TEXT: Final = re.compile(rb"[0-9A-Fa-f]{14}")
_KEPT_OCTETS: Final = 5
"""The makers' clients keep the last ten digits of a tag padded with zeros."""


def read_line(line: TextLine, statement: FileStatement) -> Record:
    """The record of a line.

    Raises:
        LineError: the line has another shape.
    """
    fields = line.raw.split(_COMMA)
    if len(fields) not in (_FIELDS, _FIELDS - 1):
        raise line.refusal(
            "its fields between commas are {found} where {due} are due",
            found=len(fields),
            due="2-3",
        )
    if len(fields) == _FIELDS and wand_of(line) is None:
        raise line.refusal("its wand is no number")
    tag, stamp = fields[-2:]
    if not _STAMP_TEXT.fullmatch(stamp):
        raise time_refusal(line, stamp, "yyyyMMddHHmmss")
    octets = _without_padding(read_tag_octets(line, tag))
    return reading(line, statement, written_time(stamp, stamp), octets)


def wand_of(line: TextLine) -> str | None:
    """The wand of a line of three fields."""
    fields = line.raw.split(_COMMA)
    if len(fields) != _FIELDS:
        return None
    text = fields[_WAND].decode("ascii", "replace")
    return text if is_wand_number(text) else None


def _without_padding(octets: bytes) -> bytes:
    """The last five bytes, and more only where they say something."""
    padding = octets[:-_KEPT_OCTETS]
    return padding.lstrip(b"\0") + octets[len(padding) :]
