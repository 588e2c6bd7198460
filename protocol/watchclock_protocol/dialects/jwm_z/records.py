"""One line of a JWM Z record file: fourteen fields between tabs, cut by plain Python.

    kind  route  guard  site  longitude  latitude  speed  course  satellites
    yyMMddHHmmss  picture  steps  (content)  device

Source: the maker's SDK papers (handy212/Guard-Management-System, WM-5000Z-SDK-20230320), restated
in docs/protocols/jwm_z.md. The device stands only in the layout of the maker's library, so a line
may end with the content.
"""

import re
from collections.abc import Mapping
from typing import Final

from watchclock_protocol.files.fields import (
    read_number,
    read_tag_octets,
    reading,
    time_flags,
    time_refusal,
    written_time,
)
from watchclock_protocol.files.lines import TextLine
from watchclock_protocol.files.statements import FileStatement
from watchclock_protocol.records import Record, RecordFlag, SystemRecord
from watchclock_protocol.values import WandTime

__all__ = ["KIND_MEANINGS", "TAG_KIND", "read_line", "wand_of"]

TAG_KIND: Final = 2
KIND_MEANINGS: Final[Mapping[int, tuple[str, ...]]] = {
    0: ("gps_track",),
    1: ("gps_checkpoint",),
    3: ("voltage_too_low",),
    4: ("alarm",),
    5: ("free_event",),
    6: ("housing_opened",),
    7: ("video",),
    8: ("picture",),
    9: ("impact",),
    10: ("motionless",),
    11: ("tilt",),
}
"""Every kind but the touch of a tag; none of them is a visit."""

_TAB: Final = b"\t"
_FIELDS: Final = (13, 14)
_KIND, _GUARD, _SITE, _TIME, _CONTENT, _DEVICE = 0, 2, 3, 9, 12, 13
_TIME_TEXT: Final = re.compile(rb"[0-9A-Fa-f]{12}")
_DEVICE_TEXT: Final = re.compile(rb"[0-9A-Fa-f]{4}-[0-9]{1,20}")
_LARGEST_KIND: Final = 0xFFFF
_MOST_GUARD: Final = 0x7FFF_FFFF


def read_line(line: TextLine, statement: FileStatement) -> Record:
    """The record of a line.

    Raises:
        LineError: the line has another shape.
    """
    fields = line.raw.split(_TAB)
    if len(fields) not in _FIELDS:
        raise line.refusal(
            "its fields between tabs are {found} where {due} are due",
            found=len(fields),
            due="13-14",
        )
    if len(fields) > _DEVICE and not _DEVICE_TEXT.fullmatch(fields[_DEVICE]):
        raise line.refusal("its device is not type-number")
    if not fields[_CONTENT].startswith(b"(") or not fields[_CONTENT].endswith(b")"):
        raise line.refusal("its content is not in round brackets")
    kind = read_number(line, fields[_KIND], "kind")
    if kind > _LARGEST_KIND:
        raise line.refusal("its {name} is “{shown}”", name="kind", shown=kind)
    guard = read_number(line, fields[_GUARD], "guard id", base=16)
    time = _read_time(line, fields[_TIME], statement.century)
    if kind == TAG_KIND:
        octets = read_tag_octets(line, fields[_SITE])
        return reading(line, statement, time, octets, _guard_number(guard))
    meanings = KIND_MEANINGS.get(kind, ())
    unknown = frozenset[RecordFlag]() if meanings else frozenset({RecordFlag.UNKNOWN_CODE})
    return SystemRecord(
        slot=None,
        raw=line.raw,
        time=time,
        code=kind,
        meanings=meanings,
        flags=time_flags(time) | unknown,
    )


def wand_of(line: TextLine) -> str | None:
    """The device of a line, ``type-number`` as it is written, such as 0802-1001."""
    fields = line.raw.split(_TAB)
    if len(fields) != _DEVICE + 1 or not _DEVICE_TEXT.fullmatch(fields[_DEVICE]):
        return None
    return fields[_DEVICE].decode("ascii")


def _read_time(line: TextLine, text: bytes, century: int) -> WandTime:
    if not _TIME_TEXT.fullmatch(text):
        raise time_refusal(line, text, "yyMMddHHmmss")
    return written_time(text, b"%d" % (century // 100) + text)


def _guard_number(guard: int) -> int | None:
    """The guard's card as a number; 0 is nobody, and what no database column holds stays raw."""
    return guard if 0 < guard <= _MOST_GUARD else None
