"""Motor and buzzer: what tells a guard that a tag was read, by the current they draw."""

from datetime import datetime
from typing import Final

from watchclock_sim.hardware.health import Health, PartLife

__all__ = ["BUZZER_MA", "VIBRATOR_MA", "Alert"]

VIBRATOR_MA: Final = 75
BUZZER_MA: Final = 18
WORN: Final = 2
"""A worn brush or a cracked disc passes half the current."""


class Alert:
    """A motor or a buzzer.

    Args:
        life: of the part; a dead one is an open wire.
        sound_ma: what it draws when new.
    """

    def __init__(self, life: PartLife, sound_ma: int) -> None:
        self._life: Final = life
        self.sound_ma: Final = sound_ma

    def current_ma(self, utc: datetime) -> int:
        """What it draws now."""
        measured = self._life.measured(utc)
        if measured is not None:
            return measured
        if self._life.health(utc) is Health.FAILING:
            return self.sound_ma // WORN
        return self.sound_ma if self._life.works(utc) else 0

    def is_felt(self, utc: datetime) -> bool:
        """Whether a guard notices it."""
        return WORN * self.current_ma(utc) > self.sound_ma
