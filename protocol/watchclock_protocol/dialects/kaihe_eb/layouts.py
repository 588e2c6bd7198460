"""The bytes of the Kaihe EB protocol, declared once; everything else in this package asks here.

Sources, restated in docs/protocols/kaihe_eb.md: KaiheSerialPortLibrary.dll and the application of
fengscar/GuardTourSystemV2.0.1, the maker's FuzhouKaiHe/NetPatrolApp, and
JasonBoy5/UsbSerialExamples. Certain: every request, the lengths of the replies. Inferred: that the
sum of a reply follows the rule of the requests, which no known host checks.
"""

from typing import Any, Final, TypeAlias

import construct
from construct import (
    Byte,
    Bytes,
    Checksum,
    Const,
    Construct,
    GreedyBytes,
    Int16ub,
    RawCopy,
    Rebuild,
    Struct,
    Terminated,
    this,
)

from watchclock_protocol.checksums import low_byte_sum
from watchclock_protocol.errors import ChecksumError, LayoutError, RequestRangeError
from watchclock_protocol.fields import wand_time
from watchclock_protocol.values import TimeCoding

__all__ = ["ANYTHING", "CARD_LENGTH_A", "CARD_LENGTH_B", "CLOCK", "COMPANY", "COUNT"]
__all__ += ["COUNT_KNOCKS", "COUNT_PATROL", "FIRMWARE", "FRAME_HEAD", "HEAD_LENGTH", "KNOCK"]
__all__ += ["KNOCK_RECORD", "MODEL", "MOST_DATA_LENGTH", "NOTHING", "NOTIFY", "NUMBER"]
__all__ += ["PATROL_A", "PATROL_B", "PATROL_RECORD", "READ_COMPANY", "READ_FIRMWARE"]
__all__ += ["READ_KNOCK", "READ_MODEL", "READ_NUMBER", "READ_PATROL", "READ_SLOGAN"]
__all__ += ["SELF_TEST", "SUM_LENGTH", "TIME", "WRITE_NUMBER", "DataLayout", "build_frame"]
__all__ += ["clearing", "parse_frame"]

# Quoted, because the classes of construct are generic only in its stubs.
Declaration: TypeAlias = "Construct[Any, Any]"

FRAME_HEAD: Final = 0xEB
HEAD_LENGTH: Final = 3
SUM_LENGTH: Final = 1
MOST_DATA_LENGTH: Final = 60
"""The maker's library keeps a reply in 64 bytes."""
CARD_LENGTH_A: Final = 5
CARD_LENGTH_B: Final = 2

PATROL_A: Final = Struct(
    "time" / wand_time("yMdHms", TimeCoding.BINARY), "card" / Bytes(CARD_LENGTH_A)
)
PATROL_B: Final = Struct(
    "time" / wand_time("yMdHm", TimeCoding.BINARY), "card" / Bytes(CARD_LENGTH_B)
)
KNOCK: Final = Struct("time" / wand_time("yMdHms", TimeCoding.BINARY))

# EB | command | length | data(length) | low byte of the sum of all before it
_FRAME: Final = Struct(
    "body"
    / RawCopy(
        Struct(
            Const(FRAME_HEAD, Byte),
            "command" / Byte,
            "length" / Rebuild(Byte, construct.len_(this.data)),
            "data" / Bytes(this.length),
        )
    ),
    "sum" / Checksum(Byte, low_byte_sum, this.body.data),
    Terminated,
)


def build_frame(command: int, data: bytes) -> bytes:
    """A frame ready for the wire.

    Raises:
        RequestRangeError: there are more than 60 bytes of data.
    """
    if len(data) > MOST_DATA_LENGTH:
        reason = f"{len(data)} bytes of data, {MOST_DATA_LENGTH} fit"
        raise RequestRangeError(command="a frame", reason=reason)
    return bytes(_FRAME.build({"body": {"value": {"command": command, "data": data}}}))


