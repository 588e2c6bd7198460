"""Records of any dialect as columns of one shape, ready for a bulk insert or a Parquet file.

A batch of a derivable layout is decoded as a block; whatever else comes, such as records whose
time every record decides for itself, is decoded one by one into the same columns.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.bulk.block_columns import BlockColumns, Reject
from watchclock_protocol.bulk.block_decoder import block_decoder
from watchclock_protocol.bulk.time_tables import NO_TIME
from watchclock_protocol.bulk.traits import FLAG_BITS, KIND_BITS, KINDS, SHAPE_SHIFT, shapes_of
from watchclock_protocol.errors import ChecksumError, LayoutError, LayoutNotDerivableError
from watchclock_protocol.record_batch import RecordBatch
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import NumberRule, PartRule, TagShape
from watchclock_protocol.records import (
    KnockRecord,
    PatrolRecord,
    Record,
    RecordFlag,
    RecordKind,
    SystemRecord,
)
from watchclock_protocol.values import WandTime
from watchclock_protocol.wand_times import UNIX_EPOCH

__all__ = ["NONE", "RecordColumns", "columns_of", "columns_of_all", "flags_of_bits"]

NONE: Final = -1
"""What stands in a column of numbers where a record has no such number."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordColumns:
    """What records say, a value a record, in their order.

    Attributes:
        kind: uint8, the place of the kind in ``KINDS``.
        slot: place in the wand's memory; ``NONE`` where there are no slots.
        seconds: the wand's time as civil seconds since 1970-01-01; ``NO_TIME`` where it is no
            date. The flags say why.
        flags: uint16, bit i stands for the i-th ``RecordFlag``.
        tag: the tag as ``technology:HEX``; None for records without one.
        guard_number: the guard selected on the wand, or ``NONE``.
        is_guard_tag: whether the tag names a guard.
        code: number of a system record, or ``NONE``.
        value: the number that belongs to a system record, or ``NONE``.
        strength_mg: strength of a knock, or ``NONE``.
        raw: the bytes of each record as the wand sent them.
    """

    kind: npt.NDArray[np.uint8]
    slot: Numbers
    seconds: Numbers
    flags: npt.NDArray[np.uint16]
    tag: Sequence[str | None]
    guard_number: Numbers
    is_guard_tag: npt.NDArray[np.bool_]
    code: Numbers
    value: Numbers
    strength_mg: Numbers
    raw: Sequence[bytes]

    def __len__(self) -> int:
        return len(self.kind)


def columns_of(records: Sequence[Record]) -> RecordColumns:
    """The records as columns.

    Raises:
        ChecksumError: a record of a batch is damaged; a listener hands out none that is.
        LayoutError: likewise, a constant of the layout is another.
    """
    if isinstance(records, RecordBatch):
        try:
            return _of_block(records)
        except LayoutNotDerivableError:
            pass
    return _one_by_one(records)


def columns_of_all(groups: Iterable[Sequence[Record]]) -> RecordColumns:
    """The records of all groups, one after the other, as columns.

    Neighbouring batches of one layout are decoded as one block: a page alone would not repay the
    calls.

    Raises:
        ChecksumError: a record of a batch is damaged.
        LayoutError: likewise, a constant of the layout is another.
    """
    parts = [columns_of(group) for group in _joined(groups)]
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {
        field.name: _concatenated([getattr(part, field.name) for part in parts], field.name)
        for field in fields(RecordColumns)
    }
    return RecordColumns(**columns)


def flags_of_bits(bits: int) -> frozenset[RecordFlag]:
    """The flags that a value of the column of flags stands for."""
    return frozenset(flag for flag, bit in FLAG_BITS.items() if bits & bit)


_LISTED: Final = frozenset({"tag", "raw"})
_TYPES: Final[dict[str, type[np.generic]]] = {
    "kind": np.uint8,
    "flags": np.uint16,
    "is_guard_tag": np.bool_,
}


def _concatenated(parts: Sequence[Any], name: str) -> Any:  # noqa: ANN401 - a column of any kind
    if name in _LISTED:
        return list(chain.from_iterable(parts))
    return np.concatenate(parts) if parts else np.empty(0, _TYPES.get(name, np.int64))


def _joined(groups: Iterable[Sequence[Record]]) -> Iterator[Sequence[Record]]:
    for key, members in groupby(groups, key=_batch_key):
        some = list(members)
        if key is None:
            yield from some
            continue
        batches = [each for each in some if isinstance(each, RecordBatch)]
        slots = None
        if batches[0].slots is not None:
            slots = list(chain.from_iterable(each.slots or () for each in batches))
        yield RecordBatch(
            layout=batches[0].layout,
            block=b"".join(each.block for each in batches),
            slots=slots,
            reference=batches[0].reference,
        )


def _batch_key(group: Sequence[Record]) -> tuple[object, ...] | None:
    if not isinstance(group, RecordBatch):
        return None
    return (group.layout.name, group.slots is None, group.reference)


