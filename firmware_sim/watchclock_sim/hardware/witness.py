"""Why a touch left no record: only the inside of a wand knows it, and only the truth is told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["NotKept", "Witness"]


class NotKept(StrEnum):
    """Why a wand has no record of a touch."""

    WAND_DEAD = "wand_dead"
    """It never started, or its battery gave nothing at that moment."""
    BEGAN_AGAIN = "began_again"
    """Its supply broke down, or its watchdog started it again, and the touch was lost."""
    HEAD_FAILED = "head_failed"
    """The head read no whole tag: its own fault, a short, metal, or two tags at once."""
    MEMORY_FAILED = "memory_failed"
    """The record was not stored, or not as it should be."""
    REFUSED = "refused"
    """Its memory was full, or it may not be used any more, or it does not know such tags."""


@dataclass(slots=True)
class Witness:
    """Saw the last touch of one wand.

    Attributes:
        why_not: what kept the wand from storing it; None when nothing inside did.
        shown: what its clock showed when the tag was read; None when it was not even tried.
        misread: what its head took the tag for, when that was something else.
    """

    why_not: NotKept | None = None
    shown: datetime | None = None
    misread: bytes | None = None

    def begins(self, why_not: NotKept | None = None) -> None:
        """Another touch comes."""
        self.why_not, self.shown, self.misread = why_not, None, None

    def reads(self, tag: bytes, taken_for: bytes | None, shown: datetime) -> None:
        """The head has tried, and its clock showed this then."""
        self.shown = shown
        self.misread = None if taken_for == tag else taken_for
