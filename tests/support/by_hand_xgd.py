"""A second encoder of the "!XD" line and a controller made of it; shares no code with the dialect.

Written from the source's own description with nothing but ``struct``, its CRC worked bit by bit,
so that a mistake in the dialect's own layouts cannot hide in both.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

START: Final = b"\x21\x58\x44"
DELETE: Final = 0x08
PUSH: Final = 0x0A


def crc(data: bytes) -> int:
    register = 0xFFFF
    for octet in data:
        for bit in range(8):
            carry = (register ^ octet >> bit) & 1
            register = register >> 1 ^ (0xA001 if carry else 0)
    return register


def closed(data: bytes) -> bytes:
    return data + struct.pack("<H", crc(data))


def frame(address: int, function: int, data: bytes = b"") -> bytes:
    return closed(START + struct.pack("BBBB", address, 0xB0, function, len(data)) + data)


def short_report(function: int) -> bytes:
    return closed(START + struct.pack("BBB", 0, 0xB0, function))


def rom(serial: int, family: int = 1) -> bytes:
    """A 1-Wire ROM with its CRC-8, worked bit by bit."""
    octets = struct.pack("<BQ", family, serial)[:7]
    register = 0
    for octet in octets:
        for bit in range(8):
            carry = (register ^ octet >> bit) & 1
            register = register >> 1 ^ (0x8C if carry else 0)
    return octets + bytes([register])


def record(number: int, digits: str, serial: int = 0xC3B2A1) -> bytes:
    """Sixteen bytes of a touch at ``yyMMddHHmmss``."""
    return struct.pack("BB", 0, number) + bytes.fromhex(digits)[::-1] + rom(serial)


def records(count: int) -> list[bytes]:
    """That many touches, a second apart."""
    return [record(n, f"2611210834{n % 60:02}", serial=n) for n in range(1, count + 1)]


@dataclass
class HandMadeController:
    """Answers whole frames by comparing bytes.

    Attributes:
        records: the memory, oldest first.
        others: other addresses on the line at which somebody answers.
        is_forgetful: it counts its records but hands none out.
        is_pushy: it pushes its oldest record before every answer, too.
        added: touched before the command with this number, from 0, is answered.
        loses: functions whose next answer gets lost.
        times: what its clock shows when it is asked for the time, before it goes on as usual.
        heard: function and data of every command, in order.
    """

    records: list[bytes]
    address: int = 3
    mode: int = 2
    clock: bytes = bytes.fromhex("093408211126")
    others: tuple[int, ...] = ()
    is_forgetful: bool = False
    is_pushy: bool = False
    loses: set[int] = field(default_factory=set[int])
    times: list[bytes] = field(default_factory=list[bytes])
    added: dict[int, bytes] = field(default_factory=dict[int, bytes])
    heard: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    deletions: int = 0
    given_up: list[bytes] = field(default_factory=list[bytes])

    def receive(self, data: bytes) -> bytes:
        """The frames it sends on account of one frame of the host."""
        if data != frame(data[3], data[5], data[7:-2]):
            return short_report(0xF2)
        if data[3] in self.others and data[5] == 0x09:
            return data
        if data[3] != self.address:
            return b""
        if len(self.heard) in self.added:
            self.records.append(self.added[len(self.heard)])
        self.heard.append((data[5], data[7:-2]))
        return self.answer(data[5], data[7:-2])

    def answer(self, function: int, data: bytes) -> bytes:
        if function == PUSH:
            self.given_up += self.records[:1]
            self.records = self.records[1:]
            return self.push()
        if function == 0x05:
            self.address = data[0]
        answer = frame(self.address, function, self.obey(function, data))
        if function in self.loses:
            self.loses.remove(function)
            return b""
        if self.is_pushy:
            return self.push() + answer
        return answer + (self.push() if function == 0x0B else b"")

    def push(self) -> bytes:
        """Its oldest record, in live mode."""
        if self.mode != 1 or not self.records:
            return b""
        return frame(self.address, PUSH, self.records[0])

    def obey(self, function: int, data: bytes) -> bytes:
        if function == DELETE:
            self.records = []
            self.deletions += 1
        self.mode = data[0] if function == 0x0B else self.mode
        self.clock = data + self.clock[3:] if function == 0x01 else self.clock
        self.clock = self.clock[:3] + data if function == 0x02 else self.clock
        answers = {
            0x03: self.times.pop(0) if function == 0x03 and self.times else self.clock[:3],
            0x04: self.clock[3:],
            0x06: bytes([len(self.records)]),
            0x0C: bytes([self.mode]),
        }
        return self.hand_out(data[0]) if function == 0x07 else answers.get(function, b"")

    def hand_out(self, place: int) -> bytes:
        if self.is_forgetful or not 1 <= place <= len(self.records):
            return bytes([0 if self.is_forgetful else len(self.records)])
        return self.records[place - 1]
