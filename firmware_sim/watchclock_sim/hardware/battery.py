"""The wand's battery: a voltage that falls evenly, and what the wand notes about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

__all__ = ["FULL_BATTERY_MV", "LOW_MV", "Battery", "BatteryPlan"]

FULL_BATTERY_MV: Final = 4000

# FC wand protocol document: system record 5, "voltage too low (2.9 V)".
LOW_MV: Final = 2900
DEAD_MV: Final = 2500
EMPTY_MV: Final = 3000
FULL_MV: Final = 4150
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPlan:
    """Voltage at the beginning of the shift and how much it loses in an hour."""

    voltage_mv: int = FULL_BATTERY_MV
    falls_mv_per_hour: int = 0


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
