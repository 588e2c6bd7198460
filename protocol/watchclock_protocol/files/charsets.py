"""Decides the character set of a file from all its bytes, and reads a line in it or refuses it."""

from typing import Final

from watchclock_protocol.files.statements import Charset

__all__ = ["BYTE_ORDER_MARK", "decide_charset", "is_readable", "utf_16_order"]

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = {b"\xff\xfe": "little-endian", b"\xfe\xff": "big-endian"}


def decide_charset(data: bytes) -> Charset | None:
    """The first character set that fits every byte; None when none does.

    Text of GBK that is also valid UTF-8 is rare and short; a byte order mark settles it.
    """
    for charset in Charset:
        if is_readable(data, charset):
            return charset
    return None


def utf_16_order(data: bytes) -> str | None:
    """Whether the file begins as UTF-16 does, which no wand software of ours writes: its order."""
    return _UTF_16.get(data[:2])


def is_readable(data: bytes, charset: Charset | None) -> bool:
    """Whether every byte has a meaning in the character set; None: in any of them."""
    if charset is None:
        return any(is_readable(data, each) for each in Charset)
    try:
        data.decode(charset)
    except UnicodeDecodeError:
        return False
    return True
