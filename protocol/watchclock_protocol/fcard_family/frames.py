"""Cuts a stream of bytes into fcard frames, and builds them.

    7E | address 1 | token 2 | class 1 | command 1 | length 1 | data 0..120 | sum 1 | 7E

``7E`` and ``7F`` between the flags travel as ``7F 01`` and ``7F 02``; the sum is the low byte of
the sum from address to data, taken before escaping; the length counts unescaped bytes. One ``7E``
may close a frame and open the next. Source: maker's protocol document, docs/protocols/fcard.md
"Frames".

Recovery, always at the next ``7E``:
    bytes before the first flag                 skipped and counted
    more bytes between flags than a frame has   skipped and counted
    a false escape, length or sum               the frame is rejected
"""

import struct
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.checksums import low_byte_sum
from watchclock_protocol.errors import (
    ChecksumError,
    FrameError,
    RemoteProtocolError,
    RequestRangeError,
)
from watchclock_protocol.fcard_family.layouts import FRAME_HEAD_FORM, LENGTH_FORM
from watchclock_protocol.framing.check_algorithms import CheckAlgorithm
from watchclock_protocol.framing.declarations import (
    SKIPPED,
    CheckField,
    Cut,
    EscapedFraming,
    Flaw,
    LengthField,
)
from watchclock_protocol.framing.escaped_stream import EscapedCutter

__all__ = [
    "BROADCAST",
    "FRAMING",
    "HALF_FRAME_TIMEOUT_S",
    "MOST_BUFFERED_OCTETS",
    "MOST_DATA_OCTETS",
    "BrokenFrame",
]
__all__ += ["Frame", "FrameReader", "Skipped", "build_frame"]

BROADCAST: Final = 0
"""The address every wand answers to."""
MOST_DATA_OCTETS: Final = 120
HEAD_AND_SUM_OCTETS: Final = 7
FRAMING: Final = EscapedFraming(
    flag=0x7E,
    escape=0x7F,
    substitutions=((0x01, 0x7E), (0x02, 0x7F)),
    length=LengthField(at=5, overhead=HEAD_AND_SUM_OCTETS),
    check=CheckField(algorithm=CheckAlgorithm.LOW_BYTE_SUM),
    longest=MOST_DATA_OCTETS + HEAD_AND_SUM_OCTETS,
)
MOST_BUFFERED_OCTETS: Final = FRAMING.longest_escaped
"""A frame in which every byte is escaped; the reader never holds more."""
_DATA_AT: Final = FRAME_HEAD_FORM.size + LENGTH_FORM.size
HALF_FRAME_TIMEOUT_S: Final = 2.0
"""The maker's connector gives up a half frame after 2000 ms without a byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame whose sum holds.

    Attributes:
        address: the wand's number, 0 for every wand.
        token: chosen by the host, copied by the wand into every reply.
        class_code: group of commands.
        command: which command of the group.
        data: the command's data, at most 120 bytes.
    """

    address: int
    token: int
    class_code: int
    command: int
    data: bytes

    @property
    def codes(self) -> tuple[int, int]:
        """Class and command, which name the kind of frame."""
        return (self.class_code, self.command)


@dataclass(frozen=True, slots=True)
class BrokenFrame:
    """What stood between two flags and is no frame, and why.

    Attributes:
        error: what is wrong with it.
        frame: what it would be if its sum held; None when it has no shape at all.
    """

    error: RemoteProtocolError
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """So many bytes belonged to no frame."""

    count: int


def build_frame(frame: Frame) -> bytes:
    """The frame as it goes over the line, flags and escapes included.

    Raises:
        RequestRangeError: the data is longer than 120 bytes, or a value does not fit.
    """
    if len(frame.data) > MOST_DATA_OCTETS:
        reason = f"{len(frame.data)} bytes of data, {MOST_DATA_OCTETS} fit"
        raise RequestRangeError(command="a frame", reason=reason)
    try:
        head = FRAME_HEAD_FORM.pack(frame.address, frame.token, frame.class_code, frame.command)
    except struct.error as error:
        raise RequestRangeError(command="a frame", reason=error) from error
    body = head + LENGTH_FORM.pack(len(frame.data)) + frame.data
    body += bytes((low_byte_sum(body),))
    escaped = body.replace(b"\x7f", b"\x7f\x02").replace(b"\x7e", b"\x7f\x01")
    return b"\x7e" + escaped + b"\x7e"


class FrameReader:
    """Cuts bytes into frames, whatever they hold and however they are cut, in bounded memory."""

    def __init__(self) -> None:
        self._cutter = EscapedCutter(FRAMING)

    @property
    def buffered(self) -> int:
        """Bytes kept of a frame that is not complete yet."""
        return self._cutter.buffered

    def receive(self, data: bytes) -> list[Frame | BrokenFrame | Skipped]:
        """What became complete with these bytes, in order. Never raises."""
        return [_named(cut) for cut in self._cutter.receive(data)]

    def drop(self) -> Skipped | None:
        """Give up the half frame in the buffer and start looking for a flag again."""
        count = self._cutter.drop()
        return Skipped(count) if count else None


def _named(cut: Cut) -> Frame | BrokenFrame | Skipped:
    octets, flaw = cut.octets, cut.flaw
    if flaw is None:
        return _parsed(octets)
    if flaw in SKIPPED:
        return Skipped(cut.span)
    if flaw is Flaw.CHECK_SUM:
        stored, due = FRAMING.check.sums(octets)
        reason = f"frame sum {stored:02X} where {due:02X} was due"
        return BrokenFrame(ChecksumError(reason=reason), _parsed(octets))
    what = "a false escape is in" if flaw is Flaw.ESCAPE else "no frame has the shape of"
    return BrokenFrame(FrameError(reason=f"{what} {octets.hex(' ')}"))


def _parsed(octets: bytes) -> Frame:
    """The fields of bytes that have a frame's shape."""
    address, token, class_code, command = FRAME_HEAD_FORM.unpack_from(octets)
    return Frame(
        address=address,
        token=token,
        class_code=class_code,
        command=command,
        data=octets[_DATA_AT:-1],
    )
