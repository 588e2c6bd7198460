"""Every command and reply of the dialect in two literal tables, and their way to bytes and back.

Source of codes and data: the maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door),
restated in docs/protocols/fcard.md section "Commands". A reply has the class of its request plus
30 hexadecimal and the same command; what ends a stream has the class plus F0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.fcard import layouts, replies, requests
from watchclock_protocol.dialects.fcard.replies import FcardReply
from watchclock_protocol.dialects.fcard.requests import FcardRequest
from watchclock_protocol.errors import LocalProtocolError, SequenceError
from watchclock_protocol.message_layout import Layout
from watchclock_protocol.records import RecordKind

__all__ = ["COMMANDS", "LIVE_CARD", "REPLY_KINDS", "SUM_REFUSED", "Command", "ReplyKind"]
__all__ += ["decode_reply", "decode_request", "encode_reply", "encode_request", "find_command"]
__all__ += ["find_reply_kind"]


@dataclass(frozen=True, slots=True)
class ReplyKind:
    """One row of the replies: a frame kind the wand sends.

    Attributes:
        name: what it is, for people.
        class_code: class byte.
        command: command byte.
        value: the reply's type.
        layout: how its data is laid out.
        record_kind: the ring it belongs to, where two kinds share one code.
    """

    name: str
    class_code: int
    command: int
    value: Callable[..., FcardReply]
    layout: Layout
    record_kind: RecordKind | None = None

    @property
    def codes(self) -> tuple[int, int]:
        """Class and command, which name the kind of frame."""
        return (self.class_code, self.command)


DONE: Final = ReplyKind("ok", 0x21, 0x01, replies.Done, layouts.NOTHING)
SUM_REFUSED: Final = ReplyKind("checksum error", 0x21, 0x03, replies.SumRefused, layouts.NOTHING)
NUMBER: Final = ReplyKind("number", 0x31, 0x01, replies.NumberReply, layouts.WAND_NUMBER)
EXPIRY: Final = ReplyKind("expiry date", 0x31, 0x03, replies.ExpiryDate, layouts.DAY_AS_STORED)
FIRMWARE: Final = ReplyKind("firmware", 0x31, 0x04, replies.Firmware, layouts.FIRMWARE)
RUN_INFORMATION: Final = ReplyKind(
    "run information", 0x31, 0x05, replies.RunInformation, layouts.RUN_INFORMATION
)
MODE: Final = ReplyKind("mode", 0x31, 0x07, replies.StorageModeReply, layouts.MODE_AS_STORED)
STAY_ON: Final = ReplyKind("stay-on time", 0x31, 0x09, replies.StayOnTime, layouts.SECONDS)
TORCH: Final = ReplyKind("torch time", 0x31, 0x0B, replies.TorchTime, layouts.SECONDS)
LIVE_CARD: Final = ReplyKind("live card", 0x31, 0x0E, replies.LiveCard, layouts.CARD)
PRODUCTION: Final = ReplyKind(
    "production date", 0x31, 0x88, replies.ProductionDate, layouts.DAY_AS_STORED
)
CLOCK: Final = ReplyKind("clock", 0x32, 0x01, replies.Clock, layouts.CLOCK)
STAFF_CAPACITY: Final = ReplyKind(
    "staff capacity", 0x33, 0x01, replies.StaffCapacity, layouts.STAFF_CAPACITY
)
STAFF_PAGE: Final = ReplyKind("staff page", 0x33, 0x03, replies.StaffList, layouts.STAFF_LIST)
STAFF_END: Final = ReplyKind("end of staff", 0xF3, 0x03, replies.StaffEnd, layouts.STAFF_TOTAL)
STAFF_FOUND: Final = ReplyKind("staff entry", 0x33, 0x04, replies.StaffFound, layouts.STAFF_FOUND)
STAFF_REFUSED: Final = ReplyKind(
    "refused staff", 0x33, 0x05, replies.StaffRefused, layouts.STAFF_REFUSED
)
POINTERS: Final = ReplyKind("pointers", 0x34, 0x01, replies.Pointers, layouts.POINTERS)
CARD_PAGE: Final = ReplyKind(
    "page of card records",
    0x34,
    0x06,
    replies.StoredRecords,
    layouts.CARD_PAGE,
    RecordKind.PATROL,
)
SYSTEM_PAGE: Final = ReplyKind(
    "page of system records",
    0x34,
    0x06,
    replies.StoredRecords,
    layouts.SYSTEM_PAGE,
    RecordKind.SYSTEM,
)
RANGE_END: Final = ReplyKind("end of range", 0xF4, 0x06, replies.RangeEnd, layouts.RANGE_TOTAL)

REPLY_KINDS: Final = (
    DONE,
    SUM_REFUSED,
    NUMBER,
    EXPIRY,
    FIRMWARE,
    RUN_INFORMATION,
    MODE,
    STAY_ON,
    TORCH,
    LIVE_CARD,
    PRODUCTION,
    CLOCK,
    STAFF_CAPACITY,
    STAFF_PAGE,
    STAFF_END,
    STAFF_FOUND,
    STAFF_REFUSED,
    POINTERS,
    CARD_PAGE,
    SYSTEM_PAGE,
    RANGE_END,
)


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the requests: a frame kind the host sends.

    Attributes:
        name: what it does, for people.
        class_code: class byte.
        command: command byte.
        request: the request's type.
        layout: how its data is laid out.
        replies: what the wand may answer, the end of a stream last.
        timeout_s: how long the wand has, and has again after every frame of a stream.
        resends: how often the same frame is sent again.
    """

    name: str
    class_code: int
    command: int
    request: Callable[..., FcardRequest]
    layout: Layout
    replies: tuple[ReplyKind, ...] = (DONE,)
    timeout_s: float = 0.3
    resends: int = 2

    @property
    def codes(self) -> tuple[int, int]:
        """Class and command, which name the kind of frame."""
        return (self.class_code, self.command)

    @property
    def is_stream(self) -> bool:
        """Any number of pages come, then a frame that ends them."""
        return self.replies[-1] in (STAFF_END, RANGE_END)

    @property
    def ignores_address(self) -> bool:
        """The wand answers whatever number the frame is addressed to."""
        return self.request in (requests.ReadNumber, requests.WriteNumber)

    @property
    def is_confirmed(self) -> bool:
        """A reply is due."""
        return self.request is not requests.StartLiveReading


