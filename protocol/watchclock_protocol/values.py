"""Small frozen values shared by every dialect: a tag's name, what a wand's clock showed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from typing_extensions import override

__all__ = ["TagId", "TagTechnology", "TimeCoding", "TimeFlaw", "WandTime"]


class TagTechnology(StrEnum):
    """How a tag is read."""

    IBUTTON = "ibutton"
    RFID = "rfid"


@dataclass(frozen=True, slots=True, order=True)
class TagId:
    """What a wand kept of a tag's identity.

    Attributes:
        technology: contact or radio.
        octets: the bytes the wand kept, most significant first. An iButton is its serial without
            family and CRC; an RFID tag is its card number.
    """

    technology: TagTechnology
    octets: bytes

    @override
    def __str__(self) -> str:
        return f"{self.technology}:{self.octets.hex().upper()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The tag written as ``technology:HEX``.

        Raises:
            ValueError: the technology is unknown or the rest is not hexadecimal.
        """
        technology, _, digits = text.partition(":")
        return cls(TagTechnology(technology), bytes.fromhex(digits))


class TimeCoding(StrEnum):
    """How six time bytes are to be read."""

    BCD = "bcd"
    BINARY = "binary"


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
