"""What a fault of a wand is, as a repair shop meets it: class, causes, signs, what it does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.hardware.profile import ClimatePlan, MishapPlan, PartPlan, RtcChip

__all__ = ["BOTH", "CONTACT", "RADIO", "FaultCause", "FaultProfile", "Sign"]

CONTACT: Final = ("VS5000B",)
RADIO: Final = ("VF5000+",)
BOTH: Final = CONTACT + RADIO


class FaultCause(StrEnum):
    """Why a fault happened; only this decides who pays."""

    PRODUCT = "product"
    HUMAN = "human"
    ENVIRONMENT = "environment"
    WEAR = "wear"
    TRAINING = "training"


class Sign(StrEnum):
    """What a downloaded log, the counters or the self-test can show."""

    BATTERY_LOW = "battery_low"
    BROWN_OUTS = "brown_outs"
    WATCHDOG_RESETS = "watchdog_resets"
    UNEXPLAINED_RESETS = "unexplained_resets"
    CLOCK_STOPPED = "clock_stopped"
    CLOCK_AT_EPOCH = "clock_at_epoch"
    ONE_TIME = "one_time"
    """Several records with one time."""
    CLOCK_OFFSET = "clock_offset"
    """The clock is many minutes wrong when it is read, and the same all night."""
    SHORTS = "shorts"
    NO_PRESENCE = "no_presence"
    WEAK_FIELD = "weak_field"
    SHOCK = "shock"
    KEYS_FAIL = "keys_fail"
    LCD_FAILS = "lcd_fails"
    VIBRATOR_FAILS = "vibrator_fails"
    BUZZER_FAILS = "buzzer_fails"
    COLD = "cold"
    MEMORY_FLAWS = "memory_flaws"
    OPENED = "opened"
    FAILED_READINGS = "failed_readings"
    OVERWRITTEN = "overwritten"
    READS_MISSING = "reads_missing"
    """Fewer reads than the walk had, and no fault code that explains it."""
    NO_READS = "no_reads"
    """Not one read in the whole log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultProfile:
    """One fault. Parts without a beginning and mishaps without a moment take the fault's own.

    Attributes:
        row: of the table of symptoms.
        symptom: as it is told.
        fault_class: code of the class it belongs to.
        causes: any of which it may have.
        signs: what shows it.
        without: what must not be seen, because it would mean another fault.
        models: vs wands on which all its signs show.
        parts: that fare badly.
        mishaps: that happen.
        climate: the air inside.
        chip: of the clock, where its own flags are a sign.
        resets_clock: whether the clock falls back to its first day.
        clock_offset_s: by how much the clock was set wrongly before the shift.
        battery: in place of the wand's own.
        faults: of the link, as the command takes them.
        capacity: records it can hold, in place of the wand's own.
        missed_per_mille: reads of a thousand that the guard does not wait for, from the moment on.
        gap_minutes: for so long from the moment on nobody reads anything.
        never_starts: whether the wand is dead from the beginning.
    """

    row: int
    symptom: str
    fault_class: str
    causes: tuple[FaultCause, ...]
    signs: tuple[Sign, ...]
    without: tuple[Sign, ...] = ()
    models: tuple[str, ...] = BOTH
    parts: tuple[PartPlan, ...] = ()
    mishaps: tuple[MishapPlan, ...] = ()
    climate: ClimatePlan | None = None
    chip: RtcChip | None = None
    resets_clock: bool = False
    clock_offset_s: int = 0
    battery: BatteryPlan | None = None
    faults: tuple[str, ...] = ()
    capacity: int | None = None
    missed_per_mille: int = 0
    gap_minutes: int = 0
    never_starts: bool = False
