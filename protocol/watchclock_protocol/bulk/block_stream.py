"""Decodes a stream of records of any length in memory that does not grow with it."""

from collections.abc import Callable, Iterator
from typing import Final

from watchclock_protocol.bulk.block_columns import BlockColumns
from watchclock_protocol.bulk.block_decoder import PART, BlockDecoder
from watchclock_protocol.errors import LayoutError

__all__ = ["decode_stream"]

_PARTS: Final = 2
"""Parts read at once: enough that a read costs little, few enough to stay in the cache."""


def decode_stream(
    decoder: BlockDecoder, read_into: Callable[[memoryview], int]
) -> Iterator[BlockColumns]:
    """The columns of a stream, so many records at a time, in the same memory each time.

    Args:
        decoder: of the layout of the records.
        read_into: fills a buffer as far as it can and tells how many bytes it has put there; 0
            at the end, such as ``io.RawIOBase.readinto``.

    Yields:
        Columns that are valid until the next are asked for.

    Raises:
        LayoutError: the stream ends inside a record; everything before it has been yielded.
    """
    buffer = memoryview(bytearray(_PARTS * PART * decoder.layout.octets))
    columns = decoder.allocate(_PARTS * PART)
    held = 0
    while filled := read_into(buffer[held:]):
        held += filled
        whole = held - held % decoder.layout.octets
        if whole:
            yield decoder.decode(buffer[:whole], columns)
            buffer[: held - whole] = bytes(buffer[whole:held])
            held -= whole
    if held:
        raise LayoutError(reason=f"{held} bytes behind the last whole {decoder.layout.name}")
