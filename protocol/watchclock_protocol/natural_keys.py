"""Settles which records of one conversation are the same record (docs/decisions/0005).

With slots the key is (kind, slot, raw bytes). Without, it is (kind, raw bytes, rank, memory): the
rank counts the equal records before it in its reading, so that two readings of one memory are
merged and two equal records of one reading are not; what is read after an acknowledgement is of
another memory, whatever it looks like, unless it is of a kind that the acknowledgement keeps.
"""

from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import dataclass, field

from watchclock_protocol.keyed_records import (
    KeyedRecord,
    KeyedRecords,
    is_alike,
    joined,
    keys_of,
)
from watchclock_protocol.records import Record, RecordKind

__all__ = ["Disagreement", "KeyedRecord", "KeyedRecords", "UniqueRecords"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One place of the wand's memory that was read twice and was not the same. Both are kept.

    Attributes:
        kind: which records.
        slot: the slot in the ring; None where the dialect has no slots.
        position: the place among the records of its kind in the reading, from 0, where the
            dialect has no slots; else None.
        first: the record's bytes when first read.
        other: its bytes in a later reading.
    """

    kind: RecordKind
    slot: int | None
    position: int | None
    first: bytes
    other: bytes


@dataclass(slots=True)
class _Pass:
    """One pass over all memories of a wand, of whatever kinds."""

    announced: int | None
    received: int = 0

    @property
    def is_whole(self) -> bool:
        return self.received == self.announced


@dataclass(slots=True)
class _Reading:
    """What one pass found of one kind of record that has no slots."""

    of: _Pass
    stored: list[bytes] = field(default_factory=list[bytes])
    ranks: Counts[bytes] = field(default_factory=Counts[bytes])

    def add(self, raw: bytes) -> int:
        """Note the record that came next and give its rank."""
        rank = self.ranks.get(raw, 0)
        self.ranks[raw] = rank + 1
        self.stored.append(raw)
        self.of.received += 1
        return rank


class _Memories:
    """All readings of one kind of record without slots, by the memory they were made of."""

    def __init__(self, first: _Pass) -> None:
        self._memories: list[list[_Reading]] = [[_Reading(first)]]
        self._given_up: Counts[bytes] = Counts()
        self._known: set[tuple[bytes, int, bool]] = set()

    @property
    def is_after_acknowledgement(self) -> bool:
        """The first memory was given up."""
        return len(self._memories) > 1

    def begin_memory(self, following: _Pass) -> None:
        """What is read from now on need not equal what was read before."""
        if self.is_after_acknowledgement:
            most: Counts[bytes] = Counts()
            for reading in self._memories[-1]:
                most |= reading.ranks
            self._given_up += most
        self._memories.append([_Reading(following)])

    def begin_reading(self, following: _Pass) -> None:
        self._memories[-1].append(_Reading(following))

    def add(self, raw: bytes) -> int | None:
        """The rank of the record that came next; None if it is known."""
        rank = self._memories[-1][-1].add(raw) + self._given_up.get(raw, 0)
        key = (raw, rank, self.is_after_acknowledgement)
        if key in self._known:
            return None
        self._known.add(key)
        return rank

    def received(self) -> int:
        """Records of the longest reading before anything was given up."""
        return max(len(reading.stored) for reading in self._memories[0])

    def differences(self, kind: RecordKind) -> list[Disagreement]:
        """Places at which a whole reading is not like the first whole one of its memory."""
        found: list[Disagreement] = []
        for memory in self._memories:
            whole = [reading for reading in memory if reading.of.is_whole and reading.stored]
            for later in whole[1:]:
                found += _differences(kind, whole[0], later)
        return found


class UniqueRecords:
    """Every record once, whatever was read twice."""

    def __init__(self, kept_kinds: frozenset[RecordKind] = frozenset()) -> None:
        """Begin with nothing.

        Args:
            kept_kinds: kinds that an acknowledgement leaves on the wand.
        """
        self._kept_kinds = kept_kinds
        self._kept = KeyedRecords()
        self._waiting: list[Sequence[Record]] = []
        self._slots: dict[RecordKind, dict[int, bytes]] = {kind: {} for kind in RecordKind}
        self._disagreements: dict[tuple[RecordKind, int, bytes], Disagreement] = {}
        first = _Pass(announced=None)
        self._memories = {kind: _Memories(first) for kind in RecordKind}

    def begin_memory(self) -> None:
        """The wand gave its records up: what it makes from now on need not equal them.

        A kind that it keeps goes on where it was, in the middle of a reading too.
        """
        self._settle()
        following = _Pass(announced=None)
        for kind, memories in self._memories.items():
            if kind not in self._kept_kinds:
                memories.begin_memory(following)

    def begin_reading(self, announced: int | None) -> None:
        """The wand hands out its memory from the beginning; ``announced`` records are due."""
        self._settle()
        following = _Pass(announced=announced)
        for memories in self._memories.values():
            memories.begin_reading(following)

    def add(self, record: Record) -> None:
        """Keep the record unless it is already kept."""
        self.extend((record,))

    def extend(self, records: Sequence[Record]) -> None:
        """Keep those of the records that are not already kept; no batch is decoded for it.

        Pages of one kind are settled together, when something else comes or somebody asks.
        """
        if self._waiting and not is_alike(self._waiting[0], records):
            self._settle()
        self._waiting.append(records)

    def all(self) -> KeyedRecords:
        """The kept records in the order in which they first arrived."""
        self._settle()
        return self._kept

    def received(self, kind: RecordKind) -> int:
        """How many records of a kind arrived before anything was acknowledged.

        Counts slots; where there are none, the records of the longest reading.
        """
        self._settle()
        return len(self._slots[kind]) + self._memories[kind].received()

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Places that were read twice and not the same.

        Without slots only whole readings of one memory can be compared place by place.
        """
        self._settle()
        found = list(self._disagreements.values())
        for kind, memories in self._memories.items():
            found += memories.differences(kind)
        return tuple(found)

    def _settle(self) -> None:
        """Settle what came since it was last done."""
        if not self._waiting:
            return
        records = joined(self._waiting)
        self._waiting = []
        keys = keys_of(records)
        places, ranks, after = list[int](), list[int](), list[bool]()
        for place, (kind, slot, raw) in enumerate(
            zip(keys.kinds, keys.slots, keys.raws, strict=True)
        ):
            rank: int | None = 0
            is_after = False
            if slot is None:
                memories = self._memories[kind]
                rank, is_after = memories.add(raw), memories.is_after_acknowledgement
            elif self._is_known(kind, slot, raw):
                continue
            if rank is not None:
                places.append(place)
                ranks.append(rank)
                after.append(is_after)
        self._kept.keep(records, keys, places, ranks, after)

    def _is_known(self, kind: RecordKind, slot: int, raw: bytes) -> bool:
        """Whether the record of a slot is already kept."""
        slots = self._slots[kind]
        first = slots.get(slot)
        if first is None:
            slots[slot] = raw
            return False
        key = (kind, slot, raw)
        if first == raw or key in self._disagreements:
            return True
        self._disagreements[key] = Disagreement(
            kind=kind, slot=slot, position=None, first=first, other=raw
        )
        return False


def _differences(kind: RecordKind, first: _Reading, later: _Reading) -> list[Disagreement]:
    pairs = enumerate(zip(first.stored, later.stored, strict=False))
    return [
        Disagreement(kind=kind, slot=None, position=position, first=raw, other=other)
        for position, (raw, other) in pairs
        if raw != other
    ]
