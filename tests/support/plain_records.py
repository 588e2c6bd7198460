"""The fastest ways found to check and decode records in plain Python, for comparison.

Tried and slower on 100,000 records: ``datetime`` of six digits (4 %), one dictionary of whole
times (does not fit), ``sum`` of three pieces instead of ``adler32`` of one (8 %), a generator.
"""

from datetime import datetime, timedelta
from struct import iter_unpack
from typing import Final
from zlib import adler32

from watchclock_protocol.checksums import crc8_maxim

__all__ = ["decode_vs_with_struct", "decode_with_struct"]

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # civil
_FIRST: Final = datetime(2000, 1, 1)  # noqa: DTZ001  # civil
_SIZE: Final = 13
_VS_SIZE: Final = 24
_VS_SECONDS: Final = int((datetime(2100, 1, 1) - _FIRST).total_seconds())  # noqa: DTZ001  # civil
_VS_SHIFT: Final = int((_FIRST - _EPOCH).total_seconds())


def _decimal(text: str) -> bytes:
    return bytes.fromhex(text)


_DAYS: Final = {
    _decimal(f"{day:%y%m%d}"): int((day - _EPOCH).total_seconds())
    for day in (_FIRST + timedelta(days=number) for number in range(36_525))
}
_SECONDS: Final = {
    _decimal(f"{hour:02}{minute:02}{second:02}"): 3600 * hour + 60 * minute + second
    for hour in range(24)
    for minute in range(60)
    for second in range(60)
}


def decode_with_struct(block: bytes) -> tuple[list[int | None], list[bytes], list[int]]:
    """Seconds since 1970, tags and what is wrong (0, 1 sum, 2 time) of every record."""
    seconds: list[int | None] = []
    tags: list[bytes] = []
    wrongs: list[int] = []
    view, place = memoryview(block), 0
    for day, time, tag, _ in iter_unpack("3s3s6sB", block):
        tags.append(tag)
        if (adler32(view[place : place + _SIZE]) - 1) & 0xFF != 0xFF:
            seconds.append(None)
            wrongs.append(1)
        else:
            begin, since = _DAYS.get(day), _SECONDS.get(time)
            if begin is None or since is None:
                seconds.append(None)
                wrongs.append(2)
            else:
                seconds.append(begin + since)
                wrongs.append(0)
        place += _SIZE
    return seconds, tags, wrongs


VsColumns = tuple[list[int], list[int | None], list[bytes], list[int], list[int]]


def decode_vs_with_struct(block: bytes) -> VsColumns:
    """Sequence, seconds since 1970, tag, guard and what is wrong of every vs patrol record.

    Wrong is 1 sum, 2 time, 4 family of the tag, 8 its CRC, 16 an unknown kind, tag type or status.
    A tag is checked once, however often it was touched.
    """
    sequences: list[int] = []
    seconds: list[int | None] = []
    tags: list[bytes] = []
    guards: list[int] = []
    wrongs: list[int] = []
    known: dict[bytes, int] = {}
    view, place = memoryview(block), 0
    for sequence, kind, code, guard, time, tag, _, status, _ in iter_unpack("<IBBHI8sHBB", block):
        sequences.append(sequence)
        tags.append(tag)
        guards.append(guard)
        wrong = 0 if (adler32(view[place : place + _VS_SIZE]) - 1) & 0xFF == 0xFF else 1
        if time < _VS_SECONDS:
            seconds.append(time + _VS_SHIFT)
        else:
            seconds.append(None)
            wrong |= 2
        flaw = known.get(tag)
        if flaw is None:
            flaw = known[tag] = 4 if not tag[0] else 8 if crc8_maxim(tag) else 0
        wrong |= flaw
        if kind != 1 or code != 1 or status > 1:
            wrong |= 16
        wrongs.append(wrong)
        place += _VS_SIZE
    return sequences, seconds, tags, guards, wrongs
