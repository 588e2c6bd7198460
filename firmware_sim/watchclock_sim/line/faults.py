"""Faults of a wand and its link, as data: each is one line of text and happens at a counted place.

Frames and bytes are counted as the wand sends them, records as it hands them out, all from 1 since
the wand was started. So a fault that names a place happens once, and a repeated request meets a
good link.
"""

import logging
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Final

from watchclock_sim.errors import FaultError

__all__ = [
    "FAULT_KINDS",
    "CutFrame",
    "Delivery",
    "Fault",
    "FlipBit",
    "FlipBits",
    "LineFaults",
    "LoseFrame",
    "LoseRecord",
    "Noise",
    "Silence",
    "Slow",
    "Unplug",
    "lost_records",
    "parse_fault",
]

LOG: Final = logging.getLogger(__name__)
MILLION: Final = 1_000_000
FOREVER: Final = 2**63
MILLISECOND_S: Final = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipBit:
    """One bit (0 lowest to 7) of one byte arrives inverted."""

    byte: int
    bit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipBits:
    """Every byte has this chance, in a million, that one of its bits arrives inverted."""

    per_million: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Random bytes arrive before a frame."""

    frame: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseFrame:
    """A frame, or several in a row, never arrives."""

    frame: int
    frames: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFrame:
    """Only the first ``keep`` bytes of a frame arrive."""

    frame: int
    keep: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseRecord:
    """The wand leaves a record out of its answer, and out of the count at the answer's end."""

    record: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """From this frame on nothing arrives any more."""

    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Frames leave late, by default every one; ``frames`` limits how many."""

    delay_ms: int
    frame: int = 1
    frames: int = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplug:
    """The cable comes out after this byte; ``for_ms`` later it is put back, 0 is never."""

    byte: int
    for_ms: int = 0


Fault = FlipBit | FlipBits | Noise | LoseFrame | CutFrame | LoseRecord | Silence | Slow | Unplug

FAULT_KINDS: Final[Mapping[str, type[Fault]]] = {
    "flip_bit": FlipBit,
    "flip_bits": FlipBits,
    "noise": Noise,
    "lose_frame": LoseFrame,
    "cut_frame": CutFrame,
    "lose_record": LoseRecord,
    "silence": Silence,
    "slow": Slow,
    "unplug": Unplug,
}


def parse_fault(text: str) -> Fault:
    """The fault written as ``KIND:KEY=NUMBER,…``, for example ``flip_bit:byte=120,bit=3``.

    Raises:
        FaultError: the kind or a key is unknown or missing, or a value is no number.
    """
    name, _, rest = text.partition(":")
    kind = FAULT_KINDS.get(name)
    if kind is None:
        raise FaultError(fault=text, reason=f"the kinds are {', '.join(FAULT_KINDS)}")
    settings: dict[str, int] = {}
    for setting in filter(None, rest.split(",")):
        key, _, value = setting.partition("=")
        if not value.isdecimal():
            raise FaultError(fault=text, reason=f"{key} needs a whole number")
        settings[key] = int(value)
    _check_keys(text, kind, settings)
    make: Callable[..., Fault] = kind
    return make(**settings)


def lost_records(faults: Iterable[Fault]) -> frozenset[int]:
    """Which of the records handed out, counted from 1, the wand leaves out."""
    return frozenset(fault.record for fault in faults if isinstance(fault, LoseRecord))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of a frame: the bytes that leave, and after how many seconds."""

    data: bytes
    delay_s: float


class LineFaults:
    """Lets the frames of a wand pass and spoils those that a fault names.

    Args:
        faults: what is to happen.
        seed: the source of chance for noise and random bit flips.
    """

    def __init__(self, faults: Iterable[Fault], seed: int) -> None:
        self._faults = tuple(faults)
        self._chance = random.Random(f"line {seed}")  # noqa: S311 - repeatable, not secret
        self._frames = 0
        self._bytes = 0
        unplugs = (fault for fault in self._faults if isinstance(fault, Unplug))
        self._unplugs = sorted(unplugs, key=lambda fault: fault.byte)

    def deliver(self, frame: bytes) -> Delivery:
        """What leaves the wand in place of its next frame."""
        self._frames += 1
        data = frame
        delay_ms = 0
        for fault in self._faults:
            data = self._spoilt(fault, data)
            if (
                isinstance(fault, Slow)
                and fault.frame <= self._frames < fault.frame + fault.frames
            ):
                delay_ms += fault.delay_ms
        data = self._flipped(data)
        self._bytes += len(data)
        if data != frame:
            LOG.info("frame %d is spoilt: %s instead of %s", self._frames, data.hex(), frame.hex())
        return Delivery(data, delay_ms * MILLISECOND_S)

    def next_unplug(self) -> Unplug | None:
        """The next time the cable comes out, or None."""
        return self._unplugs[0] if self._unplugs else None

    def unplugged(self) -> None:
        """That has happened now."""
        self._unplugs.pop(0)

    def _spoilt(self, fault: Fault, data: bytes) -> bytes:
        match fault:
            case Noise(frame=frame, count=count) if frame == self._frames:
                return self._chance.randbytes(count) + data
            case LoseFrame(frame=first, frames=frames) if first <= self._frames < first + frames:
                return b""
            case CutFrame(frame=frame, keep=keep) if frame == self._frames:
                return data[:keep]
            case Silence(frame=frame) if frame <= self._frames:
                return b""
            case _:
                return data

    def _flipped(self, data: bytes) -> bytes:
        flipped = bytearray(data)
        for fault in self._faults:
            match fault:
                case FlipBit(byte=byte, bit=bit) if 0 < byte - self._bytes <= len(data):
                    flipped[byte - self._bytes - 1] ^= 1 << bit
                case FlipBits(per_million=per_million):
                    for index in range(len(flipped)):
                        if self._chance.randrange(MILLION) < per_million:
                            flipped[index] ^= 1 << self._chance.randrange(8)
                case _:
                    pass
        return bytes(flipped)


def _check_keys(text: str, kind: type[Fault], settings: Mapping[str, int]) -> None:
    known = {field.name: field.default is MISSING for field in fields(kind)}
    for key in settings:
        if key not in known:
            raise FaultError(fault=text, reason=f"its keys are {', '.join(known)}, not {key}")
    for key, is_needed in known.items():
        if is_needed and key not in settings:
            raise FaultError(fault=text, reason=f"{key} is missing")
    if settings.get("bit", 0) > 7:  # noqa: PLR2004 - a byte's highest bit
        raise FaultError(fault=text, reason="bit is 0 to 7")
