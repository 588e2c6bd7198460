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

from dataclasses import dataclass
from typing import Final

from watchclock_protocol.checksums import low_byte_sum
from watchclock_protocol.errors import (
    ChecksumError,
    FrameError,
    LayoutError,
    RemoteProtocolError,
    RequestRangeError,
)
from watchclock_protocol.fcard_family.layouts import FRAME

__all__ = [
    "BROADCAST",
    "HALF_FRAME_TIMEOUT_S",
    "MOST_BUFFERED_OCTETS",
    "MOST_DATA_OCTETS",
    "BrokenFrame",
]
__all__ += ["Frame", "FrameReader", "Skipped", "build_frame"]

BROADCAST: Final = 0
"""The address every wand answers to."""
FLAG: Final = b"\x7e"
ESCAPE: Final = b"\x7f"
UNESCAPED: Final = {0x01: FLAG, 0x02: ESCAPE}
MOST_DATA_OCTETS: Final = 120
HEAD_AND_SUM_OCTETS: Final = 7
MOST_BUFFERED_OCTETS: Final = 2 * (MOST_DATA_OCTETS + HEAD_AND_SUM_OCTETS)
"""A frame in which every byte is escaped; the reader never holds more."""
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
    body = FRAME.build(
        {
            "address": frame.address,
            "token": frame.token,
            "class_code": frame.class_code,
            "command": frame.command,
            "data": frame.data,
            "check_sum": 0,
        }
    )
    body = body[:-1] + bytes([low_byte_sum(body)])
    escaped = body.replace(ESCAPE, b"\x7f\x02").replace(FLAG, b"\x7f\x01")
    return FLAG + escaped + FLAG


class FrameReader:
    """Cuts bytes into frames, whatever they hold and however they are cut, in bounded memory."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._overrun = 0
        self._is_open = False

    @property
    def buffered(self) -> int:
        """Bytes kept of a frame that is not complete yet."""
        return len(self._pending)

    def receive(self, data: bytes) -> list[Frame | BrokenFrame | Skipped]:
        """What became complete with these bytes, in order. Never raises."""
        found: list[Frame | BrokenFrame | Skipped] = []
        first, *others = data.split(FLAG)
        self._keep(first)
        for piece in others:
            finished = self._finish()
            if finished is not None:
                found.append(finished)
            self._keep(piece)
        return found

    def drop(self) -> Skipped | None:
        """Give up the half frame in the buffer and start looking for a flag again."""
        count = len(self._pending) + self._overrun + self._is_open
        self._pending.clear()
        self._overrun, self._is_open = 0, False
        return Skipped(count) if count else None

    def _keep(self, piece: bytes) -> None:
        room = MOST_BUFFERED_OCTETS - len(self._pending)
        self._pending += piece[:room]
        self._overrun += max(0, len(piece) - room)

    def _finish(self) -> Frame | BrokenFrame | Skipped | None:
        """What the bytes before a flag were; the flag opens the next frame."""
        escaped, overrun, was_open = bytes(self._pending), self._overrun, self._is_open
        self._pending.clear()
        self._overrun, self._is_open = 0, True
        if not escaped:
            return None
        if overrun or not was_open:
            return Skipped(len(escaped) + overrun)
        return _parse(escaped)


def _parse(escaped: bytes) -> Frame | BrokenFrame:
    try:
        body = _unescape(escaped) if ESCAPE in escaped else escaped
        fields = FRAME.parse(body)
    except (FrameError, LayoutError) as error:
        reason = error.details["reason"]
        return BrokenFrame(FrameError(reason=reason))
    check_sum = fields.pop("check_sum")
    frame = Frame(**fields)
    if len(frame.data) > MOST_DATA_OCTETS:
        return BrokenFrame(FrameError(reason=f"{len(frame.data)} bytes of data"))
    due = low_byte_sum(body[:-1])
    if check_sum != due:
        reason = f"frame sum {check_sum:02X} where {due:02X} was due"
        return BrokenFrame(ChecksumError(reason=reason), frame)
    return frame


def _unescape(escaped: bytes) -> bytes:
    """Bytes without escapes.

    Raises:
        FrameError: something else than 01 or 02 follows a 7F.
    """
    first, *others = escaped.split(ESCAPE)
    parts = [first]
    for piece in others:
        if not piece or piece[0] not in UNESCAPED:
            raise FrameError(reason=f"7F is followed by {piece[:1].hex() or 'nothing'}")
        parts += (UNESCAPED[piece[0]], piece[1:])
    return b"".join(parts)
