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

__all__ = ["Option", "RawBlock", "cut_block", "padded", "read_options"]

# An option is at most 65,535 bytes long; no block of ours carries two that come near it.
_LONGEST_OPTIONS: Final = 1 << 17
_BLOCK_HEAD_BYTES: Final = layouts.BLOCK_HEAD_FORM.size
_BLOCK_TAIL_BYTES: Final = layouts.BLOCK_TAIL_FORM.size
_OPTION_HEAD_BYTES: Final = layouts.OPTION_HEAD_FORM.size
# Zeros behind the last block are passed over in pieces of this size, however many they are.
_STRIDE_BYTES: Final = 1 << 16
# Where the packet's length stands among the integers before its data.
_CAPTURED: Final = 5


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


def cut_block(data: memoryview, offset: int) -> RawBlock | None:
    """The whole block that begins at ``offset``; None where a torn one begins.

    Raises:
        CaptureDamagedError: a length is impossible, or the two lengths of a block differ.
    """
    block = _block_at(data, offset)
    if block is None:
        _require_torn(data, offset)
    return block


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
        code, length = layouts.OPTION_HEAD_FORM.unpack_from(area, position)
        if code == layouts.END_OF_OPTIONS:
            return
        position = begin + padded(length)
        if position > len(area):
            raise CaptureDamagedError(offset=offset, reason="an option ends outside its block")
        yield Option(code, bytes(area[begin : begin + length]))


def _block_at(data: memoryview, offset: int) -> RawBlock | None:
    if len(data) - offset < layouts.BLOCK_OVERHEAD:
        return None
    kind, length = layouts.BLOCK_HEAD_FORM.unpack_from(data, offset)
    end = offset + length
    if not _is_possible(length) or end > len(data):
        return None
    body_end = end - _BLOCK_TAIL_BYTES
    if layouts.BLOCK_TAIL_FORM.unpack_from(data, body_end) != (length,):
        return None
    body = data[offset + _BLOCK_HEAD_BYTES : body_end]
    return RawBlock(offset, end, kind, body)


def _is_possible(length: int) -> bool:
    return length >= layouts.BLOCK_OVERHEAD and length % layouts.ALIGNMENT == 0


def _require_torn(data: memoryview, offset: int) -> None:
    rest = data[offset:]
    written = _written(rest)
    if len(rest) < layouts.BLOCK_OVERHEAD or written <= _BLOCK_TAIL_BYTES:
        return
    length: int = layouts.BLOCK_HEAD_FORM.unpack_from(rest)[1]
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
        layouts.BLOCK_TAIL_FORM.unpack_from(rest, length - _BLOCK_TAIL_BYTES) == (length,)
        for length in range(first, last + 1, layouts.ALIGNMENT)
    )


def _data_end(rest: memoryview) -> int:
    """Where the options of the first block begin, as far as its kind and head tell."""
    begin = layouts.CHUNK_HEAD_FORM.size
    kind: int = layouts.BLOCK_HEAD_FORM.unpack_from(rest)[0]
    if kind != layouts.ENHANCED_PACKET or len(rest) < begin:
        return _BLOCK_HEAD_BYTES
    captured: int = layouts.CHUNK_HEAD_FORM.unpack_from(rest)[_CAPTURED]
    return begin + padded(captured)


def _written(rest: memoryview) -> int:
    """The length without the zeros at the end."""
    end = len(rest)
    while end:
        start = max(0, end - _STRIDE_BYTES)
        kept = bytes(rest[start:end]).rstrip(b"\0")
        if kept:
            return start + len(kept)
        end = start
    return 0
