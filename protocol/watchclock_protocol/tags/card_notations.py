"""How 13.56 MHz tags are written: UIDs in both orders, cascade levels, inventory answers.

Source: ISO/IEC 14443-3 and 15693-3; miguelbalboa/rfid issue 316 (one UID in both byte orders).
"""

from collections.abc import Callable
from typing import Final

from watchclock_protocol.tags import iso14443a, iso15693
from watchclock_protocol.tags.errors import TagNotationError
from watchclock_protocol.tags.notation import Notation, Told, row, untold, writer
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["CARD_NOTATIONS"]

_14443A: Final = TagTechnology.ISO14443A
_15693: Final = TagTechnology.ISO15693
_UID_DIGITS: Final = frozenset(2 * length for length in iso14443a.LENGTHS)
_LEVEL_DIGITS: Final = 10
_LEVELS: Final = range(_LEVEL_DIGITS, 3 * _LEVEL_DIGITS + 1, _LEVEL_DIGITS)
_SINGLE: Final = 4
_NUMBER: Final = range(1, 11)
_USUAL_NUMBER: Final = (8, 9, 10)


def _known(technology: TagTechnology, *lengths: int) -> Callable[[TagId], bytes | None]:
    def known(tag: TagId) -> bytes | None:
        is_whole = tag.technology is technology and len(tag.octets) in lengths
        return tag.octets if is_whole else None

    return known


_uid: Final = _known(_14443A, *iso14443a.LENGTHS)
_single: Final = _known(_14443A, _SINGLE)
_vicinity: Final = _known(_15693, iso15693.LENGTH)


def _read_uid(digits: str, _text: str) -> Told:
    return untold(iso14443a.tag_of(bytes.fromhex(digits)))


def _read_turned_uid(digits: str, _text: str) -> Told:
    return untold(iso14443a.tag_of(bytes.fromhex(digits)[::-1]), TagNote.ORDER_TURNED)


def _read_number(digits: str, text: str) -> Told:
    return untold(iso14443a.tag_of(_single_uid(digits, text)))


def _read_turned_number(digits: str, text: str) -> Told:
    return untold(iso14443a.tag_of(_single_uid(digits, text)[::-1]), TagNote.ORDER_TURNED)


def _single_uid(digits: str, text: str) -> bytes:
    number = int(digits)
    if number >> 8 * _SINGLE:
        raise TagNotationError(
            text=text, notation="iso14443a_decimal", reason="the number is too large"
        )
    return number.to_bytes(_SINGLE)


def _read_cascade(digits: str, _text: str) -> Told:
    levels = [
        bytes.fromhex(digits[at : at + _LEVEL_DIGITS])
        for at in range(0, len(digits), _LEVEL_DIGITS)
    ]
    return iso14443a.from_cascade(levels), (), True


def _read_vicinity(digits: str, text: str) -> Told:
    uid = bytes.fromhex(digits)
    if iso15693.is_turned(uid):
        return untold(iso15693.tag_of(uid[::-1], text), TagNote.ORDER_TURNED)
    return untold(iso15693.tag_of(uid, text))


def _read_turned_vicinity(digits: str, text: str) -> Told:
    return untold(iso15693.tag_of(bytes.fromhex(digits)[::-1], text), TagNote.ORDER_TURNED)


def _read_inventory(digits: str, text: str) -> Told:
    return iso15693.from_inventory(bytes.fromhex(digits), text), (), True


def _capitals(octets: bytes) -> str:
    return octets.hex().upper()


def _turned(octets: bytes) -> str:
    return octets[::-1].hex().upper()


def _as_number(octets: bytes) -> str:
    return str(int.from_bytes(octets))


def _as_turned_number(octets: bytes) -> str:
    return str(int.from_bytes(octets[::-1]))


def _as_cascade(octets: bytes) -> str:
    return " ".join(_capitals(level) for level in iso14443a.cascade_of(octets))


def _as_inventory(octets: bytes) -> str:
    return _capitals(iso15693.inventory_of(octets))


def _decimal(
    name: str, read: Callable[[str, str], Told], show: Callable[[bytes], str]
) -> Notation:
    return row(
        name,
        _14443A,
        _NUMBER,
        read,
        writer(_single, show),
        guessed=_USUAL_NUMBER,
        is_decimal=True,
    )


CARD_NOTATIONS: Final = (
    row("iso14443a_uid", _14443A, _UID_DIGITS, _read_uid, writer(_uid, _capitals)),
    row(
        "iso14443a_reversed",
        _14443A,
        _UID_DIGITS,
        _read_turned_uid,
        writer(_uid, _turned),
        guessed={2 * _SINGLE},
    ),
    _decimal("iso14443a_decimal", _read_number, _as_number),
    _decimal("iso14443a_decimal_reversed", _read_turned_number, _as_turned_number),
    row(
        "iso14443a_cascade",
        _14443A,
        _LEVELS,
        _read_cascade,
        writer(_uid, _as_cascade),
        guessed=(),
    ),
    row("iso15693_uid", _15693, {16}, _read_vicinity, writer(_vicinity, _capitals)),
    row("iso15693_reversed", _15693, {16}, _read_turned_vicinity, writer(_vicinity, _turned)),
    row("iso15693_inventory", _15693, {24}, _read_inventory, writer(_vicinity, _as_inventory)),
)
