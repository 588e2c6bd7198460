"""How the wands pack calendar values into bytes, years counted from 2000."""

from datetime import date, datetime
from typing import Final

from watchclock_sim.hardware.rtc_registers import ShownTime

__all__ = ["binary_time", "packed", "packed_day", "packed_time", "unpacked_time"]

CENTURY: Final = 2000
HIGH_DIGIT: Final = 15


def binary_time(shown: ShownTime | datetime) -> bytes:
    """``yy MM dd HH mm ss``, each a plain number, the years 2000 to 2099.

    A firmware that read nonsense from its clock stores it: a dead bus gives 165.
    """
    year = shown.year - CENTURY
    return bytes([year, shown.month, shown.day, shown.hour, shown.minute, shown.second])


def packed(*values: int) -> bytes:
    """Each value, 0 to 99, as one byte of two decimal digits; up to 165 as it is read from one."""
    return bytes(_digits(value) for value in values)


def packed_day(day: date | ShownTime) -> bytes:
    """``yy MM dd``, the years 2000 to 2099."""
    return packed(day.year - CENTURY, day.month, day.day)


def packed_time(shown: ShownTime | datetime) -> bytes:
    """``yy MM dd HH mm ss``, the years 2000 to 2099."""
    return packed_day(shown) + packed(shown.hour, shown.minute, shown.second)


def unpacked_time(octets: bytes) -> datetime | None:
    """The time in ``yy MM dd HH mm ss``, None when the bytes are no date."""
    digits = octets.hex()
    if not digits.isdecimal():
        return None
    try:
        return datetime.strptime(f"{CENTURY // 100}{digits}", "%Y%m%d%H%M%S")  # noqa: DTZ007 - wand time has no zone
    except ValueError:
        return None


def _digits(value: int) -> int:
    high = min(value // 10, HIGH_DIGIT)
    return high << 4 | value - 10 * high
