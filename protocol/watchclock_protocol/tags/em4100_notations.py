"""How EM4100 tags are printed on cards and typed by readers.

Source: RfidResearchGroup/proxmark3, client/src/cmdlfem410x.c (names and rules of the decimal
forms); flipperdevices/flipperzero-firmware pull requests 3753 and 3757 (padded dez8); esp-rfid
issue 395 (inverted readers); Nitgen's card reader manual (eight digits that are 3 + 5).
"""

from collections.abc import Callable
from typing import Final

from watchclock_protocol.tags.em4100 import (
    IDENTITY_LENGTH,
    bits_turned,
    frame_of,
    from_frame,
    from_rdm6300,
    rdm6300_of,
    tag_of,
)
from watchclock_protocol.tags.errors import TagNotationError
from watchclock_protocol.tags.notation import Notation, Told, row, untold, writer
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["EM4100_NOTATIONS"]

_EM4100: Final = TagTechnology.EM4100
_NEVER: Final[frozenset[int]] = frozenset()
_WEG24: Final = frozenset({"3,5", "3.5"})
_WEG32: Final = frozenset({"5,5", "5.5"})
_PAXTON: Final = 0x143E00
_LOW: Final = 3

_Turn = Callable[[bytes], bytes]


def _as_is(octets: bytes) -> bytes:
    return octets


def _reversed(octets: bytes) -> bytes:
    return octets[::-1]


def _inverted(octets: bytes) -> bytes:
    return bytes(octet ^ 0xFF for octet in octets)


def _octets(number: int, length: int, name: str, text: str) -> bytes:
    if number < 0 or number >> 8 * length:
        raise TagNotationError(text=text, notation=name, reason="the number is too large")
    return number.to_bytes(length)


def _low(length: int) -> Callable[[TagId], bytes | None]:
    """The low bytes of a tag, most significant first, where as many are known."""

    def known(tag: TagId) -> bytes | None:
        is_known = tag.technology is _EM4100 and len(tag.octets) >= length
        return tag.octets[-length:] if is_known else None

    return known


_whole: Final = _low(IDENTITY_LENGTH)


def _decimal(
    name: str,
    length: int,
    width: int,
    turn: _Turn = _as_is,
    *,
    guessed: frozenset[int] = _NEVER,
    padding: str = "",
) -> Notation:
    """All low ``length`` bytes as one number of ``width`` digits after ``padding``."""

    def read(digits: str, text: str) -> Told:
        if not digits.startswith(padding):
            raise TagNotationError(text=text, notation=name, reason="it does not begin with 00")
        octets = _octets(int(digits), length, name, text)
        return untold(tag_of(turn(octets)))

    def show(octets: bytes) -> str:
        return f"{padding}{int.from_bytes(turn(octets)):0{width - len(padding)}d}"

    return Notation(
        name=name,
        technology=_EM4100,
        lengths=frozenset(range(1, width + 1)),
        guessed=guessed,
        read=read,
        write=writer(_low(length), show),
        is_decimal=True,
        full=width,
    )


def _hex(
    name: str, lengths: frozenset[int], turn: _Turn = _as_is, *, guessed: frozenset[int] = _NEVER
) -> Notation:
    def read(digits: str, _text: str) -> Told:
        return untold(tag_of(turn(bytes.fromhex(digits))))

    def known(tag: TagId) -> bytes | None:
        is_written = tag.technology is _EM4100 and 2 * len(tag.octets) in lengths
        return turn(tag.octets) if is_written else None

    return row(name, _EM4100, lengths, read, writer(known, _capitals), guessed=guessed)


def _split(
    name: str, high_byte: int, width: int, shapes: frozenset[str], *, is_glued: bool = False
) -> Notation:
    """A byte or two, a comma, and the low 16 bits; ``high_byte`` counts from the low end."""
    is_joined = high_byte == 2  # noqa: PLR2004 - the byte above the low two
    high_length = 2 if width == 5 else 1  # noqa: PLR2004 - five digits hold two bytes

    def read(digits: str, text: str) -> Told:
        high = _octets(int(digits[:width]), high_length, name, text)
        low = _octets(int(digits[width:]), 2, name, text)
        if is_joined:
            return untold(tag_of(high + low))
        return untold(tag_of(low), TagNote.BYTES_BETWEEN_UNKNOWN)

    def show(octets: bytes) -> str:
        high, low = int.from_bytes(octets[:high_length]), int.from_bytes(octets[-2:])
        return f"{high:0{width}d}{'' if is_glued else ','}{low:05d}"

    write = writer(_low(high_byte + high_length), show)
    return row(name, _EM4100, {width + 5}, read, write, shapes=shapes, is_decimal=True)


def _read_card(digits: str, text: str) -> Told:
    whole = _octets(int(digits[:10]), 4, "em4100_card", text)
    again = [_octets(int(digits[10:13]), 1, "em4100_card", text)]
    again.append(_octets(int(digits[13:]), 2, "em4100_card", text))
    if whole[1:] != b"".join(again):
        raise TagNotationError(
            text=text, notation="em4100_card", reason="its two numbers are not the same"
        )
    return tag_of(whole), (), True


