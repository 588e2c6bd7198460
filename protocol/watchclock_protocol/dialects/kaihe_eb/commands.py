"""The literal table of commands, and their way to bytes and back.

Source of codes and data: docs/protocols/kaihe_eb.md, "Commands".

A public application of the maker sends ``70`` for "clear knock records", which erases the PATROL
records. So the two clearings are types of their own, their bytes stand once, in ``CLEARINGS`` by
the kind of record they erase, and nothing takes a clearing's code as an argument.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from watchclock_protocol.dialects.kaihe_eb import layouts, replies, requests
from watchclock_protocol.dialects.kaihe_eb.layouts import DataLayout
from watchclock_protocol.dialects.kaihe_eb.replies import KaiheReply
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearKnockRecords,
    ClearPatrolRecords,
    KaiheRequest,
    KnownRequest,
)
from watchclock_protocol.errors import LocalProtocolError, RequestRangeError, SequenceError
from watchclock_protocol.records import RecordKind

__all__ = ["CLEARINGS", "COMMANDS", "WAKE", "Clearing", "Command", "decode_reply"]
__all__ += ["decode_request", "encode_reply", "encode_request", "find_command"]

WAKE: Final = 0xAA
"""The one byte that wakes a wand, and that a wand which is awake answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """How one kind of records is erased.

    Attributes:
        request: its type, which no other kind shares.
        code: command byte.
        operand: data of the request.
        reply_code: command byte of the confirmation.
    """

    request: type[ClearPatrolRecords | ClearKnockRecords]
    code: int
    operand: bytes
    reply_code: int


CLEARINGS: Final[Mapping[RecordKind, Clearing]] = {
    RecordKind.PATROL: Clearing(
        request=ClearPatrolRecords,
        code=0x70,
        operand=bytes.fromhex("08 06 00 00 00 00 00 00"),
        reply_code=0x71,
    ),
    RecordKind.KNOCK: Clearing(
        request=ClearKnockRecords,
        code=0x75,
        operand=bytes.fromhex("08 0A 00 00 00 00 00 00"),
        reply_code=0x76,
    ),
}


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table: a request and the one reply it has.

    Attributes:
        code: command byte of the request.
        request: the request's type.
        layout: how its data is laid out.
        reply_code: command byte of the reply.
        reply: the reply's type.
        reply_layout: how the reply's data is laid out.
        timeout_s: how long the wand has for the reply.
        tries: how often it is asked; 1 for what must not be done twice unseen.
    """

    code: int
    request: type[KnownRequest]
    layout: DataLayout
    reply_code: int
    reply: Callable[..., KaiheReply]
    reply_layout: DataLayout
    timeout_s: float = 1.0
    tries: int = 3

    @property
    def name(self) -> str:
        """What an error calls it, such as ``read clock``."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.request.__name__).lower()


def _clear(clearing: Clearing) -> Command:
    return Command(
        clearing.code,
        clearing.request,
        layouts.clearing(clearing.operand),
        clearing.reply_code,
        replies.Confirmation,
        layouts.ANYTHING,
        timeout_s=40.0,
        tries=1,
    )


