"""Reads and writes the dialect's times: packed decimal, plain binary, and the doubt between them.

Source: maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door), restated in
docs/protocols/fcard.md "Records" and "Where the sources disagree". All years are 2000 to 2099.
"""

from datetime import date, datetime
from typing import Final

from watchclock_protocol.values import TimeCoding, TimeFlaw, WandTime

__all__ = ["card_time", "clock_octets", "clock_time", "day_octets", "decimal_octets", "read_day"]
__all__ += ["system_time"]

CENTURY: Final = 2000
YEARS: Final = 100


def decimal_octets(raw: bytes) -> tuple[int, ...] | None:
    """The value of every packed decimal byte, or None when a nibble is above 9."""
    digits = raw.hex()
    if not digits.isdecimal():
        return None
    return tuple(int(digits[at : at + 2]) for at in range(0, len(digits), 2))


def read_day(raw: bytes) -> date | None:
    """The day in ``yy mm dd`` packed decimal, or None when the bytes are no date."""
    values = decimal_octets(raw)
    if values is None:
        return None
    try:
        return date(CENTURY + values[0], values[1], values[2])
    except ValueError:
        return None


def day_octets(day: date) -> bytes:
    """``yy mm dd`` packed decimal.

    Raises:
        ValueError: the year is not 2000 to 2099.
    """
    return _decimal(_two_digits(day.year), day.month, day.day)


def clock_octets(civil: datetime) -> bytes:
    """``ss mm HH dd MM yy`` packed decimal, the order of the clock commands.

    Raises:
        ValueError: the year is not 2000 to 2099.
    """
    year = _two_digits(civil.year)
    return _decimal(civil.second, civil.minute, civil.hour, civil.day, civil.month, year)


def clock_time(raw: bytes) -> WandTime:
    """What the clock shows, from ``ss mm HH dd MM yy`` packed decimal."""
    return _flagged(raw, raw[::-1], TimeCoding.BCD)


def card_time(raw: bytes) -> WandTime:
    """The time of a card record, ``yy MM dd HH mm ss`` plain binary."""
    return _flagged(raw, raw, TimeCoding.BINARY)


def system_time(raw: bytes, reference: datetime | None) -> WandTime:
    """The time of a system record, whose coding the sources dispute, so every record decides.

    A nibble above 9 means binary; bytes that are no date in binary, such as the months 10 to 12
    hexadecimal, mean packed decimal. Where both codings give a date, the one closer to the
    wand's clock and not later is taken.

    Args:
        raw: ``yy MM dd HH mm ss`` as stored.
        reference: what the wand's clock showed in this conversation, if it was asked.
    """
    if decimal_octets(raw) is None:
        return _flagged(raw, raw, TimeCoding.BINARY)
    decimal, binary = _read(raw, TimeCoding.BCD), _read(raw, TimeCoding.BINARY)
    # Digits that make a date in binary make one in decimal too, so decimal is all that is left.
    if decimal is None or binary is None or decimal == binary:
        return _flagged(raw, raw, TimeCoding.BCD)
    return _closer(raw, decimal, binary, reference)


def _closer(
    raw: bytes, decimal: datetime, binary: datetime, reference: datetime | None
) -> WandTime:
    """The reading nearer to the wand's clock; doubtful when the clock cannot decide."""
    if reference is None:
        return WandTime(raw, decimal, TimeCoding.BCD, TimeFlaw.CODING_UNCERTAIN)
    readings = {TimeCoding.BCD: decimal, TimeCoding.BINARY: binary}
    earlier = {coding: civil for coding, civil in readings.items() if civil <= reference}
    coding = min(earlier or readings, key=lambda each: abs(readings[each] - reference))
    return WandTime(raw, readings[coding], coding, None if earlier else TimeFlaw.CODING_UNCERTAIN)


def _flagged(raw: bytes, calendar: bytes, coding: TimeCoding) -> WandTime:
    """The time read from ``calendar``, which is ``raw`` in the order year to second."""
    civil = _read(calendar, coding)
    if civil is not None:
        return WandTime(raw, civil, coding)
    is_decimal = coding is TimeCoding.BINARY or decimal_octets(raw) is not None
    flaw = TimeFlaw.IMPOSSIBLE_DATE if is_decimal else TimeFlaw.NOT_DECIMAL
    return WandTime(raw, None, coding, flaw)


def _read(calendar: bytes, coding: TimeCoding) -> datetime | None:
    values = tuple(calendar) if coding is TimeCoding.BINARY else decimal_octets(calendar)
    if values is None or values[0] >= YEARS:
        return None
    year, month, day, hour, minute, second = values
    try:
        return datetime(CENTURY + year, month, day, hour, minute, second)  # noqa: DTZ001  wand time has no zone
    except ValueError:
        return None


def _two_digits(year: int) -> int:
    if not CENTURY <= year < CENTURY + YEARS:
        raise ValueError(f"the year {year} does not fit into two digits after {CENTURY}")
    return year - CENTURY


def _decimal(*values: int) -> bytes:
    return bytes(value // 10 << 4 | value % 10 for value in values)
