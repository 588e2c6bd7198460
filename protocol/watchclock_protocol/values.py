"""Small frozen values shared by every dialect: a tag's name, what a wand's clock showed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from typing_extensions import override

__all__ = ["ROM_OCTETS", "TagId", "TagTechnology", "TimeCoding", "TimeFlaw", "WandTime"]


ROM_OCTETS: Final = 8
"""A 1-Wire ROM: family, serial of six, CRC."""


class TagTechnology(StrEnum):
    """What kind of tag it is; ``RFID`` where the wand kept a card number and not its kind."""

    IBUTTON = "ibutton"
    EM4100 = "em4100"
    ISO14443A = "iso14443a"
    ISO15693 = "iso15693"
    WIEGAND26 = "wiegand26"
    CYFRAL = "cyfral"
    METAKOM = "metakom"
    RFID = "rfid"


_WHOLE_LENGTHS: Final[Mapping[TagTechnology, tuple[int, ...]]] = {
    TagTechnology.IBUTTON: (8,),
    TagTechnology.EM4100: (5,),
    TagTechnology.ISO14443A: (4, 7, 10),
    TagTechnology.ISO15693: (8,),
    TagTechnology.WIEGAND26: (3,),
    TagTechnology.CYFRAL: (2,),
    TagTechnology.METAKOM: (4,),
    TagTechnology.RFID: (),
}


@dataclass(frozen=True, slots=True, order=True)
class TagId:
    """What a wand kept of a tag's identity.

    Fewer bytes than the whole identity are a partial identity: the low bytes of the number. It
    matches every tag whose low bytes are these.

    Attributes:
        technology: the kind of tag.
        octets: the bytes the wand kept. The whole of an iButton is its ROM of 8 bytes in the order
            of the wire (family, serial low byte first, CRC); 6 bytes or fewer are the low bytes of
            its serial, most significant first. The whole of an EM4100 tag is 5 bytes (version,
            then number), of an ISO 14443A tag 4, 7 or 10 in the order of the air, of an ISO 15693
            tag 8 beginning with E0, of a Wiegand-26 card 3; otherwise low bytes of the number,
            most significant first.
    """

    technology: TagTechnology
    octets: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the whole identity is known and not only its low bytes.

        A bare card number (``RFID``) never is: nobody knows how long the tag's own one is.
        """
        return len(self.octets) in _WHOLE_LENGTHS[self.technology]

    @override
    def __str__(self) -> str:
        return f"{self.technology}:{self.octets.hex().upper()}"

    @property
    def number(self) -> bytes:
        """What is known of the tag's number, most significant byte first.

        The serial without family and CRC for the whole ROM of an iButton, else all octets.
        """
        is_rom = self.technology is TagTechnology.IBUTTON and len(self.octets) == ROM_OCTETS
        return self.octets[-2:0:-1] if is_rom else self.octets

    @classmethod
    def parse(cls, text: str) -> Self:
        """The tag written as ``technology:HEX``.

        Raises:
            ValueError: the technology is unknown or the rest is not hexadecimal.
        """
        technology, _, digits = text.partition(":")
        return cls(TagTechnology(technology), bytes.fromhex(digits))


class TimeCoding(StrEnum):
    """How the bytes of a time are to be read; TEXT is digits written in a file."""

    BCD = "bcd"
    BINARY = "binary"
    TEXT = "text"


class TimeFlaw(StrEnum):
    """Why a wand time cannot be taken at its word."""

    NOT_DECIMAL = "not_decimal"
    IMPOSSIBLE_DATE = "impossible_date"
    CODING_UNCERTAIN = "coding_uncertain"


@dataclass(frozen=True, slots=True)
class WandTime:
    """What the wand's own clock showed: civil, without zone, never trusted.

    Attributes:
        raw: the bytes as stored on the wand, in the wand's order.
        civil: the reading without time zone; None when the bytes are no calendar date.
        coding: how the bytes were read.
        flaw: why the reading is doubtful, or None.
    """

    raw: bytes
    civil: datetime | None
    coding: TimeCoding
    flaw: TimeFlaw | None = None
