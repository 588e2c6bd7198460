"""Which records of two readings cannot both be true (decision 0006)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from watchclock_protocol.records import RecordKind
from watchclock_protocol.replay import DecodedDownload
from watchclock_server.intake.domain.downloads import Ring

__all__ = ["Conflict", "KeyColumns", "Reading", "ReadingRecord", "RecordKey"]
__all__ += ["find_conflicts", "inner_conflicts"]


class RecordKey(NamedTuple):
    """What makes a record of one wand the same record (decision 0005).

    A plain tuple, because tens of thousands of them are looked up.

    Attributes:
        kind: patrol, system or knock.
        slot: place in the ring; None where the dialect has none.
        raw: the record's bytes.
        rank: how many equal records came before it in its reading; 0 where there are slots.
        emptied_by: key of the download whose acknowledgement wiped the memory before the record
            was made; 0 where none is known and where this kind is never wiped.
    """

    kind: RecordKind
    slot: int | None
    raw: bytes
    rank: int
    emptied_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyColumns:
    """The keys of many records, a value a record.

    Attributes:
        kinds: see ``RecordKey``, and so on.
        memories: what is ``emptied_by`` there.
    """

    kinds: Sequence[RecordKind]
    slots: Sequence[int | None]
    raws: Sequence[bytes]
    ranks: Sequence[int]
    memories: Sequence[int]

    def __len__(self) -> int:
        return len(self.raws)

    def each(self) -> Iterator[RecordKey]:
        """The keys one by one."""
        columns = (self.kinds, self.slots, self.raws, self.ranks, self.memories)
        return map(RecordKey._make, zip(*columns, strict=True))

    def at(self, places: Sequence[int]) -> Self:
        """The keys of some of the records."""
        if len(places) == len(self):
            return self
        return type(self)(
            kinds=[self.kinds[place] for place in places],
            slots=[self.slots[place] for place in places],
            raws=[self.raws[place] for place in places],
            ranks=[self.ranks[place] for place in places],
            memories=[self.memories[place] for place in places],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRecord:
    """One record as one reading found it.

    Attributes:
        civil: what the wand's clock showed when it was made; None when that was no date.
    """

    record_id: int
    key: RecordKey
    civil: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a wand's memory: what the wand told and what came, in its order.

    Attributes:
        shown: what its clock showed at the reading; None when it was not asked or showed no date.
    """

    rings: Sequence[Ring]
    records: Sequence[ReadingRecord]
    shown: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two records of which one must be wrong."""

    record_id: int
    other_id: int


def find_conflicts(earlier: Reading, later: Reading) -> tuple[Conflict, ...]:
    """Records of two readings that cannot both be true.

    The caller has made sure that the wand was told to give up nothing between both readings, as
    far as we know.

    With slots: if the wand's own read index was the same and nothing was overwritten, both
    readings saw the same lap, so one slot cannot hold two contents, unless the wand's own clock
    says that the later content was made after the earlier reading: then a whole lap, of which no
    capture tells, has overwritten it. Without slots: if both
    readings begin with the same record, they must agree place by place as far as both go; a
    record that the other reading holds at another place contradicts nothing.
    """
    kinds = {ring.kind for ring in earlier.rings if _is_same_lap(ring, later.rings)}
    return (*_slot_conflicts(earlier, later, kinds), *_place_conflicts(earlier, later))


def _is_same_lap(ring: Ring, others: Iterable[Ring]) -> bool:
    return any(
        other.kind is ring.kind
        and other.read_index == ring.read_index
        and not other.is_wrapped
        and not ring.is_wrapped
        for other in others
    )


def _slot_conflicts(
    earlier: Reading, later: Reading, kinds: set[RecordKind]
) -> Iterable[Conflict]:
    before: dict[tuple[RecordKind, int | None], ReadingRecord] = {
        (record.key.kind, record.key.slot): record
        for record in earlier.records
        if record.key.slot is not None and record.key.kind in kinds
    }
    for record in later.records:
        other = before.get((record.key.kind, record.key.slot))
        if other is None or other.key.raw == record.key.raw or _is_newer(record, earlier):
            continue
        yield Conflict(record_id=record.record_id, other_id=other.record_id)


def _is_newer(record: ReadingRecord, earlier: Reading) -> bool:
    return record.civil is not None and earlier.shown is not None and record.civil > earlier.shown


def _place_conflicts(earlier: Reading, later: Reading) -> Iterable[Conflict]:
    for kind in RecordKind:
        yield from _place_conflicts_of(_unslotted(earlier, kind), _unslotted(later, kind))


def _unslotted(reading: Reading, kind: RecordKind) -> Sequence[ReadingRecord]:
    """The records of a kind without slots, whose places count among their kind."""
    return [
        record for record in reading.records if record.key.slot is None and record.key.kind is kind
    ]


def _place_conflicts_of(
    before: Sequence[ReadingRecord], after: Sequence[ReadingRecord]
) -> Iterable[Conflict]:
    if not before or not after or before[0].key != after[0].key:
        return
    known_before = {record.key for record in before}
    known_after = {record.key for record in after}
    for old, new in zip(before, after, strict=False):
        if new.key not in known_before and old.key not in known_after:
            yield Conflict(record_id=new.record_id, other_id=old.record_id)


def inner_conflicts(
    decoded: DecodedDownload, keys: KeyColumns, ids: Sequence[int]
) -> Iterable[Conflict]:
    """Contradictions between two readings inside one capture.

    Args:
        decoded: the download with its disagreements.
        keys: the natural keys of its records.
        ids: their keys in the database.
    """
    if not decoded.disagreements:
        return
    by_content: dict[tuple[RecordKind, int | None, bytes], int] = {}
    contents = zip(keys.kinds, keys.slots, keys.raws, strict=True)
    for content, record_id in zip(contents, ids, strict=True):
        by_content.setdefault(content, record_id)
    for clash in decoded.disagreements:
        one = by_content[(clash.kind, clash.slot, clash.first)]
        other = by_content[(clash.kind, clash.slot, clash.other)]
        yield Conflict(record_id=other, other_id=one)
