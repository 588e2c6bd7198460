"""Records with what tells each from its equals, kept as columns and decoded when somebody looks.

Which record is which is settled by ``natural_keys`` from (kind, slot, raw bytes) alone, so that a
full wand costs some list entries a record and no objects; what needs the rest of them in columns
hands the ``runs`` to ``bulk``.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain
from typing import Literal, cast, overload

from typing_extensions import override

from watchclock_protocol.record_batch import RecordBatch
from watchclock_protocol.records import Record, RecordKind

__all__ = ["KeyedRecord", "KeyedRecords", "RecordKeys", "is_alike", "joined", "keys_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRecord:
    """A record with what tells it from its equals.

    Attributes:
        record: what the wand stored.
        rank: how many equal raw records came before it in its reading, or in a memory given up
            since the first acknowledgement; 0 where it has a slot.
        is_after_acknowledgement: it was read after the wand had been told in this conversation
            to give its records up; False where it has a slot, and of a kind the wand kept.
        position: its place among the records of the download, from 0.
    """

    record: Record
    rank: int
    is_after_acknowledgement: bool
    position: int


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """What equality of records is settled by, a value a record."""

    kinds: Sequence[RecordKind]
    slots: Sequence[int | None]
    raws: Sequence[bytes]

    def at(self, places: Sequence[int]) -> "RecordKeys":
        """The keys of some of the records."""
        return RecordKeys(
            [self.kinds[place] for place in places],
            [self.slots[place] for place in places],
            [self.raws[place] for place in places],
        )


def keys_of(records: Sequence[Record]) -> RecordKeys:
    """Kind, slot and raw bytes of each; those of a batch are cut from its block."""
    if isinstance(records, RecordBatch):
        return _keys_of_batch(records)
    return RecordKeys(
        [record.kind for record in records],
        [record.slot for record in records],
        [record.raw for record in records],
    )


def _keys_of_batch(batch: RecordBatch) -> RecordKeys:
    layout, block, count = batch.layout, batch.block, len(batch)
    kept = layout.raw_octets
    raws = [block[start : start + kept] for start in range(0, len(block), layout.octets)]
    kinds: Sequence[RecordKind]
    if isinstance(layout.kind, RecordKind):
        kinds = [layout.kind] * count
    else:
        of_value = layout.kind.kinds
        told = _integers(batch, layout.kind.field)
        kinds = [of_value.get(value, RecordKind.SYSTEM) for value in told]
    slots: Sequence[int | None] = [None] * count if batch.slots is None else batch.slots
    if layout.slot is not None:
        slots = _integers(batch, layout.slot)
    return RecordKeys(kinds, slots, raws)


def _integers(batch: RecordBatch, name: str) -> list[int]:
    """The values of an integer field."""
    block, size = batch.block, batch.layout.octets
    plan = next(each for each in batch.layout.plan if each.name == name)
    if plan.octets == 1 and not plan.is_signed:
        return list(block[plan.offset :: size])
    order: Literal["big", "little"] = "big" if plan.is_big else "little"
    return [
        int.from_bytes(block[start : start + plan.octets], order, signed=plan.is_signed)
        for start in range(plan.offset, len(block), size)
    ]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Records that came together, and which of them were kept."""

    records: Sequence[Record]
    places: Sequence[int]


