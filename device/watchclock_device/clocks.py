"""The clocks a download reads, passed in so that tests own the time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

__all__ = ["SYSTEM_CLOCKS", "Clocks", "civil_at", "instant_at"]

_NS_A_SECOND: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """What tells and passes time.

    Attributes:
        utc_ns: nanoseconds since 1970 in UTC; kept in captures.
        monotonic_s: seconds that never jump; drives deadlines.
        sleep_s: lets so many seconds pass.
    """

    utc_ns: Callable[[], int]
    monotonic_s: Callable[[], float]
    sleep_s: Callable[[float], None]

    def next_whole_second_ns(self) -> int:
        """Waits for the next whole second and gives that instant in ``utc_ns``.

        Wands keep whole seconds, so a clock set anywhere else is wrong from the start.
        """
        now_ns = self.utc_ns()
        left_ns = -now_ns % _NS_A_SECOND
        self.sleep_s(left_ns / _NS_A_SECOND)
        return now_ns + left_ns


SYSTEM_CLOCKS: Final = Clocks(utc_ns=time.time_ns, monotonic_s=time.monotonic, sleep_s=time.sleep)


def instant_at(utc_ns: int) -> datetime:
    """The instant, aware, in UTC, to the microsecond."""
    return _EPOCH + timedelta(microseconds=utc_ns // 1000)


def civil_at(utc_ns: int, zone: tzinfo | None) -> datetime:
    """The civil time at an instant, without zone; None is the zone of this machine."""
    return instant_at(utc_ns).astimezone(zone).replace(tzinfo=None)
