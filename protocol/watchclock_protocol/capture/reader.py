"""Reads a capture back and finds every byte that was changed after it was written."""

import hashlib
import zlib
from typing import Final

from watchclock_protocol.capture import layouts
from watchclock_protocol.capture.blocks import (
    Option,
    RawBlock,
    cut_blocks,
    padded,
    read_options,
)
from watchclock_protocol.capture.contents import FORMAT, Capture, CaptureAbout, Chunk, Step
from watchclock_protocol.capture.lanes import LANES, TIME_RESOLUTION, Lane
from watchclock_protocol.capture.steps import StepPayload
from watchclock_protocol.errors import CaptureDamagedError, NotACaptureError

__all__ = ["capture_name", "read_capture"]

_BIG_ENDIAN_MAGIC: Final = 0x4D3C2B1A
_PACKET_HEAD_BYTES: Final = layouts.PACKET_HEAD.sizeof()
_FLAGS: Final = {lane: layouts.FLAGS.build(LANES[lane].flags) for lane in Lane}


def capture_name(data: bytes | memoryview) -> str:
    """The name of a closed capture: the SHA-256 of the whole file, lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_capture(data: bytes | memoryview) -> Capture:
    """The capture in ``data``, as far as it was written.

    An end torn off at any byte is no error: ``torn_bytes`` says how much of it is unusable. Blocks
    and options of unknown kinds are passed over, as pcapng demands.

    Raises:
        NotACaptureError: this is no file watchclock writes, or it ends inside its head, before
            the first byte of a conversation.
        CaptureDamagedError: a byte was changed after it was written.
    """
    view = memoryview(data)
    _require_section(view)
    reading = _Reading(view)
    for block in cut_blocks(view):
        reading.take(block)
    return reading.finish()


def _require_section(view: memoryview) -> None:
    start = layouts.BLOCK_HEAD.sizeof()
    end = start + layouts.SECTION_HEAD.sizeof()
    if len(view) < end:
        raise NotACaptureError(reason=f"it has only {len(view)} bytes")
    if layouts.BLOCK_HEAD.parse(view[:start]).kind != layouts.SECTION_HEADER:
        raise NotACaptureError(reason="it is no pcapng file")
    head = layouts.SECTION_HEAD.parse(view[start:end])
    if head.byte_order_magic == _BIG_ENDIAN_MAGIC:
        raise NotACaptureError(reason="it is big-endian, watchclock writes little-endian")
    if head.byte_order_magic != layouts.BYTE_ORDER_MAGIC:
        raise NotACaptureError(reason="its byte-order magic is unknown")
    if head.major != layouts.MAJOR_VERSION:
        raise NotACaptureError(reason=f"it is pcapng of version {head.major}")


class _Reading:
    """What was understood so far."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._about: CaptureAbout | None = None
        self._lanes = 0
        self._blocks: list[Chunk | Step] = []
        self._end = 0
        self._sealed = 0
        self._sha256 = hashlib.sha256()

    def take(self, block: RawBlock) -> None:
        match block.kind:
            case layouts.SECTION_HEADER:
                self._section(block)
            case layouts.INTERFACE_DESCRIPTION:
                self._interface(block)
            case layouts.ENHANCED_PACKET:
                self._packet(block)
            case _:
                pass
        self._end = block.end

    def finish(self) -> Capture:
        if self._about is None or self._lanes < len(LANES):
            raise NotACaptureError(reason="it ends inside its head")
        return Capture(
            about=self._about,
            blocks=tuple(self._blocks),
            whole_bytes=self._end,
            torn_bytes=len(self._view) - self._end,
        )

    def _section(self, block: RawBlock) -> None:
        if self._about is not None:
            raise CaptureDamagedError(offset=block.offset, reason="a second section begins")
        for option in read_options(block.body[layouts.SECTION_HEAD.sizeof() :], block.offset):
            if option.code == layouts.COMMENT:
                self._about = _about(option)
                return
        raise NotACaptureError(reason="its head has no comment")

    def _interface(self, block: RawBlock) -> None:
        head, area = _split(block, layouts.INTERFACE_HEAD.sizeof())
        if self._lanes == len(LANES):
            raise CaptureDamagedError(offset=block.offset, reason="it has too many interfaces")
        expected = LANES[Lane(self._lanes)].link_type
        resolutions = [
            option.value
            for option in read_options(area, block.offset)
            if option.code == layouts.TIME_RESOLUTION_OPTION
        ]
        if layouts.INTERFACE_HEAD.parse(head).link_type != expected:
            raise CaptureDamagedError(offset=block.offset, reason="the link type is another one")
        if resolutions != [bytes((TIME_RESOLUTION,))]:
            raise CaptureDamagedError(offset=block.offset, reason="times are not in nanoseconds")
        self._lanes += 1

    def _packet(self, block: RawBlock) -> None:
        raw, rest = _split(block, _PACKET_HEAD_BYTES)
        head = layouts.PACKET_HEAD.parse(raw)
        length: int = head.captured_length
        if padded(length) > len(rest) or head.original_length != length:
            raise CaptureDamagedError(offset=block.offset, reason="the packet length is wrong")
        if head.interface >= self._lanes:
            raise CaptureDamagedError(offset=block.offset, reason="the interface is unknown")
        lane = Lane(head.interface)
        data = bytes(rest[:length])
        _check_packet(block.offset, lane, data, rest[length:])
        utc_ns = head.time_high << 32 | head.time_low
        if lane is Lane.STEP:
            self._blocks.append(self._step(block.offset, data, utc_ns))
        else:
            self._blocks.append(Chunk(lane=lane, data=data, utc_ns=utc_ns, offset=block.offset))

    def _step(self, offset: int, data: bytes, utc_ns: int) -> Step:
        try:
            payload = StepPayload.parse(data)
        except ValueError as error:
            raise CaptureDamagedError(offset=offset, reason=f"a step: {error}") from error
        self._sha256.update(self._view[self._sealed : offset])
        if payload.sha256 != self._sha256.hexdigest():
            raise CaptureDamagedError(
                offset=self._sealed,
                reason=f"the bytes from there to {offset} are not those that were written",
            )
        if payload.utc_ns != utc_ns:
            raise CaptureDamagedError(offset=offset, reason="the time of a step was changed")
        self._sealed = offset
        return Step(
            name=payload.name,
            state=payload.state,
            utc_ns=utc_ns,
            facts=payload.facts,
            offset=offset,
        )


