"""What a new decoding of a stored capture says otherwise than what is stored of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from watchclock_protocol.records import RecordKind
from watchclock_server.intake.domain.conflicts import KeyColumns
from watchclock_server.intake.domain.record_table import RecordTable
from watchclock_server.wands.domain import ClockAnchor

__all__ = ["CaptureChange", "FactChange", "RecordAsStored", "RecordChange", "RecordExample"]
__all__ += ["VALUE_FIELDS", "anchor_texts", "compare_facts", "compare_records", "values_of"]

VALUE_FIELDS: Final = (
    "wand_civil",
    "time_flaw",
    "tag",
    "guard_number",
    "is_guard_tag",
    "code",
    "flags",
)
"""The columns of a record that follow from its bytes, in the order of ``values_of``."""
MOST_EXAMPLES: Final = 5

Values = tuple[object, ...]
_ContentKey = tuple[RecordKind, int | None, bytes, int, bool]


class RecordAsStored(NamedTuple):
    """A record at its place in a download, as the database has it.

    Attributes:
        record_id: its key in the database.
        first_id: the download that first saw it.
        kind, slot, raw, rank: its natural key.
        is_after: it was read after the wand had been told to give its records up.
        values: its ``VALUE_FIELDS``.
    """

    record_id: int
    first_id: int
    kind: RecordKind
    slot: int | None
    raw: bytes
    rank: int
    is_after: bool
    values: Values


@dataclass(frozen=True, slots=True)
class FactChange:
    """Something about the download itself that reads differently now."""

    field: str
    stored: str
    now: str


@dataclass(frozen=True, slots=True)
class RecordExample:
    """One of the records that changed.

    Attributes:
        what: ``added``, ``gone`` or the name of the field that changed.
        slot: its slot, if it has one.
        raw: its bytes, hexadecimal.
        stored: the field as stored.
        now: the field as decoded now.
    """

    what: str
    slot: int | None
    raw: str
    stored: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """How the records differ.

    Attributes:
        added: records nobody had decoded from this capture before.
        gone: stored records that are not decoded any more.
        moved: records at another place.
        fields: how many records changed in each field.
        examples: the first few of all these.
        changed: places of records whose fields changed, with their key in the database.
        gone_ids: keys in the database of those that are gone.
    """

    added: int
    gone: int
    moved: int
    fields: Mapping[str, int]
    examples: Sequence[RecordExample]
    changed: Mapping[int, int]
    gone_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class CaptureChange:
    """Everything that differs; equal decodings have no facts and no records."""

    facts: Sequence[FactChange]
    records: RecordChange

    @property
    def is_none(self) -> bool:
        """Nothing differs."""
        records = self.records
        counts = (records.added, records.gone, records.moved, len(records.fields))
        return not self.facts and not any(counts)


def values_of(table: RecordTable) -> Sequence[Values]:
    """The ``VALUE_FIELDS`` of every record."""
    columns = (
        table.civils,
        table.time_flaws,
        table.tags,
        table.guard_numbers,
        table.are_guard_tags,
        table.codes,
        table.flags,
    )
    return list(zip(*columns, strict=True))


def compare_records(
    stored: Sequence[RecordAsStored], keys: KeyColumns, table: RecordTable, download_id: int
) -> RecordChange:
    """Match records by what makes them the same, then look at everything else.

    Args:
        stored: the records of the download, in its order.
        keys: natural keys as decoded now.
        table: what the records say now.
        download_id: the download; names the memory that its own wipe began.
    """
    now = {key: place for place, key in enumerate(_content_keys(keys, download_id))}
    found: dict[_ContentKey, int] = {}
    gone = list[RecordAsStored]()
    moved = 0
    for place, record in enumerate(stored):
        key = (record.kind, record.slot, record.raw, record.rank, record.is_after)
        if key in now:
            found[key] = place
            moved += now[key] != place
        else:
            gone.append(record)
    added = [place for key, place in now.items() if key not in found]
    fields, changed, examples = _changed_values(
        [(now[key], stored[place]) for key, place in found.items()], values_of(table)
    )
    examples += [_example("added", keys.slots[place], keys.raws[place]) for place in added]
    examples += [_example("gone", record.slot, record.raw) for record in gone]
    return RecordChange(
        added=len(added),
        gone=len(gone),
        moved=0 if added or gone else moved,
        fields=fields,
        examples=examples[:MOST_EXAMPLES],
        changed=changed,
        gone_ids=[record.record_id for record in gone],
    )


def _content_keys(keys: KeyColumns, download_id: int) -> Sequence[_ContentKey]:
    is_after = [memory == download_id for memory in keys.memories]
    return list(zip(keys.kinds, keys.slots, keys.raws, keys.ranks, is_after, strict=True))


def _changed_values(
    pairs: Sequence[tuple[int, RecordAsStored]], values: Sequence[Values]
) -> tuple[dict[str, int], dict[int, int], list[RecordExample]]:
    fields = Counter[str]()
    changed: dict[int, int] = {}
    examples: list[RecordExample] = []
    for place, record in pairs:
        if record.values == values[place]:
            continue
        changed[place] = record.record_id
        for name, before, after in zip(VALUE_FIELDS, record.values, values[place], strict=True):
            if before != after:
                fields[name] += 1
                if len(examples) < MOST_EXAMPLES:
                    texts = _text(before), _text(after)
                    examples.append(_example(name, record.slot, record.raw, *texts))
    return dict(fields), changed, examples


def _example(
    what: str, slot: int | None, raw: bytes, stored: str = "", now: str = ""
) -> RecordExample:
    return RecordExample(what, slot, raw.hex(), stored, now)


def compare_facts(stored: Mapping[str, object], now: Mapping[str, object]) -> Sequence[FactChange]:
    """The facts of a download that differ, in the order of ``now``."""
    return [
        FactChange(name, _text(stored[name]), _text(value))
        for name, value in now.items()
        if stored[name] != value
    ]


def anchor_texts(anchors: Sequence[ClockAnchor]) -> Sequence[str]:
    """What a capture tells of the clock, without how far the dock's own clock was doubted."""
    return sorted(
        f"{anchor.kind} {_text(anchor.civil)} = {_text(anchor.utc)}, {anchor.offset_s}"
        for anchor in anchors
    )


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(" ")
        case _:
            return str(value)
