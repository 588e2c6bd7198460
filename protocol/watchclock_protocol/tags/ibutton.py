"""iButton identities: the ROM of eight bytes, its check sum, its families, what is impossible.

Source: Maxim application note 27 (ROM, CRC-8), the Book of iButton Standards, chapter 2 (families,
bit 7 for customers, UniqueWare); bcl/digitemp pull request 9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.tags.errors import (
    TagCheckSumError,
    TagFamilyZeroError,
    TagNobodyError,
    TagSerialZeroError,
    TagShortedError,
)
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

__all__ = [
    "FAMILIES",
    "ROM_LENGTH",
    "SERIAL_LENGTH",
    "Family",
    "notes_of",
    "rom_of",
    "serial_of",
    "tag_of",
    "tag_of_serial",
    "whole",
]

ROM_LENGTH: Final = 8
SERIAL_LENGTH: Final = 6
_CUSTOM_BIT: Final = 0x80
_UNIQUE_WARE: Final = 0x5E7
_NO_SERIAL: Final = bytes(SERIAL_LENGTH)
_ALL_ONES: Final = b"\xff" * SERIAL_LENGTH


@dataclass(frozen=True, slots=True)
class Family:
    """What a family code stands for.

    Attributes:
        name: the parts that answer with it.
        is_button: sold as a can that hangs at checkpoints; else a chip on a board.
    """

    name: str
    is_button: bool = True


FAMILIES: Final[Mapping[int, Family]] = {
    0x01: Family("DS1990A, DS1990R, DS2401, DS2411"),
    0x02: Family("DS1991"),
    0x04: Family("DS1994, DS2404"),
    0x05: Family("DS2405", is_button=False),
    0x06: Family("DS1993"),
    0x08: Family("DS1992"),
    0x09: Family("DS1982, DS2502"),
    0x0A: Family("DS1995"),
    0x0B: Family("DS1985"),
    0x0C: Family("DS1996"),
    0x0F: Family("DS1986"),
    0x10: Family("DS1920, DS18S20"),
    0x14: Family("DS1971"),
    0x18: Family("DS1963S"),
    0x1A: Family("DS1963L"),
    0x1D: Family("DS2423", is_button=False),
    0x1F: Family("DS2409", is_button=False),
    0x21: Family("DS1921"),
    0x22: Family("DS1822", is_button=False),
    0x23: Family("DS1973, DS2433"),
    0x24: Family("DS1904, DS2415"),
    0x26: Family("DS2438", is_button=False),
    0x28: Family("DS18B20", is_button=False),
    0x29: Family("DS2408", is_button=False),
    0x33: Family("DS1961S, DS2432"),
    0x41: Family("DS1922, DS1923"),
    0x42: Family("DS28EA00", is_button=False),
    0x81: Family("DS1420, DS9490R"),
    0x89: Family("DS1982U"),
    0x8B: Family("DS1985U"),
    0x8F: Family("DS1986U"),
}
"""Checkpoints are nearly always 01; an unlisted family is no reason to refuse a button."""


def rom_of(rom: bytes, text: str) -> TagId:
    """The whole identity with this ROM, in the order of the wire.

    Args:
        rom: family, serial low byte first, CRC.
        text: what was given, for errors.

    Raises:
        TagNobodyError: all ones; that is no check sum error but no button.
        TagShortedError: all zeros, which pass the check sum.
        TagCheckSumError: the CRC does not hold.
        TagFamilyZeroError: the family is 00.
        TagSerialZeroError: the serial is all zeros.
    """
    if rom == b"\xff" * ROM_LENGTH:
        raise TagNobodyError
    if rom == bytes(ROM_LENGTH):
        raise TagShortedError
    right = crc8_maxim(rom[:-1])
    if rom[-1] != right:
        raise TagCheckSumError(text=text, found=f"{rom[-1]:02X}", right=f"{right:02X}")
    if rom[0] == 0:
        raise TagFamilyZeroError(text=text)
    if rom[1:7] == _NO_SERIAL:
        raise TagSerialZeroError(text=text)
    return TagId(TagTechnology.IBUTTON, rom)


def tag_of(family: int, serial: bytes, text: str) -> TagId:
    """The whole identity of a family and a serial (low byte first) without a CRC; it is computed.

    Raises:
        TagError: as for ``rom_of``.
    """
    if family == _ALL_ONES[0] and serial == _ALL_ONES:
        raise TagNobodyError
    body = bytes([family]) + serial
    return rom_of(body + bytes([crc8_maxim(body)]), text)


def tag_of_serial(octets: bytes, text: str) -> TagId:
    """The partial identity of these low bytes of a serial, most significant first.

    Raises:
        TagNobodyError: all ones.
        TagSerialZeroError: all zeros.
    """
    if octets == bytes(len(octets)):
        raise TagSerialZeroError(text=text)
    if len(octets) == SERIAL_LENGTH and octets == _ALL_ONES:
        raise TagNobodyError
    return TagId(TagTechnology.IBUTTON, octets)


def whole(tag: TagId) -> bytes | None:
    """The ROM of a wholly known iButton, else None."""
    is_rom = tag.technology is TagTechnology.IBUTTON and len(tag.octets) == ROM_LENGTH
    return tag.octets if is_rom else None


def serial_of(tag: TagId) -> bytes | None:
    """What is known of an iButton's serial, most significant first; None for other tags."""
    return tag.number if tag.technology is TagTechnology.IBUTTON else None


def notes_of(tag: TagId) -> tuple[TagNote, ...]:
    """What is to be said about a family and a serial; nothing here makes a tag wrong."""
    rom = whole(tag)
    if rom is None:
        return ()
    family = FAMILIES.get(rom[0])
    said = {
        TagNote.FAMILY_UNLISTED: family is None,
        TagNote.FAMILY_NO_BUTTON: family is not None and not family.is_button,
        TagNote.FAMILY_CUSTOM: bool(rom[0] & _CUSTOM_BIT),
        TagNote.UNIQUE_WARE: int.from_bytes(rom[5:7], "little") >> 4 == _UNIQUE_WARE,
        TagNote.SERIAL_ALL_ONES: rom[1:7] == _ALL_ONES,
    }
    return tuple(note for note, applies in said.items() if applies)
