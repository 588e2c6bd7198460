"""Sums over every record of a block at once: byte sums in lanes, CRCs by position tables.

A byte sum is taken in four lanes of 16 bits of one 64-bit word, so that a record costs a handful
of additions instead of one for each byte. A CRC is linear: every pair of bytes has a table of its
own and the results are xored, so no byte waits for the one before it.
"""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.checksums import crc8_maxim

__all__ = ["LANES", "rom_tables"]

LANES: Final = np.uint64(0x00FF_00FF_00FF_00FF)
"""Every second byte of a word; what is left out are the bytes between them."""
_ROM_PAIRS: Final = 4
_PAIRS: Final = 1 << 16


@cache
def rom_tables() -> tuple[npt.NDArray[np.uint8], ...]:
    """The CRC-8 that each pair of bytes of a 1-Wire ROM adds; xored they are 0 for a good ROM."""
    tables: list[npt.NDArray[np.uint8]] = []
    for pair in range(_ROM_PAIRS):
        behind = bytes(2 * (_ROM_PAIRS - 1 - pair))
        low = [crc8_maxim(bytes((byte, 0)) + behind) for byte in range(256)]
        high = [crc8_maxim(bytes((0, byte)) + behind) for byte in range(256)]
        lows, highs = np.array(low, np.uint8), np.array(high, np.uint8)
        table = (highs[:, np.newaxis] ^ lows[np.newaxis, :]).reshape(_PAIRS)
        tables.append(table)
    return tuple(tables)
