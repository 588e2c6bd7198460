"""ISO 14443A identities: cascade levels and their check bytes, random numbers, SAK and ATQA.

Source: ISO/IEC 14443-3, section 6.5 (cascade, BCC, SAK, ATQA); nfc-tools/libnfc and
flipperdevices/flipperzero-firmware, documentation/file_formats/NfcFileFormats.md (orders of ATQA).
"""

from collections.abc import Sequence
from typing import Final

from watchclock_protocol.tags.errors import (
    TagCheckSumError,
    TagIncompleteError,
    TagLengthError,
    TagRandomError,
    TagShortedError,
)
from watchclock_protocol.values import TagId, TagTechnology

__all__ = [
    "LENGTHS",
    "atqa_as_sent",
    "atqa_fits",
    "cascade_of",
    "from_cascade",
    "is_incomplete_sak",
    "tag_of",
]

LENGTHS: Final = (4, 7, 10)
SINGLE: Final = 4
_CASCADE_TAG: Final = 0x88
_RANDOM: Final = 0x08
_MORE_TO_COME: Final = 0x04
_LEVEL: Final = 5
_PRINTED_HIGH_FIRST: Final = 3
"""From this version of Flipper's files on ATQA is written high byte first."""


def tag_of(uid: bytes) -> TagId:
    """The identity with this UID, bytes in the order of the air.

    Raises:
        TagLengthError: it has not 4, 7 or 10 bytes.
        TagShortedError: nothing but zeros.
        TagRandomError: 4 bytes that begin with 08, another number each time.
        TagIncompleteError: 4 bytes that begin with 88, a cascade level.
    """
    name = uid.hex().upper()
    if len(uid) not in LENGTHS:
        raise TagLengthError(text=name, count=2 * len(uid))
    if not any(uid):
        raise TagShortedError
    if len(uid) == SINGLE and uid[0] == _RANDOM:
        raise TagRandomError(uid=name)
    if len(uid) == SINGLE and uid[0] == _CASCADE_TAG:
        raise TagIncompleteError(uid=name)
    return TagId(TagTechnology.ISO14443A, uid)


def cascade_of(uid: bytes) -> tuple[bytes, ...]:
    """The levels on the air, five bytes each: four of the UID or 88 and three, then their XOR."""
    levels: list[bytes] = []
    rest = uid
    while len(rest) > SINGLE:
        levels.append(bytes([_CASCADE_TAG]) + rest[:3])
        rest = rest[3:]
    return tuple(level + bytes([_check_byte(level)]) for level in (*levels, rest))


def from_cascade(levels: Sequence[bytes]) -> TagId:
    """The identity from its cascade levels, five bytes each.

    Raises:
        TagLengthError: a level has not five bytes, or there is none.
        TagCheckSumError: the check byte of a level (BCC) does not hold.
        TagIncompleteError: the last level begins with 88, so another one is missing.
        TagRandomError: a random identity.
    """
    uid = bytearray()
    for index, level in enumerate(levels):
        text = level.hex().upper()
        if len(level) != _LEVEL:
            raise TagLengthError(text=text, count=2 * len(level))
        right = _check_byte(level[:4])
        if level[4] != right:
            raise TagCheckSumError(text=text, found=f"{level[4]:02X}", right=f"{right:02X}")
        is_part = level[0] == _CASCADE_TAG
        if is_part and index == len(levels) - 1:
            raise TagIncompleteError(uid=text[:8])
        uid += level[1:4] if is_part else level[:4]
    return tag_of(bytes(uid))


def is_incomplete_sak(sak: int) -> bool:
    """Whether the answer to a level says that another level follows (bit 2)."""
    return bool(sak & _MORE_TO_COME)


def atqa_as_sent(written: bytes, version: int) -> bytes:
    """The two bytes of ATQA in the order of the air, from a Flipper file of this version."""
    return written[::-1] if version >= _PRINTED_HIGH_FIRST else written


def atqa_fits(atqa: bytes, uid: bytes) -> bool:
    """Whether the size of the UID that ATQA announces (as sent, bits 7 and 6) is this one's."""
    size = atqa[0] >> 6
    return size < len(LENGTHS) and LENGTHS[size] == len(uid)


def _check_byte(level: bytes) -> int:
    return level[0] ^ level[1] ^ level[2] ^ level[3]
