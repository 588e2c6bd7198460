"""The part of a block that the steps of a decoder work on at once, and what a step is."""

from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from watchclock_protocol.bulk.block_columns import BlockColumns

__all__ = ["WORD_OCTETS", "Octets", "Part", "Step", "Words"]

Words = npt.NDArray[np.uint64]
Octets = npt.NDArray[np.uint8]

WORD_OCTETS: Final = 8


class Part:
    """So many records of a block, and where their columns go.

    Attributes:
        size: bytes of one record.
        count: how many records.
        columns: the columns to fill.
    """

    def __init__(
        self,
        octets: npt.NDArray[np.uint8],
        size: int,
        columns: BlockColumns,
        scratch: dict[str, npt.NDArray[Any]],
    ) -> None:
        self._octets: Final = octets
        self._scratch: Final = scratch
        self.size: Final = size
        self.count: Final = len(octets) // size
        self.columns: Final = columns

    def view(self, kind: str, offset: int) -> npt.NDArray[Any]:
        """The values of that type at that offset of every record, without a copy."""
        return np.ndarray((self.count,), kind, self._octets, offset, (self.size,))

    def pairs(self, offset: int, count: int) -> npt.NDArray[np.uint16]:
        """So many pairs of bytes from that offset on, a row a pair."""
        return np.ndarray((count, self.count), "<u2", self._octets, offset, (2, self.size))

    def octets(self) -> Octets:
        """The records as rows of bytes."""
        return self._octets.reshape(self.count, self.size)

    def words(self) -> Words:
        """The records as rows of 64-bit words, of which they have to consist."""
        return self._octets.view("<u8").reshape(self.count, self.size // WORD_OCTETS)

    def octets_of(self, places: npt.NDArray[np.intp], start: int, stop: int) -> Octets:
        """The bytes from ``start`` until before ``stop`` of the records at these places."""
        return self.octets()[places, start:stop]

    def scratch(self, name: str, kind: type[np.generic], width: int = 1) -> npt.NDArray[Any]:
        """A column for a step's own use; what was in it is of an earlier part."""
        held = self._scratch.get(name)
        if held is None or len(held) < self.count * width:
            held = self._scratch[name] = np.empty(self.count * width, kind)
        return held[: self.count * width]

    def look_up(
        self, table: npt.NDArray[Any], keys: npt.NDArray[Any], out: npt.NDArray[Any]
    ) -> None:
        """Fill ``out`` with the entries of the table; every key is within it by its type.

        "clip" spares the range check, which would cost several times the look-up.
        """
        index = self.scratch("index", np.intp)
        np.copyto(index, keys)
        table.take(index, out=out, mode="clip")


class Step(Protocol):
    """Fills or checks something of a part."""

    def __call__(self, part: Part, /) -> None:
        """Do it."""
        ...
