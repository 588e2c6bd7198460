"""Reads what a wand's clock wrote, one byte a part, whatever the order and the coding."""

from datetime import datetime, timedelta
from typing import Final

from watchclock_protocol.values import TimeCoding, TimeFlaw, WandTime

__all__ = [
    "CENTURY",
    "FIRST_SECOND",
    "SECONDS",
    "UNIX_EPOCH",
    "YEARS",
    "civil_of_seconds",
    "decimal_octets",
    "read_parts",
]

CENTURY: Final = 2000
YEARS: Final = 100
"""Every wand counts its years from 2000 and has two digits for them."""
FIRST_SECOND: Final = datetime(CENTURY, 1, 1)  # noqa: DTZ001 - wand time has no zone
UNIX_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - wand time has no zone
_CALENDAR: Final = "yMdHms"
SECONDS: Final = int((datetime(CENTURY + YEARS, 1, 1) - FIRST_SECOND).total_seconds())  # noqa: DTZ001
"""Seconds in those years."""


def decimal_octets(raw: bytes) -> tuple[int, ...] | None:
    """The value of every packed decimal byte, or None when a nibble is above 9."""
    digits = raw.hex()
    if not digits.isdecimal():
        return None
    return tuple(int(digits[at : at + 2]) for at in range(0, len(digits), 2))


def read_parts(raw: bytes, order: str, coding: TimeCoding) -> WandTime:
    """The time in ``raw``; what is no date is kept and says why.

    Args:
        raw: one byte a part.
        order: what each byte is, of the letters ``y M d H m s``; seconds may be missing.
        coding: how each byte is to be read; years count from 2000.
    """
    values = decimal_octets(raw) if coding is TimeCoding.BCD else tuple(raw)
    if values is None:
        return WandTime(raw, None, coding, TimeFlaw.NOT_DECIMAL)
    parts = dict(zip(order, values, strict=True))
    civil = _civil(*(parts.get(letter, 0) for letter in _CALENDAR))
    flaw = TimeFlaw.IMPOSSIBLE_DATE if civil is None else None
    return WandTime(raw, civil, coding, flaw)


def civil_of_seconds(seconds: int) -> datetime | None:
    """The civil time so many seconds after 2000-01-01, or None from 2100 on."""
    return FIRST_SECOND + timedelta(seconds=seconds) if seconds < SECONDS else None


def _civil(*parts: int) -> datetime | None:
    year, month, day, hour, minute, second = parts
    if year >= YEARS:
        return None
    try:
        return datetime(CENTURY + year, month, day, hour, minute, second)  # noqa: DTZ001 - civil
    except ValueError:
        return None