# Deadlines and resends: the connector's defaults, and what the maker's tool uses for records and
# for setting the clock (docs/protocols/fcard.md section "Link").
COMMANDS: Final = (
    Command("write number", 0x01, 0xF1, requests.WriteNumber, layouts.WAND_NUMBER),
    Command("read number", 0x01, 0x01, requests.ReadNumber, layouts.NOTHING, (NUMBER,)),
    Command("write expiry date", 0x01, 0x02, requests.WriteExpiryDate, layouts.DAY),
    Command("read expiry date", 0x01, 0x03, requests.ReadExpiryDate, layouts.NOTHING, (EXPIRY,)),
    Command("read firmware", 0x01, 0x04, requests.ReadFirmware, layouts.NOTHING, (FIRMWARE,)),
    Command(
        "read run information",
        0x01,
        0x05,
        requests.ReadRunInformation,
        layouts.NOTHING,
        (RUN_INFORMATION,),
    ),
    Command("write storage mode", 0x01, 0x06, requests.WriteStorageMode, layouts.MODE),
    Command("read storage mode", 0x01, 0x07, requests.ReadStorageMode, layouts.NOTHING, (MODE,)),
    Command("write production date", 0x01, 0x08, requests.WriteProductionDate, layouts.DAY),
    Command(
        "read production date",
        0x01,
        0x88,
        requests.ReadProductionDate,
        layouts.NOTHING,
        (PRODUCTION,),
    ),
    Command("read stay-on time", 0x01, 0x09, requests.ReadStayOnTime, layouts.NOTHING, (STAY_ON,)),
    Command("write stay-on time", 0x01, 0x0A, requests.WriteStayOnTime, layouts.SECONDS),
    Command("read torch time", 0x01, 0x0B, requests.ReadTorchTime, layouts.NOTHING, (TORCH,)),
    Command("write torch time", 0x01, 0x0C, requests.WriteTorchTime, layouts.SECONDS),
    Command("start live reading", 0x01, 0x0E, requests.StartLiveReading, layouts.NOTHING),
    Command("stop live reading", 0x01, 0x0F, requests.StopLiveReading, layouts.NOTHING),
    Command("initialise", 0x01, 0xFE, requests.Initialise, layouts.NOTHING),
    Command("read clock", 0x02, 0x01, requests.ReadClock, layouts.NOTHING, (CLOCK,)),
    Command("write clock", 0x02, 0x02, requests.WriteClock, layouts.CIVIL, timeout_s=5.0),
    Command(
        "read staff capacity",
        0x03,
        0x01,
        requests.ReadStaffCapacity,
        layouts.NOTHING,
        (STAFF_CAPACITY,),
    ),
    Command("delete all staff", 0x03, 0x02, requests.DeleteAllStaff, layouts.NOTHING),
    Command(
        "read all staff",
        0x03,
        0x03,
        requests.ReadAllStaff,
        layouts.NOTHING,
        (STAFF_PAGE, STAFF_END),
    ),
    Command("read staff", 0x03, 0x04, requests.ReadStaff, layouts.STAFF_SEARCH, (STAFF_FOUND,)),
    Command(
        "add staff", 0x03, 0x05, requests.AddStaff, layouts.STAFF_TO_ADD, (DONE, STAFF_REFUSED)
    ),
    Command("delete staff", 0x03, 0x06, requests.DeleteStaff, layouts.STAFF_TO_DELETE),
    Command("read pointers", 0x04, 0x01, requests.ReadPointers, layouts.NOTHING, (POINTERS,)),
    Command("clear all records", 0x04, 0x02, requests.ClearAllRecords, layouts.NOTHING),
    Command("clear records", 0x04, 0x03, requests.ClearRecords, layouts.KIND),
    Command("write read pointer", 0x04, 0x04, requests.WriteReadPointer, layouts.READ_INDEX),
    Command("write write pointer", 0x04, 0x05, requests.WriteWritePointer, layouts.WRITE_INDEX),
    Command(
        "read records",
        0x04,
        0x06,
        requests.ReadRange,
        layouts.RANGE,
        (CARD_PAGE, SYSTEM_PAGE, RANGE_END),
        timeout_s=1.0,
        resends=20,
    ),
    Command("beep", 0x05, 0x01, requests.Beep, layouts.NOTHING),
    Command("switch torch", 0x05, 0x02, requests.SwitchTorch, layouts.SWITCH),
    Command("vibrate", 0x05, 0x03, requests.Vibrate, layouts.MILLISECONDS),
    Command("test display", 0x05, 0x04, requests.TestDisplay, layouts.SWITCH),
    Command("light lamp", 0x05, 0x05, requests.LightLamp, layouts.LAMP),
)