def _show_card(octets: bytes) -> str:
    low = int.from_bytes(octets[2:])
    return f"{int.from_bytes(octets):010d} {octets[1]:03d},{low:05d}"


def _read_zk(digits: str, text: str) -> Told:
    nibbles = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    if max(nibbles) > 0xF:  # noqa: PLR2004 - one hexadecimal digit
        raise TagNotationError(text=text, notation="em4100_zk", reason="the number is too large")
    return untold(tag_of(bits_turned(bytes.fromhex("".join(f"{n:X}" for n in nibbles)))))


def _show_zk(octets: bytes) -> str:
    return "".join(f"{int(digit, 16):02d}" for digit in bits_turned(octets).hex())


def _read_paxton(digits: str, text: str) -> Told:
    octets = _octets(int(digits) - _PAXTON, 4, "em4100_paxton", text)
    return untold(tag_of(octets[1:]), TagNote.BYTES_BETWEEN_UNKNOWN)


def _show_paxton(octets: bytes) -> str:
    return str(int.from_bytes(octets[:1] + octets[2:]) + _PAXTON)


def _read_frame(digits: str, _text: str) -> Told:
    return from_frame(bytes.fromhex(digits)), (), True


def _show_frame(octets: bytes) -> str:
    return frame_of(octets).hex().upper()


def _read_rdm6300(digits: str, text: str) -> Told:
    return from_rdm6300(bytes.fromhex(digits), text), (), True


def _read_rdm6300_digits(digits: str, text: str) -> Told:
    # One byte of proof is too little beside the two orders of a serial with as many digits.
    return untold(from_rdm6300(b"\x02" + digits.encode() + b"\x03", text))


def _show_rdm6300(octets: bytes) -> str:
    return rdm6300_of(octets).hex().upper()


def _show_rdm6300_digits(octets: bytes) -> str:
    return rdm6300_of(octets)[1:-1].decode()


def _capitals(octets: bytes) -> str:
    return octets.hex().upper()


def _read_low(digits: str, _text: str) -> Told:
    return untold(tag_of(bytes.fromhex(digits)))


def _low_part(tag: TagId) -> bytes | None:
    """What is known, but of a whole tag the 24 bits that readers with a Wiegand output send."""
    if tag.technology is not _EM4100:
        return None
    return tag.octets[-_LOW:] if tag.is_whole else tag.octets


_CARD_SHAPES: Final = frozenset({"", "10 3,5", "10 3.5"})

EM4100_NOTATIONS: Final = (
    _hex("em4100_hex", frozenset({10}), guessed=frozenset({10})),
    row(
        "em4100_low_hex",
        _EM4100,
        {2, 4, 6, 8},
        _read_low,
        writer(_low_part, _capitals),
        guessed={6},
    ),
    _hex("em4100_unique_hex", frozenset({10}), bits_turned),
    _hex("em4100_reversed_hex", frozenset({10}), _reversed),
    _decimal("em4100_dez8", _LOW, 8, guessed=frozenset({5, 6, 7, 8})),
    _decimal("em4100_dez8_inverted", _LOW, 8, _inverted, guessed=frozenset({5, 6, 7, 8})),
    _decimal("em4100_dez10", 4, 10, guessed=frozenset({9, 10})),
    _decimal("em4100_dez8_padded", _LOW, 10, guessed=frozenset({10}), padding="00"),
    _decimal("em4100_dez10_reversed", 4, 10, _reversed),
    _decimal("em4100_dez13", 5, 13, guessed=frozenset({11, 12, 13})),
    _decimal("em4100_ik2", 5, 14, guessed=frozenset({14})),
    _decimal("em4100_ik3", 5, 15, bits_turned, guessed=frozenset({15})),
    _split("em4100_dez5_5", 2, 5, _WEG32),
    _split("em4100_dez3_5c", 2, 3, _WEG24),
    _split("em4100_dez3_5b", 3, 3, _WEG24),
    _split("em4100_dez3_5a", 4, 3, _WEG24),
    _split("em4100_dez3_5_glued", 2, 3, frozenset({""}), is_glued=True),
    row(
        "em4100_card",
        _EM4100,
        {18},
        _read_card,
        writer(_low(4), _show_card),
        shapes=_CARD_SHAPES,
        is_decimal=True,
    ),
    row("em4100_zk", _EM4100, {20}, _read_zk, writer(_whole, _show_zk), is_decimal=True),
    row(
        "em4100_paxton",
        _EM4100,
        range(1, 11),
        _read_paxton,
        writer(_whole, _show_paxton),
        guessed=(),
        is_decimal=True,
    ),
    row("em4100_frame", _EM4100, {16}, _read_frame, writer(_whole, _show_frame)),
    row("rdm6300_frame", _EM4100, {28}, _read_rdm6300, writer(_whole, _show_rdm6300)),
    row(
        "rdm6300_digits",
        _EM4100,
        {12},
        _read_rdm6300_digits,
        writer(_whole, _show_rdm6300_digits),
    ),
)