def parse_frame(frame: bytes) -> tuple[int, bytes]:
    """Command and data of one whole frame.

    Raises:
        ChecksumError: the sum does not hold.
        LayoutError: it does not begin with EB, or its length byte does not fit it.
    """
    try:
        found = _FRAME.parse(frame).body.value
    except construct.ChecksumError as error:
        raise ChecksumError(reason=frame.hex(" ").upper()) from error
    except construct.ConstructError as error:
        raise LayoutError(reason=frame.hex(" ").upper()) from error
    return int(found.command), bytes(found.data)


class DataLayout:
    """The data of one kind of frame, in both directions, with the library's errors translated."""

    def __init__(self, *fields: Declaration, lengths: tuple[int, ...] = ()) -> None:
        """Declares it.

        Args:
            fields: in their order; those without a name are constants.
            lengths: how many bytes it may have, where the fields do not fix that.
        """
        self._struct = Struct(*fields, Terminated)
        self._lengths = lengths

    def parse(self, data: bytes) -> dict[str, Any]:
        """The named fields of the data.

        Raises:
            LayoutError: the data has another shape.
        """
        shown = data.hex(" ").upper() or "no data"
        if self._lengths and len(data) not in self._lengths:
            raise LayoutError(reason=shown)
        try:
            found = self._struct.parse(data)
        except construct.ConstructError as error:
            raise LayoutError(reason=shown) from error
        return {name: value for name, value in found.items() if not name.startswith("_")}

    def build(self, fields: dict[str, Any]) -> bytes:
        """The bytes of these fields.

        Raises:
            RequestRangeError: a value does not fit into its bytes.
        """
        try:
            data = bytes(self._struct.build(fields))
        except construct.ConstructError as error:
            raise RequestRangeError(command="kaihe_eb", reason=str(fields)) from error
        if self._lengths and len(data) not in self._lengths:
            raise RequestRangeError(command="kaihe_eb", reason=f"{len(data)} bytes")
        return data


NOTHING: Final = DataLayout()
TIME: Final = DataLayout("time" / Bytes(6))
ANYTHING: Final = DataLayout("data" / GreedyBytes)

# The constant bytes of the requests look like passwords; what they mean is not known.
READ_NUMBER: Final = DataLayout(Const(b"\x00\x04"))
WRITE_NUMBER: Final = DataLayout(Const(b"\x00\x01"), "number" / Bytes(1))
COUNT_PATROL: Final = DataLayout(Const(b"\x08\x08"))
COUNT_KNOCKS: Final = DataLayout(Const(b"\x0d\x0d"))
READ_PATROL: Final = DataLayout("index" / Int16ub, Const(b"\x08"))
READ_KNOCK: Final = DataLayout("index" / Int16ub, Const(b"\x0e"))
NOTIFY: Final = DataLayout(Const(b"\x04\x01"), "mode" / Byte)
READ_MODEL: Final = DataLayout(Const(b"\x05\x01"))
READ_FIRMWARE: Final = DataLayout(Const(b"\x0a\x0b"))
READ_COMPANY: Final = DataLayout(Const(b"\x01\x02"))
READ_SLOGAN: Final = DataLayout(Const(b"\x01\x05"))

NUMBER: Final = DataLayout("number" / GreedyBytes, lengths=(5, 1))
CLOCK: Final = DataLayout("shown" / GreedyBytes, lengths=(7, 6))
COUNT: Final = DataLayout("unread" / Int16ub)
PATROL_RECORD: Final = DataLayout(
    "raw" / GreedyBytes, lengths=(PATROL_A.sizeof(), PATROL_B.sizeof())
)
KNOCK_RECORD: Final = DataLayout("raw" / Bytes(KNOCK.sizeof()))
SELF_TEST: Final = DataLayout("result" / Byte)
MODEL: Final = DataLayout("raw" / Bytes(16))
FIRMWARE: Final = DataLayout("raw" / Bytes(8))
COMPANY: Final = DataLayout("raw" / Bytes(32))


def clearing(operand: bytes) -> DataLayout:
    """The data of a command that clears one kind of records: eight fixed bytes."""
    return DataLayout(Const(operand))
