"""What a scenario says of a wand's battery."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["FULL_BATTERY_MV", "BatteryPlan", "Chemistry"]

FULL_BATTERY_MV: Final = 4000


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
