"""Cuts a pcapng file into blocks and tells a torn end from damage.

    kind(4) | length(4) | body | length(4)        length counts all of it, a multiple of 4

A block that was cut off while it was written can only be the last one. It is recognised by what
is missing: the copy of the length at its end. A file system that lost power may have lengthened
the file before it wrote the block, so zeros up to the end of the file count as missing too. A
length that was changed later looks the same at first, but then the true end of the block, where a
copy of the true length stands, is found behind its packet data.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from watchclock_protocol.capture import layouts
from watchclock_protocol.errors import CaptureDamagedError

__all__ = ["Option", "RawBlock", "cut_blocks", "padded", "read_options"]

# An option is at most 65,535 bytes long; no block of ours carries two that come near it.
_LONGEST_OPTIONS: Final = 1 << 17
# construct works its sizes out anew at every call, which would be a third of the time of reading.
_BLOCK_HEAD_BYTES: Final = layouts.BLOCK_HEAD.sizeof()
_BLOCK_TAIL_BYTES: Final = layouts.BLOCK_TAIL.sizeof()
_OPTION_HEAD_BYTES: Final = layouts.OPTION_HEAD.sizeof()


class RawBlock(NamedTuple):
    """One whole block.

    Attributes:
        offset: where it begins in the file, in bytes.
        end: where the next one begins.
        kind: its block type.
        body: what stands between the two lengths.
    """

    offset: int
    end: int
    kind: int
    body: memoryview


class Option(NamedTuple):
    """One option of a block: its code and its value without padding."""

    code: int
    value: bytes


def padded(length: int) -> int:
    """``length`` rounded up to whole 32-bit words."""
    return length + -length % layouts.ALIGNMENT


def cut_blocks(data: memoryview) -> Iterator[RawBlock]:
    """The whole blocks in order, up to the end of the file or to a torn block.

    Raises:
        CaptureDamagedError: a length is impossible, or the two lengths of a block differ.
    """
    offset = 0
    while offset < len(data):
        block = _block_at(data, offset)
        if block is None:
            _require_torn(data, offset)
            return
        yield block
        offset = block.end


def read_options(area: memoryview, offset: int) -> Iterator[Option]:
    """The options in the last part of a block's body.

    Args:
        area: the part of the body behind the fixed fields and the packet data.
        offset: where the block begins in the file, for the error.

    Raises:
        CaptureDamagedError: an option ends outside the block.
    """
    position = 0
    while position < len(area):
        begin = position + _OPTION_HEAD_BYTES
        head = layouts.OPTION_HEAD.parse(area[position:begin])
        if head.code == layouts.END_OF_OPTIONS:
            return
        position = begin + padded(head.length)
        if position > len(area):
            raise CaptureDamagedError(offset=offset, reason="an option ends outside its block")
        yield Option(head.code, bytes(area[begin : begin + head.length]))


def _block_at(data: memoryview, offset: int) -> RawBlock | None:
    if len(data) - offset < layouts.BLOCK_OVERHEAD:
        return None
    head = layouts.BLOCK_HEAD.parse(data[offset : offset + _BLOCK_HEAD_BYTES])
    end = offset + head.length
    if not _is_possible(head.length) or end > len(data):
        return None
    body_end = end - _BLOCK_TAIL_BYTES
    if layouts.BLOCK_TAIL.parse(data[body_end:end]) != head.length:
        return None
    body = data[offset + _BLOCK_HEAD_BYTES : body_end]
    return RawBlock(offset, end, head.kind, body)


def _is_possible(length: int) -> bool:
    return length >= layouts.BLOCK_OVERHEAD and length % layouts.ALIGNMENT == 0


def _require_torn(data: memoryview, offset: int) -> None:
    rest = data[offset:]
    written = len(bytes(rest).rstrip(b"\0"))
    if len(rest) < layouts.BLOCK_OVERHEAD or written <= _BLOCK_TAIL_BYTES:
        return
    length: int = layouts.BLOCK_HEAD.parse(rest).length
    if not _is_possible(length):
        raise CaptureDamagedError(offset=offset, reason=f"a block cannot be {length} bytes long")
    if length <= len(rest) and length - _BLOCK_TAIL_BYTES < written:
        raise CaptureDamagedError(offset=offset, reason="the two lengths of a block differ")
    if _has_true_end(rest):
        raise CaptureDamagedError(offset=offset, reason="the length of a block was changed")


def _has_true_end(rest: memoryview) -> bool:
    first = _data_end(rest) + _BLOCK_TAIL_BYTES
    last = min(len(rest), first + _LONGEST_OPTIONS)
    return any(
        layouts.BLOCK_TAIL.parse(rest[length - _BLOCK_TAIL_BYTES : length]) == length
        for length in range(first, last + 1, layouts.ALIGNMENT)
    )


def _data_end(rest: memoryview) -> int:
    """Where the options of the first block begin, as far as its kind and head tell."""
    begin = _BLOCK_HEAD_BYTES
    head = rest[begin : begin + layouts.PACKET_HEAD.sizeof()]
    kind = layouts.BLOCK_HEAD.parse(rest).kind
    if kind != layouts.ENHANCED_PACKET or len(head) < layouts.PACKET_HEAD.sizeof():
        return begin
    return begin + len(head) + padded(layouts.PACKET_HEAD.parse(head).captured_length)
