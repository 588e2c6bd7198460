"""Every command and reply of the dialect in two literal tables, and their way to bytes and back.

Source: docs/protocols/vs.md, sections "Commands" and "Link". A reply has the command of its
request; the kind of its frame tells parts, answers and refusals apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.vs import layouts, replies, requests
from watchclock_protocol.dialects.vs.frames import FrameKind
from watchclock_protocol.dialects.vs.replies import VsReply
from watchclock_protocol.dialects.vs.requests import VsRequest
from watchclock_protocol.errors import LocalProtocolError, SequenceError
from watchclock_protocol.message_layout import Layout

__all__ = ["COMMANDS", "PAGE", "REFUSAL", "REPLY_KINDS", "Command", "ReplyKind"]
__all__ += ["decode_reply", "decode_request", "encode_reply", "encode_request", "find_command"]
__all__ += ["find_reply_kind"]


@dataclass(frozen=True, slots=True)
class ReplyKind:
    """One row of the replies.

    Attributes:
        name: what it is, for people.
        value: the reply's type.
        layout: how its data is laid out.
        frame_kind: part, answer or refusal.
    """

    name: str
    value: Callable[..., VsReply]
    layout: Layout
    frame_kind: FrameKind = FrameKind.ANSWER


DONE: Final = ReplyKind("done", replies.Done, layouts.NOTHING)
IDENTITY: Final = ReplyKind("identity", replies.IdentityReply, layouts.IDENTITY)
TOTALS: Final = ReplyKind("counters", replies.Totals, layouts.TOTALS)
CLOCK: Final = ReplyKind("clock", replies.ClockShown, layouts.CLOCK)
CLOCK_BEFORE: Final = ReplyKind("clock before", replies.ClockBefore, layouts.CLOCK)
PAGE: Final = ReplyKind("page", replies.PageRead, layouts.PAGE, FrameKind.PART)
PAGES_END: Final = ReplyKind("end of pages", replies.PagesEnd, layouts.PAGES_SENT)
READ_POINTER: Final = ReplyKind("read pointer", replies.ReadPointer, layouts.POINTER)
EVIDENCE: Final = ReplyKind("evidence", replies.EvidenceReply, layouts.EVIDENCE)
DECLARATION: Final = ReplyKind("declaration", replies.Declaration, layouts.DECLARATION)
REPORT: Final = ReplyKind("self-test report", replies.SelfTestReport, layouts.SELF_TEST_REPORT)
ENTRIES: Final = ReplyKind("list entries", replies.ListEntries, layouts.LIST_ENTRIES)
REFUSAL: Final = ReplyKind("refusal", replies.Refusal, layouts.REFUSAL, FrameKind.REFUSAL)

REPLY_KINDS: Final = (
    *(DONE, IDENTITY, TOTALS, CLOCK, CLOCK_BEFORE, PAGE, PAGES_END, READ_POINTER, EVIDENCE),
    *(DECLARATION, REPORT, ENTRIES, REFUSAL),
)


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the commands.

    Attributes:
        name: what it is, for people.
        code: command byte.
        request: the request's type.
        layout: how its data is laid out.
        replies: what answers it, parts first, the last one last.
        timeout_s: how long the host waits for an answer, or for the next frame of a stream.
        resends: how often the host asks again.
    """

    name: str
    code: int
    request: Callable[..., VsRequest]
    layout: Layout
    replies: tuple[ReplyKind, ...] = (DONE,)
    timeout_s: float = 1.0
    resends: int = 3

    @property
    def is_stream(self) -> bool:
        """Parts come before the answer."""
        return len(self.replies) > 1


COMMANDS: Final = (
    Command(
        "identify",
        0x01,
        requests.ReadIdentity,
        layouts.NOTHING,
        (IDENTITY,),
        timeout_s=0.3,
        resends=2,
    ),
    Command("read counters", 0x02, requests.ReadTotals, layouts.NOTHING, (TOTALS,)),
    Command("read clock", 0x03, requests.ReadClock, layouts.NOTHING, (CLOCK,)),
    Command("set clock", 0x04, requests.WriteClock, layouts.CLOCK_SETTING, (CLOCK_BEFORE,)),
    Command(
        "read pages",
        0x05,
        requests.ReadPages,
        layouts.PAGE_RANGE,
        (PAGE, PAGES_END),
        resends=10,
    ),
    Command(
        "acknowledge",
        0x06,
        requests.MoveReadPointer,
        layouts.SERIAL_AND_POINTER,
        (READ_POINTER,),
    ),
    Command("read evidence", 0x07, requests.ReadEvidence, layouts.NOTHING, (EVIDENCE,)),
    Command("read declaration", 0x08, requests.ReadDeclaration, layouts.NOTHING, (DECLARATION,)),
    Command(
        "self-test",
        0x09,
        requests.RunSelfTest,
        layouts.PARTS,
        (REPORT,),
        timeout_s=15.0,
        resends=1,
    ),
    Command("begin list", 0x0A, requests.BeginList, layouts.BEGIN_LIST),
    Command("write list", 0x0B, requests.WriteList, layouts.WRITE_LIST),
    Command("end list", 0x0C, requests.EndList, layouts.END_LIST),
    Command("read list", 0x0D, requests.ReadList, layouts.LIST_START, (ENTRIES,)),
    Command("erase memory", 0x0E, requests.EraseMemory, layouts.SERIAL, timeout_s=30.0, resends=0),
)

_BY_REQUEST: Final[Mapping[Callable[..., VsRequest], Command]] = {
    row.request: row for row in COMMANDS
}
_BY_CODE: Final[Mapping[int, Command]] = {row.code: row for row in COMMANDS}


def find_command(request: VsRequest) -> Command:
    """The row of the table this request belongs to."""
    return _BY_REQUEST[type(request)]


def encode_request(request: VsRequest) -> bytes:
    """The data of the request's frame.

    Raises:
        RequestRangeError: a value does not fit into its bytes.
    """
    return find_command(request).layout.build_of(request)


def decode_request(code: int, data: bytes) -> VsRequest:
    """The request with this command and this data.

    Raises:
        SequenceError: there is no such command.
        LayoutError: the data has another shape than the command demands.
    """
    row = _BY_CODE.get(code)
    if row is None:
        raise SequenceError(answer=f"command {code:02X}", expected="a known command")
    return row.request(**row.layout.parse(data))


def find_reply_kind(command: Command, frame_kind: FrameKind) -> ReplyKind:
    """The row of the reply to this command in a frame of this kind.

    Raises:
        SequenceError: the command is never answered so.
    """
    for kind in (*command.replies, REFUSAL):
        if kind.frame_kind is frame_kind:
            return kind
    raise SequenceError(answer=frame_kind.name.lower(), expected=f"a reply to {command.name}")


def decode_reply(kind: ReplyKind, data: bytes) -> VsReply:
    """The reply of this kind with this data.

    Raises:
        LayoutError: the data has another shape than the kind demands.
    """
    return kind.value(**kind.layout.parse(data))


def encode_reply(command: Command, reply: VsReply) -> tuple[ReplyKind, bytes]:
    """The kind and the data of a reply to this command.

    Raises:
        LocalProtocolError: the command is never answered so.
        RequestRangeError: a value does not fit into its bytes.
    """
    value = type(reply)
    for kind in command.replies if value is not replies.Refusal else (REFUSAL,):
        if kind.value is value:
            return kind, kind.layout.build_of(reply)
    raise LocalProtocolError(command=type(reply).__name__, state=f"answering {command.name}")
