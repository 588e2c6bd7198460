"""What a block of records says, a column a field, and which of them cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from watchclock_protocol.record_layout import RecordLayout

__all__ = ["BlockColumns", "Column", "Reject"]

Column = npt.NDArray[np.generic]


class Reject(IntEnum):
    """Why a record of a block cannot be used; it stays where it is and is counted."""

    NONE = 0
    CHECK_SUM = 1
    CONSTANT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockColumns:
    """What a block says, a value a record.

    Attributes:
        layout: how its records are laid out.
        seconds: int64, the wand's time as civil seconds since 1970-01-01; ``NO_TIME`` for none.
        flags: uint16, bit i stands for the i-th ``RecordFlag``.
        reject: uint8, a ``Reject``; where it is not 0 the other columns mean nothing.
        traits: uint8, which kind of record and tag it is; see ``traits.Trait``.
        fields: every integer field by its name, unsigned unless declared signed; the field of the
            tag as uint64, its first byte lowest.
    """

    layout: RecordLayout
    seconds: npt.NDArray[np.int64]
    flags: npt.NDArray[np.uint16]
    reject: npt.NDArray[np.uint8]
    traits: npt.NDArray[np.uint8]
    fields: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.flags)

    @property
    def rejected(self) -> npt.NDArray[np.int64]:
        """The places of the records that cannot be used."""
        return np.flatnonzero(self.reject)

    def head(self, count: int) -> "BlockColumns":
        """The same columns cut to their first ``count`` values."""
        return self.part(0, count)

    def part(self, start: int, stop: int) -> "BlockColumns":
        """The same columns from ``start`` until before ``stop``, sharing their memory."""
        return BlockColumns(
            layout=self.layout,
            seconds=self.seconds[start:stop],
            flags=self.flags[start:stop],
            reject=self.reject[start:stop],
            traits=self.traits[start:stop],
            fields={name: column[start:stop] for name, column in self.fields.items()},
        )
