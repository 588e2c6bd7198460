"""Stored records and clock bytes of Kaihe wands as values, and back; all roles share them.

Source: docs/protocols/kaihe_eb.md, "Records". No record has a check sum of its own.
"""

from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.kaihe_eb.layouts import (
    CARD_LENGTH_A,
    CARD_LENGTH_B,
    KNOCK,
    PATROL_A,
    PATROL_B,
)
from watchclock_protocol.dialects.kaihe_eb.replies import ShownClock
from watchclock_protocol.errors import RequestRangeError
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import PrefixRule, TagRule, TagShape
from watchclock_protocol.records import Record, RecordFlag, RecordKind
from watchclock_protocol.values import TagTechnology, TimeCoding, WandTime
from watchclock_protocol.wand_times import CENTURY, YEARS, read_parts

__all__ = ["KNOCKS", "PATROLS_A", "PATROLS_B", "decode_clock", "decode_time", "encode_time"]
__all__ += ["knock_record", "patrol_record"]

_ORDER: Final = "yMdHms"


# No date begins so: the year and month of memory that was never written.
_BLANK: Final = tuple(
    PrefixRule(flag=RecordFlag.EMPTY_SLOT, prefix=bytes([erased]) * 2) for erased in (0x00, 0xFF)
)

PATROLS_A: Final = RecordLayout(
    name="kaihe_eb.patrol_a",
    declaration=PATROL_A,
    kind=RecordKind.PATROL,
    tag=TagRule(
        field="card",
        shape=TagShape(technology=TagTechnology.EM4100, octets=CARD_LENGTH_A),
    ),
    flags=_BLANK,
)
"""One touch in variant A: time to the second, the 40 bits of an EM4100 tag (the width is certain,
that it is EM4100 is inferred from it)."""

PATROLS_B: Final = RecordLayout(
    name="kaihe_eb.patrol_b",
    declaration=PATROL_B,
    kind=RecordKind.PATROL,
    tag=TagRule(
        field="card",
        shape=TagShape(technology=TagTechnology.EM4100, octets=CARD_LENGTH_B),
    ),
    flags=_BLANK,
)
"""One touch in variant B: time to the minute, the low two bytes of the card, which are partial."""

KNOCKS: Final = RecordLayout(
    name="kaihe_eb.knock",
    declaration=KNOCK,
    kind=RecordKind.KNOCK,
    flags=_BLANK,
)
"""One knock: a time to the second and nothing else."""


def patrol_record(raw: bytes) -> Record:
    """One touch of a tag, in whichever variant has records of that length.

    Raises:
        LayoutError: these are neither 11 nor 7 bytes.
    """
    layout = PATROLS_B if len(raw) == PATROLS_B.octets else PATROLS_A
    return layout.decode(raw)


def knock_record(raw: bytes) -> Record:
    """One knock.

    Raises:
        LayoutError: these are not 6 bytes.
    """
    return KNOCKS.decode(raw)


def decode_clock(reply: ShownClock) -> WandTime:
    """What the clock shows; a seventh byte, perhaps the weekday, is left out."""
    return decode_time(reply.shown[: len(_ORDER)])


def decode_time(raw: bytes) -> WandTime:
    """What six bytes yy MM dd HH mm ss in plain binary show, the year counted from 2000."""
    return read_parts(raw, _ORDER, TimeCoding.BINARY)


def encode_time(civil: datetime) -> bytes:
    """The six bytes that set the clock to this civil time, whole seconds.

    Raises:
        RequestRangeError: the wand cannot show a year outside 2000 to 2099.
    """
    if not CENTURY <= civil.year < CENTURY + YEARS:
        raise RequestRangeError(command="Setting the clock", reason=f"year {civil.year}")
    return bytes([civil.year - CENTURY, *civil.timetuple()[1:6]])
