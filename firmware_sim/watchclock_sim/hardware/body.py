"""The inside of a wand as its program meets it: is there power, did it begin again, what happened?

Every use of a wand goes through here first. What a kind of wand makes of it, and what its log
says, is the wand's own matter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from watchclock_protocol.checksums import crc8_maxim
from watchclock_sim.hardware.battery import LOW_MV, Battery
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.contact_head import ContactHead, HeadReading
from watchclock_sim.hardware.health import HardwarePart, chance_of
from watchclock_sim.hardware.power import ResetCause, WakeCause
from watchclock_sim.hardware.profile import HardwareLife, Mishap, MishapKind
from watchclock_sim.hardware.radio_head import RadioHead
from watchclock_sim.hardware.timeline import Timeline
from watchclock_sim.hardware.witness import NotKept

__all__ = ["BROWN_OUT_MV", "Body", "Use"]

BROWN_OUT_MV: Final = 2000
FULL_PERCENT: Final = 100
NORMAL_MV: Final = LOW_MV + 100
RESTARTS: Final = {
    MishapKind.POWER_LOST: ResetCause.BROWN_OUT,
    MishapKind.WATCHDOG: ResetCause.WATCHDOG,
    MishapKind.RESET: ResetCause.UNKNOWN,
    MishapKind.WATER_INSIDE: ResetCause.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a wand meets when it is used.

    Attributes:
        is_awake: whether it does what it is used for; otherwise it is dark or began again.
        reset: why it began again just now; None when it did not.
        is_low: its battery was found to be nearly empty, for the first time.
        is_normal: its battery was found to be good again.
        charges: True when its dock begins to charge it, False when that ends, else None.
    """

    is_awake: bool
    reset: ResetCause | None = None
    is_low: bool = False
    is_normal: bool = False
    charges: bool | None = None


AWAKE: Final = Use(is_awake=True)


class Body:
    """Power, clock and head of one wand, and what happens to it.

    Args:
        life: what becomes of its parts.
        battery: its battery.
        clock: its clock.
        head: what reads its tags.
        usual: what happens to a wand of its kind where nobody says otherwise.
    """

    def __init__(
        self,
        life: HardwareLife,
        battery: Battery,
        clock: WandClock,
        head: ContactHead | RadioHead,
        usual: Iterable[Mishap] = (),
    ) -> None:
        self.battery: Final = battery
        self.clock: Final = clock
        self.head: Final = head
        self.timeline: Final = Timeline(usual if life.mishaps is None else life.mishaps)
        self._supply: Final = life.part(HardwarePart.SUPPLY)
        self._processor: Final = life.part(HardwarePart.PROCESSOR)
        self._backup: Final = life.part(HardwarePart.BACKUP_CELL)
        self._seed: Final = life.seed
        self._is_dark = False
        self._is_low = False
        self._is_charging = False
        self._meets_two_tags = False
        self._touches = 0
        parts = (self._supply, self._processor, battery.life)
        has_power = battery.cell is None and battery.plan.voltage_mv >= BROWN_OUT_MV
        self._never_fails: Final = has_power and all(part.is_sound for part in parts)

    @property
    def is_dark(self) -> bool:
        """Whether it had no power when it was used last."""
        return self._is_dark

    @property
    def why_not_used(self) -> NotKept:
        """Why the last use came to nothing."""
        return NotKept.WAND_DEAD if self._is_dark else NotKept.BEGAN_AGAIN

    def use(self, utc: datetime, cause: WakeCause = WakeCause.TOUCH) -> Use:
        """The wand is used. In its dock the cable feeds it."""
        if self._never_fails:
            return AWAKE
        power = self.battery.power
        if cause is not WakeCause.CABLE and self._is_without_power(utc):
            self._is_dark = True
            if power is not None:
                power.switch_off(utc)
            return Use(is_awake=False)
        reset = self._reset(utc, cause)
        if power is not None:
            power.wake(utc, WakeCause.KEY if self._is_dark else cause)
            if cause is WakeCause.TOUCH:
                power.pulse()
        self._is_dark = False
        if reset is ResetCause.BROWN_OUT:
            self.lose_power(utc)
        was_low, was_charging = self._is_low, self._is_charging
        self._watch_voltage(utc)
        self._watch_charging(utc, cause)
        return Use(
            is_awake=reset is None,
            reset=reset,
            is_low=self._is_low and not was_low,
            is_normal=was_low and not self._is_low,
            charges=None if self._is_charging is was_charging else self._is_charging,
        )

    def lose_power(self, utc: datetime) -> None:
        """The supply was gone: a clock without a good backup cell begins again."""
        if not self._backup.works(utc):
            self.clock.lose_supply(utc)

    def befall(self, mishap: Mishap, utc: datetime) -> ResetCause | None:
        """Something happens to the wand; why that makes it begin again, if it does."""
        match mishap.kind:
            case MishapKind.TWO_TAGS:
                self._meets_two_tags = True
            case MishapKind.METAL_NEARBY if isinstance(self.head, RadioHead):
                self.head.near_metal(utc, mishap.milliseconds)
            case MishapKind.POWER_LOST:
                self.lose_power(utc)
            case _:
                pass
        return RESTARTS.get(mishap.kind)

    def read(self, tag: bytes, utc: datetime) -> HeadReading:
        """The head reads a tag, or two that it meets at once."""
        self._touches += 1
        other = self._other(tag, utc) if self._meets_two_tags else None
        self._meets_two_tags = False
        return self.head.read(tag, utc, other)

    def behind_touch(self) -> Iterator[Mishap]:
        """What happens to the wand behind the touch that was read last."""
        return self.timeline.behind_touch(self._touches)

    def _is_without_power(self, utc: datetime) -> bool:
        return self.battery.voltage_mv(utc) < BROWN_OUT_MV

    def _reset(self, utc: datetime, cause: WakeCause) -> ResetCause | None:
        if self._is_dark:
            return ResetCause.BROWN_OUT
        if cause is WakeCause.CABLE:
            return None
        if not self._supply.works(utc) or self.battery.loaded_mv(utc) < BROWN_OUT_MV:
            return ResetCause.BROWN_OUT
        return None if self._processor.works(utc) else ResetCause.WATCHDOG

    def _watch_voltage(self, utc: datetime) -> None:
        """A cell is watched; one that falls evenly is low when its plan says so."""
        if self.battery.cell is not None:
            limit_mv = NORMAL_MV if self._is_low else LOW_MV
            self._is_low = self.battery.voltage_mv(utc) < limit_mv

    def _watch_charging(self, utc: datetime, cause: WakeCause) -> None:
        """A dock charges a cell that can be charged until it is full."""
        cell = self.battery.cell
        can_charge = cell is not None and cell.is_rechargeable and cause is WakeCause.CABLE
        self._is_charging = can_charge and self.battery.charge_percent(utc) < FULL_PERCENT

    def _other(self, tag: bytes, utc: datetime) -> bytes:
        """Another tag of the same kind, with a right check where it is a button."""
        chance = chance_of(self._seed, "other tag", utc.isoformat())
        other = tag[:1] + chance.randbytes(len(tag) - 1)
        if isinstance(self.head, ContactHead):
            other = other[:-1] + bytes([crc8_maxim(other[:-1])])
        return other