_BY_REQUEST: Final[Mapping[Callable[..., FcardRequest], Command]] = {
    row.request: row for row in COMMANDS
}
_BY_CODE: Final[Mapping[tuple[int, int], Command]] = {row.codes: row for row in COMMANDS}


def find_command(request: FcardRequest) -> Command:
    """The row of the table this request belongs to."""
    return _BY_REQUEST[type(request)]


def encode_request(request: FcardRequest) -> bytes:
    """The data field of the request's frame.

    Raises:
        RequestRangeError: a value does not fit into its bytes.
    """
    return find_command(request).layout.build_of(request)


def decode_request(codes: tuple[int, int], data: bytes) -> FcardRequest:
    """The request with this class and command and this data field.

    Raises:
        SequenceError: no command has these codes.
        LayoutError: the data has another shape than the command demands.
    """
    row = _BY_CODE.get(codes)
    if row is None:
        raise SequenceError(answer=_name(codes), expected="a known command")
    return row.request(**row.layout.parse(data))


def find_reply_kind(request: FcardRequest, codes: tuple[int, int]) -> ReplyKind:
    """The row of the reply with this class and command to this request.

    Raises:
        SequenceError: the request is never answered so.
    """
    row = find_command(request)
    for kind in (*row.replies, SUM_REFUSED):
        if kind.codes == codes and _fits(kind, request):
            return kind
    raise SequenceError(answer=_name(codes), expected=f"a reply to {row.name}")


def decode_reply(kind: ReplyKind, data: bytes) -> FcardReply:
    """The reply of this kind with this data field.

    Raises:
        LayoutError: the data has another shape than the kind demands.
    """
    return kind.value(**kind.layout.parse(data))


def encode_reply(request: FcardRequest, reply: FcardReply) -> tuple[ReplyKind, bytes]:
    """The kind and the data field of a reply to this request.

    Raises:
        LocalProtocolError: the request is never answered so.
        RequestRangeError: a value does not fit into its bytes.
    """
    row = find_command(request)
    for kind in (*row.replies, SUM_REFUSED):
        if kind.value is type(reply) and _fits(kind, request):
            return kind, kind.layout.build_of(reply)
    raise LocalProtocolError(command=type(reply).__name__, state=f"answering {row.name}")


def _fits(kind: ReplyKind, request: FcardRequest) -> bool:
    if kind.record_kind is None or not isinstance(request, requests.ReadRange):
        return True
    return kind.record_kind is request.kind


def _name(codes: tuple[int, int]) -> str:
    return "{:02X}/{:02X}".format(*codes)
