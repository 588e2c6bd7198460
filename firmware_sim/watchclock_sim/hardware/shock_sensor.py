"""The shock sensor: how hard a blow was, how long the wand fell before, and which band that is.

Ranges follow the Analog Devices ADXL375 data sheet: it measures up to 200 g, so a harder blow
reads 200 g.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from watchclock_sim.hardware.health import PartLife

__all__ = ["Blow", "BlowBand", "ImpactSensor"]

LEAST_MG: Final = 1500
"""Weaker than this is walking."""
HARD_MG: Final = 30_000
LIMIT_MG: Final = 150_000
LARGEST_MG: Final = 200_000
LEAST_FALL_MS: Final = 100


class BlowBand(StrEnum):
    """How hard a blow was."""

    KNOCK = "knock"
    HARD = "hard"
    BEYOND_LIMIT = "beyond_limit"
    """More than a wand of this kind is sold to stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """A blow as the sensor felt it.

    Attributes:
        peak_mg: thousandths of the earth's acceleration, at most what the sensor can measure.
        free_fall_ms: how long the wand fell before; 0 for less than it can tell.
    """

    peak_mg: int
    free_fall_ms: int = 0

    @property
    def band(self) -> BlowBand:
        """How hard it was."""
        if self.peak_mg >= LIMIT_MG:
            return BlowBand.BEYOND_LIMIT
        return BlowBand.HARD if self.peak_mg >= HARD_MG else BlowBand.KNOCK


class ImpactSensor:
    """Feels blows and stillness.

    Args:
        life: of the sensor; one that does not work feels nothing.
    """

    def __init__(self, life: PartLife) -> None:
        self._life: Final = life
        self.blows: Final = dict.fromkeys(BlowBand, 0)
        self.strongest_mg = 0

    @property
    def felt(self) -> int:
        """Blows of every band."""
        return sum(self.blows.values())

    def feel(self, strength_mg: int, free_fall_ms: int, utc: datetime) -> Blow | None:
        """The wand is hit; None when the sensor does not feel it."""
        if strength_mg < LEAST_MG or not self._life.works(utc, "blow"):
            return None
        fell = free_fall_ms if free_fall_ms >= LEAST_FALL_MS else 0
        blow = Blow(peak_mg=min(strength_mg, LARGEST_MG), free_fall_ms=fell)
        self.blows[blow.band] += 1
        self.strongest_mg = max(self.strongest_mg, blow.peak_mg)
        return blow

    def feels_stillness(self, utc: datetime) -> bool:
        """Whether it notices that the wand is not moved."""
        return self._life.works(utc, "stillness")
