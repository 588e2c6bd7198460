"""The check sums a framing can name, each with what the bulk way must know of it.

The parameters of the CRCs are those of the catalogue of parametrised CRC algorithms
(reveng.sourceforge.io/crc-catalogue), whose check value over ``123456789`` the tests hold them to.
"""

import zlib
from binascii import crc_hqx
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from watchclock_protocol.checksums import complement_sum, crc16_modbus, low_byte_sum

__all__ = ["CRC_SHAPES", "CheckAlgorithm", "CrcShape", "octet_table"]

BITS_AN_OCTET: Final = 8


class CheckAlgorithm(StrEnum):
    """Check sums by name."""

    LOW_BYTE_SUM = "low_byte_sum"
    COMPLEMENT_SUM = "complement_sum"
    CRC16_MODBUS = "crc16_modbus"
    CRC16_X25 = "crc16_x25"
    CRC16_CCITT = "crc16_ccitt"
    CRC32 = "crc32"

    @property
    def octets(self) -> int:
        """How many bytes the sum has."""
        return CRC_SHAPES[self].bits // BITS_AN_OCTET if self in CRC_SHAPES else 1

    @property
    def compute(self) -> Callable[[bytes], int]:
        """The function that computes it over some bytes."""
        return _FUNCTIONS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrcShape:
    """What makes one CRC different from the others.

    Attributes:
        bits: width.
        polynomial: bit-reversed where ``is_reflected``.
        start: state before the first byte.
        final: xored to the state after the last byte.
        is_reflected: whether the lowest bit of a byte comes first.
    """

    bits: int
    polynomial: int
    start: int
    final: int
    is_reflected: bool


CRC_SHAPES: Final[Mapping[CheckAlgorithm, CrcShape]] = MappingProxyType(
    {
        CheckAlgorithm.CRC16_MODBUS: CrcShape(
            bits=16, polynomial=0xA001, start=0xFFFF, final=0, is_reflected=True
        ),
        CheckAlgorithm.CRC16_X25: CrcShape(
            bits=16, polynomial=0x8408, start=0xFFFF, final=0xFFFF, is_reflected=True
        ),
        CheckAlgorithm.CRC16_CCITT: CrcShape(
            bits=16, polynomial=0x1021, start=0xFFFF, final=0, is_reflected=False
        ),
        CheckAlgorithm.CRC32: CrcShape(
            bits=32, polynomial=0xEDB88320, start=0xFFFFFFFF, final=0xFFFFFFFF, is_reflected=True
        ),
    }
)


@cache
def octet_table(shape: CrcShape) -> tuple[int, ...]:
    """What each of the 256 bytes does to a state of zero."""
    return tuple(_octet_entry(octet, shape) for octet in range(256))


def _octet_entry(octet: int, shape: CrcShape) -> int:
    if shape.is_reflected:
        for _ in range(BITS_AN_OCTET):
            octet = octet >> 1 ^ (shape.polynomial if octet & 1 else 0)
        return octet
    top = 1 << shape.bits - 1
    state = octet << shape.bits - BITS_AN_OCTET
    for _ in range(BITS_AN_OCTET):
        state = state << 1 ^ (shape.polynomial if state & top else 0)
    return state & (1 << shape.bits) - 1


def _crc16_x25(data: bytes) -> int:
    shape = CRC_SHAPES[CheckAlgorithm.CRC16_X25]
    table = octet_table(shape)
    state = shape.start
    for octet in data:
        state = state >> BITS_AN_OCTET ^ table[(state ^ octet) & 0xFF]
    return state ^ shape.final


def _crc16_ccitt(data: bytes) -> int:
    return crc_hqx(data, CRC_SHAPES[CheckAlgorithm.CRC16_CCITT].start)


_FUNCTIONS: Final[Mapping[CheckAlgorithm, Callable[[bytes], int]]] = {
    CheckAlgorithm.LOW_BYTE_SUM: low_byte_sum,
    CheckAlgorithm.COMPLEMENT_SUM: complement_sum,
    CheckAlgorithm.CRC16_MODBUS: crc16_modbus,
    CheckAlgorithm.CRC16_X25: _crc16_x25,
    CheckAlgorithm.CRC16_CCITT: _crc16_ccitt,
    CheckAlgorithm.CRC32: zlib.crc32,
}
