"""A second encoder of capture files, written from docs/capture.md alone with plain ``struct``.

It shares nothing with the product, so a mistake in the product's layouts cannot hide in it.
"""

import hashlib
import json
import struct
import zlib

__all__ = ["block", "head", "option", "options", "packet", "section", "step_packet"]

INTERFACES = (
    (147, b"from_wand", b"Bytes the wand sent to the host"),
    (148, b"to_wand", b"Bytes the host sent to the wand"),
    (150, b"step", b"Steps of the download, in JSON"),
)


def option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def options(*pairs: tuple[int, bytes]) -> bytes:
    return b"".join(option(code, value) for code, value in pairs) + b"\0\0\0\0"


def block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def section(software: bytes, comment: bytes) -> bytes:
    fixed = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
    return block(0x0A0D0D0A, fixed + options((4, software), (1, comment)))


def head(software: bytes, comment: bytes) -> bytes:
    interfaces = (
        block(1, struct.pack("<HHI", link, 0, 0) + options((2, name), (3, text), (9, b"\x09")))
        for link, name, text in INTERFACES
    )
    return section(software, comment) + b"".join(interfaces)


def packet(interface: int, data: bytes, utc_ns: int, *remarks: tuple[int, bytes]) -> bytes:
    direction = (1, 2, 0)[interface]
    fixed = struct.pack(
        "<IIIII", interface, utc_ns >> 32, utc_ns & 0xFFFFFFFF, len(data), len(data)
    )
    tail = options(
        *remarks,
        (2, struct.pack("<I", direction)),
        (3, struct.pack("<BI", 2, zlib.crc32(data))),
    )
    return block(6, fixed + data + b"\0" * (-len(data) % 4) + tail)


def step_packet(before: bytes, name: str, state: str, utc_ns: int, sentence: bytes) -> bytes:
    payload: dict[str, object] = {
        "facts": {},
        "name": name,
        "sha256": hashlib.sha256(before).hexdigest(),
        "state": state,
        "utc_ns": utc_ns,
    }
    data = json.dumps(payload, separators=(",", ":")).encode()
    return packet(2, data, utc_ns, (1, sentence))
