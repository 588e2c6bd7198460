"""The bytes of the WM-5000T, declared once; everything else in this package asks here.

Source of every layout: koliha/jwm-wm5000t, readme.md (notes from USB captures of a real wand).
Certain, because captured: the five framed commands, the header, the record, all check sums.
Inferred: the general form of a framed command, the 16-bit count, the meaning of the status bytes
and the 48-bit width of the button's serial.
"""

from typing import Any, Final

import construct
from construct import Byte, Bytes, Checksum, Const, Int16ul, RawCopy, Rebuild, Struct, this

from watchclock_protocol.checksums import complement_sum
from watchclock_protocol.errors import ChecksumError, LayoutError, RequestRangeError
from watchclock_protocol.fields import check_sum, wand_time
from watchclock_protocol.values import TimeCoding

__all__ = [
    "ANSWER_SUM_LENGTH",
    "BLOCK_START",
    "HEADER_LENGTH",
    "HEADER_PREFIX",
    "HEADER_TAG_LENGTH",
    "RECORD",
    "RECORD_LENGTH",
    "SERIAL_LENGTH",
    "STATUS_LENGTH",
    "TIME_LENGTH",
    "build_command",
    "build_count",
    "build_header",
    "build_record",
    "build_status",
    "parse_command",
    "parse_count",
    "parse_header",
    "parse_record",
    "parse_status",
]

BLOCK_START: Final = 0x55
HEADER_PREFIX: Final = bytes([BLOCK_START]) + bytes(19)
HEADER_TAG_LENGTH: Final = 10
HEADER_LENGTH: Final = len(HEADER_PREFIX) + HEADER_TAG_LENGTH
TIME_LENGTH: Final = 6
SERIAL_LENGTH: Final = 6
RECORD_LENGTH: Final = TIME_LENGTH + SERIAL_LENGTH
STATUS_LENGTH: Final = 3
ANSWER_SUM_LENGTH: Final = 1


def _summed(layout: Any) -> Any:  # noqa: ANN401 - construct's own types end in Any
    return Struct(
        "body" / RawCopy(layout),
        "sum" / Checksum(Byte, complement_sum, this.body.data),
    )


# cmd | ~cmd | length | payload(length - 1) | sum over cmd, length and payload
_COMMAND: Final = Struct(
    "code" / Byte,
    "complement" / Rebuild(Byte, this.code ^ 0xFF),
    "length" / Rebuild(Byte, construct.len_(this.payload) + 1),
    "payload" / Bytes(this.length - 1),
    "sum" / Checksum(Byte, complement_sum, lambda it: bytes([it.code, it.length]) + it.payload),
)
# 55, nineteen 00, ten ASCII bytes of the maker's tag; no sum
_HEADER: Final = Struct("prefix" / Const(HEADER_PREFIX), "tag" / Bytes(HEADER_TAG_LENGTH))
# three bytes, probably the wand's number
_STATUS: Final = _summed(Struct("number" / Bytes(STATUS_LENGTH)))
# The capture shows 02 00 FD. Little-endian 16 bits is inferred: change it here and nowhere else.
_COUNT: Final = _summed(Struct("unread" / Int16ul))
# yy MM dd HH mm ss in packed BCD, then the button's serial; 00 00 00 leads it in every capture
RECORD: Final = Struct(
    "time" / wand_time("yMdHms", TimeCoding.BCD),
    "serial" / Bytes(SERIAL_LENGTH),
    "sum" / check_sum(complement_sum, RECORD_LENGTH),
)


def build_command(code: int, payload: bytes) -> bytes:
    """A framed command ready for the wire."""
    return bytes(_COMMAND.build({"code": code, "payload": payload}))


def parse_command(frame: bytes) -> tuple[int, bytes]:
    """Code and payload of one whole framed command.

    Raises:
        ChecksumError: the sum does not hold.
        LayoutError: the length byte does not fit the frame.
    """
    found = _parse(_COMMAND, frame)
    return int(found.code), bytes(found.payload)


def build_header(tag: bytes) -> bytes:
    """The 30 bytes that answer a block start.

    Raises:
        RequestRangeError: the tag has not ten bytes.
    """
    return _build(_HEADER, {"tag": tag})


def parse_header(frame: bytes) -> bytes:
    """The maker's tag of a header of 30 bytes.

    Raises:
        LayoutError: these bytes are no header.
    """
    return bytes(_parse(_HEADER, frame).tag)


def build_status(number: bytes) -> bytes:
    """Status answer without echo: three bytes and their sum.

    Raises:
        RequestRangeError: the number has not three bytes.
    """
    return _build(_STATUS, {"body": {"value": {"number": number}}})


def parse_status(answer: bytes) -> bytes:
    """The three status bytes.

    Raises:
        ChecksumError: the sum does not hold.
    """
    return bytes(_parse(_STATUS, answer).body.value.number)


def build_count(unread: int) -> bytes:
    """Download answer without echo.

    Raises:
        RequestRangeError: the count is outside 0 to 65535.
    """
    return _build(_COUNT, {"body": {"value": {"unread": unread}}})


def parse_count(answer: bytes) -> int:
    """How many records the wand is about to hand out.

    Raises:
        ChecksumError: the sum does not hold.
    """
    return int(_parse(_COUNT, answer).body.value.unread)


def build_record(time: bytes, serial: bytes) -> bytes:
    """Record answer without echo: 12 bytes and their sum.

    Raises:
        RequestRangeError: time or serial has not six bytes.
    """
    return _build(RECORD, {"time": time, "serial": serial})


def parse_record(answer: bytes) -> tuple[bytes, bytes]:
    """The six time bytes and the six serial bytes of a record answer of 13 bytes.

    Raises:
        ChecksumError: the sum does not hold.
    """
    found = _parse(RECORD, answer)
    return found.time.raw, bytes(found.serial)


def _parse(layout: Any, data: bytes) -> Any:  # noqa: ANN401 - construct's own types end in Any
    try:
        return layout.parse(data)
    except construct.ChecksumError as error:
        raise ChecksumError(reason=data.hex(" ").upper()) from error
    except construct.ConstructError as error:
        raise LayoutError(reason=data.hex(" ").upper()) from error


def _build(layout: Any, values: dict[str, object]) -> bytes:  # noqa: ANN401 - as above
    try:
        return bytes(layout.build(values))
    except construct.ConstructError as error:
        raise RequestRangeError(command="wm5000t", reason=str(values)) from error
