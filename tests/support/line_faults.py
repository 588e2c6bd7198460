"""What can happen to the bytes a wand sends, whatever its dialect; and events as text."""

from collections.abc import Callable, Iterable

from watchclock_protocol.errors import RemoteProtocolError
from watchclock_protocol.events import BytesSkipped

__all__ = ["Fault", "before", "flipped_high", "flipped_low", "lost", "no_fault", "normalised"]
__all__ += ["silent_from"]

Fault = Callable[[int, int], bytes]
"""Given the number of a byte the wand sends, from 0, and the byte: what arrives instead."""


def no_fault(_index: int, byte: int) -> bytes:
    return bytes([byte])


def lost(position: int) -> Fault:
    return silent_from(position, 1)


def flipped_low(position: int) -> Fault:
    return lambda at, byte: bytes([byte ^ 0x01]) if at == position else bytes([byte])


def flipped_high(position: int) -> Fault:
    return lambda at, byte: bytes([byte ^ 0x80]) if at == position else bytes([byte])


def before(position: int, data: bytes) -> Fault:
    """These bytes arrive before the byte at the position."""
    return lambda at, byte: (data if at == position else b"") + bytes([byte])


def silent_from(position: int, length: int) -> Fault:
    return lambda at, byte: b"" if position <= at < position + length else bytes([byte])


def normalised(items: Iterable[object]) -> list[str]:
    """Events as text, neighbouring skips added up; errors compare by what they say."""
    lines: list[str] = []
    skipped = 0
    for item in [*items, None]:
        if isinstance(item, BytesSkipped):
            skipped += item.count
            continue
        lines += [f"skipped {skipped}"] if skipped else []
        skipped = 0
        error = getattr(item, "error", None)
        lines.append(f"{error}" if isinstance(error, RemoteProtocolError) else repr(item))
    return lines
