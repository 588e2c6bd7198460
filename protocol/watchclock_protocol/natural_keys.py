"""Settles which records of one conversation are the same record (docs/decisions/0005).

With slots the key is (kind, slot, raw bytes). Without, it is (kind, raw bytes, rank, memory): the
rank counts the equal records before it in its reading, so that two readings of one memory are
merged and two equal records of one reading are not; what is read after an acknowledgement is of
another memory, whatever it looks like.
"""

from collections import Counter as Counts
from dataclasses import dataclass, field

from watchclock_protocol.records import Record, RecordKind

__all__ = ["Disagreement", "KeyedRecord", "UniqueRecords"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRecord:
    """A record with what tells it from its equals.

    Attributes:
        record: what the wand stored.
        rank: how many equal raw records came before it in its reading, or in a memory given up
            since the first acknowledgement; 0 where it has a slot.
        is_after_acknowledgement: it was read after the wand had been told in this conversation
            to give its records up; False where it has a slot.
        position: its place among the records of the download, from 0.
    """

    record: Record
    rank: int
    is_after_acknowledgement: bool
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One place of the wand's memory that was read twice and was not the same. Both are kept.

    Attributes:
        kind: which records.
        slot: the slot in the ring; None where the dialect has no slots.
        position: the place in the reading, from 0, where the dialect has no slots; else None.
        first: the record's bytes when first read.
        other: its bytes in a later reading.
    """

    kind: RecordKind
    slot: int | None
    position: int | None
    first: bytes
    other: bytes


_Stored = tuple[RecordKind, bytes]


@dataclass(slots=True)
class _Reading:
    """One pass over the memory of a wand without slots."""

    announced: int | None = None
    stored: list[_Stored] = field(default_factory=list[_Stored])
    ranks: Counts[_Stored] = field(default_factory=Counts[_Stored])

    def add(self, record: Record) -> int:
        """Note the record that came next and give its rank."""
        stored = (record.kind, record.raw)
        rank = self.ranks[stored]
        self.ranks[stored] += 1
        self.stored.append(stored)
        return rank


class UniqueRecords:
    """Every record once, whatever was read twice."""

    def __init__(self) -> None:
        self._kept: list[KeyedRecord] = []
        self._ranked: set[tuple[_Stored, int, bool]] = set()
        self._given_up: Counts[_Stored] = Counts()
        self._slots: dict[RecordKind, dict[int, bytes]] = {kind: {} for kind in RecordKind}
        self._disagreements: dict[tuple[RecordKind, int, bytes], Disagreement] = {}
        self._memories: list[list[_Reading]] = [[]]
        self.begin_reading(None)

    def begin_memory(self) -> None:
        """What is read from now on need not equal what was read before."""
        if len(self._memories) > 1:
            most: Counts[_Stored] = Counts()
            for reading in self._memories[-1]:
                most |= reading.ranks
            self._given_up += most
        self._memories.append([])
        self.begin_reading(None)

    def begin_reading(self, announced: int | None) -> None:
        """The wand hands out its memory from the beginning; ``announced`` records are due."""
        self._memories[-1].append(_Reading(announced=announced))

    def add(self, record: Record) -> None:
        """Keep the record unless it is already kept."""
        if record.slot is None:
            self._add_ranked(record)
        else:
            self._add_slotted(record, record.slot)

    def all(self) -> tuple[KeyedRecord, ...]:
        """The kept records in the order in which they first arrived."""
        return tuple(self._kept)

    def received(self, kind: RecordKind) -> int:
        """How many records of a kind arrived before anything was acknowledged.

        Counts slots; where there are none, the records of the longest reading.
        """
        passes = (
            sum(1 for found, _ in reading.stored if found is kind) for reading in self._memories[0]
        )
        return len(self._slots[kind]) + max(passes)

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Places that were read twice and not the same.

        Without slots only whole readings of one memory can be compared place by place.
        """
        found = list(self._disagreements.values())
        for memory in self._memories:
            whole = [reading for reading in memory if len(reading.stored) == reading.announced]
            for later in whole[1:]:
                found += _differences(whole[0], later)
        return tuple(found)

    def _add_ranked(self, record: Record) -> None:
        stored = (record.kind, record.raw)
        rank = self._memories[-1][-1].add(record) + self._given_up[stored]
        is_after = len(self._memories) > 1
        key = (stored, rank, is_after)
        if key not in self._ranked:
            self._ranked.add(key)
            self._keep(record, rank, is_after=is_after)

    def _add_slotted(self, record: Record, slot: int) -> None:
        slots = self._slots[record.kind]
        if slot not in slots:
            slots[slot] = record.raw
            self._keep(record, 0)
            return
        key = (record.kind, slot, record.raw)
        if slots[slot] != record.raw and key not in self._disagreements:
            self._disagreements[key] = Disagreement(
                kind=record.kind,
                slot=slot,
                position=None,
                first=slots[slot],
                other=record.raw,
            )
            self._keep(record, 0)

    def _keep(self, record: Record, rank: int, *, is_after: bool = False) -> None:
        self._kept.append(
            KeyedRecord(
                record=record,
                rank=rank,
                is_after_acknowledgement=is_after,
                position=len(self._kept),
            )
        )


def _differences(first: _Reading, later: _Reading) -> list[Disagreement]:
    pairs = enumerate(zip(first.stored, later.stored, strict=False))
    return [
        Disagreement(kind=kind, slot=None, position=position, first=raw, other=other)
        for position, ((kind, raw), (_, other)) in pairs
        if raw != other
    ]
