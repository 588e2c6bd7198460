"""Reads and writes the dialect's times: packed decimal, plain binary, and the doubt between them.

Source: maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door), restated in
docs/protocols/fcard.md "Records" and "Where the sources disagree". All years are 2000 to 2099.
"""

from datetime import date, datetime
from typing import Final

from watchclock_protocol.values import TimeCoding, TimeFlaw, WandTime
from watchclock_protocol.wand_times import CENTURY, YEARS, decimal_octets, read_parts

__all__ = ["clock_octets", "clock_time", "day_octets", "read_day", "system_time"]

_CLOCK_ORDER: Final = "smHdMy"
_RECORD_ORDER: Final = "yMdHms"


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
    return read_parts(raw, _CLOCK_ORDER, TimeCoding.BCD)


def system_time(raw: bytes, reference: datetime | None) -> WandTime:
    """The time of a system record, whose coding the sources dispute, so every record decides.

    A nibble above 9 means binary; bytes that are no date in binary, such as the months 10 to 12
    hexadecimal, mean packed decimal. Where both codings give a date, the one closer to the
    wand's clock and not later is taken.

    Args:
        raw: ``yy MM dd HH mm ss`` as stored.
        reference: what the wand's clock showed in this conversation, if it was asked.
    """
    decimal = read_parts(raw, _RECORD_ORDER, TimeCoding.BCD)
    binary = read_parts(raw, _RECORD_ORDER, TimeCoding.BINARY)
    if decimal.flaw is TimeFlaw.NOT_DECIMAL:
        return binary
    # Digits that make a date in binary make one in decimal too, so decimal is all that is left.
    if decimal.civil is None or binary.civil is None or decimal.civil == binary.civil:
        return decimal
    return _closer(raw, decimal.civil, binary.civil, reference)


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


def _two_digits(year: int) -> int:
    if not CENTURY <= year < CENTURY + YEARS:
        raise ValueError(f"the year {year} does not fit into two digits after {CENTURY}")
    return year - CENTURY


def _decimal(*values: int) -> bytes:
    return bytes(value // 10 << 4 | value % 10 for value in values)
