"""Humidity inside the case: when does water condense on the board?

The dew point is that of Magnus' formula with the constants of the World Meteorological
Organization's guide no. 8 (17.62 and 243.12 degrees).
"""

from datetime import datetime
from math import log
from typing import Final

from watchclock_sim.hardware.health import PartLife
from watchclock_sim.hardware.profile import ClimatePlan

__all__ = ["Humidity", "dew_point_c"]

SLOPE: Final = 17.62
OFFSET_C: Final = 243.12
SATURATED: Final = 100
DRIEST: Final = 1
CLOSED_C: Final = 25


def dew_point_c(temperature_c: float, humidity_percent: float) -> float:
    """The temperature at which air of that humidity begins to condense."""
    share = log(humidity_percent / SATURATED)
    gamma = share + SLOPE * temperature_c / (OFFSET_C + temperature_c)
    return OFFSET_C * gamma / (SLOPE - gamma)


class Humidity:
    """The air inside and its sensor.

    Args:
        climate: how humid it was when the case was closed at 25 degrees, and how cold it gets.
        life: of the sensor; one that does not work counts nothing.
    """

    def __init__(self, climate: ClimatePlan, life: PartLife) -> None:
        self._life: Final = life
        self._coldest_c: Final = climate.coldest_c
        self.highest_percent = climate.humidity_percent
        self.crossings = 0

    @property
    def condenses(self) -> bool:
        """Whether the coldest wall is colder than the dew point of the air inside."""
        return self._coldest_c < dew_point_c(CLOSED_C, max(DRIEST, self.highest_percent))

    def water_inside(self, utc: datetime) -> None:
        """Water gets in: the air is saturated, and condenses whenever a wall is colder."""
        if self._life.works(utc):
            self.highest_percent = SATURATED
            self.crossings += self.condenses
