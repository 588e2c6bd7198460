"""Decodes a block of fixed-size records into columns; derived from the record's one declaration.

    block of n records          columns of n values
    seq time tag guard sum      seconds | flags | reject | one column an integer field | tag
    seq time tag guard sum      ...

The block is taken in parts of ``PART`` records, so that what a part needs stays in the cache of
the processor, and every step is one NumPy call over the part. Nothing here says what a byte means:
offsets come from ``record_plan``, meanings from ``record_rules``, whose tables are filled by
asking ``RecordLayout`` itself (docs/decisions/0011).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import numpy as np
from typing_extensions import Buffer

from watchclock_protocol.bulk.block_columns import BlockColumns, Column, Reject
from watchclock_protocol.bulk.part import Part, Step
from watchclock_protocol.bulk.steps import (
    check_sum_step,
    constant_step,
    copy_step,
    octets_step,
    rom_step,
    seconds_step,
    time_step,
    traits_step,
)
from watchclock_protocol.bulk.traits import windows_of
from watchclock_protocol.errors import LayoutError, LayoutNotDerivableError
from watchclock_protocol.fields import CheckSumField, WandTimeField
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_plan import FieldForm, FieldPlan

__all__ = ["PART", "BlockDecoder", "block_decoder"]

PART: Final = 65_536
"""Records a step works on at once; the best of 4,096 to 262,144 on two cores with 1 MiB of cache
each: smaller parts repay neither the calls nor the waits of two threads for each other."""
_MOST_TAG_OCTETS: Final = 8
_UNSIGNED: Final[Mapping[int, type[np.generic]]] = {
    1: np.uint8,
    2: np.uint16,
    4: np.uint32,
    8: np.uint64,
}
_SIGNED: Final[Mapping[int, type[np.generic]]] = {
    1: np.int8,
    2: np.int16,
    4: np.int32,
    8: np.int64,
}


class BlockDecoder:
    """The decoder of one layout. May be used by several threads, each with its own columns."""

    def __init__(self, layout: RecordLayout) -> None:
        """Derive it.

        Raises:
            LayoutNotDerivableError: the layout needs a decision that no table can make.
        """
        self.layout: Final = layout
        self._windows = windows_of(layout)
        self._types = dict(self._column_types())
        self._steps = tuple(self._derive())

    def allocate(self, count: int) -> BlockColumns:
        """Columns for ``count`` records, to be filled by ``decode`` as often as wanted."""
        return BlockColumns(
            layout=self.layout,
            seconds=np.empty(count, np.int64),
            flags=np.empty(count, np.uint16),
            reject=np.empty(count, np.uint8),
            traits=np.empty(count, np.uint8),
            fields={name: np.empty(count, kind) for name, kind in self._types.items()},
        )

    def decode(self, block: Buffer, out: BlockColumns | None = None) -> BlockColumns:
        """The columns of the records in ``block``, every record checked.

        Args:
            block: whole records, one after the other, ``layout.octets`` each.
            out: columns to fill again, at least as long; fresh ones are made otherwise.

        Returns:
            ``out`` cut to the number of records.

        Raises:
            LayoutError: the block does not end with a whole record.
        """
        octets = np.frombuffer(memoryview(block), np.uint8)
        count, rest = divmod(len(octets), self.layout.octets)
        if rest:
            raise LayoutError(reason=f"{rest} bytes behind the last whole {self.layout.name}")
        columns = (self.allocate(count) if out is None else out).head(count)
        scratch: dict[str, Column] = {}
        for start in range(0, count, PART):
            stop = min(start + PART, count)
            part = Part(
                octets[start * self.layout.octets : stop * self.layout.octets],
                self.layout.octets,
                columns.part(start, stop) if count > PART else columns,
                scratch,
            )
            for step in self._steps:
                step(part)
        return columns

    def _column_types(self) -> Iterator[tuple[str, type[np.generic]]]:
        for plan in self.layout.plan:
            if plan.form is FieldForm.INTEGER:
                yield plan.name, _integer_type(plan)
        if self.layout.tag is not None:
            yield self.layout.tag.field, np.uint64

    def _derive(self) -> Iterator[Step]:
        last = self.layout.plan[-1]
        if isinstance(last.field, CheckSumField):
            yield check_sum_step(self.layout.octets, last.field.algorithm)
        else:
            yield _no_reject
        yield traits_step(self._windows)
        for plan in self.layout.plan:
            yield from self._field_steps(plan)
        if any(window.has_rom for window in self._windows):
            yield rom_step(self._tag_plan())

    def _field_steps(self, plan: FieldPlan) -> Iterator[Step]:
        match plan.form:
            case FieldForm.INTEGER:
                yield copy_step(plan)
            case FieldForm.CONSTANT:
                yield constant_step(plan, Reject.CONSTANT)
            case FieldForm.OCTETS if self.layout.tag and plan.name == self.layout.tag.field:
                if plan.octets > _MOST_TAG_OCTETS:
                    raise self._not_derivable(plan, "a tag of more than 8 bytes")
                yield octets_step(plan, self.layout.octets)
            case _ if plan.name == self.layout.time:
                yield self._time_step(plan)
            case _:
                pass

    def _time_step(self, plan: FieldPlan) -> Step:
        if plan.form is FieldForm.SECONDS:
            return seconds_step(plan)
        if not isinstance(plan.field, WandTimeField):
            raise self._not_derivable(plan, "every record decides how its time is coded")
        try:
            return time_step(plan, plan.field)
        except ValueError as error:
            raise self._not_derivable(plan, str(error)) from error

    def _tag_plan(self) -> FieldPlan:
        name = None if self.layout.tag is None else self.layout.tag.field
        return next(each for each in self.layout.plan if each.name == name)

    def _not_derivable(self, plan: FieldPlan, reason: str) -> LayoutNotDerivableError:
        return LayoutNotDerivableError(field=f"{self.layout.name}.{plan.name}", reason=reason)


@cache
def block_decoder(layout: RecordLayout) -> BlockDecoder:
    """The decoder derived from the layout, made once.

    Raises:
        LayoutNotDerivableError: the layout needs a decision that no table can make.
    """
    return BlockDecoder(layout)


def _no_reject(part: Part) -> None:
    part.columns.reject.fill(Reject.NONE)


def _integer_type(plan: FieldPlan) -> type[np.generic]:
    octets = next(size for size in _UNSIGNED if size >= plan.octets)
    return _SIGNED[octets] if plan.is_signed else _UNSIGNED[octets]
