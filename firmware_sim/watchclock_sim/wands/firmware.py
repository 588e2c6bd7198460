"""What every simulated wand can do, whichever dialect it speaks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from watchclock_protocol.values import TagId

__all__ = ["Firmware"]


class Firmware(Protocol):
    """The program inside a wand. It is told the time and never reads a clock itself.

    ``now`` is a monotonic count of seconds for the link, ``utc`` the true instant that the wand's
    own clock turns into whatever it shows.
    """

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due, or None while nothing is awaited."""
        ...

    def power_on(self, utc: datetime) -> None:
        """The wand is switched on, or gets its supply back."""
        ...

    def voltage_low(self, utc: datetime) -> None:
        """The wand notices that its battery is nearly empty."""
        ...

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Put a guard and the guard's own tag into the staff list, where the wand has one."""
        ...

    def select_guard(self, number: int) -> None:
        """The next touches belong to the guard with this staff number."""
        ...

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:
        """A tag is touched; False when the wand kept nothing of it."""
        ...

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """Take bytes from the host; the frames of the answer, made as they are drawn."""
        ...

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:
        """Take note that time has passed; what the wand sends on account of it."""
        ...
