"""Power states of a wand and what each draws from its battery."""

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from watchclock_sim.hardware.profile import PowerPlan

__all__ = ["Power", "PowerState", "ResetCause", "WakeCause"]

SECOND: Final = timedelta(seconds=1)
HOUR: Final = timedelta(hours=1)
UA_A_MA: Final = 1000
MS_AN_HOUR: Final = 3_600_000


class PowerState(StrEnum):
    """What a wand is doing."""

    OFF = "off"
    ASLEEP = "asleep"
    AWAKE = "awake"
    DOCKED = "docked"


class WakeCause(StrEnum):
    """What wakes a wand."""

    TOUCH = "touch"
    KEY = "key"
    CABLE = "cable"
    ALARM = "alarm"


class ResetCause(IntEnum):
    """Why a wand began again, numbered as a vs wand logs it (docs/protocols/vs.md, power_on)."""

    KEY_OR_DOCK = 1
    BROWN_OUT = 2
    WATCHDOG = 3
    UNKNOWN = 4


class Power:
    """Counts what a wand draws: asleep, awake until it has not been used for a while, docked.

    In its dock a wand lives from the cable and draws nothing; any other use means that it left.

    Args:
        plan: currents and times.
        utc: since when it is counted; it is asleep then.
        spare_uah: microampere-hours that a cell which its dock charges lacks then; None for one
            that cannot be charged.
    """

    def __init__(self, plan: PowerPlan, utc: datetime, spare_uah: float | None = None) -> None:
        self._plan: Final = plan
        self._spare_uah: Final = spare_uah
        self._counted_until = utc
        self._awake_until = utc
        self._drawn_uah = 0.0
        self._is_off = False
        self._is_docked = False

    def state(self, utc: datetime) -> PowerState:
        """What the wand is doing at that instant."""
        if self._is_docked:
            return PowerState.DOCKED
        if self._is_off:
            return PowerState.OFF
        return PowerState.AWAKE if utc < self._awake_until else PowerState.ASLEEP

    def wake(self, utc: datetime, cause: WakeCause) -> PowerState:
        """It is used; the state it was in. Only a key or the cable wakes one that is off."""
        before = self.state(utc)
        if before is PowerState.OFF and cause not in (WakeCause.KEY, WakeCause.CABLE):
            return before
        self._count(utc)
        self._is_off = False
        self._is_docked = cause is WakeCause.CABLE
        self._awake_until = max(self._awake_until, utc + self._plan.sleeps_after_s * SECOND)
        return before

    def pulse(self) -> None:
        """Motor and head run once."""
        self._drawn_uah += self._plan.pulse_ma * UA_A_MA * self._plan.pulse_ms / MS_AN_HOUR

    def switch_off(self, utc: datetime) -> None:
        """Nothing is drawn until a key or the cable wakes it."""
        self._count(utc)
        self._is_off = True

    def drawn_uah(self, utc: datetime) -> float:
        """Microampere-hours drawn until that instant; negative when more was charged."""
        return self._drawn_uah + self._since(utc)

    def _count(self, utc: datetime) -> None:
        self._drawn_uah += self._since(utc)
        self._counted_until = max(self._counted_until, utc)

    def _since(self, utc: datetime) -> float:
        """What was drawn since it was counted last."""
        if utc <= self._counted_until:
            return 0.0
        if self._is_docked:
            return self._charged(utc - self._counted_until)
        if self._is_off:
            return 0.0
        awake_until = min(utc, max(self._counted_until, self._awake_until))
        awake = awake_until - self._counted_until
        asleep = utc - awake_until
        return (awake * self._plan.awake_ua + asleep * self._plan.asleep_ua) / HOUR

    def _charged(self, time: timedelta) -> float:
        """What the dock gave in that time, as something negative; never more than it lacked."""
        if self._spare_uah is None:
            return 0.0
        lacks = self._spare_uah + self._drawn_uah
        return -min(lacks, self._plan.charges_ma * UA_A_MA * (time / HOUR))
