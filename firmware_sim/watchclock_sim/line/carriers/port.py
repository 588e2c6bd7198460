"""The port every carrier offers to the wand, and the two clocks the wand runs by."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from watchclock_sim.line.serial_line import SerialLine

__all__ = ["Clock", "LineTellingPort", "Port", "StallingPort", "SystemClock"]


class Clock(Protocol):
    """Where the simulator takes time from."""

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...

    def utc(self) -> datetime:
        """The true instant, aware."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()

    def utc(self) -> datetime:
        """The true instant, aware."""
        return datetime.now(UTC)


class Port(Protocol):
    """The wand's end of a cable, which can come out and be put back."""

    @property
    def address(self) -> str:
        """Where a host finds the wand, in the form ``watchclock download`` takes."""
        ...

    @property
    def line(self) -> SerialLine | None:
        """The serial line behind the port; None where there is none, as on plain TCP."""
        ...

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake``, within the running event loop, whenever there is something to do.

        That is when the host has sent something, when a port that refused bytes may take more,
        when a host came or went, when the cable came out, and when the host changed the line. It
        never misses one, and may call once too often.
        """
        ...

    def read(self) -> bytes:
        """What the host has sent, nothing when it has not; never waits."""
        ...

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken; never waits."""
        ...

    def unplug(self) -> None:
        """Take the cable out: the host sees its port go away."""
        ...

    def replug(self) -> None:
        """Put the cable back, at the same address wherever the carrier can keep it."""
        ...

    def close(self) -> None:
        """Give everything back; may be called twice."""
        ...


@runtime_checkable
class StallingPort(Protocol):
    """A port that can say to the host that something is wrong, as a USB endpoint does."""

    def stall(self) -> None:
        """Refuse the host the wand's bytes until it clears that."""
        ...


@runtime_checkable
class LineTellingPort(Protocol):
    """A port that can tell the host that the wand's lines have changed."""

    def lines_changed(self) -> None:
        """The wand's lines are not what they were: tell the host, where it wants to know."""
        ...