def _about(option: Option) -> CaptureAbout:
    try:
        return CaptureAbout.parse(option.value)
    except ValueError as error:
        reason = f"its head: {error}"
        if FORMAT.encode() in option.value:
            raise CaptureDamagedError(offset=0, reason=reason) from error
        raise NotACaptureError(reason=reason) from error


def _split(block: RawBlock, size: int) -> tuple[memoryview, memoryview]:
    if len(block.body) < size:
        raise CaptureDamagedError(offset=block.offset, reason="a block is too short for its kind")
    return block.body[:size], block.body[size:]


def _check_packet(offset: int, lane: Lane, data: bytes, tail: memoryview) -> None:
    """Compare the direction and the check sum that stand behind the packet data.

    Args:
        offset: where the block begins in the file, for the error.
        lane: the interface of the packet.
        data: the packet data.
        tail: padding and options.

    Raises:
        CaptureDamagedError: one of them is missing or does not hold.
    """
    padding = -len(data) % layouts.ALIGNMENT
    if any(tail[:padding]):
        raise CaptureDamagedError(offset=offset, reason="the padding is not zero")
    options = {option.code: option.value for option in read_options(tail[padding:], offset)}
    expected = {"algorithm": layouts.CRC32_ALGORITHM, "crc32": zlib.crc32(data)}
    if options.get(layouts.HASH_OPTION) != layouts.HASH.build(expected):
        raise CaptureDamagedError(offset=offset, reason="the check sum of a packet does not hold")
    if options.get(layouts.FLAGS_OPTION) != _FLAGS[lane]:
        raise CaptureDamagedError(offset=offset, reason="the direction of a packet was changed")
