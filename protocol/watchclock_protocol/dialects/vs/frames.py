"""Cuts a stream of bytes into vs frames, and builds them.

    magic 56 53 | kind 1 | command 1 | token 2 | length 2 | header sum 1 | data 0..1040 | CRC-32 4

No byte is escaped, so that whole captures can be cut in bulk by the same declaration; the
header's own sum makes the length believable before the data is there. Source:
docs/protocols/vs.md, section "Frames".

Recovery:
    bytes before a magic                              skipped and counted
    a magic whose header sum or length is no header's   the same, one byte
    a CRC-32 that does not hold, a kind unknown       rejected; the search goes on behind the
                                                      magic, because the next frame may stand
                                                      within what looked like data
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from zlib import crc32

from watchclock_protocol.checksums import complement_sum
from watchclock_protocol.dialects.vs.layouts import (
    FRAME_HEAD,
    FRAME_MAGIC,
    HEAD_OCTETS,
)
from watchclock_protocol.errors import (
    ChecksumError,
    FrameError,
    RemoteProtocolError,
    RequestRangeError,
)
from watchclock_protocol.framing.check_algorithms import CheckAlgorithm
from watchclock_protocol.framing.declarations import (
    CheckField,
    Cut,
    Flaw,
    HeaderSum,
    LengthField,
    PrefixedFraming,
)
from watchclock_protocol.framing.prefixed_stream import PrefixedCutter

__all__ = [
    "FRAMING",
    "HALF_FRAME_TIMEOUT_S",
    "MOST_BUFFERED_OCTETS",
    "MOST_DATA_OCTETS",
    "BrokenFrame",
]
__all__ += ["Frame", "FrameBuilder", "FrameKind", "FrameReader", "Skipped", "build_frame"]

MOST_DATA_OCTETS: Final = 1040
CRC_OCTETS: Final = 4
MOST_BUFFERED_OCTETS: Final = HEAD_OCTETS + MOST_DATA_OCTETS + CRC_OCTETS
"""The longest frame; the reader never holds more."""
HALF_FRAME_TIMEOUT_S: Final = 1.0
"""The wand gives up half a request that long after its last byte."""
FRAMING: Final = PrefixedFraming(
    head=FRAME_MAGIC,
    length=LengthField(at=6, octets=2, order="little", overhead=HEAD_OCTETS + CRC_OCTETS),
    check=CheckField(algorithm=CheckAlgorithm.CRC32, order="little"),
    longest=MOST_BUFFERED_OCTETS,
    header_sum=HeaderSum(algorithm=CheckAlgorithm.COMPLEMENT_SUM, at=HEAD_OCTETS - 1),
)
"""How frames are told apart, for the live reader and for cutting whole captures alike."""


class FrameKind(IntEnum):
    """Octet 2 of a frame."""

    REQUEST = 1
    PART = 2
    ANSWER = 3
    REFUSAL = 4


_KINDS: Final = {kind.value: kind for kind in FrameKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame whose CRC-32 holds.

    Attributes:
        kind: request, part, answer or refusal.
        command: what is asked, or what the answer belongs to.
        token: chosen by the host, copied by the wand into every frame of the answer.
        data: at most 1040 bytes.
    """

    kind: FrameKind
    command: int
    token: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class BrokenFrame:
    """A frame whose header holds and which is none all the same.

    Attributes:
        error: what is wrong with it.
        frame: what it would be if its CRC-32 held; None where no frame has its kind.
    """

    error: RemoteProtocolError
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """So many bytes belonged to no frame."""

    count: int


class FrameBuilder:
    """Builds the frames of one request or answer, whose heads differ by kind and length alone.

    Args:
        command: of the request.
        token: chosen by the host.
    """

    def __init__(self, command: int, token: int) -> None:
        self._command = command
        self._token = token
        self._heads: dict[tuple[FrameKind, int], tuple[bytes, int]] = {}

    def build(self, kind: FrameKind, data: bytes) -> bytes:
        """The frame as it goes over the link.

        Raises:
            RequestRangeError: the data is longer than 1040 bytes, or a value does not fit.
        """
        length = len(data)
        known = self._heads.get((kind, length))
        if known is None:
            known = self._heads[kind, length] = self._head(kind, length)
        head, check = known
        return b"".join((head, data, crc32(data, check).to_bytes(CRC_OCTETS, "little")))

    def _head(self, kind: FrameKind, length: int) -> tuple[bytes, int]:
        """The head before so much data, and its CRC-32, with which that of the data begins."""
        if length > MOST_DATA_OCTETS:
            reason = f"{length} bytes of data, {MOST_DATA_OCTETS} fit"
            raise RequestRangeError(command="a frame", reason=reason)
        head = FRAME_HEAD.pack(FRAME_MAGIC, kind, self._command, self._token, length)
        head += bytes((complement_sum(head),))
        return head, crc32(head)


def build_frame(frame: Frame) -> bytes:
    """The frame as it goes over the link; see ``FrameBuilder.build``."""
    return FrameBuilder(frame.command, frame.token).build(frame.kind, frame.data)


class FrameReader:
    """Cuts bytes into frames, whatever they hold and however they are cut, in bounded memory."""

    def __init__(self) -> None:
        self._cutter = PrefixedCutter(FRAMING)

    @property
    def buffered(self) -> int:
        """Bytes kept of a frame that is not complete yet."""
        return self._cutter.buffered

    def receive(self, data: bytes) -> list[Frame | BrokenFrame | Skipped]:
        """What became complete with these bytes, in order. Never raises."""
        return [_named(cut) for cut in self._cutter.receive(data)]

    def drop(self) -> list[Frame | BrokenFrame | Skipped]:
        """Give up the half frame in the buffer; what its bytes hold besides."""
        return [_named(cut) for cut in self._cutter.finish()]


def _named(cut: Cut) -> Frame | BrokenFrame | Skipped:
    if cut.flaw is None:
        return _parsed(cut.octets)
    if cut.flaw is not Flaw.CHECK_SUM:
        return Skipped(cut.span)
    stored, due = FRAMING.check.sums(cut.octets)
    reason = f"frame CRC-32 {stored:08X} where {due:08X} was due"
    parsed = _parsed(cut.octets)
    frame = parsed if isinstance(parsed, Frame) else None
    return BrokenFrame(ChecksumError(reason=reason), frame)


def _parsed(octets: bytes) -> Frame | BrokenFrame:
    """The fields of bytes that have a frame's shape."""
    fields = FRAME_HEAD.parse(octets[: HEAD_OCTETS - 1])
    kind = _KINDS.get(fields["kind"])
    if kind is None:
        return BrokenFrame(FrameError(reason=f"there is no frame of kind {fields['kind']:02X}"))
    return Frame(
        kind=kind,
        command=fields["command"],
        token=fields["token"],
        data=octets[HEAD_OCTETS:-CRC_OCTETS],
    )
