"""Cuts what host and wand say into requests and answers, and builds both; bounded memory.

    single byte   55 | E5 | 00
    framed        code | ~code | length | payload(length - 1) | sum over code, length, payload
    answer        echo of the request | data | sum over data

Source: koliha/jwm-wm5000t, readme.md; the general form of a framed command is inferred. Nothing in
an answer tells what it answers, so ``AnswerCutter`` must be told each request. Recovery:

    answer without the echo before it     rejected, the rest skipped until the next request
    sum does not hold                     rejected likewise
    30-byte header nobody asked for       passed over, no noise: the wand gave its session up
    ``55`` as last byte                   may begin the close command: decided by what follows
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, assert_never

from watchclock_protocol.dialects.wm5000t.commands import (
    COMMANDS,
    CloseSession,
    ContinueBlock,
    Count,
    Done,
    Echoed,
    Header,
    NextRecord,
    NoRecord,
    ReadStatus,
    Reply,
    Request,
    StartBlock,
    StartDownload,
    Status,
    StoredRecord,
    UnknownRequest,
    WriteClock,
    plain_name,
)
from watchclock_protocol.dialects.wm5000t.layouts import (
    ANSWER_SUM_LENGTH,
    BLOCK_START,
    HEADER_LENGTH,
    HEADER_PREFIX,
    RECORD_LENGTH,
    build_command,
    build_count,
    build_header,
    build_record,
    build_status,
    parse_command,
    parse_count,
    parse_header,
    parse_record,
    parse_status,
)
from watchclock_protocol.errors import (
    LayoutError,
    RefusedError,
    RemoteProtocolError,
    SequenceError,
)
from watchclock_protocol.events import BytesSkipped, FrameRejected

__all__ = ["AnswerCutter", "Exchange", "RequestCutter", "build_reply", "build_request"]

_DONE: Final = b"\x00"
_FRAME_HEAD_LENGTH: Final = 3
_SUMMED_RECORD_LENGTH: Final = RECORD_LENGTH + ANSWER_SUM_LENGTH
_SINGLES: Final[dict[int, Request]] = {
    COMMANDS[NextRecord].code: NextRecord(),
    COMMANDS[ContinueBlock].code: ContinueBlock(),
    COMMANDS[StartBlock].code: StartBlock(),
}
_BARE: Final[dict[int, Request]] = {
    COMMANDS[ReadStatus].code: ReadStatus(),
    COMMANDS[StartDownload].code: StartDownload(),
    COMMANDS[CloseSession].code: CloseSession(),
}
_PAYLOAD_LENGTHS: Final[dict[int, int]] = {
    shape.code: shape.payload_length
    for shape in COMMANDS.values()
    if shape.payload_length is not None
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what the wand answered."""

    request: Request
    reply: Reply


def build_request(request: Request) -> bytes:
    """The bytes the host sends, which are also the bytes the wand echoes."""
    match request:
        case WriteClock(time):
            return build_command(COMMANDS[WriteClock].code, time)
        case UnknownRequest(code, payload):
            return build_command(code, payload)
        case ReadStatus() | StartDownload() | CloseSession():
            return build_command(COMMANDS[type(request)].code, b"")
        case StartBlock() | ContinueBlock() | NextRecord():
            return bytes([COMMANDS[type(request)].code])
        case _:
            assert_never(request)


def build_reply(reply: Reply) -> bytes:
    """The bytes the wand sends after the echo; the header begins with its echo.

    Raises:
        RequestRangeError: a value of the reply does not fit its layout.
    """
    match reply:
        case Header(tag):
            return build_header(tag)
        case Status(number):
            return build_status(number)
        case Count(unread):
            return build_count(unread)
        case StoredRecord(time, serial):
            return build_record(time, serial)
        case Done() | Echoed() | NoRecord():
            return _DONE if isinstance(reply, Done) else b""
        case _:
            assert_never(reply)


def _name_request(code: int, payload: bytes) -> Request:
    if code == COMMANDS[WriteClock].code:
        return WriteClock(payload)
    return _BARE[code] if code in _BARE else UnknownRequest(code, payload)


class RequestCutter:
    """Cuts the host's bytes into requests. Holds one frame at most, 258 bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their frame."""
        return len(self._buffer)

    def push(self, data: bytes) -> None:
        """Take bytes; ``cut`` until it gives None."""
        self._buffer += data

    def drop(self, keep: int = 0) -> int:
        """Forget what is held beyond the first ``keep`` bytes; tells how many bytes that were."""
        dropped = max(len(self._buffer) - keep, 0)
        del self._buffer[keep:]
        return dropped

    def settle(self) -> Request | None:
        """The block start that a lone ``55`` turns out to be when no ``AA`` follows it."""
        if self._buffer != bytearray([BLOCK_START]):
            return None
        self._buffer.clear()
        return StartBlock()

    def cut(self, *, may_close: bool) -> Request | BytesSkipped | FrameRejected | None:
        """The next request, or None until more bytes come.

        Args:
            may_close: whether ``55`` can begin the close command; otherwise it is a block start.
        """
        if not self._buffer:
            return None
        first = self._buffer[0]
        if first in _SINGLES and not (may_close and first == BLOCK_START):
            del self._buffer[0]
            return _SINGLES[first]
        if len(self._buffer) == 1:
            return None
        if self._buffer[1] == first ^ 0xFF:
            return self._cut_frame()
        del self._buffer[0]
        return _SINGLES.get(first, BytesSkipped(1))

    def _cut_frame(self) -> Request | FrameRejected | None:
        if len(self._buffer) < _FRAME_HEAD_LENGTH:
            return None
        code, _, length = self._buffer[:_FRAME_HEAD_LENGTH]
        if length == 0 or length != _PAYLOAD_LENGTHS.get(code, length - 1) + 1:
            return FrameRejected(LayoutError(reason=self._take(_FRAME_HEAD_LENGTH).hex(" ")))
        if len(self._buffer) < _FRAME_HEAD_LENGTH + length:
            return None
        try:
            return _name_request(*parse_command(self._take(_FRAME_HEAD_LENGTH + length)))
        except RemoteProtocolError as error:
            return FrameRejected(error)

    def _take(self, length: int) -> bytes:
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken


