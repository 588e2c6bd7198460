"""The port of a desk reader: it reads tags for enrolment and keeps no records.

DeskReaderSession   begin(now)      ->  Transmit …
                    receive(bytes)  ->  Heard … TagShown | Failed
                    expire(now)     ->  Transmit …   looks again, resends, gives up
"""

from dataclasses import dataclass
from typing import Final, Protocol

from watchclock_protocol.events import Event
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["WAND_OCTETS", "DeskReaderSession", "ShownTag", "TagShown"]

WAND_OCTETS: Final = 3
"""What wands of the same maker keep of a card number: its low three bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTag:
    """A tag, or what looks like one, that was shown to the reader.

    Attributes:
        number: its number as the reader told it, most significant byte first.
        kind: stable name of what kind of card the reader took it for.
        technology: how it is read; None for what is no tag, such as a printed code.
    """

    number: bytes
    kind: str
    technology: TagTechnology | None

    @property
    def tag(self) -> TagId | None:
        """Its identity; None for what is no tag."""
        return None if self.technology is None else TagId(self.technology, self.number)

    @property
    def as_stored(self) -> TagId | None:
        """What a wand of the same maker will store of it; None for what is no tag."""
        if self.technology is None:
            return None
        return TagId(TagTechnology.RFID, self.number[-WAND_OCTETS:].rjust(WAND_OCTETS, b"\0"))

    @property
    def decimal(self) -> int:
        """Its number as people write it."""
        return int.from_bytes(self.number, "big")


@dataclass(frozen=True, slots=True)
class TagShown:
    """A tag is on the reader that was not there before."""

    shown: ShownTag


class DeskReaderSession(Protocol):
    """The host's side of a conversation with one desk reader."""

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due, or None before the beginning and after a failure."""
        ...

    def begin(self, now: float) -> list[Event | TagShown]:
        """Ask who is there, then look for tags until nobody calls any more."""
        ...

    def receive(self, data: bytes, now: float) -> list[Event | TagShown]:
        """Take bytes from the link, any bytes, in any cuts. Never raises for what they hold."""
        ...

    def expire(self, now: float) -> list[Event | TagShown]:
        """Take note that time has passed: look again, resend, or fail."""
        ...