# Deadlines: 1 s as the maker's app has it, 0.5 s for a record and 8 tries as the library has it,
# 40 s for clearing as the app's comments have it (the library: 20 s).
COMMANDS: Final = (
    Command(
        0x20, requests.TestBuzzer, layouts.NOTHING, 0x82, replies.SelfTest, layouts.SELF_TEST, 8.0
    ),
    Command(
        0x21, requests.TestLed, layouts.NOTHING, 0x81, replies.SelfTest, layouts.SELF_TEST, 8.0
    ),
    Command(0x31, requests.ReadClock, layouts.NOTHING, 0x32, replies.ShownClock, layouts.CLOCK),
    Command(
        0xA3,
        requests.WriteClock,
        layouts.TIME,
        0x84,
        replies.Confirmation,
        layouts.ANYTHING,
        tries=1,
    ),
    Command(
        0x33, requests.ReadNumber, layouts.READ_NUMBER, 0x34, replies.NumberReply, layouts.NUMBER
    ),
    Command(
        0x2A,
        requests.WriteNumber,
        layouts.WRITE_NUMBER,
        0x83,
        replies.Confirmation,
        layouts.ANYTHING,
    ),
    Command(
        0x35, requests.CountPatrolRecords, layouts.COUNT_PATROL, 0x36, replies.Count, layouts.COUNT
    ),
    Command(
        0x37,
        requests.ReadPatrolRecord,
        layouts.READ_PATROL,
        0x38,
        replies.StoredPatrol,
        layouts.PATROL_RECORD,
        timeout_s=0.5,
        tries=8,
    ),
    Command(
        0x3C, requests.CountKnockRecords, layouts.COUNT_KNOCKS, 0x3D, replies.Count, layouts.COUNT
    ),
    Command(
        0x39,
        requests.ReadKnockRecord,
        layouts.READ_KNOCK,
        0x3A,
        replies.StoredKnock,
        layouts.KNOCK_RECORD,
        timeout_s=0.5,
        tries=8,
    ),
    _clear(CLEARINGS[RecordKind.PATROL]),
    _clear(CLEARINGS[RecordKind.KNOCK]),
    Command(
        0xC3,
        requests.WriteNotifyMode,
        layouts.NOTIFY,
        0x86,
        replies.Confirmation,
        layouts.ANYTHING,
    ),
    Command(0x51, requests.ReadModel, layouts.READ_MODEL, 0x61, replies.StoredText, layouts.MODEL),
    Command(
        0x5B,
        requests.ReadFirmware,
        layouts.READ_FIRMWARE,
        0x6B,
        replies.StoredText,
        layouts.FIRMWARE,
    ),
    Command(
        0x12, requests.ReadCompany, layouts.READ_COMPANY, 0x92, replies.StoredText, layouts.COMPANY
    ),
    Command(
        0x15, requests.ReadSlogan, layouts.READ_SLOGAN, 0x95, replies.StoredText, layouts.COMPANY
    ),
)

_BY_REQUEST: Final[Mapping[type[KaiheRequest], Command]] = {row.request: row for row in COMMANDS}
_BY_CODE: Final[Mapping[int, Command]] = {row.code: row for row in COMMANDS}


def find_command(request: KnownRequest) -> Command:
    """The row of the table this request belongs to."""
    return _BY_REQUEST[type(request)]


def encode_request(request: KaiheRequest) -> tuple[int, bytes]:
    """Command byte and data of the request's frame.

    Raises:
        RequestRangeError: a value does not fit into its bytes.
    """
    if isinstance(request, requests.UnknownRequest):
        raise RequestRangeError(command="a request", reason="its command is not known")
    row = find_command(request)
    return row.code, row.layout.build(_fields(request))


def decode_request(code: int, data: bytes) -> KaiheRequest:
    """The request with this command byte and data.

    Raises:
        LayoutError: the data has another shape than the command demands.
    """
    row = _BY_CODE.get(code)
    if row is None:
        return requests.UnknownRequest(command=code, data=data)
    return row.request(**row.layout.parse(data))


def decode_reply(request: KnownRequest, code: int, data: bytes) -> KaiheReply:
    """The reply to this request with this command byte and data.

    Raises:
        SequenceError: the request is never answered so.
        LayoutError: the data has another shape than the reply demands.
    """
    row = find_command(request)
    if code != row.reply_code:
        raise SequenceError(answer=f"{code:02X}", expected=f"{row.reply_code:02X}")
    return row.reply(**row.reply_layout.parse(data))


def encode_reply(request: KnownRequest, reply: KaiheReply) -> tuple[int, bytes]:
    """Command byte and data of a reply to this request.

    Raises:
        LocalProtocolError: the request is never answered so.
        RequestRangeError: a value does not fit into its bytes.
    """
    row = find_command(request)
    if row.reply is not type(reply):
        raise LocalProtocolError(command=type(reply).__name__, state=f"answering {row.name}")
    return row.reply_code, row.reply_layout.build(_fields(reply))


def _fields(value: KaiheRequest | KaiheReply) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}
