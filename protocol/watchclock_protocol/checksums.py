"""Check sums of the wire formats, one definition each."""

from typing import Final
from zlib import adler32

__all__ = ["complement_sum", "crc8_maxim", "crc16_modbus", "crc16_x25", "low_byte_sum"]

_MAXIM_POLYNOMIAL: Final = 0x8C
_MODBUS_POLYNOMIAL: Final = 0xA001
_MODBUS_START: Final = 0xFFFF
_X25_POLYNOMIAL: Final = 0x8408
_X25_START: Final = 0xFFFF
_BYTES: Final = 256
_ADLER_EXACT_OCTETS: Final = 256
"""So many bytes of FF stay below 65,521, where Adler-32 starts its plain sum anew."""


def low_byte_sum(data: bytes) -> int:
    """Low byte of the plain sum (fcard frames; FC wand protocol document, section 2)."""
    if len(data) <= _ADLER_EXACT_OCTETS:
        # Adler-32 keeps the plain sum plus one in its low half, at a fourth of the time of sum().
        return adler32(data) - 1 & 0xFF
    return sum(data) & 0xFF


def complement_sum(data: bytes) -> int:
    """Ones' complement of the low byte of the sum (wm5000t; koliha/jwm-wm5000t readme.md)."""
    return low_byte_sum(data) ^ 0xFF


def _shifted(value: int, polynomial: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (polynomial if value & 1 else 0)
    return value


_MAXIM_TABLE: Final = bytes(_shifted(byte, _MAXIM_POLYNOMIAL) for byte in range(_BYTES))
_MODBUS_TABLE: Final = tuple(_shifted(byte, _MODBUS_POLYNOMIAL) for byte in range(_BYTES))


def crc8_maxim(data: bytes) -> int:
    """CRC-8 of 1-Wire, x8+x5+x4+1 reflected, start 0; 0 over a ROM with its own CRC.

    Source: Maxim application note 27; owfs/owfs, module/owlib/src/c/ow_crc.c.
    """
    crc = 0
    for byte in data:
        crc = _MAXIM_TABLE[crc ^ byte]
    return crc


def crc16_modbus(data: bytes) -> int:
    """CRC-16 of Modbus, A001 reflected, start FFFF, no final inversion; low byte sent first.

    Source: "MODBUS over Serial Line, Specification and Implementation Guide" V1.02, section 6.2.2;
    the same sum closes the frames of the "!XD" patrol controller (docs/protocols/xgd.md).
    """
    crc = _MODBUS_START
    for byte in data:
        crc = crc >> 8 ^ _MODBUS_TABLE[(crc ^ byte) & 0xFF]
    return crc


def crc16_x25(data: bytes) -> int:
    """CRC-16 of ISO 15693 frames, 8408 reflected, start FFFF, inverted; low byte sent first.

    Source: ISO/IEC 15693-3, annex C; the same sum as ISO/IEC 13239 (X.25).
    """
    crc = _X25_START
    for byte in data:
        crc = crc >> 8 ^ _shifted((crc ^ byte) & 0xFF, _X25_POLYNOMIAL)
    return crc ^ 0xFFFF
