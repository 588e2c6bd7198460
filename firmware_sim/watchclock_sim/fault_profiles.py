"""Faults of wands by name, as they come to a repair shop: symptom, class, causes, signs.

The rows are the symptoms of docs/simulator.md, "Fault profiles". A profile is only data: faults
of parts, mishaps, a clock or battery that fails, faults of the link, reads that do not happen.
What it promises in ``signs`` a test finds in the downloaded log or counters of the real firmware.
"""

from collections.abc import Mapping
from typing import Final

from watchclock_sim.fault_profile import CONTACT, RADIO, FaultCause, FaultProfile, Sign
from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.hardware.health import HardwarePart, Health
from watchclock_sim.hardware.profile import (
    ClimatePlan,
    MishapKind,
    MishapPlan,
    PartPlan,
    RtcChip,
)

__all__ = ["FAULT_PROFILES"]


FLAT: Final = BatteryPlan(voltage_mv=3000, falls_mv_per_hour=120)
HARD_MG: Final = 300_000
"""A blow that no wand is made for, in thousandths of the earth's acceleration."""


def _dead(part: HardwarePart, measured: int | None = None) -> PartPlan:
    return PartPlan(part=part, health=Health.DEAD, measured=measured)


_BLOW: Final = MishapPlan(kind=MishapKind.KNOCK, strength_mg=HARD_MG)
_POWER_LOST: Final = MishapPlan(kind=MishapKind.POWER_LOST, octets=12)
_STOPPED: Final = (Sign.CLOCK_STOPPED, Sign.ONE_TIME)

