"""Makes the bytes of a capture file, block by block; the caller appends them.

A writer assumes that everything it returned was appended. After a failed append it must not be
used again: read what is on disk and continue with ``CaptureWriter.resume``.
"""

import hashlib
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from watchclock_protocol.capture import layouts
from watchclock_protocol.capture.canonical import JsonValue
from watchclock_protocol.capture.contents import CaptureAbout
from watchclock_protocol.capture.lanes import LANES, TIME_RESOLUTION, Lane, LaneTraits
from watchclock_protocol.capture.reader import read_capture
from watchclock_protocol.capture.steps import StepName, StepPayload, StepState
from watchclock_protocol.errors import CaptureDamagedError

__all__ = ["CaptureWriter", "packet"]

_NO_FACTS: Final[Mapping[str, JsonValue]] = MappingProxyType({})


def _option(code: int, value: bytes) -> bytes:
    return layouts.OPTION_HEAD_FORM.pack(code, len(value)) + _padded(value)


def _block(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    octets = len(body) + layouts.BLOCK_OVERHEAD
    head = layouts.BLOCK_HEAD_FORM.pack(kind, octets)
    return head + body + layouts.BLOCK_TAIL_FORM.pack(octets)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % layouts.ALIGNMENT)


_END: Final = _option(layouts.END_OF_OPTIONS, b"")


def _section(about: CaptureAbout) -> bytes:
    head = {
        "byte_order_magic": layouts.BYTE_ORDER_MAGIC,
        "major": layouts.MAJOR_VERSION,
        "minor": 0,
        "section_length": layouts.SECTION_LENGTH_UNKNOWN,
    }
    return _block(
        layouts.SECTION_HEADER,
        layouts.SECTION_HEAD.build(head),
        _option(layouts.USER_APPLICATION_OPTION, about.software.encode()),
        _option(layouts.COMMENT, about.encode()),
        _END,
    )


def _interface(traits: LaneTraits) -> bytes:
    head = {"link_type": traits.link_type, "reserved": 0, "snap_length": 0}
    return _block(
        layouts.INTERFACE_DESCRIPTION,
        layouts.INTERFACE_HEAD.build(head),
        _option(layouts.INTERFACE_NAME_OPTION, traits.name.encode()),
        _option(layouts.INTERFACE_DESCRIPTION_OPTION, traits.description.encode()),
        _option(layouts.TIME_RESOLUTION_OPTION, bytes((TIME_RESOLUTION,))),
        _END,
    )


def _tail(lane: Lane) -> tuple[bytes, bytes]:
    """The options that every packet has, before and behind the CRC-32 of its data."""
    flags = _option(layouts.FLAGS_OPTION, layouts.FLAGS.build(LANES[lane].flags))
    check = layouts.HASH_FORM.pack(layouts.CRC32_ALGORITHM, 0)
    crc_at = len(flags) + layouts.OPTION_HEAD_FORM.size + len(check) - _CRC_FORM.size
    built = flags + _option(layouts.HASH_OPTION, check) + _END
    return built[:crc_at], built[crc_at + _CRC_FORM.size :]


_INTERFACES: Final = b"".join(_interface(traits) for traits in LANES.values())
_CRC_FORM: Final = layouts.BLOCK_TAIL_FORM
"""Both are one 32-bit number in the section's byte order."""
_TAILS: Final = {lane: _tail(lane) for lane in Lane}
_PADDING: Final = tuple(bytes(-octets % layouts.ALIGNMENT) for octets in range(layouts.ALIGNMENT))
_PACKET_OVERHEAD: Final = (
    layouts.CHUNK_HEAD_FORM.size
    + sum(map(len, _TAILS[Lane.STEP]))
    + _CRC_FORM.size
    + layouts.BLOCK_TAIL_FORM.size
)


def packet(lane: Lane, data: bytes, utc_ns: int, remark: bytes = b"") -> bytes:
    """The block for packet data of a lane.

    Args:
        lane: which.
        data: the packet data.
        utc_ns: when, nanoseconds since 1970-01-01 UTC.
        remark: an option before those that every packet has, whole.
    """
    size = len(data)
    padding = _PADDING[size % layouts.ALIGNMENT]
    octets = _PACKET_OVERHEAD + size + len(padding) + len(remark)
    high, low = utc_ns >> 32, utc_ns & 0xFFFF_FFFF
    before, behind = _TAILS[lane]
    head = layouts.CHUNK_HEAD_FORM.pack(
        layouts.ENHANCED_PACKET, octets, lane, high, low, size, size
    )
    check = _CRC_FORM.pack(zlib.crc32(data))
    end = layouts.BLOCK_TAIL_FORM.pack(octets)
    return b"".join((head, data, padding, remark, before, check, behind, end))


class CaptureWriter:
    """The bytes of one capture file, in the order in which they must be appended."""

    def __init__(self, about: CaptureAbout) -> None:
        self._head = _section(about) + _INTERFACES
        self._written = hashlib.sha256(self._head)

    @classmethod
    def resume(cls, data: bytes) -> "CaptureWriter":
        """A writer that continues behind ``data``, for the steps RECOVER and CLOSE.

        Args:
            data: the whole blocks of a capture, ``Capture.whole_bytes`` long.

        Raises:
            NotACaptureError: ``data`` is no capture.
            CaptureDamagedError: ``data`` was changed, or ends inside a block.
        """
        capture = read_capture(data)
        if capture.torn_bytes:
            raise CaptureDamagedError(offset=capture.whole_bytes, reason="its last block is torn")
        writer = cls(capture.about)
        writer._written = hashlib.sha256(data)
        return writer

    @property
    def sha256(self) -> str:
        """SHA-256 of everything given out so far, lower-case hexadecimal."""
        return self._written.hexdigest()

    def begin(self) -> bytes:
        """The head of the file; append it before anything else, once."""
        return self._head

    def chunk(self, lane: Lane, data: bytes, utc_ns: int) -> bytes:
        """The block for bytes that crossed the link.

        Args:
            lane: FROM_WAND or TO_WAND.
            data: the bytes, in one piece as they were read or written.
            utc_ns: when they had been read, or were about to be written, so that no answer is
                older than its question; nanoseconds since 1970-01-01 UTC.
        """
        return self._count(packet(lane, data, utc_ns))

    def take(self, blocks: bytes) -> bytes:
        """Blocks of chunks that ``alike_chunks`` made, counted like one's own and given back."""
        return self._count(blocks)

    def step(
        self,
        name: StepName,
        state: StepState,
        utc_ns: int,
        facts: Mapping[str, JsonValue] = _NO_FACTS,
    ) -> bytes:
        """The block that journals a step and seals every byte before it with their SHA-256.

        Args:
            name: which step.
            state: how far it is.
            utc_ns: when; nanoseconds since 1970-01-01 UTC.
            facts: what it found out.

        Raises:
            ValueError: a fact is a number that is not finite, or a text that is not Unicode.
        """
        payload = StepPayload(
            name=name,
            state=state,
            facts=dict(facts),
            utc_ns=utc_ns,
            sha256=self.sha256,
        )
        remark = _option(layouts.COMMENT, payload.sentence.encode())
        return self._count(packet(Lane.STEP, payload.encode(), utc_ns, remark))

    def _count(self, block: bytes) -> bytes:
        self._written.update(block)
        return block
