"""The display: its controller and the current of its segments."""

from datetime import datetime
from typing import Final

from watchclock_sim.hardware.health import Health, PartLife

__all__ = ["SEGMENTS_UA", "Display"]

SEGMENTS_UA: Final = 310
MISSING_SHARE: Final = 3


class Display:
    """A liquid crystal display.

    Args:
        life: of the display; a dead one's controller is silent, a failing one lacks segments.
    """

    def __init__(self, life: PartLife) -> None:
        self._life: Final = life

    def answers(self, utc: datetime) -> bool:
        """Whether its controller answers."""
        return self._life.health(utc) is Health.FAILING or self._life.works(utc)

    def segments_ua(self, utc: datetime) -> int:
        """Current of all segments, microamperes: less where some are missing."""
        measured = self._life.measured(utc)
        if measured is not None:
            return measured
        if not self.answers(utc):
            return 0
        is_failing = self._life.health(utc) is Health.FAILING
        return SEGMENTS_UA // MISSING_SHARE if is_failing else SEGMENTS_UA
