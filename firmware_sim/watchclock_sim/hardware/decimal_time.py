"""How the wands pack calendar values into bytes, years counted from 2000."""

from datetime import date, datetime
from typing import Final

__all__ = ["binary_time", "packed", "packed_day", "packed_time", "unpacked_time"]

CENTURY: Final = 2000


def binary_time(civil: datetime) -> bytes:
    """``yy MM dd HH mm ss``, each a plain number, the years 2000 to 2099."""
    year = civil.year - CENTURY
    return bytes([year, civil.month, civil.day, civil.hour, civil.minute, civil.second])


def packed(*values: int) -> bytes:
    """Each value, 0 to 99, as one byte of two decimal digits."""
    return bytes(value // 10 << 4 | value % 10 for value in values)


def packed_day(day: date) -> bytes:
    """``yy MM dd``, the years 2000 to 2099."""
    return packed(day.year - CENTURY, day.month, day.day)


def packed_time(civil: datetime) -> bytes:
    """``yy MM dd HH mm ss``, the years 2000 to 2099."""
    return packed_day(civil) + packed(civil.hour, civil.minute, civil.second)


def unpacked_time(octets: bytes) -> datetime | None:
    """The time in ``yy MM dd HH mm ss``, None when the bytes are no date."""
    digits = octets.hex()
    if not digits.isdecimal():
        return None
    try:
        return datetime.strptime(f"{CENTURY // 100}{digits}", "%Y%m%d%H%M%S")  # noqa: DTZ007 - wand time has no zone
    except ValueError:
        return None
