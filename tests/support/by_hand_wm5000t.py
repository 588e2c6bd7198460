"""A second encoder of the WM-5000T wire and a wand made of it, sharing no code with the dialect.

Written from koliha/jwm-wm5000t, readme.md with nothing but ``struct``, so that a mistake in the
dialect's own layouts cannot hide in both.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

HEADER: Final = b"\x55" + b"\x00" * 19 + b"FFFFZJWZWS"
CLOSE: Final = b"\x55\xaa\x01\xa9"
STATUS: Final = b"\x15\xea\x01\xe9"
DOWNLOAD: Final = b"\x25\xda\x01\xd9"
CAPTURED_NUMBER: Final = bytes.fromhex("531932")
FALL_BACK_S: Final = 0.1


def summed(data: bytes) -> bytes:
    return data + struct.pack("B", 255 - sum(data) % 256)


def clock_frame(time: bytes) -> bytes:
    return struct.pack("BB", 0x35, 0xCA) + summed_payload(0x35, time)


def summed_payload(code: int, payload: bytes) -> bytes:
    length = len(payload) + 1
    total = (code + length + sum(payload)) % 256
    return struct.pack(f"B{len(payload)}sB", length, payload, 255 - total)


def record(year: int, month: int, day: int, serial: int, *, second: int = 0) -> bytes:
    """Twelve bytes of a touch at 22:00 and ``second`` seconds."""
    digits = f"{year:02}{month:02}{day:02}2200{second:02}"
    return bytes.fromhex(digits) + struct.pack(">Q", serial)[2:]


@dataclass
class HandMadeWand:
    """Answers whole commands by comparing bytes; falls back to its header after 0.1 s.

    Attributes:
        is_forgetful: it counts its records but hands none out.
        heard: every command, in order.
    """

    records: list[bytes]
    number: bytes = CAPTURED_NUMBER
    is_forgetful: bool = False
    wipes: int = 0
    clock: bytes | None = None
    position: int = 0
    is_awake: bool = False
    heard: list[bytes] = field(default_factory=list[bytes])
    last_at: float = 0.0

    @property
    def deadline(self) -> float | None:
        return self.last_at + FALL_BACK_S if self.is_awake else None

    def expire(self) -> bytes:
        self.is_awake = False
        return HEADER

    def receive(self, data: bytes, now: float) -> bytes:
        self.heard.append(data)
        self.last_at = now
        if data == b"\x55":
            self.is_awake = True
            return HEADER
        return self.answer(data) if self.is_awake else b""

    def answer(self, data: bytes) -> bytes:
        if data == b"\xe5":
            return data
        if data == STATUS:
            return data + summed(self.number)
        if data == DOWNLOAD:
            self.position = 0
            return data + summed(struct.pack("<H", len(self.records)))
        if data == b"\x00":
            return data + self.hand_out()
        return self.obey(data)

    def hand_out(self) -> bytes:
        if self.is_forgetful or self.position >= len(self.records):
            return b""
        self.position += 1
        return summed(self.records[self.position - 1])

    def obey(self, data: bytes) -> bytes:
        if data[:3] == b"\x35\xca\x07" and data == clock_frame(data[3:9]):
            self.clock = data[3:9]
            return data + b"\x00"
        if data == CLOSE:
            self.records = []
            self.wipes += 1
            self.is_awake = False
            return data + b"\x00"
        return b""
