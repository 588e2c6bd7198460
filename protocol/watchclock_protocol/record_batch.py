"""Many records of one layout as one piece of bytes, decoded when somebody looks at them.

A page of a full wand costs one event instead of one object a record; what needs columns hands the
bytes to ``bulk``, what needs records iterates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, overload

from typing_extensions import override

from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.records import Record

__all__ = ["RecordBatch"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordBatch(Sequence[Record]):
    """Records whose check sums hold, in the wand's order. Equal to any sequence of equal records.

    Attributes:
        layout: how they are laid out.
        block: their bytes one after the other, ``layout.octets`` each.
        slots: where the wand keeps each; None where there are no slots or they stand inside.
        reference: what the wand's clock showed in the conversation, for disputed times.
    """

    layout: RecordLayout
    block: bytes
    slots: Sequence[int] | None = None
    reference: datetime | None = None

    @override
    def __len__(self) -> int:
        return len(self.block) // self.layout.octets

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Record, ...]: ...
    @override
    def __getitem__(self, index: int | slice) -> Record | tuple[Record, ...]:
        places = range(len(self))[index]
        return self._at(places) if isinstance(places, int) else tuple(map(self._at, places))

    @override
    def __iter__(self) -> Iterator[Record]:
        return map(self._at, range(len(self)))

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return tuple(self) == tuple(cast("Sequence[object]", other))

    @override
    def __hash__(self) -> int:
        return hash(tuple(self))

    def _at(self, place: int) -> Record:
        start = place * self.layout.octets
        return self.layout.decode(
            self.block[start : start + self.layout.octets],
            None if self.slots is None else self.slots[place],
            self.reference,
        )
