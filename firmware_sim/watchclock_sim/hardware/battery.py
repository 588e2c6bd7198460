"""The wand's battery: a voltage that falls evenly, and what the wand notes about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

__all__ = ["FULL_BATTERY_MV", "LOW_MV", "Battery", "BatteryPlan", "Chemistry"]

FULL_BATTERY_MV: Final = 4000

# FC wand protocol document: system record 5, "voltage too low (2.9 V)".
LOW_MV: Final = 2900
DEAD_MV: Final = 2500
EMPTY_MV: Final = 3000
FULL_MV: Final = 4150
HOUR: Final = timedelta(hours=1)


class Chemistry(StrEnum):
    """What a battery is made of; ``cells.py`` has the curves."""

    LI_MNO2 = "li_mno2"
    """One CR123A, primary."""
    LI_ION = "li_ion"
    """One 18650, rechargeable."""
    ALKALINE = "alkaline"
    """Three AAA in series, primary."""
    LI_SOCL2 = "li_socl2"
    """One ER14505, primary: flat until the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPlan:
    """The battery at the beginning of the shift.

    Attributes:
        voltage_mv: without a chemistry, its voltage then.
        falls_mv_per_hour: without a chemistry, what it loses in an hour.
        chemistry: what it is made of; then it gives what the wand draws, along its curve.
        charge_percent: with a chemistry, its charge then.
        capacity_mah: with a chemistry, its capacity when new; None for the usual one.
        age_months: with a chemistry, how old it is.
        temperature_c: with a chemistry, how warm it is, in degrees Celsius.
    """

    voltage_mv: int = FULL_BATTERY_MV
    falls_mv_per_hour: int = 0
    chemistry: Chemistry | None = None
    charge_percent: int = 100
    capacity_mah: int | None = None
    age_months: int = 0
    temperature_c: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery that had the planned voltage at ``utc`` and is in use until ``rests_from``."""

    plan: BatteryPlan
    utc: datetime
    rests_from: datetime

    def voltage_mv(self, utc: datetime) -> int:
        """The voltage at that instant, in millivolts, never below a dead cell."""
        used = min(utc, self.rests_from) - self.utc
        fallen = self.plan.falls_mv_per_hour * used / HOUR
        return max(min(DEAD_MV, self.plan.voltage_mv), round(self.plan.voltage_mv - fallen))

    def charge_percent(self, utc: datetime) -> int:
        """The charge at that instant, 0 to 100, straight from empty to full."""
        share = (self.voltage_mv(utc) - EMPTY_MV) / (FULL_MV - EMPTY_MV)
        return round(100 * min(1.0, max(0.0, share)))

    def low_at(self) -> datetime | None:
        """The instant from which the voltage is too low, or None if it never gets so in use."""
        above = self.plan.voltage_mv - LOW_MV
        if above < 0:
            return self.utc
        if not self.plan.falls_mv_per_hour:
            return None
        low_at = self.utc + HOUR * ((above + 1) / self.plan.falls_mv_per_hour)
        return low_at if low_at <= self.rests_from else None
