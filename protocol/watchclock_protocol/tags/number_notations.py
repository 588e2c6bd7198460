"""How Wiegand cards, Cyfral and Metakom keys and bare card numbers are written.

Source: RfidResearchGroup/proxmark3, client/src/cmdlfhid.c (H10301);
DarkFlippers/unleashed-firmware, lib/ibutton/protocols/misc (Cyfral, Metakom).
"""

from collections.abc import Callable
from typing import Final

from watchclock_protocol.tags import wiegand
from watchclock_protocol.tags.errors import TagNotationError, TagShortedError
from watchclock_protocol.tags.notation import Notation, Told, row, untold, writer
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["KEY_LENGTHS", "NUMBER_NOTATIONS", "key_of"]

_WIEGAND: Final = TagTechnology.WIEGAND26
_RFID: Final = TagTechnology.RFID
KEY_LENGTHS: Final = {TagTechnology.CYFRAL: 2, TagTechnology.METAKOM: 4}
"""Data bytes of keys that are no 1-Wire devices: they have neither family nor CRC."""
_LONGEST_NUMBER: Final = 10


def key_of(technology: TagTechnology, octets: bytes) -> tuple[TagId, tuple[TagNote, ...]]:
    """A Cyfral or Metakom key with what its own parities say; no key is made into a ROM.

    Raises:
        TagShortedError: nothing but zeros.
    """
    if not any(octets):
        raise TagShortedError
    is_even = all(octet.bit_count() % 2 == 0 for octet in octets)
    is_wrong = technology is TagTechnology.METAKOM and not is_even
    return TagId(technology, octets), (TagNote.PARITY_WRONG,) if is_wrong else ()


def _known(technology: TagTechnology, length: int) -> Callable[[TagId], bytes | None]:
    def known(tag: TagId) -> bytes | None:
        is_whole = tag.technology is technology and len(tag.octets) == length
        return tag.octets if is_whole else None

    return known


def _card_number(tag: TagId) -> bytes | None:
    return tag.octets if tag.technology is _RFID else None


_facility_and_card: Final = _known(_WIEGAND, wiegand.LENGTH)


def _read_wiegand(digits: str, text: str) -> Told:
    facility, card = int(digits[:3]), int(digits[3:])
    if facility >> 8 or card >> 16:
        raise TagNotationError(text=text, notation="wiegand26", reason="the number is too large")
    return untold(wiegand.tag_of(bytes([facility]) + card.to_bytes(2)))


def _read_wiegand_hex(digits: str, _text: str) -> Told:
    return untold(wiegand.tag_of(bytes.fromhex(digits)))


def _read_bits(digits: str, text: str) -> Told:
    if set(digits) - {"0", "1"}:
        raise TagNotationError(
            text=text, notation="wiegand26_bits", reason="there is more in it than 0 and 1"
        )
    return wiegand.from_bits(int(digits, 2)), (), True


def _read_bits_hex(digits: str, text: str) -> Told:
    return _from_frame(int(digits, 16), "wiegand26_bits_hex", text)


def _read_hid(digits: str, text: str) -> Told:
    return _from_frame(int(digits, 16) ^ wiegand.HID_MARKER, "wiegand26_hid", text)


def _from_frame(frame: int, notation: str, text: str) -> Told:
    if frame >> wiegand.BITS:
        raise TagNotationError(text=text, notation=notation, reason="it is not one of 26 bits")
    return wiegand.from_bits(frame), (), True


def _key(technology: TagTechnology) -> Notation:
    def read(digits: str, _text: str) -> Told:
        tag, notes = key_of(technology, bytes.fromhex(digits))
        return untold(tag, *notes)

    length = KEY_LENGTHS[technology]
    write = writer(_known(technology, length), _capitals)
    return row(technology.value, technology, {2 * length}, read, write, guessed=())


def _read_card_number(digits: str, _text: str) -> Told:
    octets = bytes.fromhex(digits)
    if not any(octets):
        raise TagShortedError
    return untold(TagId(_RFID, octets))


def _read_decimal_number(digits: str, text: str) -> Told:
    number = int(digits)
    length = max(1, (number.bit_length() + 7) // 8)
    return _read_card_number(number.to_bytes(length).hex(), text)


def _capitals(octets: bytes) -> str:
    return octets.hex().upper()


def _as_number(octets: bytes) -> str:
    return str(int.from_bytes(octets))


def _as_facility_and_card(octets: bytes) -> str:
    return f"{octets[0]:03d},{int.from_bytes(octets[1:]):05d}"


def _as_bits(octets: bytes) -> str:
    return f"{wiegand.frame_of(octets):026b}"


def _as_bits_hex(octets: bytes) -> str:
    return f"{wiegand.frame_of(octets):07X}"


def _as_hid(octets: bytes) -> str:
    return f"{wiegand.HID_MARKER | wiegand.frame_of(octets):010X}"


def _wiegand(
    name: str,
    digits: int,
    read: Callable[[str, str], Told],
    show: Callable[[bytes], str],
    *,
    is_guessed: bool = True,
) -> Notation:
    guessed = {digits} if is_guessed else ()
    return row(name, _WIEGAND, {digits}, read, writer(_facility_and_card, show), guessed=guessed)


NUMBER_NOTATIONS: Final = (
    row(
        "wiegand26",
        _WIEGAND,
        {8},
        _read_wiegand,
        writer(_facility_and_card, _as_facility_and_card),
        shapes=frozenset({"3,5", "3.5"}),
        is_decimal=True,
    ),
    _wiegand("wiegand26_hex", 6, _read_wiegand_hex, _capitals),
    _wiegand("wiegand26_bits", wiegand.BITS, _read_bits, _as_bits),
    _wiegand("wiegand26_bits_hex", 7, _read_bits_hex, _as_bits_hex, is_guessed=False),
    _wiegand("wiegand26_hid", 10, _read_hid, _as_hid, is_guessed=False),
    _key(TagTechnology.CYFRAL),
    _key(TagTechnology.METAKOM),
    row(
        "rfid_hex",
        _RFID,
        range(2, 2 * _LONGEST_NUMBER + 1, 2),
        _read_card_number,
        writer(_card_number, _capitals),
        guessed=(),
    ),
    row(
        "rfid_decimal",
        _RFID,
        range(1, 3 * _LONGEST_NUMBER),
        _read_decimal_number,
        writer(_card_number, _as_number),
        guessed=(),
        is_decimal=True,
    ),
)
