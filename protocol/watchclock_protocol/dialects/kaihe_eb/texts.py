"""Names as a Kaihe wand stores them: two bytes a character, Chinese and ASCII alike.

A Chinese character is its GBK pair, an ASCII character c is ``AA`` and c + 80 hexadecimal, and
``FF FF`` ends the text and fills the rest (fengscar/GuardTourSystemV2.0.1, Utils/ByteConverter.cs;
FuzhouKaiHe/NetPatrolApp, Device/CodeTrans.java).
"""

from typing import Final

__all__ = ["decode_text", "encode_text"]

_ASCII_LEAD: Final = 0xAA
_ASCII_SHIFT: Final = 0x80
_END: Final = b"\xff\xff"


def decode_text(raw: bytes) -> str | None:
    """The text up to its end, or None when the bytes are none."""
    characters: list[str] = []
    for at in range(0, len(raw), 2):
        pair = raw[at : at + 2]
        if pair == _END:
            break
        character = _decode_pair(pair)
        if character is None:
            return None
        characters.append(character)
    return "".join(characters)


def encode_text(text: str, length: int) -> bytes:
    """The bytes of a text, filled up with ``FF``.

    Args:
        text: ASCII and Chinese characters that GBK has.
        length: bytes there are for it.

    Raises:
        ValueError: it does not fit, or a character has no two bytes in GBK.
    """
    pairs = b"".join(_encode_character(character) for character in text)
    if len(pairs) > length:
        raise ValueError(f"{text!r} needs {len(pairs)} bytes, {length} fit")
    return pairs.ljust(length, b"\xff")


def _decode_pair(pair: bytes) -> str | None:
    if len(pair) == len(_END) and pair[0] == _ASCII_LEAD and pair[1] >= _ASCII_SHIFT:
        return chr(pair[1] - _ASCII_SHIFT)
    try:
        character = pair.decode("gbk")
    except UnicodeDecodeError:
        return None
    return character if len(character) == 1 and len(pair) == len(_END) else None


def _encode_character(character: str) -> bytes:
    if character.isascii():
        return bytes([_ASCII_LEAD, ord(character) + _ASCII_SHIFT])
    pair = character.encode("gbk")
    if len(pair) != len(_END):
        raise ValueError(f"{character!r} has no two bytes in GBK")
    return pair
