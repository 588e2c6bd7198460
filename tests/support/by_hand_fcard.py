"""A second encoder of fcard bytes, written with struct from the maker's document alone.

It shares nothing with watchclock's own layouts, so that a mistake in those cannot hide.
"""

import struct
from datetime import datetime


def civil(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  a wand knows no zone


def frame(address: int, token: int, class_code: int, command: int, data: bytes = b"") -> bytes:
    body = struct.pack(">BHBBB", address, token, class_code, command, len(data)) + data
    body += struct.pack("B", sum(body) % 256)
    escapes = {0x7E: b"\x7f\x01", 0x7F: b"\x7f\x02"}
    return b"\x7e" + b"".join(escapes.get(each, bytes([each])) for each in body) + b"\x7e"


def card_record(staff: int, when: datetime, state: int, card: int) -> bytes:
    time = (when.year % 100, when.month, when.day, when.hour, when.minute, when.second)
    return struct.pack(">H6BBI", staff, *time, state, card)[:9] + struct.pack(">I", card)[1:]


def system_record(code: int, when: datetime) -> bytes:
    return bytes([code]) + bytes.fromhex(f"{when:%y%m%d%H%M%S}") + b"\x00"


def page(records: list[tuple[int, bytes]]) -> bytes:
    entries = b"".join(struct.pack(">I", serial) + raw for serial, raw in records)
    return struct.pack(">I", len(records)) + entries


def pointers(card: tuple[int, int, int, bool], system: tuple[int, int, int, bool]) -> bytes:
    return struct.pack(">IIIB", *card) + struct.pack(">HHHB", *system)


def run_information(
    counts: tuple[int, int, int, int], new: tuple[int, int], percent: int
) -> bytes:
    formats, power_ons, selected, used = counts
    battery = struct.pack(">2BB", 0x03, 0x72, percent)
    return (
        b"\x24\x03\x15"
        + struct.pack(">HH", formats, power_ons)
        + battery
        + struct.pack(">HHII", selected, used, *new)
    )


def staff_entry(number: int, card: int, name: str) -> bytes:
    return struct.pack(">HBH10s", number, card >> 16, card & 0xFFFF, name.encode("gbk"))


def read_range(kind: int, first: int, quantity: int) -> bytes:
    return struct.pack(">BII", kind, first, quantity)


def read_index(kind: int, index: int, *, is_wrapped: bool) -> bytes:
    return struct.pack(">BIB", kind, index, is_wrapped)


def clock(when: datetime) -> bytes:
    return bytes.fromhex(f"{when:%S%M%H%d%m%y}")
