"""A port and clocks without time of their own, for exact tests of the simulator's timing."""

from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


class VirtualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def utc(self) -> datetime:
        return BEGIN + timedelta(seconds=self.now)


class VirtualPort:
    """A cable whose host is the test; waiting moves the clock, each time a little too late."""

    address = "virtual:"

    def __init__(self, clock: VirtualClock, lateness_s: float = 0.0) -> None:
        self.clock = clock
        self.to_wand = bytearray()
        self.from_wand = bytearray()
        self.is_plugged = True
        self.chunks: list[int] = []
        self._lateness_s = lateness_s

    def wait(self, timeout_s: float | None, *, wants_write: bool) -> None:
        assert timeout_s is not None or not wants_write
        self.clock.now += (timeout_s or 0.0) + self._lateness_s

    def read(self) -> bytes:
        data = bytes(self.to_wand)
        self.to_wand.clear()
        return data

    def write(self, data: bytes) -> int:
        self.from_wand += data
        self.chunks.append(len(data))
        return len(data)

    def unplug(self) -> None:
        self.is_plugged = False

    def replug(self) -> None:
        self.is_plugged = True

    def close(self) -> None:
        self.is_plugged = False
