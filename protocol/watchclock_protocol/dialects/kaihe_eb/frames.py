"""Cuts a stream of bytes into wake bytes and frames, and builds them; bounded memory.

    AA                                        wakes the wand; a wand that is awake answers AA
    EB | command | length | data | sum        no escapes, no tail; both directions

Source: docs/protocols/kaihe_eb.md, "Frames". Recovery:

    bytes before the next AA or EB            skipped and counted
    a length of more than 60                  the EB begins no frame and is skipped
    the sum does not hold                     the frame is rejected as long as it claims to be
    a frame whose rest does not come          held until ``drop``
"""

from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.kaihe_eb.commands import WAKE
from watchclock_protocol.dialects.kaihe_eb.layouts import (
    FRAME_HEAD,
    HEAD_LENGTH,
    MOST_DATA_LENGTH,
    SUM_LENGTH,
    build_frame,
    parse_frame,
)
from watchclock_protocol.errors import RemoteProtocolError
from watchclock_protocol.events import BytesSkipped, FrameRejected

__all__ = ["MOST_HELD_BYTES", "WAKE_BYTES", "Frame", "FrameReader", "WakeByte", "build_frame"]

MOST_HELD_BYTES: Final = HEAD_LENGTH + MOST_DATA_LENGTH + SUM_LENGTH
WAKE_BYTES: Final = bytes([WAKE])


@dataclass(frozen=True, slots=True)
class WakeByte:
    """The single byte ``AA`` outside any frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame whose sum holds.

    Attributes:
        command: command byte.
        data: at most 60 bytes.
    """

    command: int
    data: bytes


class FrameReader:
    """Cuts bytes into frames, whatever they hold and however they are cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their frame, less than 64 once everything is cut."""
        return len(self._buffer)

    def push(self, data: bytes) -> None:
        """Take bytes; ``cut`` until it gives None."""
        self._buffer += data

    def drop(self) -> int:
        """Give up a frame whose rest did not come; tells how many bytes of it there were."""
        count = len(self._buffer)
        self._buffer.clear()
        return count

    def cut(self) -> WakeByte | Frame | BytesSkipped | FrameRejected | None:
        """The next item, or None until more bytes come. Never raises."""
        if not self._buffer:
            return None
        if self._buffer[0] == WAKE:
            del self._buffer[0]
            return WakeByte()
        if self._is_frame():
            return self._cut_frame()
        return self._skip_noise()

    def _is_frame(self) -> bool:
        """Whether what is held can be the beginning of a frame."""
        length = self._buffer[HEAD_LENGTH - 1 : HEAD_LENGTH]
        return self._buffer[0] == FRAME_HEAD and (not length or length[0] <= MOST_DATA_LENGTH)

    def _cut_frame(self) -> Frame | FrameRejected | None:
        if len(self._buffer) < HEAD_LENGTH:
            return None
        whole = HEAD_LENGTH + self._buffer[HEAD_LENGTH - 1] + SUM_LENGTH
        if len(self._buffer) < whole:
            return None
        frame = bytes(self._buffer[:whole])
        del self._buffer[:whole]
        try:
            return Frame(*parse_frame(frame))
        except RemoteProtocolError as error:
            return FrameRejected(error)

    def _skip_noise(self) -> BytesSkipped:
        """Everything from the first byte to the next that may begin something."""
        begins = (WAKE, FRAME_HEAD)
        rest = range(1, len(self._buffer))
        following = next((at for at in rest if self._buffer[at] in begins), len(self._buffer))
        del self._buffer[:following]
        return BytesSkipped(following)
