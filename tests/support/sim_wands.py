"""Makes the set-up of simulated wands inside a test: a clock that shows UTC, a steady battery."""

from dataclasses import replace
from datetime import UTC, datetime

from watchclock_sim.hardware.battery import Battery, BatteryPlan
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.wands.setup import WandSetup

DOCKED_AT = datetime(2026, 11, 21, 20, 30, 15, tzinfo=UTC)


def setup_of(number: str, *, capacity: int = 100, voltage_mv: int = 4000) -> WandSetup:
    """A wand that stands in its dock at ``DOCKED_AT``."""
    return WandSetup(
        number=number,
        clock=WandClock.showing_utc(DOCKED_AT),
        battery=Battery(
            plan=BatteryPlan(voltage_mv=voltage_mv), utc=DOCKED_AT, rests_from=DOCKED_AT
        ),
        capacity=capacity,
    )


def logging_setup(number: str) -> WandSetup:
    """The same for a wand that notes what its host does."""
    return replace(setup_of(number), logs_host_actions=True)