def _of_block(batch: RecordBatch) -> RecordColumns:
    layout = batch.layout
    found = block_decoder(layout).decode(batch.block)
    _refuse_damage(found)
    kind = np.bitwise_and(found.traits, np.uint8(KIND_BITS))
    is_patrol = kind == KINDS.index(RecordKind.PATROL)
    is_system = kind == KINDS.index(RecordKind.SYSTEM)
    is_knock = kind == KINDS.index(RecordKind.KNOCK)
    block = np.frombuffer(batch.block, f"V{layout.octets}")
    return RecordColumns(
        kind=kind,
        slot=_slots(batch, found),
        seconds=found.seconds,
        flags=found.flags,
        tag=_tags(found),
        guard_number=_numbers(found, layout.guard, is_patrol),
        is_guard_tag=_guard_tags(found, is_patrol),
        code=_codes(found, is_system),
        value=_parts(batch, layout.value, is_system),
        strength_mg=_parts(batch, layout.strength_mg, is_knock),
        raw=_raws(block, layout.raw_octets),
    )


def _refuse_damage(found: BlockColumns) -> None:
    if not found.reject.any():
        return
    place = int(found.rejected[0])
    reason = f"record {place + 1} of a batch of {found.layout.name}"
    if found.reject[place] == Reject.CHECK_SUM:
        raise ChecksumError(reason=reason)
    raise LayoutError(reason=reason)


def _slots(batch: RecordBatch, found: BlockColumns) -> Numbers:
    if batch.layout.slot is not None:
        return found.fields[batch.layout.slot].astype(np.int64)
    if batch.slots is None:
        return np.full(len(found), NONE, np.int64)
    return np.array(batch.slots, np.int64)


def _tags(found: BlockColumns) -> list[str | None]:
    """Texts of the tags; each different tag is written once, however often it was touched."""
    shapes = found.traits >> SHAPE_SHIFT
    texts = np.full(len(found), None, object)
    for place, shape in enumerate(shapes_of(found.layout), start=1):
        where = np.flatnonzero(shapes == place)
        if not len(where) or found.layout.tag is None:
            continue
        stored = found.fields[found.layout.tag.field][where]
        different, which = np.unique(stored, return_inverse=True)
        texts[where] = np.array(_texts(different.tolist(), shape, found.layout), object)[which]
    listed: list[str | None] = texts.tolist()
    return listed


def _texts(stored: Sequence[int], shape: TagShape, layout: RecordLayout) -> list[str]:
    name = layout.tag.field if layout.tag is not None else ""
    octets = next(each.octets for each in layout.plan if each.name == name)
    return [str(shape.tag(value.to_bytes(octets, "little"))) for value in stored]


def _numbers(
    found: BlockColumns, rule: NumberRule | None, where: npt.NDArray[np.bool_]
) -> Numbers:
    if rule is None:
        return np.full(len(found), NONE, np.int64)
    numbers = found.fields[rule.field].astype(np.int64)
    for none in rule.none:
        numbers[numbers == none] = NONE
    numbers[~where] = NONE
    return numbers


def _guard_tags(found: BlockColumns, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    if found.layout.guard_tag is None:
        return np.zeros(len(found), np.bool_)
    name, listed = found.layout.guard_tag
    return where & np.isin(found.fields[name], np.array(sorted(listed)))


def _codes(found: BlockColumns, where: npt.NDArray[np.bool_]) -> Numbers:
    codes = np.zeros(len(found), np.int64)
    for name in found.layout.code:
        codes = codes << 8 | found.fields[name].astype(np.int64)
    codes[~where] = NONE
    return codes


def _parts(batch: RecordBatch, rule: PartRule | None, where: npt.NDArray[np.bool_]) -> Numbers:
    numbers = np.full(len(where), NONE, np.int64)
    if rule is not None:
        offset = next(each.offset for each in batch.layout.plan if each.name == rule.field)
        rows = np.frombuffer(batch.block, np.uint8).reshape(-1, batch.layout.octets)
        numbers[where] = 0
        for place in range(rule.octets):
            column = rows[where, offset + rule.start + place].astype(np.int64)
            numbers[where] |= column << (8 * place)
    return numbers


def _raws(block: npt.NDArray[np.void], octets: int) -> list[bytes]:
    kept = np.ndarray(block.shape, f"V{octets}", block, 0, block.strides)
    raws: list[bytes] = kept.tolist()
    return raws


def _one_by_one(records: Iterable[Record]) -> RecordColumns:
    rows = [_row(record) for record in records]
    columns: dict[str, Any] = {
        field.name: _column(field.name, [row[place] for row in rows])
        for place, field in enumerate(fields(RecordColumns))
    }
    return RecordColumns(**columns)


def _column(name: str, values: list[object]) -> Any:  # noqa: ANN401 - a column of any kind
    return values if name in _LISTED else np.array(values, _TYPES.get(name, np.int64))


def _row(record: Record) -> tuple[object, ...]:
    tag: str | None = None
    guard = code = value = strength = NONE
    is_guard_tag = False
    match record:
        case PatrolRecord():
            tag, is_guard_tag = str(record.tag), record.is_guard_tag
            guard = _or_none(record.guard_number)
        case SystemRecord():
            code, value = record.code, _or_none(record.value)
        case KnockRecord():
            strength = _or_none(record.strength_mg)
    return (
        KINDS.index(record.kind),
        _or_none(record.slot),
        _seconds(record.time),
        sum(FLAG_BITS[flag] for flag in record.flags),
        tag,
        guard,
        is_guard_tag,
        code,
        value,
        strength,
        record.raw,
    )


def _or_none(number: int | None) -> int:
    return NONE if number is None else number


def _seconds(time: WandTime) -> int:
    if time.civil is None:
        return NO_TIME
    return int((time.civil - UNIX_EPOCH).total_seconds())
