"""Every request and reply of the desk reader in two literal tables, and their way to bytes.

Source of codes and data: docs/protocols/fcard_reader.md "Commands". A reply has the class of its
request plus 30 hexadecimal and the same command.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from watchclock_protocol.dialects.fcard_reader import layouts
from watchclock_protocol.errors import LayoutError, SequenceError
from watchclock_protocol.message_layout import Layout
from watchclock_protocol.messages import DialectReply

__all__ = [
    "COMMANDS",
    "REPLIES",
    "Beep",
    "CardFound",
    "CardKinds",
    "CardPushed",
    "Command",
    "Done",
    "Initialise",
    "Light",
    "LookForCard",
    "NumberReply",
    "OutputFormat",
    "ProductionDay",
    "ReadCardKinds",
    "ReadNumber",
    "ReadOutputFormat",
    "ReadProductionDay",
    "ReadVersion",
    "ReaderRequest",
    "SumRefused",
    "Version",
    "WriteCardKinds",
    "WriteNumber",
    "WriteOutputFormat",
    "WriteProductionDay",
    "decode_reply",
    "decode_request",
    "encode_reply",
    "encode_request",
    "find_command",
]

MOST_NUMBER_OCTETS: Final = 8
FOUND_OCTETS: Final = 13
"""Length of the answer to a look for cards, as the document gives it."""


@dataclass(frozen=True, slots=True)
class ReaderRequest:
    """Something the host asks; its values are subclasses."""


@dataclass(frozen=True, slots=True)
class WriteNumber(ReaderRequest):
    """Give the reader this number."""

    number: int


@dataclass(frozen=True, slots=True)
class ReadNumber(ReaderRequest):
    """Ask for its number."""


@dataclass(frozen=True, slots=True)
class ReadVersion(ReaderRequest):
    """Ask for its version."""


@dataclass(frozen=True, slots=True)
class WriteProductionDay(ReaderRequest):
    """Store a day of manufacture, three bytes in packed BCD."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class ReadProductionDay(ReaderRequest):
    """Ask for the day of manufacture."""


@dataclass(frozen=True, slots=True)
class WriteCardKinds(ReaderRequest):
    """Choose which kinds of card it reads, a bit each."""

    kinds: int


@dataclass(frozen=True, slots=True)
class ReadCardKinds(ReaderRequest):
    """Ask which kinds of card it reads."""


@dataclass(frozen=True, slots=True)
class WriteOutputFormat(ReaderRequest):
    """Choose how it puts numbers out; byte order 1 is high byte first, 2 low byte first."""

    form: int
    byte_order: int


@dataclass(frozen=True, slots=True)
class ReadOutputFormat(ReaderRequest):
    """Ask how it puts numbers out."""


@dataclass(frozen=True, slots=True)
class Beep(ReaderRequest):
    """Sound the buzzer, 1 to 10 times."""

    times: int


@dataclass(frozen=True, slots=True)
class Light(ReaderRequest):
    """Switch the lamp on: 1 is red, 2 is green."""

    colour: int


@dataclass(frozen=True, slots=True)
class Initialise(ReaderRequest):
    """Put it back as it came from its maker."""


@dataclass(frozen=True, slots=True)
class LookForCard(ReaderRequest):
    """Ask whether a card is on it now."""


@dataclass(frozen=True, slots=True)
class Done(DialectReply):
    """It did what was asked."""


@dataclass(frozen=True, slots=True)
class SumRefused(DialectReply):
    """It heard a frame whose sum does not hold, and wants it again."""


