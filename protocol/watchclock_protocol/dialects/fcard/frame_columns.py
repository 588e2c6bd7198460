"""All frames of a lane of a capture at once, as columns, and the records of their pages.

The bytes are those of ``FRAMING`` and ``FRAME_HEAD_FORM``; a test holds every column to what
they parse. The live way, one frame at a time as a value, is ``frames.FrameReader``.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

from watchclock_protocol.fcard_family.frames import FRAMING
from watchclock_protocol.framing.bulk_checks import integers
from watchclock_protocol.framing.cutting import cut
from watchclock_protocol.framing.frame_table import Flags, FrameTable, Numbers, Octets

__all__ = ["FrameColumns", "PageEntries", "cut_lane"]

DATA_AT: Final = 6
PAGE_CODES: Final = (0x34, 0x06)
"""Class and command of pages of records, of cards and of the system alike."""
SERIAL_OCTETS: Final = 4
COUNT_OCTETS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PageEntries:
    """The records of many pages, in the order of the stream.

    Attributes:
        block: their bytes one after the other, n times the bytes of a record.
        serials: the slot of each, n.
        frames: which frame each came in, as its place in the table, n.
    """

    block: Octets
    serials: NDArray[np.uint32]
    frames: Numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameColumns:
    """The fields of every frame of one lane.

    Attributes:
        table: where the frames were, and what was no frame.
        addresses: n.
        tokens: n.
        class_codes: n.
        commands: n.
        data_starts: place of the first byte of data in ``table.octets``, n.
        data_lengths: bytes of data, n.
    """

    table: FrameTable
    addresses: Octets
    tokens: NDArray[np.uint16]
    class_codes: Octets
    commands: Octets
    data_starts: Numbers
    data_lengths: Numbers

    @classmethod
    def of_table(cls, table: FrameTable) -> "FrameColumns":
        """The columns of frames that were cut by ``FRAMING``."""
        octets, starts = table.octets, table.starts
        return cls(
            table=table,
            addresses=octets[starts],
            tokens=integers(octets, starts + 1, 2).astype(np.uint16),
            class_codes=octets[starts + 3],
            commands=octets[starts + 4],
            data_starts=starts + DATA_AT,
            data_lengths=table.lengths - FRAMING.length.overhead,
        )

    def is_page(self, record_octets: int) -> Flags:
        """Which frames are pages of records of this size, n.

        A page tells how many entries it has, so its length says which kind of record they are.
        """
        is_page = np.equal(self.class_codes, PAGE_CODES[0])
        is_page &= self.commands == PAGE_CODES[1]
        is_page &= self.data_lengths >= COUNT_OCTETS
        pages = np.flatnonzero(is_page)
        counts = integers(self.table.octets, self.data_starts[pages], COUNT_OCTETS)
        due = COUNT_OCTETS + counts * (SERIAL_OCTETS + record_octets)
        is_page[pages] = due == self.data_lengths[pages]
        return is_page

    def entries(self, record_octets: int) -> PageEntries:
        """The records of all pages of records of this size."""
        pages = np.flatnonzero(self.is_page(record_octets))
        size = SERIAL_OCTETS + record_octets
        counts = (self.data_lengths[pages] - COUNT_OCTETS) // size
        before = np.cumsum(counts) - counts
        places: Numbers = np.arange(int(counts.sum())) - np.repeat(before, counts)
        starts = np.repeat(self.data_starts[pages] + COUNT_OCTETS, counts) + places * size
        octets = self.table.octets if len(starts) else np.zeros(size, np.uint8)
        entries = np.lib.stride_tricks.sliding_window_view(octets, size)[starts]
        serials = np.ascontiguousarray(entries[:, :SERIAL_OCTETS]).view(">u4")
        return PageEntries(
            block=np.ascontiguousarray(entries[:, SERIAL_OCTETS:]).reshape(-1),
            serials=serials.reshape(-1).astype(np.uint32),
            frames=np.repeat(pages, counts),
        )


def cut_lane(lane: Buffer) -> FrameColumns:
    """The frames of all bytes that went one way, in columns whose size grows with their number."""
    return FrameColumns.of_table(cut(FRAMING, lane))
