"""Cuts bytes that are all there, whatever their number, the way that is faster for that number."""

from collections.abc import Iterator
from typing import Final

from typing_extensions import Buffer

from watchclock_protocol.framing.declarations import EscapedFraming, Framing
from watchclock_protocol.framing.escaped_bulk import cut_escaped_blocks
from watchclock_protocol.framing.escaped_stream import EscapedCutter
from watchclock_protocol.framing.frame_table import FrameTable
from watchclock_protocol.framing.prefixed_bulk import cut_prefixed_blocks
from watchclock_protocol.framing.prefixed_stream import PrefixedCutter

__all__ = ["BLOCK_OCTETS", "SMALL_INPUT_OCTETS", "cut", "cut_blocks", "make_cutter"]

BLOCK_OCTETS: Final = 256 * 1024
"""Some thousands of frames, whose temporaries stay in the processor's cache."""
SMALL_INPUT_OCTETS: Final = 1536
"""Both ways take as long for 1.2 KiB of frames with sums and 2 KiB with CRCs, 25 and 45 frames:
``bench_small_inputs_take_the_way_that_wins`` holds the choice to it."""


def make_cutter(framing: Framing) -> EscapedCutter | PrefixedCutter:
    """The cutter to be fed piece by piece."""
    if isinstance(framing, EscapedFraming):
        return EscapedCutter(framing)
    return PrefixedCutter(framing)


def cut_blocks(
    framing: Framing, data: Buffer, *, block_octets: int = BLOCK_OCTETS
) -> Iterator[FrameTable]:
    """The frames of ``data`` in tables of consecutive blocks, in memory bounded by the block.

    Args:
        framing: how the frames are told apart.
        data: any buffer, a memory map too; the tables can refer to it and keep it in use.
        block_octets: bytes looked at in one go.
    """
    view = memoryview(data).cast("B")
    if isinstance(framing, EscapedFraming):
        return cut_escaped_blocks(framing, view, block_octets)
    return cut_prefixed_blocks(framing, view, block_octets)


def cut(framing: Framing, data: Buffer) -> FrameTable:
    """The frames of ``data`` in one table, whose size grows with their number."""
    view = memoryview(data).cast("B")
    if len(view) > SMALL_INPUT_OCTETS:
        return FrameTable.joined(tuple(cut_blocks(framing, view)))
    cutter = make_cutter(framing)
    cuts = cutter.receive(bytes(view))
    return FrameTable.of_cuts(cuts + cutter.finish(), cutter.flag_octets)
