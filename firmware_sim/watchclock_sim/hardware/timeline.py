"""When a wand's mishaps happen: at a moment, or behind every so many touches."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from watchclock_sim.hardware.profile import Mishap

__all__ = ["Timeline"]

SECOND: Final = timedelta(seconds=1)


class Timeline:
    """The mishaps of one wand. A wand has no clock of its own: it asks whenever it is used.

    Args:
        mishaps: all of them.
    """

    def __init__(self, mishaps: Iterable[Mishap]) -> None:
        every = tuple(mishaps)
        moments = [
            (each.utc + index * SECOND, each)
            for each in every
            if each.utc is not None
            for index in range(each.times)
        ]
        self._waiting = sorted(moments, key=lambda moment: moment[0])
        self._by_touch: Final = tuple(each for each in every if each.every_touches)

    def due(self, utc: datetime) -> Iterator[tuple[datetime, Mishap]]:
        """What happened since it was asked last, in order; each only once."""
        while self._waiting and self._waiting[0][0] <= utc:
            yield self._waiting.pop(0)

    def behind_touch(self, number: int) -> Iterator[Mishap]:
        """What happens behind the touch of that number, counted from 1."""
        for mishap in self._by_touch:
            if mishap.every_touches and number % mishap.every_touches == 0:
                for _ in range(mishap.times):
                    yield mishap
