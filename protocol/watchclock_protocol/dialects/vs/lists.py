"""The lists a wand keeps for its guard: roster, checkpoint names, alarm times.

Source: docs/protocols/vs.md, section "Lists".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from watchclock_protocol.dialects.vs.frames import MOST_DATA_OCTETS
from watchclock_protocol.dialects.vs.layouts import (
    ALARM,
    CHECKPOINT,
    NAME_OCTETS,
    ROSTER,
    SUBJECT_OCTETS,
)
from watchclock_protocol.dialects.vs.records import NO_TAG, tag_field, tag_of
from watchclock_protocol.errors import LayoutError, RequestRangeError
from watchclock_protocol.message_layout import Layout
from watchclock_protocol.messages import DialectReply
from watchclock_protocol.values import TagId

__all__ = ["AlarmEntry", "CheckpointEntry", "FetchList", "ListEntry", "ListNumber", "ListShape"]
__all__ += ["LIST_SHAPES", "ListStored", "RosterEntry", "SendList", "StoredList", "decode_entries"]
__all__ += ["encode_entries", "entries_a_frame"]

_WRITE_HEAD_OCTETS: Final = 4
_READ_HEAD_OCTETS: Final = 6
_MOST_COUNT: Final = 255


class ListNumber(IntEnum):
    """Octet 0 of every list command."""

    ROSTER = 1
    CHECKPOINTS = 2
    ALARMS = 3


def name_octets(name: str) -> bytes:
    """A name in UTF-8, cut between characters to 24 bytes and padded with 00."""
    octets = name.encode("utf-8")[:NAME_OCTETS]
    return octets.decode("utf-8", errors="ignore").encode("utf-8").ljust(NAME_OCTETS, b"\x00")


def _name(raw: bytes) -> str:
    return raw.rstrip(b"\x00").decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One guard.

    Attributes:
        number: guard number, 1 to 65535.
        tag_type: type of the guard's own tag, 0 for none.
        subject: that tag, as in a patrol record.
        name_raw: 24 bytes.
    """

    number: int
    tag_type: int
    subject: bytes
    name_raw: bytes

    @classmethod
    def named(cls, *, number: int, name: str, tag: TagId | None = None) -> Self:
        """The entry of a guard; a longer name is cut.

        Raises:
            ValueError: no such wand reads this tag.
        """
        tag_type, subject = (NO_TAG, bytes(SUBJECT_OCTETS)) if tag is None else tag_field(tag)
        return cls(number=number, tag_type=tag_type, subject=subject, name_raw=name_octets(name))

    @property
    def tag(self) -> TagId | None:
        """The guard's own tag, if there is one of a known type."""
        return tag_of(self.tag_type, self.subject)

    @property
    def name(self) -> str:
        """The name without padding."""
        return _name(self.name_raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointEntry:
    """The name the wand shows when this tag is read."""

    tag_type: int
    subject: bytes
    name_raw: bytes

    @classmethod
    def named(cls, *, name: str, tag: TagId) -> Self:
        """The entry of a checkpoint; a longer name is cut.

        Raises:
            ValueError: no such wand reads this tag.
        """
        tag_type, subject = tag_field(tag)
        return cls(tag_type=tag_type, subject=subject, name_raw=name_octets(name))

    @property
    def tag(self) -> TagId | None:
        """The checkpoint's tag, None for a type this version does not know."""
        return tag_of(self.tag_type, self.subject)

    @property
    def name(self) -> str:
        """The name without padding."""
        return _name(self.name_raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEntry:
    """When the wand calls its guard.

    Attributes:
        days: bit 0 Monday to bit 6 Sunday.
        hour: 0 to 23.
        minute: 0 to 59.
        sounds: bit 0 buzzer, bit 1 vibrator.
    """

    days: int
    hour: int
    minute: int
    sounds: int


ListEntry = RosterEntry | CheckpointEntry | AlarmEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShape:
    """How one list is stored.

    Attributes:
        layout: of an entry.
        entry: the entry's type.
        octets: bytes of an entry.
        most: entries it can hold.
    """

    layout: Layout
    entry: type[ListEntry]
    octets: int
    most: int


LIST_SHAPES: Final[Mapping[ListNumber, ListShape]] = {
    ListNumber.ROSTER: ListShape(layout=ROSTER, entry=RosterEntry, octets=35, most=2000),
    ListNumber.CHECKPOINTS: ListShape(
        layout=CHECKPOINT, entry=CheckpointEntry, octets=33, most=4000
    ),
    ListNumber.ALARMS: ListShape(layout=ALARM, entry=AlarmEntry, octets=4, most=32),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SendList:
    """A command of the host: make these the wand's list. Answered with ``ListStored``."""

    list_number: ListNumber
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchList:
    """A command of the host: read the wand's whole list. Answered with ``StoredList``."""

    list_number: ListNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStored(DialectReply):
    """The wand uses the list it was sent."""

    list_number: ListNumber
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredList(DialectReply):
    """The list the wand uses."""

    list_number: ListNumber
    entries: tuple[ListEntry, ...]


def entries_a_frame(list_number: ListNumber) -> int:
    """How many entries a frame can carry, in either direction."""
    room = MOST_DATA_OCTETS - max(_WRITE_HEAD_OCTETS, _READ_HEAD_OCTETS)
    return min(_MOST_COUNT, room // LIST_SHAPES[list_number].octets)


def encode_entries(list_number: ListNumber, entries: tuple[ListEntry, ...]) -> bytes:
    """The entries one after the other.

    Raises:
        RequestRangeError: there are too many, one belongs to another list, or a value does not
            fit.
    """
    shape = LIST_SHAPES[list_number]
    named = list_number.name.lower()
    if len(entries) > shape.most:
        reason = f"{len(entries)} entries, {shape.most} fit"
        raise RequestRangeError(command=named, reason=reason)
    if not all(isinstance(entry, shape.entry) for entry in entries):
        raise RequestRangeError(command=named, reason="an entry belongs to another list")
    return b"".join(shape.layout.build_of(entry) for entry in entries)


def decode_entries(list_number: ListNumber, raw: bytes) -> tuple[ListEntry, ...]:
    """The entries in these bytes.

    Raises:
        LayoutError: these are not whole entries.
    """
    shape = LIST_SHAPES[list_number]
    if len(raw) % shape.octets:
        raise LayoutError(reason=f"{len(raw)} bytes of {list_number.name.lower()}")
    return tuple(shape.entry(**shape.layout.parse(part)) for part in _parts(raw, shape.octets))


def _parts(raw: bytes, octets: int) -> Iterator[bytes]:
    return (raw[start : start + octets] for start in range(0, len(raw), octets))
