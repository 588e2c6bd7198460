"""Stored records and clock bytes of the WM-5000T as values, and back; all roles share them."""

from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.wm5000t.layouts import RECORD, SERIAL_LENGTH
from watchclock_protocol.errors import RequestRangeError
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import TagRule, TagShape
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import TagTechnology, TimeCoding, WandTime
from watchclock_protocol.wand_times import CENTURY, YEARS, read_parts

__all__ = ["RECORDS", "decode_clock", "encode_clock"]

HIGH_LENGTH: Final = 3
"""Bytes of the serial's high part; all zero where the wand kept only the low ones."""

RECORDS: Final = RecordLayout(
    name="wm5000t.record",
    declaration=RECORD,
    kind=RecordKind.PATROL,
    tag=TagRule(
        field="serial",
        shape=TagShape(
            technology=TagTechnology.IBUTTON, octets=SERIAL_LENGTH, zeros_skipped=HIGH_LENGTH
        ),
    ),
)
"""One touch of a button; an impossible time is kept and flagged.

The tag is a partial identity: the low three bytes of the button's serial, high byte first, at
offsets 9 to 11. Offsets 6 to 8 are 00 in every capture, whatever the button's serial; so they are
what the wand does not know. Where they hold something, it is taken as the serial's high part
(koliha/jwm-wm5000t, readme.md).
"""


def decode_clock(raw: bytes) -> WandTime:
    """What six bytes yy MM dd HH mm ss in packed BCD show, the year counted from 2000.

    Real wands delivered the years 2080 and 2090, which are possible and kept as they are, and the
    "year" 20C0, which is not decimal (public importers of this maker's files).
    """
    return read_parts(raw, "yMdHms", TimeCoding.BCD)


def encode_clock(civil: datetime) -> bytes:
    """The six bytes that set the clock to this civil time, whole seconds.

    Raises:
        RequestRangeError: the wand cannot show a year outside 2000 to 2099.
    """
    if not CENTURY <= civil.year < CENTURY + YEARS:
        raise RequestRangeError(command="Setting the clock", reason=f"year {civil.year}")
    return bytes.fromhex(civil.strftime("%y%m%d%H%M%S"))
