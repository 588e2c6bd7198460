"""The keys of a wand: pressed, stuck, or bouncing."""

from datetime import datetime
from typing import Final

from watchclock_sim.hardware.health import Health, PartLife

__all__ = ["KEYS", "Keys"]

KEYS: Final = 3


class Keys:
    """Three keys, numbered from 1.

    Args:
        life: of the keys; a dead one is stuck, a failing one bounces, an intermittent one is
            stuck at times.
    """

    def __init__(self, life: PartLife) -> None:
        self._life: Final = life

    def stuck(self, utc: datetime) -> int:
        """Which are stuck, bit n-1 for key n."""
        if self._life.health(utc) is Health.FAILING or self._life.works(utc):
            return 0
        measured = self._life.measured(utc)
        return self._one(utc) if measured is None else measured

    def bouncing(self, utc: datetime) -> int:
        """How many bounce."""
        return int(self._life.health(utc) is Health.FAILING)

    def presses(self, key: int, utc: datetime) -> int:
        """How often the wand sees one press of a key: 0 while it is stuck, 2 when it bounces."""
        if self.stuck(utc) >> (key - 1) & 1:
            return 0
        return 1 if self._life.works(utc, f"key {key}") else 2

    def _one(self, utc: datetime) -> int:
        """The key that is stuck where nobody says which: always the same one of this wand."""
        fault = self._life.fault(utc)
        begins = "" if fault is None else fault.from_utc
        return 1 << self._life.chance("stuck", begins).randrange(KEYS)
