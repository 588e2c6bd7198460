"""Fields that several text formats share: hexadecimal ids, written times, and what a reading is.

Nothing is ever corrected here: a field is read as it stands, flagged, or its line is refused.
"""

import re
from datetime import datetime
from typing import Final

from watchclock_protocol.errors import LineError
from watchclock_protocol.files.lines import TextLine
from watchclock_protocol.files.statements import FileStatement
from watchclock_protocol.pseudo_tags import event_of
from watchclock_protocol.record_layout import TIME_FLAGS
from watchclock_protocol.records import PatrolRecord, Record, RecordFlag, SystemRecord
from watchclock_protocol.values import TagId, TimeCoding, TimeFlaw, WandTime

__all__ = [
    "read_number",
    "read_tag_octets",
    "reading",
    "time_flags",
    "time_refusal",
    "written_time",
]

POSSIBLE_YEARS: Final = range(1970, 2080)
"""Years of wands are two decimal digits in one byte. Real ones delivered 2080, 2090 and "20C0":
the byte's top bit was set, which no year before 2080 has. No clock begins before 1970."""
_HEX: Final = re.compile(rb"[0-9A-Fa-f]+")
_SHORTENED: Final = re.compile(rb"[0-9][.,]?[0-9]*[Ee][+-][0-9]+")
_FEWEST_DIGITS: Final = 6
_MOST_DIGITS: Final = 16


def read_tag_octets(line: TextLine, text: bytes) -> bytes:
    """The bytes of a tag written in hexadecimal, most significant first.

    Raises:
        LineError: the text is no such number; what it may have become is said.
    """
    shown = text.decode("ascii", "backslashreplace")
    if _SHORTENED.fullmatch(text):
        raise line.refusal(
            "a spreadsheet has shortened the tag to {shown}, its digits are lost", shown=shown
        )
    if not _HEX.fullmatch(text):
        raise line.refusal("the tag “{shown}” is not hexadecimal", shown=shown)
    if len(text) % 2 or not _FEWEST_DIGITS <= len(text) <= _MOST_DIGITS:
        raise line.refusal(
            "the tag {shown} has a wrong number of digits; a spreadsheet may have dropped zeros",
            shown=shown,
        )
    return bytes.fromhex(text.decode("ascii"))


def read_number(line: TextLine, text: bytes, name: str, base: int = 10) -> int:
    """A whole number without sign.

    Raises:
        LineError: the text is none, or has more than 16 digits.
    """
    digits = _HEX.fullmatch(text) if base > 10 else text.isdigit()  # noqa: PLR2004 - decimal
    if not digits or len(text) > _MOST_DIGITS:
        shown = text.decode("ascii", "backslashreplace")
        raise line.refusal("its {name} is “{shown}”", name=name, shown=shown)
    return int(text, base)


def time_refusal(line: TextLine, text: bytes, form: str) -> LineError:
    """The error for a time that does not have the form its format demands."""
    if _SHORTENED.fullmatch(text):
        shown = text.decode("ascii")
        return line.refusal(
            "a spreadsheet has shortened the time to {shown}, it is lost", shown=shown
        )
    return line.refusal("its time is not written as {form}", form=form)


def written_time(raw: bytes, digits: bytes) -> WandTime:
    """What a time written in a file shows.

    Args:
        raw: the time as it stands in the file.
        digits: year in four digits, month, day, hour, minute and second in two each; digits a
            wand cannot mean may be hexadecimal.
    """
    if not digits.isdigit():
        return WandTime(raw, None, TimeCoding.TEXT, TimeFlaw.NOT_DECIMAL)
    year = int(digits[:4])
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    try:
        civil = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - civil
    except ValueError:
        return WandTime(raw, None, TimeCoding.TEXT, TimeFlaw.IMPOSSIBLE_DATE)
    if year not in POSSIBLE_YEARS:
        return WandTime(raw, None, TimeCoding.TEXT, TimeFlaw.IMPOSSIBLE_DATE)
    return WandTime(raw, civil, TimeCoding.TEXT)


def time_flags(time: WandTime) -> frozenset[RecordFlag]:
    """The doubts of a time as doubts of its record."""
    return frozenset() if time.flaw is None else frozenset({TIME_FLAGS[time.flaw]})


def reading(
    line: TextLine,
    statement: FileStatement,
    time: WandTime,
    octets: bytes,
    guard_number: int | None = None,
) -> Record:
    """A tag that was read: one touch, or an event the wand writes as a tag.

    A tag of nothing but zeros is kept and flagged: nobody's tag has this number.
    """
    meaning = event_of(octets)
    if meaning is not None:
        return SystemRecord(
            slot=None,
            raw=line.raw,
            time=time,
            code=int.from_bytes(octets, "big"),
            meanings=(meaning,),
            flags=time_flags(time),
        )
    is_nobodys = frozenset[RecordFlag]() if any(octets) else frozenset({RecordFlag.TAG_IMPOSSIBLE})
    return PatrolRecord(
        slot=None,
        raw=line.raw,
        time=time,
        tag=TagId(statement.technology, octets),
        guard_number=guard_number,
        flags=time_flags(time) | is_nobodys,
    )
