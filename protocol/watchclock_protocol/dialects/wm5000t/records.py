"""Stored records and clock bytes of the WM-5000T as values, and back; all roles share them."""

from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.wm5000t.commands import StoredRecord
from watchclock_protocol.errors import RequestRangeError
from watchclock_protocol.records import PatrolRecord, RecordFlag
from watchclock_protocol.values import TagId, TagTechnology, TimeCoding, TimeFlaw, WandTime

__all__ = ["decode_clock", "decode_record", "encode_clock"]

_CENTURY: Final = 2000
_FLAGS: Final = {
    TimeFlaw.NOT_DECIMAL: frozenset({RecordFlag.TIME_NOT_DECIMAL}),
    TimeFlaw.IMPOSSIBLE_DATE: frozenset({RecordFlag.TIME_IMPOSSIBLE}),
}


def decode_record(stored: StoredRecord) -> PatrolRecord:
    """One touch of a button; an impossible time is kept and flagged.

    The tag is the button's 48-bit serial, high byte first, as stored at offsets 6 to 11. Stated
    by the source is only that offsets 9 to 11 are the serial's low three bytes; offsets 6 to 8 are
    00 in every capture and are taken as its high part (koliha/jwm-wm5000t, readme.md).
    """
    time = decode_clock(stored.time)
    return PatrolRecord(
        slot=None,
        raw=stored.raw,
        time=time,
        tag=TagId(TagTechnology.IBUTTON, stored.serial),
        flags=frozenset() if time.flaw is None else _FLAGS[time.flaw],
    )


def decode_clock(raw: bytes) -> WandTime:
    """What six bytes yy MM dd HH mm ss in packed BCD show, the year counted from 2000.

    Real wands delivered the years 2080 and 2090, which are possible and kept as they are, and the
    "year" 20C0, which is not decimal (public importers of this maker's files).
    """
    digits = raw.hex()
    if not digits.isdecimal():
        return WandTime(raw, None, TimeCoding.BCD, TimeFlaw.NOT_DECIMAL)
    year, month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(0, 12, 2))
    try:
        civil = datetime(_CENTURY + year, month, day, hour, minute, second)  # noqa: DTZ001 - civil
    except ValueError:
        return WandTime(raw, None, TimeCoding.BCD, TimeFlaw.IMPOSSIBLE_DATE)
    return WandTime(raw, civil, TimeCoding.BCD)


def encode_clock(civil: datetime) -> bytes:
    """The six bytes that set the clock to this civil time, whole seconds.

    Raises:
        RequestRangeError: the wand cannot show a year outside 2000 to 2099.
    """
    if not _CENTURY <= civil.year < _CENTURY + 100:
        raise RequestRangeError(command="Setting the clock", reason=f"year {civil.year}")
    return bytes.fromhex(civil.strftime("%y%m%d%H%M%S"))
