"""Tables that turn two bytes of a wand's time into seconds and tell at once whether it is a date.

A time of one byte a part is cut into pairs of bytes; each pair has a table of 65,536 entries. The
low 48 bits of an entry are seconds since 1970-01-01, the bits above them are the length of the
month minus the day. The sum of the entries is negative exactly when the time is no date, so that
two or three look-ups and one comparison replace every check of digits, ranges and month lengths.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.values import TimeCoding
from watchclock_protocol.wand_times import CENTURY, YEARS, decimal_octets

__all__ = ["NO_TIME", "SECONDS_MASK", "PairTable", "pair_tables"]

NO_TIME: Final = np.iinfo(np.int64).min
"""What stands in a column of seconds where the wand's time is no date (NumPy's ``NaT``)."""
SECONDS_MASK: Final = (1 << 48) - 1

_BYTES: Final = 256
_ROOM: Final = 1 << 48
_IMPOSSIBLE: Final = -(1 << 60)
_DAY_S: Final = 86_400
_LIMITS: Final = {
    "y": range(YEARS),
    "M": range(1, 13),
    "d": range(1, 32),
    "H": range(24),
    "m": range(60),
    "s": range(60),
}
_WEIGHTS: Final = {"H": 3600, "m": 60, "s": 1}
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - civil


class PairTable:
    """One table and where its pair of bytes stands.

    Attributes:
        offset: of the pair, or of the single byte, in the time.
        octets: 2, or 1 for the last part of an odd number of parts.
        entries: seconds and month arithmetic by the little-endian value of the pair; int64.
    """

    def __init__(self, offset: int, octets: int, entries: npt.NDArray[np.int64]) -> None:
        self.offset: Final = offset
        self.octets: Final = octets
        self.entries: Final = entries


@cache
def pair_tables(order: str, coding: TimeCoding) -> tuple[PairTable, ...]:
    """The tables of a time, in the order of its bytes.

    Raises:
        ValueError: year and month do not stand in one pair, so no table can know the month.
    """
    pairs = [order[at : at + 2] for at in range(0, len(order), 2)]
    if not any(set(pair) == {"y", "M"} for pair in pairs):
        raise ValueError("year and month do not stand in one pair of bytes")
    return tuple(
        PairTable(2 * place, len(pair), _entries(pair, coding)) for place, pair in enumerate(pairs)
    )


def _entries(pair: str, coding: TimeCoding) -> npt.NDArray[np.int64]:
    entries = np.full(_BYTES ** len(pair), _IMPOSSIBLE, np.int64)
    for index, parts in _possible(pair, coding):
        entries[index] = _worth(parts)
    return entries


def _possible(pair: str, coding: TimeCoding) -> Iterator[tuple[int, dict[str, int]]]:
    """Every value of the pair whose parts are within their limits, with its parts."""
    first, *second = [list(_readings(letter, coding)) for letter in pair]
    others: Iterable[tuple[int, int]] = second[0] if second else [(0, 0)]
    for high, value in others:
        for low, other in first:
            yield high << 8 | low, dict(zip(pair, (other, value), strict=False))


def _readings(letter: str, coding: TimeCoding) -> Iterator[tuple[int, int]]:
    for byte in range(_BYTES):
        values = decimal_octets(bytes((byte,))) if coding is TimeCoding.BCD else (byte,)
        if values is not None and values[0] in _LIMITS[letter]:
            yield byte, values[0]


def _worth(parts: dict[str, int]) -> int:
    worth = sum(parts[letter] * weight for letter, weight in _WEIGHTS.items() if letter in parts)
    if "d" in parts:
        worth += (parts["d"] - 1) * _DAY_S - parts["d"] * _ROOM
    if "y" in parts:
        begins = datetime(CENTURY + parts["y"], parts["M"], 1)  # noqa: DTZ001 - civil
        year, month = divmod(12 * begins.year + begins.month, 12)
        days = (datetime(year, month + 1, 1) - begins).days  # noqa: DTZ001 - civil
        worth += int((begins - _EPOCH).total_seconds()) + days * _ROOM
    return worth