@dataclass(eq=False)
class KeyedRecords(Sequence[KeyedRecord]):
    """Every record of a download once, in the order in which they first arrived.

    Equal to any sequence of equal records with equal keys. Filled by ``keep``, then only read.

    Attributes:
        kinds: kind of each.
        slots: slot of each; None where it has none.
        raws: bytes of each.
        ranks: rank of each, see ``KeyedRecord``.
        after: whether each was read after an acknowledgement, see ``KeyedRecord``.
    """

    kinds: list[RecordKind] = field(default_factory=list[RecordKind])
    slots: list[int | None] = field(default_factory=list[int | None])
    raws: list[bytes] = field(default_factory=list[bytes])
    ranks: list[int] = field(default_factory=list[int])
    after: list[bool] = field(default_factory=list[bool])
    _pieces: list[_Piece] = field(default_factory=list[_Piece])

    def keep(
        self,
        records: Sequence[Record],
        keys: RecordKeys,
        places: Sequence[int],
        ranks: Sequence[int],
        after: Sequence[bool],
    ) -> None:
        """Keep some records of what came in one piece.

        Args:
            records: what came.
            keys: the keys of all of it.
            places: which of them are kept.
            ranks: the rank of each that is kept.
            after: whether each that is kept came after an acknowledgement.
        """
        if not places:
            return
        if len(places) < len(records):
            keys = keys.at(places)
        self.kinds += keys.kinds
        self.slots += keys.slots
        self.raws += keys.raws
        self.ranks += ranks
        self.after += after
        self._pieces.append(_Piece(records, places))

    @cached_property
    def runs(self) -> tuple[Sequence[Record], ...]:
        """All records in order, neighbours of one layout together as a ``RecordBatch``."""
        runs: list[Sequence[Record]] = []
        same: list[Sequence[Record]] = []
        for group in map(_kept_of, self._pieces):
            if same and not is_alike(same[0], group):
                runs.append(joined(same))
                same = []
            same.append(group)
        return (*runs, joined(same)) if same else ()

    @override
    def __len__(self) -> int:
        return len(self.raws)

    @overload
    def __getitem__(self, index: int) -> KeyedRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[KeyedRecord, ...]: ...
    @override
    def __getitem__(self, index: int | slice) -> KeyedRecord | tuple[KeyedRecord, ...]:
        places = range(len(self))[index]
        if not isinstance(places, int):
            return tuple(self[place] for place in places)
        run = bisect_right(self._ends, places)
        start = self._ends[run - 1] if run else 0
        return self._keyed(self.runs[run][places - start], places)

    @override
    def __iter__(self) -> Iterator[KeyedRecord]:
        for place, record in enumerate(chain.from_iterable(self.runs)):
            yield self._keyed(record, place)

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return tuple(self) == tuple(cast("Sequence[object]", other))

    @override
    def __hash__(self) -> int:
        return hash(tuple(self))

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(len, self.runs)))

    def _keyed(self, record: Record, place: int) -> KeyedRecord:
        return KeyedRecord(
            record=record,
            rank=self.ranks[place],
            is_after_acknowledgement=self.after[place],
            position=place,
        )


def is_alike(one: Sequence[Record], other: Sequence[Record]) -> bool:
    """Whether the records can be decoded as one batch, or are single ones both."""
    if not isinstance(one, RecordBatch) or not isinstance(other, RecordBatch):
        return not isinstance(one, RecordBatch) and not isinstance(other, RecordBatch)
    return (
        one.layout is other.layout
        and one.reference == other.reference
        and (one.slots is None) == (other.slots is None)
    )


def joined(groups: Sequence[Sequence[Record]]) -> Sequence[Record]:
    """Records of groups that are all alike, in one group."""
    first = groups[0]
    batches = [group for group in groups if isinstance(group, RecordBatch)]
    if not isinstance(first, RecordBatch):
        return tuple(chain.from_iterable(groups))
    slots = None
    if first.slots is not None:
        slots = [slot for batch in batches if batch.slots is not None for slot in batch.slots]
    return RecordBatch(
        layout=first.layout,
        block=b"".join(batch.block for batch in batches),
        slots=slots,
        reference=first.reference,
    )


def _kept_of(piece: _Piece) -> Sequence[Record]:
    """The records of a piece that were kept."""
    records, places = piece.records, piece.places
    if len(places) == len(records):
        return records
    if not isinstance(records, RecordBatch):
        return tuple(records[place] for place in places)
    size, slots = records.layout.octets, records.slots
    return RecordBatch(
        layout=records.layout,
        block=b"".join(records.block[place * size : (place + 1) * size] for place in places),
        slots=None if slots is None else [slots[place] for place in places],
        reference=records.reference,
    )
