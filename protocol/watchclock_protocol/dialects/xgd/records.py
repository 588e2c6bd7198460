"""Stored records and clock bytes of the controller as values, and back; all roles share them."""

from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.xgd.layouts import PART_OCTETS, RECORD, SERIAL_OCTETS
from watchclock_protocol.errors import RequestRangeError
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import FlagRule, TagRule, TagShape
from watchclock_protocol.records import Record, RecordFlag, RecordKind
from watchclock_protocol.values import TagTechnology, TimeCoding, WandTime
from watchclock_protocol.wand_times import CENTURY, YEARS, read_parts

__all__ = ["RECORDS", "decode_clock", "decode_record", "encode_clock"]

RECORDS: Final = RecordLayout(
    name="xgd.record",
    declaration=RECORD,
    kind=RecordKind.PATROL,
    tag=TagRule(
        field="serial",
        shape=TagShape(technology=TagTechnology.IBUTTON, octets=SERIAL_OCTETS, is_rom=True),
    ),
    flags=(
        FlagRule(
            flag=RecordFlag.UNKNOWN_STATE, field="zero", values=frozenset({0}), when_listed=False
        ),
    ),
)
"""One touch; nothing is refused, what is doubtful is flagged.

The eight bytes of the serial are taken for a 1-Wire ROM in wire order: family, serial low byte
first, CRC-8 (inferred from their number; the CRC of the source's own example holds). The number of
the record is part of its raw bytes and no slot: it begins again after every deletion. No source
says what a first byte other than 00 would mean.
"""


def decode_record(raw: bytes) -> Record:
    """The touch in sixteen bytes."""
    return RECORDS.decode(raw)


def decode_clock(time: bytes, date: bytes) -> WandTime:
    """What ss mm HH and dd MM yy show, packed BCD, the year counted from 2000."""
    return read_parts(time + date, "smHdMy", TimeCoding.BCD)


def encode_clock(civil: datetime) -> tuple[bytes, bytes]:
    """The bytes ss mm HH and dd MM yy that set the clock to this civil time, whole seconds.

    Raises:
        RequestRangeError: the controller cannot show a year outside 2000 to 2099.
    """
    if not CENTURY <= civil.year < CENTURY + YEARS:
        raise RequestRangeError(command="Setting the clock", reason=f"year {civil.year}")
    parts = bytes.fromhex(civil.strftime("%S%M%H%d%m%y"))
    return parts[:PART_OCTETS], parts[PART_OCTETS:]
