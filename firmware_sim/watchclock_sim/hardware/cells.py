"""What cells of different chemistries give: voltage by charge, resistance, cold and age.

The points are read from typical curves of data sheets and rounded: Panasonic CR123A (3.2 V fresh,
about 2.85 V nearly spent, end at 2.0 V), Panasonic NCR18650B (4.2 V full, about 3.8 V half, 3.0 V
end), Energizer E92 for three AAA, Saft LS14500 for ER14505 (3.6 V until the end). They tell the
chemistries apart; no maker's cell follows them to the millivolt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import exp2
from typing import Final

from watchclock_sim.hardware.battery_plan import Chemistry

__all__ = ["CELLS", "Cell"]

ROOM_C: Final = 25
COLD_DOUBLES_C: Final = 20
MONTHS_A_YEAR: Final = 12
LEAST_SHARE: Final = 0.2
WHOLE: Final = 100
FIVE_YEARS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of cell or pack.

    Attributes:
        curve: charge in per cent and open voltage in millivolts, full first.
        full_mohm: internal resistance when full, at 25 degrees, in thousandths of an ohm.
        empty_mohm: the same when empty.
        capacity_mah: usual capacity.
        ages_percent: capacity lost in a year.
        cold_percent: capacity out of reach for each degree below 25, in hundredths of a per cent.
        passivated_mohm: more resistance until it has given some current after storage.
        is_rechargeable: whether a dock charges it.
    """

    curve: tuple[tuple[int, int], ...]
    full_mohm: int
    empty_mohm: int
    capacity_mah: int
    ages_percent: int
    cold_percent: int
    passivated_mohm: int = 0
    is_rechargeable: bool = False

    def open_mv(self, charge_percent: float) -> int:
        """Voltage without load."""
        charge = min(float(WHOLE), max(0.0, charge_percent))
        for (high, high_mv), (low, low_mv) in pairwise(self.curve):
            if charge >= low:
                return round(low_mv + (high_mv - low_mv) * (charge - low) / (high - low))
        return self.curve[-1][1]

    def resistance_mohm(self, charge_percent: float, temperature_c: int, age_months: int) -> float:
        """Internal resistance: it doubles with 20 degrees of cold and in five years."""
        empty = 1 - min(1.0, max(0.0, charge_percent / WHOLE))
        warm = self.full_mohm + (self.empty_mohm - self.full_mohm) * empty**2
        cold = exp2(max(0, ROOM_C - temperature_c) / COLD_DOUBLES_C)
        return warm * cold * (1 + age_months / FIVE_YEARS)

    def usable_mah(self, capacity_mah: int | None, temperature_c: int, age_months: int) -> float:
        """What it can give at that temperature and age."""
        new = self.capacity_mah if capacity_mah is None else capacity_mah
        aged = 1 - self.ages_percent * age_months / MONTHS_A_YEAR / WHOLE
        cold = 1 - self.cold_percent * max(0, ROOM_C - temperature_c) / WHOLE / WHOLE
        return new * max(LEAST_SHARE, aged) * max(LEAST_SHARE, cold)


CELLS: Final[Mapping[Chemistry, Cell]] = {
    Chemistry.LI_MNO2: Cell(
        curve=(
            (100, 3200), (90, 3110), (50, 3010), (20, 2930), (10, 2870), (5, 2700), (2, 2500),
            (0, 2000),
        ),
        full_mohm=500,
        empty_mohm=2500,
        capacity_mah=1500,
        ages_percent=1,
        cold_percent=60,
    ),
    Chemistry.LI_ION: Cell(
        curve=(
            (100, 4200), (90, 4060), (75, 3930), (50, 3800), (25, 3680), (10, 3500), (5, 3350),
            (0, 3000),
        ),
        full_mohm=50,
        empty_mohm=150,
        capacity_mah=3200,
        ages_percent=4,
        cold_percent=60,
        is_rechargeable=True,
    ),
    Chemistry.ALKALINE: Cell(
        curve=(
            (100, 4740), (90, 4440), (75, 4170), (50, 3840), (25, 3600), (10, 3300), (5, 3060),
            (0, 2400),
        ),
        full_mohm=450,
        empty_mohm=3000,
        capacity_mah=1100,
        ages_percent=3,
        cold_percent=150,
    ),
    Chemistry.LI_SOCL2: Cell(
        curve=((100, 3670), (90, 3660), (20, 3640), (10, 3600), (5, 3400), (2, 2800), (0, 2000)),
        full_mohm=2000,
        empty_mohm=8000,
        capacity_mah=2600,
        ages_percent=1,
        cold_percent=80,
        passivated_mohm=6000,
    ),
}  # fmt: skip
