"""Lets faults happen to a wand's frames and bytes, each at a counted place or by a seeded chance.

Frames and bytes are counted as the wand sends them, records as it hands them out, all from 1 since
the wand was started. So a fault that names a place happens once, and a repeated request meets a
good link.
"""

import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from watchclock_sim.line.fault_kinds import (
    Break,
    CutFrame,
    Fault,
    FlipBit,
    FlipBits,
    Jitter,
    LoseByte,
    LoseBytes,
    LoseFrame,
    Noise,
    RepeatByte,
    RepeatFrame,
    Silence,
    Slow,
)

__all__ = ["Delivery", "LineFaults"]

LOG: Final = logging.getLogger(__name__)
MILLION: Final = 1_000_000
MILLISECOND_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of a frame: the bytes that leave, and after how many seconds."""

    data: bytes
    delay_s: float


class LineFaults:
    """Lets the frames of a wand pass and spoils those that a fault names.

    Args:
        faults: what is to happen.
        seed: the source of chance for noise, random bytes and delays.
        name: of the wand, in messages.

    Attributes:
        name: the same.
    """

    def __init__(self, faults: Iterable[Fault], seed: int, name: str = "the wand") -> None:
        self._faults = tuple(faults)
        self.name = name
        self._chance = random.Random(f"line {seed}")  # noqa: S311 - repeatable, not secret
        # Chances of their own: a fault that is added does not move those that were there.
        self._losses = random.Random(f"losses {seed}")  # noqa: S311 - repeatable, not secret
        self._delays = random.Random(f"delays {seed}")  # noqa: S311 - repeatable, not secret
        self._frames = 0
        self._bytes = 0
        breaks = (fault for fault in self._faults if isinstance(fault, Break))
        self._breaks = sorted(breaks, key=lambda fault: fault.byte)

    def deliver(self, frame: bytes) -> Delivery:
        """What leaves the wand in place of its next frame."""
        if not self._faults:
            return Delivery(frame, 0.0)
        self._frames += 1
        data = frame
        for fault in self._faults:
            data = self._spoilt(fault, data)
        data, count = self._flipped(data), len(data)
        data = self._recounted(data)
        self._bytes += count
        if data != frame:
            told = (self.name, self._frames, data.hex(), frame.hex())
            LOG.info("%s: frame %d is spoilt: %s instead of %s", *told)
        return Delivery(data, self._delay_ms() * MILLISECOND_S)

    def next_break(self) -> Break | None:
        """The next fault of the line itself, which happens after a byte, or None."""
        return self._breaks[0] if self._breaks else None

    def broken(self) -> None:
        """That has happened now."""
        self._breaks.pop(0)

    def _delay_ms(self) -> int:
        delay_ms = 0
        for fault in self._faults:
            match fault:
                case Slow() if fault.frame <= self._frames < fault.frame + fault.frames:
                    delay_ms += fault.delay_ms
                case Jitter() if fault.frame <= self._frames < fault.frame + fault.frames:
                    delay_ms += self._delays.randint(0, fault.most_ms)
                case _:
                    pass
        return delay_ms

    def _spoilt(self, fault: Fault, data: bytes) -> bytes:
        now = self._frames
        spoilt = data
        match fault:
            case Noise(frame=frame, count=count) if frame == now:
                spoilt = self._chance.randbytes(count) + data
            case LoseFrame(frame=first, frames=frames) if first <= now < first + frames:
                spoilt = b""
            case CutFrame(frame=frame, keep=keep) if frame == now:
                spoilt = data[:keep]
            case RepeatFrame(frame=frame, times=times) if frame == now:
                spoilt = data * (times + 1)
            case Silence(frame=frame) if frame <= now:
                spoilt = b""
            case _:
                pass
        return spoilt

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

    def _recounted(self, data: bytes) -> bytes:
        """The bytes without those that are lost, and with those that come twice."""
        times = [1] * len(data)
        for fault in self._faults:
            match fault:
                case LoseByte(byte=byte, bytes=count):
                    first = byte - self._bytes - 1
                    for index in range(max(0, first), min(len(data), first + count)):
                        times[index] = 0
                case LoseBytes(per_million=per_million):
                    for index in range(len(data)):
                        if self._losses.randrange(MILLION) < per_million:
                            times[index] = 0
                case RepeatByte(byte=byte, times=more) if 0 < byte - self._bytes <= len(data):
                    times[byte - self._bytes - 1] += more
                case _:
                    pass
        return b"".join(data[index : index + 1] * count for index, count in enumerate(times))