@dataclass(frozen=True, slots=True)
class NumberReply(DialectReply):
    """Its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Version(DialectReply):
    """Its version, four bytes of ASCII."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class ProductionDay(DialectReply):
    """Its day of manufacture as stored."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class CardKinds(DialectReply):
    """Which kinds of card it reads, a bit each."""

    kinds: int


@dataclass(frozen=True, slots=True)
class OutputFormat(DialectReply):
    """How it puts numbers out."""

    form: int
    byte_order: int


@dataclass(frozen=True, slots=True)
class CardFound(DialectReply):
    """What it found when it looked; ``card`` and ``number`` count only when ``is_found``."""

    is_found: bool
    card: int
    number: bytes


@dataclass(frozen=True, slots=True)
class CardPushed(DialectReply):
    """A card was put on it; it tells without having been asked."""

    card: int
    number: bytes


ReplyValue = (
    Done
    | SumRefused
    | NumberReply
    | Version
    | ProductionDay
    | CardKinds
    | OutputFormat
    | CardFound
    | CardPushed
)


@dataclass(frozen=True, slots=True)
class Command:
    """One row of either table.

    Attributes:
        name: what it is, for people.
        codes: class and command.
        value: the type of the request or reply.
        layout: how its data is laid out.
        reply: what answers a request.
        timeout_s: how long the reader has for it.
    """

    name: str
    codes: tuple[int, int]
    value: Callable[..., Any]
    layout: Layout
    reply: Callable[..., ReplyValue] = Done
    timeout_s: float = 0.3


COMMANDS: Final = (
    Command("write number", (0x01, 0xF1), WriteNumber, layouts.NUMBER),
    Command("read number", (0x01, 0x01), ReadNumber, layouts.NOTHING, NumberReply),
    Command("read version", (0x01, 0x03), ReadVersion, layouts.NOTHING, Version),
    Command("write production day", (0x01, 0x04), WriteProductionDay, layouts.DAY),
    Command(
        "read production day", (0x01, 0x84), ReadProductionDay, layouts.NOTHING, ProductionDay
    ),
    Command("write card kinds", (0x01, 0x05), WriteCardKinds, layouts.CARD_KINDS),
    Command("read card kinds", (0x01, 0x85), ReadCardKinds, layouts.NOTHING, CardKinds),
    Command("write output format", (0x01, 0x06), WriteOutputFormat, layouts.OUTPUT),
    Command("read output format", (0x01, 0x86), ReadOutputFormat, layouts.NOTHING, OutputFormat),
    Command("beep", (0x01, 0x0A), Beep, layouts.BEEPS),
    Command("light", (0x01, 0x0B), Light, layouts.LAMP),
    Command("initialise", (0x01, 0xFF), Initialise, layouts.NOTHING),
    # Asking the air takes longer than asking the reader; how long, nobody says.
    Command("look for a card", (0x02, 0x00), LookForCard, layouts.NOTHING, CardFound, 0.6),
)
REPLIES: Final = (
    Command("ok", (0x21, 0x01), Done, layouts.NOTHING),
    Command("checksum error", (0x21, 0x03), SumRefused, layouts.NOTHING),
    Command("number", (0x31, 0x01), NumberReply, layouts.NUMBER),
    Command("version", (0x31, 0x03), Version, layouts.VERSION),
    Command("production day", (0x31, 0x84), ProductionDay, layouts.DAY),
    Command("card kinds", (0x31, 0x85), CardKinds, layouts.CARD_KINDS),
    Command("output format", (0x31, 0x86), OutputFormat, layouts.OUTPUT),
    Command("card looked for", (0x32, 0x00), CardFound, layouts.FOUND),
    Command("card shown", (0x19, 0x01), CardPushed, layouts.PUSHED),
)
_REQUEST_OF: Final = {row.codes: row for row in COMMANDS}
_REPLY_OF: Final = {row.codes: row for row in REPLIES}
COMMAND_OF: Final = {row.value: row for row in COMMANDS}
_ROW_OF_REPLY: Final = {row.value: row for row in REPLIES}


def find_command(request: ReaderRequest) -> Command:
    """The row of a request."""
    return COMMAND_OF[type(request)]


def encode_request(request: ReaderRequest) -> tuple[tuple[int, int], bytes]:
    """Codes and data of a request.

    Raises:
        RequestRangeError: a value does not fit into its bytes.
    """
    row = find_command(request)
    return row.codes, row.layout.build(asdict(request))


def decode_request(codes: tuple[int, int], data: bytes) -> ReaderRequest:
    """The request of a frame.

    Raises:
        SequenceError: no request has these codes.
        LayoutError: its data has another shape.
    """
    request: ReaderRequest = _decode(_REQUEST_OF, codes, data)
    return request


def encode_reply(reply: ReplyValue) -> tuple[tuple[int, int], bytes]:
    """Codes and data of a reply; the answer to a look is filled up to its length.

    Raises:
        RequestRangeError: a value does not fit into its bytes.
    """
    row = _ROW_OF_REPLY[type(reply)]
    fields = asdict(reply)
    if isinstance(reply, CardFound | CardPushed):
        data = row.layout.build({**fields, "rest": b""})
        filled = data.ljust(FOUND_OCTETS, b"\0") if isinstance(reply, CardFound) else data
        return row.codes, filled
    return row.codes, row.layout.build(fields)


def decode_reply(codes: tuple[int, int], data: bytes) -> ReplyValue:
    """The reply of a frame.

    Raises:
        SequenceError: no reply has these codes.
        LayoutError: its data has another shape, or a number longer than eight bytes.
    """
    reply: ReplyValue = _decode(_REPLY_OF, codes, data)
    if isinstance(reply, CardFound | CardPushed) and len(reply.number) > MOST_NUMBER_OCTETS:
        raise LayoutError(reason=f"a card number of {len(reply.number)} bytes")
    return reply


def _decode(table: dict[tuple[int, int], Command], codes: tuple[int, int], data: bytes) -> Any:  # noqa: ANN401 - the value of whichever row it is
    row = table.get(codes)
    if row is None:
        found = f"class {codes[0]:02X} command {codes[1]:02X}"
        raise SequenceError(answer=found, expected="a frame of a desk reader")
    fields = row.layout.parse(data)
    fields.pop("rest", None)
    return row.value(**fields)
