"""A second encoder of the Kaihe EB wire and a wand made of it, sharing no code with the dialect.

Written from docs/protocols/kaihe_eb.md with nothing but ``struct``, so that a mistake in the
dialect's own layouts cannot hide in both.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

WAKE: Final = b"\xaa"
NUMBER: Final = bytes.fromhex("EB 33 02 00 04 24")
CLOCK: Final = bytes.fromhex("EB 31 00 1C")
PATROL_COUNT: Final = bytes.fromhex("EB 35 02 08 08 32")
KNOCK_COUNT: Final = bytes.fromhex("EB 3C 02 0D 0D 43")
CLEAR_PATROL: Final = bytes.fromhex("EB 70 08 08 06 00 00 00 00 00 00 71")
CLEAR_KNOCKS: Final = bytes.fromhex("EB 75 08 08 0A 00 00 00 00 00 00 7A")
NUMBER_A: Final = bytes.fromhex("0000A1B2C3")
NUMBER_B: Final = b"\x2b"
SESSION_S: Final = 2.0


def frame(command: int, data: bytes = b"") -> bytes:
    body = struct.pack(f"BBB{len(data)}s", 0xEB, command, len(data), data)
    return body + struct.pack("B", sum(body) % 256)


def read_patrol(index: int) -> bytes:
    return frame(0x37, struct.pack(">HB", index, 0x08))


def read_knock(index: int) -> bytes:
    return frame(0x39, struct.pack(">HB", index, 0x0E))


def patrol_a(card: int, *, minute: int = 0, second: int = 0) -> bytes:
    """Eleven bytes of a touch at 08 hours of 2026-11-21."""
    time = struct.pack("6B", 26, 11, 21, 8, minute, second)
    return time + struct.pack(">Q", card)[3:]


def patrol_b(card: int, *, minute: int = 0) -> bytes:
    """Seven bytes of a touch at 08 hours of 2026-11-21."""
    return struct.pack(">5BH", 26, 11, 21, 8, minute, card)


def knock(minute: int, second: int = 0) -> bytes:
    return struct.pack("6B", 26, 11, 21, 8, minute, second)


@dataclass
class HandMadeWand:
    """Answers whole requests by comparing bytes; sleeps after 2 s without traffic.

    Attributes:
        base: index of its first patrol record.
        beyond: what it answers where it has no record at that index, by index; else silence.
        cleared: the kinds that were cleared, in order.
        confirms: whether a clearing is confirmed.
        answer_to_clearing: data of that confirmation.
        heard: every request, in order.
    """

    patrol: list[bytes]
    knocks: list[bytes] = field(default_factory=list[bytes])
    number: bytes = NUMBER_A
    base: int = 0
    beyond: dict[int, bytes] = field(default_factory=dict[int, bytes])
    cleared: list[str] = field(default_factory=list[str])
    confirms: bool = True
    answer_to_clearing: bytes = b"\x00"
    clock: bytes = bytes.fromhex("1A0B15081E05")
    is_awake: bool = False
    heard: list[bytes] = field(default_factory=list[bytes])
    last_at: float = 0.0

    @property
    def deadline(self) -> float | None:
        return self.last_at + SESSION_S if self.is_awake else None

    def expire(self) -> bytes:
        self.is_awake = False
        return b""

    def receive(self, data: bytes, now: float) -> bytes:
        self.heard.append(data)
        self.last_at = now
        if data == WAKE:
            self.is_awake = True
            return WAKE
        return self.answer(data) if self.is_awake else b""

    def answer(self, data: bytes) -> bytes:
        fixed = {
            NUMBER: frame(0x34, self.number),
            CLOCK: frame(0x32, self.clock + (b"\x06" if len(self.number) == 5 else b"")),
            PATROL_COUNT: frame(0x36, struct.pack(">H", len(self.patrol))),
            KNOCK_COUNT: frame(0x3D, struct.pack(">H", len(self.knocks))),
        }
        if data in fixed:
            return fixed[data]
        if data[1] in (0x37, 0x39) and data == frame(data[1], data[3:6]):
            return self.hand_out(data[1], *struct.unpack(">H", data[3:5]))
        return self.obey(data)

    def hand_out(self, command: int, index: int) -> bytes:
        records = self.patrol if command == 0x37 else self.knocks
        place = index - self.base if command == 0x37 else index
        if 0 <= place < len(records):
            return frame(command + 1, records[place])
        return frame(command + 1, self.beyond[index]) if index in self.beyond else b""

    def obey(self, data: bytes) -> bytes:
        if data[1] == 0xA3 and data == frame(0xA3, data[3:9]):
            self.clock = data[3:9]
            return frame(0x84, b"\x00")
        if data in (CLEAR_PATROL, CLEAR_KNOCKS):
            return self.clear("patrol" if data == CLEAR_PATROL else "knock", data[1] + 1)
        return b""

    def clear(self, kind: str, reply: int) -> bytes:
        if self.answer_to_clearing[:1] != b"\x0c":
            self.cleared.append(kind)
            (self.patrol if kind == "patrol" else self.knocks).clear()
        return frame(reply, self.answer_to_clearing) if self.confirms else b""