FAULT_PROFILES: Final[Mapping[str, FaultProfile]] = {
    "case_cracked": FaultProfile(
        row=1,
        symptom="cracked, dented or bent",
        fault_class="F-CASE",
        causes=(FaultCause.HUMAN,),
        signs=(Sign.SHOCK,),
        without=(Sign.OPENED,),
        models=RADIO,
        mishaps=(MishapPlan(kind=MishapKind.FALL, milliseconds=600, strength_mg=HARD_MG),),
    ),
    "crystal_joint": FaultProfile(
        row=2,
        symptom="the clock stands still, records with one time",
        fault_class="F-XTAL",
        causes=(FaultCause.PRODUCT,),
        signs=_STOPPED,
        without=(Sign.BROWN_OUTS, Sign.BATTERY_LOW, Sign.SHOCK),
        parts=(_dead(HardwarePart.RTC_OSCILLATOR),),
        chip=RtcChip.DS3231,
    ),
    "crystal_knocked": FaultProfile(
        row=2,
        symptom="the clock stands still after a blow",
        fault_class="F-XTAL",
        causes=(FaultCause.HUMAN,),
        signs=(*_STOPPED, Sign.SHOCK),
        without=(Sign.BROWN_OUTS, Sign.BATTERY_LOW),
        models=RADIO,
        parts=(_dead(HardwarePart.RTC_OSCILLATOR),),
        chip=RtcChip.DS3231,
        mishaps=(_BLOW,),
    ),
    "battery_neglected": FaultProfile(
        row=3,
        symptom="the clock is back at its first day, the battery is flat",
        fault_class="F-PWR-RTC",
        causes=(FaultCause.WEAR,),
        signs=(Sign.CLOCK_AT_EPOCH, Sign.BROWN_OUTS, Sign.BATTERY_LOW),
        mishaps=(_POWER_LOST,),
        resets_clock=True,
        battery=FLAT,
    ),
    "supply_contact": FaultProfile(
        row=3,
        symptom="the clock is back at its first day, the battery is good",
        fault_class="F-PWR-RTC",
        causes=(FaultCause.PRODUCT,),
        signs=(Sign.CLOCK_AT_EPOCH, Sign.BROWN_OUTS),
        without=(Sign.BATTERY_LOW, Sign.SHOCK),
        mishaps=(_POWER_LOST,),
        resets_clock=True,
    ),
    "water_inside": FaultProfile(
        row=4,
        symptom="mist under the glass, odd behaviour",
        fault_class="F-WATER",
        causes=(FaultCause.PRODUCT, FaultCause.HUMAN, FaultCause.ENVIRONMENT),
        signs=(Sign.UNEXPLAINED_RESETS, Sign.SHORTS),
        without=(Sign.OPENED,),
        models=CONTACT,
        mishaps=(MishapPlan(kind=MishapKind.WATER_INSIDE, times=40),),
        climate=ClimatePlan(humidity_percent=95),
    ),
    "lcd_broken": FaultProfile(
        row=5,
        symptom="the display is dark after a blow",
        fault_class="F-LCD",
        causes=(FaultCause.HUMAN,),
        signs=(Sign.LCD_FAILS, Sign.SHOCK),
        models=RADIO,
        parts=(_dead(HardwarePart.LCD, 0),),
        mishaps=(_BLOW,),
    ),
    "lcd_silent": FaultProfile(
        row=5,
        symptom="the display is dark",
        fault_class="F-LCD",
        causes=(FaultCause.PRODUCT,),
        signs=(Sign.LCD_FAILS,),
        without=(Sign.SHOCK, Sign.COLD),
        parts=(_dead(HardwarePart.LCD, 0),),
    ),
    "lcd_cold": FaultProfile(
        row=5,
        symptom="the display is slow in the cold and recovers",
        fault_class="F-LCD",
        causes=(FaultCause.ENVIRONMENT,),
        signs=(Sign.COLD,),
        without=(Sign.SHOCK, Sign.LCD_FAILS),
        models=RADIO,
        climate=ClimatePlan(coldest_c=-31),
    ),
    "keys_stuck": FaultProfile(
        row=6,
        symptom="keys do not work",
        fault_class="F-KEY",
        causes=(FaultCause.PRODUCT, FaultCause.WEAR),
        signs=(Sign.KEYS_FAIL,),
        without=(Sign.UNEXPLAINED_RESETS,),
        parts=(_dead(HardwarePart.KEYS, 0b10),),
    ),
    "head_short": FaultProfile(
        row=8,
        symptom="reads nothing, the head is shorted",
        fault_class="F-HEAD",
        causes=(FaultCause.ENVIRONMENT, FaultCause.PRODUCT),
        signs=(Sign.SHORTS, Sign.READS_MISSING),
        models=CONTACT,
        parts=(_dead(HardwarePart.HEAD, 0),),
        mishaps=(MishapPlan(kind=MishapKind.READER_SHORT, milliseconds=600_000, times=20),),
    ),
    "head_open": FaultProfile(
        row=8,
        symptom="reads nothing, the head has no short",
        fault_class="F-HEAD",
        causes=(FaultCause.PRODUCT, FaultCause.HUMAN),
        signs=(Sign.NO_PRESENCE, Sign.READS_MISSING),
        without=(Sign.SHORTS,),
        models=CONTACT,
        parts=(_dead(HardwarePart.HEAD, 0),),
    ),
    "head_leak": FaultProfile(
        row=9,
        symptom="the battery dies soon, the head is shorted for hours",
        fault_class="F-HEAD-LEAK",
        causes=(FaultCause.ENVIRONMENT, FaultCause.PRODUCT),
        signs=(Sign.SHORTS, Sign.BATTERY_LOW),
        models=CONTACT,
        mishaps=(MishapPlan(kind=MishapKind.READER_SHORT, milliseconds=7_200_000),),
        battery=FLAT,
    ),
    "head_weak": FaultProfile(
        row=10,
        symptom="a radio head reads badly everywhere",
        fault_class="F-RF",
        causes=(FaultCause.PRODUCT, FaultCause.ENVIRONMENT),
        signs=(Sign.WEAK_FIELD,),
        without=(Sign.SHOCK,),
        models=RADIO,
        parts=(PartPlan(part=HardwarePart.HEAD, health=Health.FAILING, per_mille=600),),
    ),
    "battery_worn": FaultProfile(
        row=11,
        symptom="the battery dies soon",
        fault_class="F-BATT",
        causes=(FaultCause.WEAR,),
        signs=(Sign.BATTERY_LOW,),
        without=(Sign.SHORTS, Sign.BROWN_OUTS),
        battery=BatteryPlan(voltage_mv=3600, falls_mv_per_hour=130),
    ),
    "resets": FaultProfile(
        row=12,
        symptom="restarts and hangs",
        fault_class="F-RESET",
        causes=(FaultCause.PRODUCT,),
        signs=(Sign.WATCHDOG_RESETS,),
        without=(Sign.BROWN_OUTS, Sign.BATTERY_LOW),
        mishaps=(MishapPlan(kind=MishapKind.WATCHDOG, times=12),),
    ),
    "memory_damaged": FaultProfile(
        row=13,
        symptom="records are damaged",
        fault_class="F-MEM",
        causes=(FaultCause.PRODUCT,),
        signs=(Sign.MEMORY_FLAWS,),
        without=(Sign.CLOCK_AT_EPOCH, Sign.OVERWRITTEN),
        parts=(PartPlan(part=HardwarePart.MEMORY, health=Health.FAILING, per_mille=600),),
    ),
    "not_downloaded": FaultProfile(
        row=13,
        symptom="records are lost because the memory was full",
        fault_class="F-MEM",
        causes=(FaultCause.TRAINING,),
        signs=(Sign.OVERWRITTEN,),
        without=(Sign.MEMORY_FLAWS,),
        capacity=1,
    ),
    "dock_contacts": FaultProfile(
        row=14,
        symptom="cannot be downloaded at once, at any dock",
        fault_class="F-DOCK",
        causes=(FaultCause.PRODUCT, FaultCause.WEAR),
        signs=(Sign.FAILED_READINGS,),
        faults=("lose_bytes:per_million=300", "unplug:byte=700,for_ms=300"),
    ),
    "vibrator_open": FaultProfile(
        row=15,
        symptom="does not vibrate",
        fault_class="F-ALERT",
        causes=(FaultCause.PRODUCT, FaultCause.HUMAN),
        signs=(Sign.VIBRATOR_FAILS,),
        without=(Sign.SHOCK,),
        parts=(_dead(HardwarePart.VIBRATOR, 0),),
    ),
    "buzzer_open": FaultProfile(
        row=15,
        symptom="makes no sound",
        fault_class="F-ALERT",
        causes=(FaultCause.PRODUCT, FaultCause.HUMAN),
        signs=(Sign.BUZZER_FAILS,),
        without=(Sign.SHOCK,),
        parts=(_dead(HardwarePart.BUZZER, 0),),
    ),
    "opened": FaultProfile(
        row=16,
        symptom="was opened by somebody",
        fault_class="F-TAMPER",
        causes=(FaultCause.HUMAN,),
        signs=(Sign.OPENED,),
        mishaps=(MishapPlan(kind=MishapKind.HOUSING_OPENED),),
    ),
    "site_clock_wrong": FaultProfile(
        row=17,
        symptom="all times of a site are wrong by the same amount",
        fault_class="F-SITE-CLOCK",
        causes=(FaultCause.HUMAN,),
        signs=(Sign.CLOCK_OFFSET,),
        without=(Sign.CLOCK_STOPPED, Sign.CLOCK_AT_EPOCH),
        clock_offset_s=3600,
    ),
    "nothing_found": FaultProfile(
        row=18,
        symptom="the wand did not work for some hours, it is said",
        fault_class="F-NFF",
        causes=(FaultCause.HUMAN,),
        signs=(Sign.READS_MISSING,),
        without=(Sign.CLOCK_STOPPED, Sign.NO_PRESENCE, Sign.BROWN_OUTS, Sign.UNEXPLAINED_RESETS),
        gap_minutes=150,
    ),
    "user_untrained": FaultProfile(
        row=19,
        symptom="does not read, in the hands of a guard who takes it away too soon",
        fault_class="F-EDU",
        causes=(FaultCause.TRAINING,),
        signs=(Sign.READS_MISSING,),
        without=(Sign.CLOCK_STOPPED, Sign.NO_PRESENCE, Sign.BROWN_OUTS, Sign.UNEXPLAINED_RESETS),
        missed_per_mille=500,
    ),
    "dead_on_arrival": FaultProfile(
        row=20,
        symptom="never worked",
        fault_class="F-DOA",
        causes=(FaultCause.PRODUCT,),
        signs=(Sign.NO_READS,),
        without=(Sign.SHOCK, Sign.OPENED),
        never_starts=True,
    ),
    "repeat_after_repair": FaultProfile(
        row=21,
        symptom="the same fault again after it was repaired",
        fault_class="F-REPAIR",
        causes=(FaultCause.HUMAN,),
        signs=(*_STOPPED, Sign.OPENED),
        without=(Sign.SHOCK, Sign.BROWN_OUTS),
        parts=(_dead(HardwarePart.RTC_OSCILLATOR),),
        chip=RtcChip.DS3231,
        mishaps=(MishapPlan(kind=MishapKind.HOUSING_OPENED),),
    ),
    "electric_shock": FaultProfile(
        row=22,
        symptom="clock and memory damaged at one instant",
        fault_class="F-ESD",
        causes=(FaultCause.HUMAN, FaultCause.ENVIRONMENT),
        signs=(Sign.CLOCK_AT_EPOCH, Sign.MEMORY_FLAWS),
        without=(Sign.BATTERY_LOW,),
        mishaps=(_POWER_LOST,),
        resets_clock=True,
        parts=(PartPlan(part=HardwarePart.MEMORY, health=Health.FAILING, per_mille=600),),
    ),
}
"""Row 7, a tag that no wand can read, is no wand's fault: a checkpoint's ``unreadable_from``."""
