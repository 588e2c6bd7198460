"""What host and controller can say to each other, as values, and the literal table of shapes.

Source: the table of functions in docs/protocols/xgd.md. A reply repeats address, type and function
of its request, so a frame alone tells what it is once its direction is known.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, cast

from watchclock_protocol.dialects.xgd.layouts import ONE_BYTE, PART_OCTETS, RECORD_OCTETS
from watchclock_protocol.errors import LayoutError, RequestRangeError
from watchclock_protocol.messages import DialectReply

__all__ = ["COMMANDS", "PUSH_FUNCTION", "REPLY_LENGTHS", "REPORT_FUNCTIONS", "REQUEST_LENGTHS"]
__all__ += ["AnswerPush", "AreYouThere", "ChangeAddress", "CommandShape", "Count", "CountRecords"]
__all__ += ["DateShown", "DeleteRecords", "Done", "ErrorReport", "Overheard", "Present", "Pushed"]
__all__ += ["ReadDate", "ReadRecord", "ReadTime", "ReadWorkMode", "RecordOutOfRange", "SetDate"]
__all__ += ["SetTime", "SetWorkMode", "StoredRecord", "TimeShown", "WorkMode", "WorkModeShown"]
__all__ += ["XgdReply", "XgdRequest", "decode_reply", "decode_request", "encode_reply"]
__all__ += ["encode_request", "plain_name"]


class WorkMode(IntEnum):
    """What the controller does with a new record."""

    LIVE = 1
    STORE = 2


class XgdRequest:
    """What a host can send."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SetTime(XgdRequest):
    """``01``: ss mm HH in packed BCD."""

    part: bytes


@dataclass(frozen=True, slots=True)
class SetDate(XgdRequest):
    """``02``: dd MM yy in packed BCD."""

    part: bytes


@dataclass(frozen=True, slots=True)
class ReadTime(XgdRequest):
    """``03``. Answered with ``TimeShown``."""


@dataclass(frozen=True, slots=True)
class ReadDate(XgdRequest):
    """``04``. Answered with ``DateShown``."""


@dataclass(frozen=True, slots=True)
class ChangeAddress(XgdRequest):
    """``05``: the address it has from now on; the answer already comes from there."""

    address: int


@dataclass(frozen=True, slots=True)
class CountRecords(XgdRequest):
    """``06``. Answered with ``Count``."""


@dataclass(frozen=True, slots=True)
class ReadRecord(XgdRequest):
    """``07``: the record at this place, from 1. ``StoredRecord`` or ``RecordOutOfRange``."""

    place: int


@dataclass(frozen=True, slots=True)
class DeleteRecords(XgdRequest):
    """``08``: WIPES THE MEMORY."""


@dataclass(frozen=True, slots=True)
class AreYouThere(XgdRequest):
    """``09``. Answered with ``Present``."""


@dataclass(frozen=True, slots=True)
class AnswerPush(XgdRequest):
    """``0A``: the pushed record is safe; THE CONTROLLER DELETES IT and answers nothing."""


@dataclass(frozen=True, slots=True)
class SetWorkMode(XgdRequest):
    """``0B``."""

    mode: int


@dataclass(frozen=True, slots=True)
class ReadWorkMode(XgdRequest):
    """``0C``. Answered with ``WorkModeShown``."""


class XgdReply(DialectReply):
    """What a controller can send."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Done(XgdReply):
    """It did what it was told."""


@dataclass(frozen=True, slots=True)
class Present(XgdReply):
    """The controller with this address is there."""

    address: int


@dataclass(frozen=True, slots=True)
class TimeShown(XgdReply):
    """ss mm HH, normally packed BCD."""

    part: bytes


@dataclass(frozen=True, slots=True)
class DateShown(XgdReply):
    """dd MM yy, normally packed BCD."""

    part: bytes


@dataclass(frozen=True, slots=True)
class Count(XgdReply):
    """How many records wait, 0 to 255."""

    unread: int


@dataclass(frozen=True, slots=True)
class StoredRecord(XgdReply):
    """One record as stored, sixteen bytes."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class RecordOutOfRange(XgdReply):
    """There is no record at that place; so many there are."""

    unread: int


@dataclass(frozen=True, slots=True)
class WorkModeShown(XgdReply):
    """The work mode, a ``WorkMode`` or an unknown number."""

    mode: int


