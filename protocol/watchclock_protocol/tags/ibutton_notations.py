"""How iButtons are written by engravers, readers, trackers, OWFS and Linux.

Source: owfs/owfs, src/man/man3/addressing.3so; Linux, Documentation/w1; page "In-Touch iButton
Wedge Configurations" (S1 to S5); traccar/traccar's protocol tests; koliha/jwm-wm5000t readme.md.
"""

from collections.abc import Callable
from typing import Final

from watchclock_protocol.tags.errors import TagNotationError
from watchclock_protocol.tags.ibutton import (
    SERIAL_LENGTH,
    rom_of,
    serial_of,
    tag_of,
    tag_of_serial,
    whole,
)
from watchclock_protocol.tags.notation import Notation, Told, row, untold, writer
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["IBUTTON_NOTATIONS"]

_IBUTTON: Final = TagTechnology.IBUTTON
Reader = Callable[[str, str], Told]


def _read_wire(digits: str, text: str) -> Told:
    return rom_of(bytes.fromhex(digits), text), (), True


def _read_crc_first(digits: str, text: str) -> Told:
    return rom_of(bytes.fromhex(digits)[::-1], text), (), True


def _read_serial_high_crc(digits: str, text: str) -> Told:
    given = bytes.fromhex(digits)
    return rom_of(given[:1] + given[6:0:-1] + given[7:], text), (), True


def _read_family_low(digits: str, text: str) -> Told:
    given = bytes.fromhex(digits)
    return untold(tag_of(given[0], given[1:], text), TagNote.CHECK_SUM_COMPUTED)


def _read_family_high(digits: str, text: str) -> Told:
    given = bytes.fromhex(digits)
    return untold(tag_of(given[0], given[:0:-1], text), TagNote.CHECK_SUM_COMPUTED)


def _read_family_last(digits: str, text: str) -> Told:
    given = bytes.fromhex(digits)
    return untold(tag_of(given[-1], given[-2::-1], text), TagNote.CHECK_SUM_COMPUTED)


def _read_high(digits: str, text: str) -> Told:
    return untold(tag_of_serial(bytes.fromhex(digits), text))


def _read_low(digits: str, text: str) -> Told:
    return untold(tag_of_serial(bytes.fromhex(digits)[::-1], text))


def _read_decimal(length: int, name: str) -> Reader:
    def read(digits: str, text: str) -> Told:
        number = int(digits)
        if number >> 8 * length:
            raise TagNotationError(text=text, notation=name, reason="the number is too large")
        return untold(tag_of_serial(number.to_bytes(length), text))

    return read


def _of_rom(pattern: str) -> Callable[[TagId], str | None]:
    """Prints a ROM: ``f`` family, ``l`` and ``h`` serial low or high first, ``c`` CRC."""

    def show(rom: bytes) -> str:
        parts = {"f": rom[:1], "l": rom[1:7], "h": rom[6:0:-1], "c": rom[7:]}
        return "".join(parts[k].hex().upper() if k in parts else k for k in pattern)

    return writer(whole, show)


def _linux(tag: TagId) -> str | None:
    written = _of_rom("f-h")(tag)
    return None if written is None else written.lower()


def _low(length: int) -> Callable[[TagId], bytes | None]:
    """The low bytes of a serial, most significant first, where as many are known."""

    def known(tag: TagId) -> bytes | None:
        serial = serial_of(tag)
        return None if serial is None or len(serial) < length else serial[-length:]

    return known


def _capitals(octets: bytes) -> str:
    return octets.hex().upper()


def _turned(octets: bytes) -> str:
    return octets[::-1].hex().upper()


def _spaced(octets: bytes) -> str:
    return octets.hex(" ").upper()


def _as_number(octets: bytes) -> str:
    return str(int.from_bytes(octets))


def _rom(name: str, pattern: str, read: Reader, shape: str = "") -> Notation:
    return row(name, _IBUTTON, {16}, read, _of_rom(pattern), shapes=frozenset({shape}))


def _bare(name: str, pattern: str, read: Reader, shape: str = "") -> Notation:
    return row(name, _IBUTTON, {14}, read, _of_rom(pattern), shapes=frozenset({shape}))


def _number(name: str, length: int, most_digits: int) -> Notation:
    return row(
        name,
        _IBUTTON,
        range(1, most_digits + 1),
        _read_decimal(length, name),
        writer(_low(length), _as_number),
        guessed=(),
        is_decimal=True,
    )


_ANY_LOW: Final = range(2, 2 * SERIAL_LENGTH + 1, 2)

IBUTTON_NOTATIONS: Final = (
    _rom("ibutton_wire", "flc", _read_wire),
    _rom("ibutton_crc_first", "chf", _read_crc_first),
    row("ibutton_engraved", _IBUTTON, {16}, _read_crc_first, _of_rom("c h f"), guessed=()),
    _rom("ibutton_serial_high_crc", "fhc", _read_serial_high_crc),
    _rom("owfs_f_i_c", "f.l.c", _read_wire, "2.12.2"),
    _rom("owfs_f_ic", "f.lc", _read_wire, "2.14"),
    _rom("owfs_fi_c", "fl.c", _read_wire, "14.2"),
    _bare("owfs_f_i", "f.l", _read_family_low, "2.12"),
    _bare("owfs_r_f", "h.f", _read_family_last, "12.2"),
    _bare("ibutton_family_serial_low", "fl", _read_family_low),
    _bare("ibutton_family_serial_high", "fh", _read_family_high),
    row("linux_w1", _IBUTTON, {14}, _read_family_high, _linux, shapes=frozenset({"2-12"})),
    row("ibutton_serial_high", _IBUTTON, {12}, _read_high, writer(_low(6), _capitals)),
    row("ibutton_serial_low", _IBUTTON, {12}, _read_low, writer(_low(6), _turned)),
    row("ibutton_low_3", _IBUTTON, {6}, _read_high, writer(_low(3), _spaced)),
    row(
        "ibutton_low_bytes",
        _IBUTTON,
        _ANY_LOW,
        _read_high,
        writer(serial_of, _capitals),
        guessed=(),
    ),
    _number("ibutton_low_4_decimal", 4, 10),
    _number("ibutton_serial_decimal", SERIAL_LENGTH, 15),
)
