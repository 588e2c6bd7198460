"""Cuts a stream of bytes into "!XD" frames, and builds them; bounded memory.

    21 58 44 | address | B0 | function | length | data | CRC-16, low byte first

Error reports of a controller come from address 00 with function F2 or F3; the source writes them
without a length byte, in 8 bytes; the form with length 00, in 9 bytes, is accepted too. Which one
it is shows the byte behind the function: it is 00, or the first byte of a CRC that is never 00.

Recovery, always at the next "!XD" behind the start that was given up:
    bytes before a start                          skipped and counted
    a device type, function or length unheard of  rejected as soon as the head is whole
    a CRC that does not hold                      rejected
So a damaged length never makes the cutter wait for more than the longest frame, 25 bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.xgd.commands import (
    COMMANDS,
    PUSH_FUNCTION,
    REPORT_FUNCTIONS,
    Pushed,
    XgdReply,
    XgdRequest,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)
from watchclock_protocol.dialects.xgd.layouts import (
    CRC_OCTETS,
    DEVICE_TYPE,
    FRAME_START,
    HEAD_OCTETS,
    RECORD_OCTETS,
    SHORT_REPORT_OCTETS,
    build_frame,
    build_short_report,
    parse_frame,
    parse_short_report,
)
from watchclock_protocol.errors import LayoutError, RemoteProtocolError
from watchclock_protocol.events import BytesSkipped

__all__ = ["LONGEST_FRAME_OCTETS", "BrokenFrame", "Frame", "FrameCutter"]
__all__ += ["build_push", "build_reply", "build_request", "build_short_report"]

LONGEST_FRAME_OCTETS: Final = HEAD_OCTETS + RECORD_OCTETS + CRC_OCTETS


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame whose CRC holds.

    Attributes:
        address: whom it is for, or who sent it; 0 for error reports.
        function: what it is about.
        data: what it carries.
    """

    address: int
    function: int
    data: bytes

    def request(self) -> XgdRequest:
        """What it asks for, if a host sent it.

        Raises:
            LayoutError: no request looks like this.
        """
        return decode_request(self.function, self.data)

    def reply(self) -> XgdReply:
        """What it says, if a controller sent it.

        Raises:
            LayoutError: no reply looks like this.
        """
        return decode_reply(self.address, self.function, self.data)


@dataclass(frozen=True, slots=True)
class BrokenFrame:
    """What began like a frame and is none.

    Attributes:
        error: what is wrong with it.
        address: the address byte in its head, which may be damaged too.
    """

    error: RemoteProtocolError
    address: int


def build_request(address: int, request: XgdRequest) -> bytes:
    """The frame a host sends to the controller with this address.

    Raises:
        RequestRangeError: a value does not fit.
    """
    return build_frame(address, *encode_request(request))


def build_reply(address: int, request: XgdRequest, reply: XgdReply) -> bytes:
    """The frame the controller with this address answers a request with.

    Raises:
        RequestRangeError: a value does not fit.
    """
    return build_frame(address, COMMANDS[type(request)].function, encode_reply(reply))


def build_push(address: int, pushed: Pushed) -> bytes:
    """The frame by which a controller hands over one record of its own accord."""
    return build_frame(address, PUSH_FUNCTION, encode_reply(pushed))


class FrameCutter:
    """Cuts one direction of the line, whatever it holds and however it is cut.

    Args:
        lengths: by function, how many bytes of data a frame of this direction can have.
        hears_reports: whether error reports go this way.
    """

    def __init__(
        self, lengths: Mapping[int, frozenset[int]], *, hears_reports: bool = False
    ) -> None:
        self._lengths = lengths
        self._hears_reports = hears_reports
        self._buffer = bytearray()

    @property
    def held_bytes(self) -> int:
        """Bytes of a frame that is not complete yet, less than 25."""
        return len(self._buffer)

    def receive(self, data: bytes) -> list[Frame | BrokenFrame | BytesSkipped]:
        """What became complete with these bytes, in order. Never raises."""
        self._buffer += data
        found: list[Frame | BrokenFrame | BytesSkipped] = []
        while (item := self._next()) is not None:
            found.append(item)
        return found

    def _next(self) -> Frame | BrokenFrame | BytesSkipped | None:
        if skipped := self._skip():
            return BytesSkipped(skipped)
        if len(self._buffer) < HEAD_OCTETS:
            return None
        length = self._length()
        if length is None:
            return self._broken(LayoutError(reason=self._buffer[:HEAD_OCTETS].hex(" ").upper()))
        if len(self._buffer) < length:
            return None
        return self._parse(bytes(self._buffer[:length]))

    def _skip(self) -> int:
        """Drop what stands before the first possible start; how many bytes that were."""
        start = self._buffer.find(FRAME_START)
        if start < 0:
            held = next(n for n in (2, 1, 0) if self._buffer.endswith(FRAME_START[:n]))
            start = len(self._buffer) - held
        del self._buffer[:start]
        return start

    def _length(self) -> int | None:
        """Of the frame at the beginning, by its head; None if no frame has such a head."""
        address, device, function, length = self._buffer[len(FRAME_START) : HEAD_OCTETS]
        if device != DEVICE_TYPE:
            return None
        if self._hears_reports and address == 0 and function in REPORT_FUNCTIONS:
            return SHORT_REPORT_OCTETS + (length == 0)
        if length not in self._lengths.get(function, ()):
            return None
        return HEAD_OCTETS + int(length) + CRC_OCTETS

    def _parse(self, whole: bytes) -> Frame | BrokenFrame:
        try:
            if len(whole) == SHORT_REPORT_OCTETS:
                frame = Frame(0, parse_short_report(whole), b"")
            else:
                frame = Frame(*parse_frame(whole))
        except RemoteProtocolError as error:
            return self._broken(error)
        del self._buffer[: len(whole)]
        return frame

    def _broken(self, error: RemoteProtocolError) -> BrokenFrame:
        address = self._buffer[len(FRAME_START)]
        del self._buffer[: len(FRAME_START)]
        return BrokenFrame(error, address)
