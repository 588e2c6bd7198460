"""What cutting gives: one table of frames and one of losses, the same whichever way was taken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from watchclock_protocol.framing.declarations import FLAWS, SKIPPED, Cut, Flaw

__all__ = ["Flags", "FrameTable", "LossTable", "Numbers", "Octets"]

Octets: TypeAlias = NDArray[np.uint8]
Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_PLACES = {flaw: place for place, flaw in enumerate(FLAWS)}
_IS_SKIPPED = np.array([flaw in SKIPPED for flaw in FLAWS])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LossTable:
    """Every run of bytes that is no frame, in order.

    Attributes:
        offsets: place of its first byte in the input, n.
        spans: how many bytes it has, n.
        flaws: its flaw as a place in ``FLAWS``, n.
    """

    offsets: Numbers
    spans: Numbers
    flaws: Octets

    def __len__(self) -> int:
        return len(self.offsets)

    def __iter__(self) -> Iterator[tuple[int, int, Flaw]]:
        for offset, span, flaw in zip(*self._columns(), strict=True):
            yield offset, span, FLAWS[flaw]

    @property
    def is_skipped(self) -> Flags:
        """Which of them are noise and not a frame that was rejected, n."""
        return _IS_SKIPPED[self.flaws]

    @property
    def skipped_octets(self) -> int:
        """Bytes of the input that were skipped."""
        return int(self.spans[self.is_skipped].sum())

    @property
    def rejected_octets(self) -> int:
        """Bytes of the input that were rejected."""
        return int(self.spans.sum()) - self.skipped_octets

    @property
    def rejects(self) -> int:
        """How many frames were rejected."""
        return len(self) - int(np.count_nonzero(self.is_skipped))

    def _columns(self) -> tuple[list[int], list[int], list[int]]:
        return self.offsets.tolist(), self.spans.tolist(), self.flaws.tolist()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameTable:
    """Frames cut out of some bytes, and what else was there.

    Each byte of the input is in one frame or one loss, or is a flag between them.

    Attributes:
        octets: bytes that hold every frame in one piece, escapes undone. Between the frames may
            stand what was between them in the input: these can be the input's own bytes.
        starts: place of a frame's first byte in ``octets``, n, ascending.
        lengths: how many bytes it has there, n.
        offsets: place of its first byte in the input, n.
        spans: how many bytes it has there, n.
        losses: what is no frame.
        flag_octets: bytes of the input that are flags.
    """

    octets: Octets
    starts: Numbers
    lengths: Numbers
    offsets: Numbers
    spans: Numbers
    losses: LossTable
    flag_octets: int

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[bytes]:
        octets = self.octets.tobytes()
        for start, length in zip(self.starts.tolist(), self.lengths.tolist(), strict=True):
            yield octets[start : start + length]

    @property
    def input_octets(self) -> int:
        """How many bytes of the input this table accounts for."""
        return int(self.spans.sum()) + int(self.losses.spans.sum()) + self.flag_octets

    def packed(self) -> tuple[Octets, Numbers]:
        """The frames end to end, and where each begins: n + 1 bounds, the last being the end."""
        bounds = np.zeros(len(self) + 1, np.int64)
        np.cumsum(self.lengths, out=bounds[1:])
        places = np.repeat(self.starts - bounds[:-1], self.lengths)
        places += np.arange(len(places))
        return self.octets[places], bounds

    @classmethod
    def of_cuts(cls, cuts: Sequence[Cut], flag_octets: int) -> "FrameTable":
        """The table of what a cutter that is fed piece by piece found."""
        frames = [cut for cut in cuts if cut.flaw is None]
        lost = [(cut.offset, cut.span, _PLACES[cut.flaw]) for cut in cuts if cut.flaw is not None]
        lengths = np.array([len(cut.octets) for cut in frames], np.int64)
        losses = np.array(lost, np.int64).reshape(-1, 3)
        return cls(
            octets=np.frombuffer(b"".join([cut.octets for cut in frames]), np.uint8),
            starts=np.cumsum(lengths) - lengths,
            lengths=lengths,
            offsets=np.array([cut.offset for cut in frames], np.int64),
            spans=np.array([cut.span for cut in frames], np.int64),
            losses=LossTable(
                offsets=losses[:, 0], spans=losses[:, 1], flaws=losses[:, 2].astype(np.uint8)
            ),
            flag_octets=flag_octets,
        )

    @classmethod
    def joined(cls, tables: Sequence["FrameTable"]) -> "FrameTable":
        """One table of the tables of consecutive blocks; their bytes are copied."""
        if len(tables) == 1:
            return tables[0]
        if not tables:
            return cls.of_cuts((), 0)
        before = np.cumsum([0, *(len(table.octets) for table in tables[:-1])])
        losses = [table.losses for table in tables]
        return cls(
            octets=np.concatenate([table.octets for table in tables]),
            starts=np.concatenate(
                [table.starts + at for table, at in zip(tables, before, strict=True)]
            ),
            lengths=np.concatenate([table.lengths for table in tables]),
            offsets=np.concatenate([table.offsets for table in tables]),
            spans=np.concatenate([table.spans for table in tables]),
            losses=LossTable(
                offsets=np.concatenate([table.offsets for table in losses]),
                spans=np.concatenate([table.spans for table in losses]),
                flaws=np.concatenate([table.flaws for table in losses]),
            ),
            flag_octets=sum(table.flag_octets for table in tables),
        )