class _Stage(Enum):
    DEAF = auto()
    ANSWER = auto()
    SURPLUS = auto()


class AnswerCutter:
    """Cuts the wand's bytes into the answers to what was asked. Holds less than 30 bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._stage = _Stage.DEAF
        self._request: Request = StartBlock()
        self._echo = b""
        self._answer_length = 0

    @property
    def held_bytes(self) -> int:
        """Bytes waiting for the rest of their answer."""
        return len(self._buffer)

    def expect(self, request: Request, *, is_record_due: bool) -> int:
        """Wait for the answer to this request; the one before is given up.

        Args:
            request: what the host just asked.
            is_record_due: for ``NextRecord``: the announced records are not all asked for yet.
                When they are, the echo alone is the answer, and a record after it a surplus.

        Returns:
            How many bytes of an unfinished older answer had to be given up.
        """
        stale = 0
        if isinstance(request, StartBlock) or self._is_header() is not None:
            stale = len(self._buffer)
            self._buffer.clear()
        self._request = request
        self._echo = build_request(request)
        if isinstance(request, UnknownRequest):
            self._stage = _Stage.DEAF
            return stale
        self._stage = _Stage.ANSWER
        self._answer_length = COMMANDS[type(request)].answer_length
        if isinstance(request, NextRecord) and not is_record_due:
            self._answer_length = 0
        return stale

    def push(self, data: bytes) -> None:
        """Take bytes; ``cut`` until it gives None."""
        self._buffer += data

    def cut(self) -> Exchange | BytesSkipped | FrameRejected | None:
        """The next answer, noise or damaged answer; None until more bytes come."""
        if self._stage is _Stage.ANSWER and isinstance(self._request, StartBlock):
            return self._cut_header()
        while is_header := self._is_header():
            del self._buffer[:HEADER_LENGTH]
        return None if is_header is None else self._cut_by_stage()

    def _cut_by_stage(self) -> Exchange | BytesSkipped | FrameRejected | None:
        match self._stage:
            case _Stage.DEAF:
                return self._skip_noise()
            case _Stage.SURPLUS:
                return self._cut_surplus()
            case _Stage.ANSWER:
                return self._cut_answer()

    def _is_header(self) -> bool | None:
        """None while the held bytes may still become one."""
        begin = self._buffer[: len(HEADER_PREFIX)]
        if not HEADER_PREFIX.startswith(begin):
            return False
        return True if len(self._buffer) >= HEADER_LENGTH else None

    def _cut_header(self) -> Exchange | BytesSkipped | None:
        match self._is_header():
            case None:
                return None
            case False:
                return self._skip_noise()
            case True:
                self._stage = _Stage.DEAF
                return Exchange(self._request, Header(parse_header(self._take(HEADER_LENGTH))))

    def _cut_surplus(self) -> Exchange | FrameRejected | None:
        if len(self._buffer) < _SUMMED_RECORD_LENGTH:
            return None
        self._stage = _Stage.DEAF
        return self._parse(self._take(_SUMMED_RECORD_LENGTH))

    def _cut_answer(self) -> Exchange | FrameRejected | None:
        for offset, (found, due) in enumerate(zip(self._buffer, self._echo, strict=False), 1):
            if found != due:
                self._stage = _Stage.DEAF
                answer = self._buffer[:offset].hex(" ").upper()
                expected = self._echo.hex(" ").upper()
                return FrameRejected(SequenceError(answer=answer, expected=expected))
        whole = len(self._echo) + self._answer_length
        if len(self._buffer) < whole:
            return None
        is_last = isinstance(self._request, NextRecord) and self._answer_length == 0
        self._stage = _Stage.SURPLUS if is_last else _Stage.DEAF
        return self._parse(self._take(whole)[len(self._echo) :])

    def _parse(self, answer: bytes) -> Exchange | FrameRejected:
        try:
            return Exchange(self._request, self._parse_reply(answer))
        except RemoteProtocolError as error:
            return FrameRejected(error)

    def _parse_reply(self, answer: bytes) -> Reply:
        match self._request:
            case ReadStatus():
                return Status(parse_status(answer))
            case StartDownload():
                return Count(parse_count(answer))
            case NextRecord():
                return StoredRecord(*parse_record(answer)) if answer else NoRecord()
            case WriteClock() | CloseSession():
                return self._parse_done(answer)
            case StartBlock() | ContinueBlock() | UnknownRequest():
                return Echoed()
            case _:
                assert_never(self._request)

    def _parse_done(self, answer: bytes) -> Done:
        if answer != _DONE:
            name = plain_name(type(self._request))
            raise RefusedError(command=name, reason=answer.hex().upper())
        return Done()

    def _skip_noise(self) -> BytesSkipped:
        """Everything before the next byte that may begin a header."""
        following = self._buffer.find(BLOCK_START, 1)
        return self._skip(len(self._buffer) if following < 0 else following)

    def _skip(self, count: int) -> BytesSkipped:
        return BytesSkipped(len(self._take(count)))

    def _take(self, length: int) -> bytes:
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken
