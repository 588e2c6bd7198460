"""The wand's battery: a voltage that falls evenly, or a cell that gives what the wand draws."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from watchclock_sim.hardware.battery_plan import FULL_BATTERY_MV, BatteryPlan, Chemistry
from watchclock_sim.hardware.cells import CELLS, Cell
from watchclock_sim.hardware.health import HardwarePart, Health, PartLife
from watchclock_sim.hardware.power import Power
from watchclock_sim.hardware.profile import HardwareLife, PowerPlan

__all__ = ["FULL_BATTERY_MV", "LOW_MV", "Battery", "BatteryPlan", "Chemistry"]

# FC wand protocol document: system record 5, "voltage too low (2.9 V)".
LOW_MV: Final = 2900
DEAD_MV: Final = 2500
EMPTY_MV: Final = 3000
FULL_MV: Final = 4150
LOAD_MV: Final = 180
"""By how much a battery without chemistry falls while motor and head run."""
TIRED: Final = 4
"""How many times the resistance of a sound cell a failing one has."""
HOUR: Final = timedelta(hours=1)
WHOLE: Final = 100
MILLI: Final = 1000
AWAKENED_UAH: Final = 50
"""What a cell has to give before its passivation is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery that was as planned at ``utc`` and is in use until ``rests_from``.

    A cell falls by what is drawn, whether before ``rests_from`` or after.

    Attributes:
        power: what is drawn from a cell; None while nothing is.
        draws: currents, for the load.
        life: of the battery: a failing one is tired, a dead one gives nothing.
    """

    plan: BatteryPlan
    utc: datetime
    rests_from: datetime
    power: Power | None = None
    draws: PowerPlan = field(default_factory=PowerPlan)
    life: PartLife = field(default_factory=lambda: PartLife(HardwarePart.BATTERY))

    @classmethod
    def fitted(
        cls, plan: BatteryPlan, life: HardwareLife, *, utc: datetime, rests_from: datetime
    ) -> "Battery":
        """The battery of a wand with that life, and what is drawn from it from ``utc`` on."""
        cell = None if plan.chemistry is None else CELLS[plan.chemistry]
        spare_uah = None
        if cell is not None and cell.is_rechargeable:
            lacks = (WHOLE - plan.charge_percent) / WHOLE
            spare_uah = MILLI * lacks * _usable_mah(cell, plan)
        return cls(
            plan=plan,
            utc=utc,
            rests_from=rests_from,
            power=Power(life.power, utc, spare_uah),
            draws=life.power,
            life=life.part(HardwarePart.BATTERY),
        )

    @property
    def cell(self) -> Cell | None:
        """The curve it follows; None for one that falls evenly."""
        return None if self.plan.chemistry is None else CELLS[self.plan.chemistry]

    def voltage_mv(self, utc: datetime) -> int:
        """The voltage at that instant without load, in millivolts."""
        if not self.life.works(utc, "rest") and self.life.health(utc) is not Health.FAILING:
            return 0
        if self.cell is not None:
            charge = self._charge(self.cell, utc)
            return 0 if charge < 0 else self.cell.open_mv(charge)
        used = min(utc, self.rests_from) - self.utc
        fallen = self.plan.falls_mv_per_hour * used / HOUR
        return max(min(DEAD_MV, self.plan.voltage_mv), round(self.plan.voltage_mv - fallen))

    def loaded_mv(self, utc: datetime) -> int:
        """The voltage while motor and head run."""
        tired = TIRED if self.life.health(utc) is Health.FAILING else 1
        cell = self.cell
        if cell is None:
            return max(0, self.voltage_mv(utc) - tired * LOAD_MV)
        charge = self._charge(cell, utc)
        resistance = cell.resistance_mohm(charge, self.plan.temperature_c, self.plan.age_months)
        if self.plan.age_months and self._drawn_uah(utc) < AWAKENED_UAH:
            resistance += cell.passivated_mohm
        fall_mv = self.draws.pulse_ma * resistance * tired / MILLI
        return max(0, round(self.voltage_mv(utc) - fall_mv))

    def charge_percent(self, utc: datetime) -> int:
        """The charge at that instant, 0 to 100; without a cell straight from empty to full."""
        if self.cell is not None:
            return max(0, round(self._charge(self.cell, utc)))
        share = (self.voltage_mv(utc) - EMPTY_MV) / (FULL_MV - EMPTY_MV)
        return round(WHOLE * min(1.0, max(0.0, share)))

    def low_at(self) -> datetime | None:
        """The instant from which the voltage is too low, or None if it never gets so in use.

        None for a cell too, because that depends on how the wand is used: it finds out itself.
        """
        if self.cell is not None:
            return None
        above = self.plan.voltage_mv - LOW_MV
        if above < 0:
            return self.utc
        if not self.plan.falls_mv_per_hour:
            return None
        low_at = self.utc + HOUR * ((above + 1) / self.plan.falls_mv_per_hour)
        return low_at if low_at <= self.rests_from else None

    def _charge(self, cell: Cell, utc: datetime) -> float:
        """Per cent of what it can give; below 0 it gives nothing any more."""
        drawn = WHOLE * self._drawn_uah(utc) / MILLI / _usable_mah(cell, self.plan)
        return self.plan.charge_percent - drawn

    def _drawn_uah(self, utc: datetime) -> float:
        return 0.0 if self.power is None else self.power.drawn_uah(utc)


def _usable_mah(cell: Cell, plan: BatteryPlan) -> float:
    return cell.usable_mah(plan.capacity_mah, plan.temperature_c, plan.age_months)
