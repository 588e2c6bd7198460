"""Every reply of the Kaihe EB protocol as a frozen value; the bytes are kept as they came.

Source: docs/protocols/kaihe_eb.md, "Commands".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from watchclock_protocol.dialects.kaihe_eb.texts import decode_text
from watchclock_protocol.messages import DialectReply

__all__ = ["Confirmation", "Count", "KaiheReply", "NumberReply", "SelfTest", "ShownClock"]
__all__ += ["StoredKnock", "StoredPatrol", "StoredText", "Variant"]

_REFUSED: Final = 0x0C
_GOOD: Final = 0


class Variant(StrEnum):
    """Which of the two field widths a wand has."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest(DialectReply):
    """What a test of buzzer or LED gave; 0 is good."""

    __test__ = False  # no test case, whatever pytest makes of the name

    result: int

    @property
    def is_good(self) -> bool:
        """The wand says that the part works."""
        return self.result == _GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownClock(DialectReply):
    """What the clock shows: yy MM dd HH mm ss in plain binary; A adds a byte nobody reads."""

    shown: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReply(DialectReply):
    """The wand's own number, five bytes in variant A, one in variant B."""

    number: bytes

    @property
    def text(self) -> str:
        """The number as the maker's programs show it, in hexadecimal."""
        return self.number.hex().upper()

    @property
    def variant(self) -> Variant:
        """The variant, by the length of the number."""
        return Variant.B if len(self.number) == 1 else Variant.A


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(DialectReply):
    """How many records of the kind that was asked for wait, 0 to 65535."""

    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPatrol(DialectReply):
    """One patrol record as stored, 11 bytes in variant A, 7 in variant B."""

    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKnock(DialectReply):
    """One knock record as stored, 6 bytes."""

    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText(DialectReply):
    """A text of variant A as stored."""

    raw: bytes

    @property
    def text(self) -> str | None:
        """The text, or None when the bytes are none."""
        return decode_text(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation(DialectReply):
    """The wand did what it was told, unless it says ``0C``; the rest of the data is not known.

    Attributes:
        data: as it came; no source interprets more than its first byte.
    """

    data: bytes

    @property
    def is_refusal(self) -> bool:
        """The wand says that it did not: certain for 83 and 86, inferred for the others."""
        return self.data[:1] == bytes([_REFUSED])


KaiheReply = (
    SelfTest
    | ShownClock
    | NumberReply
    | Count
    | StoredPatrol
    | StoredKnock
    | StoredText
    | Confirmation
)