@dataclass(frozen=True, slots=True)
class Pushed(XgdReply):
    """``0A`` from the controller: one record it made, sixteen bytes; it waits for the answer."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class ErrorReport(XgdReply):
    """A controller heard something damaged: F2 a wrong CRC, F3 a damaged head. From address 00."""

    function: int


@dataclass(frozen=True, slots=True)
class Overheard(XgdReply):
    """A good frame of another controller on the same line; it belongs to another conversation."""

    address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandShape:
    """How one command looks on the wire.

    Attributes:
        function: function byte of request and reply.
        request_length: bytes of data in the request.
        replies: the replies by their bytes of data.
    """

    function: int
    request_length: int
    replies: Mapping[int, type[XgdReply]]


COMMANDS: Final[Mapping[type[XgdRequest], CommandShape]] = {
    SetTime: CommandShape(function=0x01, request_length=PART_OCTETS, replies={0: Done}),
    SetDate: CommandShape(function=0x02, request_length=PART_OCTETS, replies={0: Done}),
    ReadTime: CommandShape(function=0x03, request_length=0, replies={PART_OCTETS: TimeShown}),
    ReadDate: CommandShape(function=0x04, request_length=0, replies={PART_OCTETS: DateShown}),
    ChangeAddress: CommandShape(function=0x05, request_length=ONE_BYTE, replies={0: Done}),
    CountRecords: CommandShape(function=0x06, request_length=0, replies={ONE_BYTE: Count}),
    ReadRecord: CommandShape(
        function=0x07,
        request_length=ONE_BYTE,
        replies={RECORD_OCTETS: StoredRecord, ONE_BYTE: RecordOutOfRange},
    ),
    DeleteRecords: CommandShape(function=0x08, request_length=0, replies={0: Done}),
    AreYouThere: CommandShape(function=0x09, request_length=0, replies={0: Present}),
    AnswerPush: CommandShape(function=0x0A, request_length=0, replies={}),
    SetWorkMode: CommandShape(function=0x0B, request_length=ONE_BYTE, replies={0: Done}),
    ReadWorkMode: CommandShape(function=0x0C, request_length=0, replies={ONE_BYTE: WorkModeShown}),
}
PUSH_FUNCTION: Final = COMMANDS[AnswerPush].function
REPORT_FUNCTIONS: Final = frozenset({0xF2, 0xF3})
REQUEST_LENGTHS: Final[Mapping[int, frozenset[int]]] = {
    shape.function: frozenset({shape.request_length}) for shape in COMMANDS.values()
}
"""By function: how many bytes of data a request can have."""
REPLY_LENGTHS: Final[Mapping[int, frozenset[int]]] = {
    shape.function: frozenset(shape.replies) or frozenset({RECORD_OCTETS})
    for shape in COMMANDS.values()
}
"""By function: how many bytes of data a controller's frame can have."""
_REQUESTS: Final = {shape.function: request for request, shape in COMMANDS.items()}


def encode_request(request: XgdRequest) -> tuple[int, bytes]:
    """Function and data of a request.

    Raises:
        RequestRangeError: a value does not fit.
    """
    shape = COMMANDS[type(request)]
    match request:
        case SetTime(part) | SetDate(part):
            data = part
        case ChangeAddress(value) | ReadRecord(value) | SetWorkMode(value):
            data = _one_byte(plain_name(type(request)), value)
        case _:
            data = b""
    if len(data) != shape.request_length:
        raise RequestRangeError(command=plain_name(type(request)), reason=data.hex(" "))
    return shape.function, data


def decode_request(function: int, data: bytes) -> XgdRequest:
    """What a host's frame asks for.

    Raises:
        LayoutError: no request looks like this.
    """
    kind = _REQUESTS.get(function)
    if kind is None or len(data) != COMMANDS[kind].request_length:
        raise LayoutError(reason=f"function {function:02X} with {len(data)} bytes of data")
    make = cast("Callable[..., XgdRequest]", kind)
    if not data:
        return make()
    return make(data if len(data) > ONE_BYTE else data[0])


def encode_reply(reply: XgdReply) -> bytes:
    """The data of a reply.

    Raises:
        RequestRangeError: a value does not fit.
    """
    match reply:
        case TimeShown(data) | DateShown(data) | StoredRecord(data) | Pushed(data):
            return data
        case Count(value) | RecordOutOfRange(value) | WorkModeShown(value):
            return _one_byte(plain_name(type(reply)), value)
        case _:
            return b""


def decode_reply(address: int, function: int, data: bytes) -> XgdReply:
    """What a controller's frame says.

    Raises:
        LayoutError: no reply looks like this.
    """
    if function in REPORT_FUNCTIONS and address == 0:
        return ErrorReport(function)
    if function == PUSH_FUNCTION and len(data) == RECORD_OCTETS:
        return Pushed(data)
    asked = _REQUESTS.get(function)
    kind = COMMANDS[asked].replies.get(len(data)) if asked is not None else None
    if kind is None:
        raise LayoutError(reason=f"function {function:02X} with {len(data)} bytes of data")
    if kind is Present:
        return Present(address)
    if kind is Done:
        return Done()
    make = cast("Callable[..., XgdReply]", kind)
    return make(data if len(data) > ONE_BYTE else data[0])


def plain_name(kind: type[object]) -> str:
    """What an error calls a command or a reply, such as ``read record``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()


def _one_byte(name: str, value: int) -> bytes:
    try:
        return bytes([value])
    except ValueError:
        raise RequestRangeError(command=name, reason=str(value)) from None
