"""ISO 15693 identities: E0, the maker's code and six bytes, and how tools turn them.

Source: ISO/IEC 15693-3, section 4.1 (UID); ISO/IEC 7816-6 (makers); RfidResearchGroup/proxmark3
issue 1056 and traccar's AvemaProtocolDecoderTest (turned UIDs).
"""

from collections.abc import Mapping
from typing import Final

from watchclock_protocol.checksums import crc16_x25
from watchclock_protocol.tags.errors import (
    TagCheckSumError,
    TagLengthError,
    TagNotationError,
    TagSerialZeroError,
)
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["LENGTH", "MAKERS", "from_inventory", "inventory_of", "is_turned", "notes_of", "tag_of"]

LENGTH: Final = 8
_PREFIX: Final = 0xE0
_INVENTORY_LENGTH: Final = 12
MAKERS: Final[Mapping[int, str]] = {
    0x02: "STMicroelectronics",
    0x04: "NXP",
    0x05: "Infineon",
    0x07: "Texas Instruments",
    0x08: "Fujitsu",
    0x16: "EM Microelectronic",
}


def tag_of(uid: bytes, text: str) -> TagId:
    """The identity with this UID, E0 first.

    Raises:
        TagLengthError: it has not eight bytes.
        TagNotationError: it does not begin with E0.
        TagSerialZeroError: its serial is nothing but zeros.
    """
    if len(uid) != LENGTH:
        raise TagLengthError(text=text, count=2 * len(uid))
    if uid[0] != _PREFIX:
        raise TagNotationError(text=text, notation="iso15693", reason="it has no E0 at an end")
    if not any(uid[2:]):
        raise TagSerialZeroError(text=text)
    return TagId(TagTechnology.ISO15693, uid)


def is_turned(uid: bytes) -> bool:
    """Whether the bytes stand low byte first: E0 ends them and does not begin them."""
    return uid[-1] == _PREFIX and uid[0] != _PREFIX


def notes_of(tag: TagId) -> tuple[TagNote, ...]:
    """What is to be said about the maker's code."""
    if tag.technology is not TagTechnology.ISO15693 or tag.octets[1] in MAKERS:
        return ()
    return (TagNote.MAKER_UNLISTED,)


def inventory_of(uid: bytes) -> bytes:
    """The answer to an inventory on the air: flags 00, storage format 00, UID low first, CRC."""
    body = bytes(2) + uid[::-1]
    return body + crc16_x25(body).to_bytes(2, "little")


def from_inventory(answer: bytes, text: str) -> TagId:
    """The identity in an answer to an inventory, twelve bytes as on the air.

    Raises:
        TagLengthError: it has not twelve bytes.
        TagCheckSumError: its CRC-16 does not hold.
        TagNotationError: what it holds does not begin with E0.
        TagSerialZeroError: its serial is nothing but zeros.
    """
    if len(answer) != _INVENTORY_LENGTH:
        raise TagLengthError(text=text, count=2 * len(answer))
    right = crc16_x25(answer[:-2]).to_bytes(2, "little")
    if answer[-2:] != right:
        raise TagCheckSumError(
            text=text, found=answer[-2:].hex().upper(), right=right.hex().upper()
        )
    return tag_of(answer[9:1:-1], text)
