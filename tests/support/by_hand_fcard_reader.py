"""Frames of the FC desk reader made without any of watchclock's code, and the golden ones."""

import json
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).resolve().parents[1] / "golden/fcard_reader/worked_frames.json"
READER = 7


def golden() -> dict[str, dict[str, Any]]:
    """The worked frames by name: who sends them, their value, fields, token and bytes."""
    frames: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))["frames"]
    return frames


def frame(address: int, token: int, codes: tuple[int, int], data: bytes = b"") -> bytes:
    body = bytes([address]) + token.to_bytes(2, "big") + bytes([*codes, len(data)]) + data
    body += bytes([sum(body) & 0xFF])
    escaped = body.replace(b"\x7f", b"\x7f\x02").replace(b"\x7e", b"\x7f\x01")
    return b"\x7e" + escaped + b"\x7e"


def token_of(sent: bytes) -> int:
    """The token of a request without escapes in its head."""
    return int.from_bytes(sent[2:4], "big")


def number(token: int, value: int = READER) -> bytes:
    return frame(READER, token, (0x31, 0x01), bytes([value]))


def version(token: int, text: bytes = b"1.05") -> bytes:
    return frame(READER, token, (0x31, 0x03), text)


def no_card(token: int) -> bytes:
    return frame(READER, token, (0x32, 0x00), bytes(13))


def card(token: int, kind: int, uid: bytes) -> bytes:
    data = (bytes([1, kind, len(uid)]) + uid).ljust(13, b"\0")
    return frame(READER, token, (0x32, 0x00), data)


def pushed(kind: int, uid: bytes) -> bytes:
    return frame(READER, 0xFFFF, (0x19, 0x01), bytes([kind, len(uid)]) + uid)


def sum_refused(token: int) -> bytes:
    return frame(READER, token, (0x21, 0x03))
