"""A port and clocks without time of their own, for exact tests of the simulator's timing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from watchclock_sim.line.serial_line import SerialLine

BEGIN = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


class VirtualClock:
    """Stands still until it is moved."""

    def __init__(self, lateness_s: float = 0.0) -> None:
        self.now = 0.0
        self.lateness_s = lateness_s

    def wait(self, seconds: float) -> None:
        """Time passes, each time a little more than wanted, as on a busy machine."""
        self.now += seconds + self.lateness_s

    def monotonic(self) -> float:
        return self.now

    def utc(self) -> datetime:
        return BEGIN + timedelta(seconds=self.now)


class VirtualPort:
    """A cable whose host is the test, and which takes ``room`` bytes at most."""

    address = "virtual:"

    def __init__(self, line: SerialLine | None = None) -> None:
        self.line = line
        self.wake: Callable[[], None] | None = None
        self.room = 1 << 62
        self.reads = 0
        self.to_wand = bytearray()
        self.from_wand = bytearray()
        self.is_plugged = True
        self.chunks: list[int] = []

    def watch(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def read(self) -> bytes:
        self.reads += 1
        data = bytes(self.to_wand)
        self.to_wand.clear()
        return data

    def write(self, data: bytes) -> int:
        taken = min(len(data), self.room)
        self.room -= taken
        self.from_wand += data[:taken]
        self.chunks.append(taken)
        return taken

    def unplug(self) -> None:
        self.is_plugged = False

    def replug(self) -> None:
        self.is_plugged = True

    def close(self) -> None:
        self.is_plugged = False
