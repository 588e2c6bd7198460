"""The bytes of the "!XD" controller, declared once; everything else in this package asks here.

Source of every layout: the protocol text at the head of a public C# driver of a heating-network
monitoring system (namespace Communication, 2007), restated in docs/protocols/xgd.md.
"""

from typing import Any, Final

import construct
from construct import Byte, Bytes, Checksum, Const, Int16ul, Prefixed, RawCopy, Struct, this

from watchclock_protocol.checksums import crc16_modbus
from watchclock_protocol.errors import ChecksumError, LayoutError, RequestRangeError
from watchclock_protocol.fields import wand_time
from watchclock_protocol.values import TimeCoding

__all__ = [
    "CRC_OCTETS",
    "DEVICE_TYPE",
    "FRAME_START",
    "HEAD_OCTETS",
    "ONE_BYTE",
    "PART_OCTETS",
    "RECORD",
    "RECORD_OCTETS",
    "SERIAL_OCTETS",
    "SHORT_REPORT_OCTETS",
    "TIME_OCTETS",
    "build_frame",
    "build_short_report",
    "parse_frame",
    "parse_short_report",
]

FRAME_START: Final = b"!XD"
DEVICE_TYPE: Final = 0xB0
HEAD_OCTETS: Final = 7
"""Everything before the data: start, address, device type, function, length."""
CRC_OCTETS: Final = 2
SHORT_REPORT_OCTETS: Final = HEAD_OCTETS - 1 + CRC_OCTETS
"""An error report as the source writes it: without a length byte."""
PART_OCTETS: Final = 3
"""A time ss mm HH or a date dd MM yy."""
TIME_OCTETS: Final = 2 * PART_OCTETS
SERIAL_OCTETS: Final = 8
RECORD_OCTETS: Final = 2 + TIME_OCTETS + SERIAL_OCTETS
ONE_BYTE: Final = 1
"""An address, a count, a record's number or a work mode."""


def _closed_by_crc(layout: Any) -> Any:  # noqa: ANN401 - construct's own types end in Any
    return Struct(
        "body" / RawCopy(layout), "crc" / Checksum(Int16ul, crc16_modbus, this.body.data)
    )


# 21 58 44 | address | B0 | function | length | data | CRC-16 of all before it, low byte first
_FRAME: Final = _closed_by_crc(
    Struct(
        "start" / Const(FRAME_START),
        "address" / Byte,
        "device" / Const(DEVICE_TYPE, Byte),
        "function" / Byte,
        "data" / Prefixed(Byte, construct.GreedyBytes),
    )
)
_SHORT_REPORT: Final = _closed_by_crc(
    Struct(
        "start" / Const(FRAME_START),
        "address" / Const(0, Byte),
        "device" / Const(DEVICE_TYPE, Byte),
        "function" / Byte,
    )
)
# 00 | number, from 1 | ss mm HH dd MM yy in packed BCD | the serial the reader saw
RECORD: Final = Struct(
    "zero" / Byte,
    "number" / Byte,
    "time" / wand_time("smHdMy", TimeCoding.BCD),
    "serial" / Bytes(SERIAL_OCTETS),
)


def build_frame(address: int, function: int, data: bytes) -> bytes:
    """A frame ready for the wire.

    Raises:
        RequestRangeError: address or function do not fit into a byte.
    """
    return _build(_FRAME, {"address": address, "function": function, "data": data})


def parse_frame(frame: bytes) -> tuple[int, int, bytes]:
    """Address, function and data of one whole frame.

    Raises:
        ChecksumError: the CRC does not hold.
        LayoutError: this is no frame.
    """
    found = _parse(_FRAME, frame)
    return int(found.address), int(found.function), bytes(found.data)


def build_short_report(function: int) -> bytes:
    """An error report in the form of 8 bytes.

    Raises:
        RequestRangeError: the function does not fit into a byte.
    """
    return _build(_SHORT_REPORT, {"function": function})


def parse_short_report(frame: bytes) -> int:
    """The function of an error report of 8 bytes.

    Raises:
        ChecksumError: the CRC does not hold.
        LayoutError: this is no error report.
    """
    return int(_parse(_SHORT_REPORT, frame).function)


def _parse(layout: Any, data: bytes) -> Any:  # noqa: ANN401 - as above
    try:
        return layout.parse(data).body.value
    except construct.ChecksumError as error:
        raise ChecksumError(reason=data.hex(" ").upper()) from error
    except construct.ConstructError as error:
        raise LayoutError(reason=data.hex(" ").upper()) from error


def _build(layout: Any, values: dict[str, object]) -> bytes:  # noqa: ANN401 - as above
    try:
        return bytes(layout.build({"body": {"value": values}}))
    except construct.ConstructError as error:
        raise RequestRangeError(command="xgd", reason=str(values)) from error
