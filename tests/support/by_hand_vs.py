"""A second encoder of vs bytes, written with struct and zlib from docs/protocols/vs.md alone.

It shares nothing with watchclock's own layouts, so that a mistake in those cannot hide.
"""

import struct
import zlib
from datetime import datetime

CONTACT_SERIAL = bytes.fromhex("5B00000000001234")
RADIO_SERIAL = bytes.fromhex("5F0000000000ABCD")
ROM = bytes.fromhex("021CB801000000A2")
REQUEST, PART, ANSWER, REFUSAL = 1, 2, 3, 4


def civil(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  a wand knows no zone


def seconds(when: datetime) -> int:
    return int((when - civil(2000, 1, 1)).total_seconds())


TOUCHED_AT = civil(2026, 11, 21, 8, 30, 5)
TOUCHED_S = seconds(TOUCHED_AT)


def check(data: bytes) -> bytes:
    return bytes([255 - sum(data) % 256])


def frame(kind: int, command: int, token: int, data: bytes = b"") -> bytes:
    head = struct.pack("<2sBBHH", b"VS", kind, command, token, len(data))
    body = head + check(head) + data
    return body + struct.pack("<I", zlib.crc32(body))


def pair(value: int, detail: int = 0) -> bytes:
    return struct.pack("<II", value, detail)


def record(  # noqa: PLR0913  every argument is a field of the record
    sequence: int,
    kind: int = 1,
    code: int = 1,
    *,
    guard: int = 7,
    time_s: int = TOUCHED_S,
    subject: bytes = ROM,
    voltage_mv: int = 3870,
    status: int = 0,
) -> bytes:
    body = struct.pack("<IBBH", sequence, kind, code, guard)
    body += struct.pack("<I8sHB", time_s, subject, voltage_mv, status)
    return body + check(body)


def page(
    number: int,
    first: int,
    records: list[bytes],
    *,
    serial: bytes = CONTACT_SERIAL,
    is_torn: bool = False,
) -> bytes:
    """A page as it is sent: whole, or as a loss of power left it."""
    area = b"".join(records)
    area += b"\xff" * (984 - len(area))
    count = 0xFFFF if is_torn else len(records)
    head = struct.pack("<4sIIHBB", b"PGV1", number, first, count, 24, 1)
    head += struct.pack("<II8sI", 1, TOUCHED_S, serial, 0)
    crc = 0xFFFFFFFF if is_torn else zlib.crc32(head + area)
    return head + struct.pack("<I", crc) + area


def identity(serial: bytes = CONTACT_SERIAL, model: bytes = b"VS5000B") -> bytes:
    return struct.pack(
        "<12s8s16s24s12sHBB", model, serial, b"CS1", model + b"-1.4.0", b"2026-05-B", 9632, 1, 1
    )


def totals(*fields: int) -> bytes:
    """Fifteen numbers of 4 octets from pages to power-ons; the battery is the golden one's."""
    return struct.pack("<15IHHBB", *fields, 2, 3870, 76, 0)


def read_pages(first: int, pages: int, sequences: tuple[int, int]) -> bytes:
    return struct.pack("<IHII", first, pages, *sequences)
