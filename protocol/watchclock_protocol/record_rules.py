"""What the fields of a record mean, written as data, for one record and for a million alike.

``record_layout`` applies these rules to one record, ``bulk`` to whole columns.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.records import RecordFlag, RecordKind
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["FlagRule", "KindRule", "NumberRule", "PartRule", "PrefixRule", "TagRule", "TagShape"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagShape:
    """How a tag's identity stands in its field.

    Attributes:
        technology: the kind of tag.
        octets: how many leading bytes of the field are the identity.
        zeros_skipped: so many leading bytes are left out if all of them are zero, because the
            wand fills them up without knowing them.
        is_rom: the bytes are a whole 1-Wire ROM in wire order, whose own CRC can be checked.
    """

    technology: TagTechnology
    octets: int
    zeros_skipped: int = 0
    is_rom: bool = False

    def tag(self, stored: bytes) -> TagId:
        """The identity in the bytes of the field."""
        octets = stored[: self.octets]
        if self.zeros_skipped and not any(octets[: self.zeros_skipped]):
            octets = octets[self.zeros_skipped :]
        return TagId(self.technology, octets)

    def flags(self, stored: bytes) -> frozenset[RecordFlag]:
        """What is wrong with the identity.

        A ROM of family zero names no tag, although the CRC of eight zeros holds: it is what a
        shorted contact reads.
        """
        if not self.is_rom:
            return frozenset()
        if stored[0] == 0:
            return frozenset({RecordFlag.TAG_IMPOSSIBLE})
        is_good = crc8_maxim(stored[: self.octets]) == 0
        return frozenset() if is_good else frozenset({RecordFlag.TAG_CHECK_SUM})


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """Which field holds the tag.

    Attributes:
        field: name of a field of bytes.
        shape: how it stands there; with a ``selector`` for values the shapes do not list, whose
            records are flagged ``UNKNOWN_CODE``.
        selector: name of the integer field that tells the kind of tag, if one does.
        shapes: the shapes by value of the selector.
    """

    field: str
    shape: TagShape
    selector: str | None = None
    shapes: Mapping[int, TagShape] = dataclasses.field(default_factory=dict[int, TagShape])


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """An integer field of which some values mean that there is none."""

    field: str
    none: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRule:
    """An integer field whose value raises a flag.

    Attributes:
        flag: the flag.
        field: name of the field.
        values: some of its values.
        when_listed: whether these values raise it, or all others do.
    """

    flag: RecordFlag
    field: str
    values: frozenset[int]
    when_listed: bool = True

    def is_raised(self, value: int) -> bool:
        """Whether a record with this value has the flag."""
        return (value in self.values) == self.when_listed


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixRule:
    """Records that begin with these bytes have the flag."""

    flag: RecordFlag
    prefix: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """An integer field that tells the kind of record.

    Attributes:
        field: name of the field.
        kinds: kinds by value; a value that is not listed is a system record.
    """

    field: str
    kinds: Mapping[int, RecordKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRule:
    """An unsigned integer, low byte first, inside a field of bytes.

    Attributes:
        field: name of the field.
        start: where it begins in the field.
        octets: how many bytes it has, at most 4.
    """

    field: str
    start: int
    octets: int
