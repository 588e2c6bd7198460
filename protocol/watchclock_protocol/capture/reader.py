"""Reads a capture back and finds every byte that was changed after it was written."""

import hashlib
import zlib
from typing import Final

from watchclock_protocol.capture import layouts
from watchclock_protocol.capture.blocks import (
    Option,
    RawBlock,
    cut_block,
    padded,
    read_options,
)
from watchclock_protocol.capture.contents import FORMAT, Capture, CaptureAbout, Chunk, Step
from watchclock_protocol.capture.lanes import LANES, TIME_RESOLUTION, Lane
from watchclock_protocol.capture.steps import StepPayload
from watchclock_protocol.errors import CaptureDamagedError, NotACaptureError
from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["HEAD_OCTETS", "capture_name", "read_capture", "read_until_damage"]
__all__ += ["require_capture_head"]

HEAD_OCTETS: Final = layouts.BLOCK_HEAD_FORM.size + layouts.SECTION_HEAD.sizeof()
"""So many bytes tell a file of another kind."""
_LANES: Final = tuple(Lane)
_BIG_ENDIAN_MAGIC: Final = 0x4D3C2B1A
_PACKET_HEAD_BYTES: Final = layouts.PACKET_HEAD_FORM.size
_CHUNK_HEAD_BYTES: Final = layouts.CHUNK_HEAD_FORM.size
_FLAGS: Final = {lane: layouts.FLAGS.build(LANES[lane].flags) for lane in Lane}


def _chunk_tail(lane: Lane) -> tuple[bytes, bytes]:
    """What watchclock writes behind the data of a chunk, before and after its CRC-32."""
    crc32 = 0x04030201
    hashed = {"algorithm": layouts.CRC32_ALGORITHM, "crc32": crc32}
    options = (
        {"code": layouts.FLAGS_OPTION, "value": _FLAGS[lane]},
        {"code": layouts.HASH_OPTION, "value": layouts.HASH.build(hashed)},
        {"code": layouts.END_OF_OPTIONS, "value": b""},
    )
    written = b"".join(layouts.OPTION.build(option) for option in options)
    before, _, after = written.partition(crc32.to_bytes(4, "little"))
    return before, after


_CHUNK_TAILS: Final = {lane.value: _chunk_tail(lane) for lane in (Lane.FROM_WAND, Lane.TO_WAND)}
_CHUNK_TAIL_BYTES: Final = 4 + sum(map(len, _CHUNK_TAILS[0])) + layouts.BLOCK_TAIL_FORM.size
_ZEROS: Final = tuple(bytes(count) for count in range(layouts.ALIGNMENT))


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
    capture, damage = read_until_damage(data)
    if damage is not None:
        raise damage
    return capture


def read_until_damage(data: bytes | memoryview) -> tuple[Capture, CaptureDamagedError | None]:
    """The capture up to the first damage, and what is damaged there, or None.

    What stands before the damage is as good as in a torn capture; ``torn_bytes`` counts the rest.

    Raises:
        NotACaptureError: this is no file watchclock writes, or it ends inside its head.
        CaptureDamagedError: the head itself is damaged.
    """
    view = memoryview(data)
    require_capture_head(view)
    reading = _Reading(view)
    try:
        reading.read()
    except CaptureDamagedError as damage:
        return reading.before(damage), damage
    return reading.finish(), None


def require_capture_head(view: bytes | memoryview) -> None:
    """Tell a file of another kind by its first ``HEAD_OCTETS`` bytes, however long it is.

    Raises:
        NotACaptureError: no capture begins so.
    """
    if len(view) < HEAD_OCTETS:
        raise NotACaptureError(reason=FilledReason("it has only {count} bytes", count=len(view)))
    kind, _ = layouts.BLOCK_HEAD_FORM.unpack_from(view)
    if kind != layouts.SECTION_HEADER:
        raise NotACaptureError(reason="it is no pcapng file")
    head = layouts.SECTION_HEAD.parse(view[layouts.BLOCK_HEAD_FORM.size : HEAD_OCTETS])
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
        self._head_end = 0
        self._blocks: list[Chunk | Step] = []
        self._end = 0
        self._sealed = 0
        self._sha256 = hashlib.sha256()

    def read(self) -> None:
        """Take every whole block."""
        size = len(self._view)
        while self._end < size:
            if self._take_chunk(self._end):
                continue
            block = cut_block(self._view, self._end)
            if block is None:
                return
            self._take(block)

    def _take_chunk(self, offset: int) -> bool:
        """Take the block if it is a chunk exactly as watchclock writes it; nearly all are.

        Whatever differs in any byte is left to ``_take``, which knows what may differ.
        """
        view = self._view
        begin = offset + _CHUNK_HEAD_BYTES
        if begin > len(view) or self._lanes < len(_LANES):
            return False
        head: tuple[int, ...] = layouts.CHUNK_HEAD_FORM.unpack_from(view, offset)
        kind, length, interface, high, low, captured, original = head
        data_end = begin + captured
        padding = -captured % layouts.ALIGNMENT
        end = data_end + padding + _CHUNK_TAIL_BYTES
        tail = _CHUNK_TAILS.get(interface)
        if tail is None or kind != layouts.ENHANCED_PACKET or captured != original:
            return False
        if end - offset != length or end > len(view):
            return False
        data = bytes(view[begin:data_end])
        before, after = tail
        crc32 = zlib.crc32(data).to_bytes(4, "little")
        again = length.to_bytes(4, "little")
        due = b"".join((_ZEROS[padding], before, crc32, after, again))
        if bytes(view[data_end:end]) != due:
            return False
        chunk = Chunk(lane=_LANES[interface], data=data, utc_ns=high << 32 | low, offset=offset)
        self._blocks.append(chunk)
        self._end = end
        return True

    def _take(self, block: RawBlock) -> None:
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

    def before(self, damage: CaptureDamagedError) -> Capture:
        """What stands before the damage; the damage itself where that is in the head.

        A step whose SHA-256 does not hold makes everything doubtful since the step before.
        """
        offset = damage.details["offset"]
        if self._about is None or not isinstance(offset, int):
            raise damage
        if self._lanes < len(LANES) or offset < self._head_end:
            raise damage
        return Capture(
            about=self._about,
            blocks=tuple(block for block in self._blocks if block.offset < offset),
            whole_bytes=offset,
            torn_bytes=len(self._view) - offset,
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
        self._head_end = block.end

    def _packet(self, block: RawBlock) -> None:
        raw, rest = _split(block, _PACKET_HEAD_BYTES)
        interface, high, low, length, original = layouts.PACKET_HEAD_FORM.unpack(raw)
        if padded(length) > len(rest) or original != length:
            raise CaptureDamagedError(offset=block.offset, reason="the packet length is wrong")
        if interface >= self._lanes:
            raise CaptureDamagedError(offset=block.offset, reason="the interface is unknown")
        lane = Lane(interface)
        data = bytes(rest[:length])
        _check_packet(block.offset, lane, data, rest[length:])
        utc_ns = high << 32 | low
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
    expected = layouts.HASH_FORM.pack(layouts.CRC32_ALGORITHM, zlib.crc32(data))
    if options.get(layouts.HASH_OPTION) != expected:
        raise CaptureDamagedError(offset=offset, reason="the check sum of a packet does not hold")
    if options.get(layouts.FLAGS_OPTION) != _FLAGS[lane]:
        raise CaptureDamagedError(offset=offset, reason="the direction of a packet was changed")
