"""The parts of a simulated vs wand: what its self-test and its evidence say of each."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.vs.evidence import EvidenceCode, Outcome, Part, PartResult
from watchclock_sim.hardware.alerts import BUZZER_MA, VIBRATOR_MA, Alert
from watchclock_sim.hardware.body import Body
from watchclock_sim.hardware.contact_head import ContactHead
from watchclock_sim.hardware.display import Display
from watchclock_sim.hardware.health import HardwarePart
from watchclock_sim.hardware.humidity import Humidity
from watchclock_sim.hardware.keys import Keys
from watchclock_sim.hardware.profile import HardwareLife
from watchclock_sim.hardware.shock_sensor import ImpactSensor
from watchclock_sim.wands.vs_memory import VsMemory

__all__ = ["VsParts"]

BUZZER: Final = 1
VIBRATOR: Final = 2
ANSWER_KEY: Final = 1
LEAST_PULSES: Final = 90
LEAST_FIELD_MV: Final = 1500
LEAST_LOADED_MV: Final = 2300
LEAST_SEGMENTS_UA: Final = 200
MIDDLE_PPM: Final = 1_000_000
PPB_A_STEP: Final = 10
MOST_STEPS: Final = 10_000
"""A deviation of 100 ppm."""
TESTED: Final = {
    Part.CASE_SENSOR: HardwarePart.CASE_SENSOR,
    Part.KEYS: HardwarePart.KEYS,
    Part.LCD: HardwarePart.LCD,
    Part.VIBRATOR: HardwarePart.VIBRATOR,
    Part.BUZZER: HardwarePart.BUZZER,
    Part.HEAD: HardwarePart.HEAD,
    Part.RTC_OSCILLATOR: HardwarePart.RTC_OSCILLATOR,
    Part.MEMORY: HardwarePart.MEMORY,
}
"""The battery tests itself under load, and has a life of its own."""


class VsParts:
    """Every part that tests itself, and those that only feel.

    Args:
        life: what becomes of them.
        body: power, clock and head.
        memory: where records go.
    """

    def __init__(self, life: HardwareLife, body: Body, memory: VsMemory) -> None:
        self.body: Final = body
        self._life: Final = life
        self.shock: Final = ImpactSensor(life.part(HardwarePart.SHOCK_SENSOR))
        self.humidity: Final = Humidity(life.climate, life.part(HardwarePart.HUMIDITY_SENSOR))
        self.keys: Final = Keys(life.part(HardwarePart.KEYS))
        self.display: Final = Display(life.part(HardwarePart.LCD))
        self.vibrator: Final = Alert(life.part(HardwarePart.VIBRATOR), VIBRATOR_MA)
        self.buzzer: Final = Alert(life.part(HardwarePart.BUZZER), BUZZER_MA)
        self.case_sensor: Final = life.part(HardwarePart.CASE_SENSOR)
        self.thermometer: Final = life.part(HardwarePart.THERMOMETER)
        self._oscillator: Final = life.part(HardwarePart.RTC_OSCILLATOR)
        self._memory_life: Final = life.part(HardwarePart.MEMORY)
        self._memory: Final = memory

    def reaches_guard(self, sounds: int, utc: datetime) -> bool:
        """Whether an alarm reaches a guard who can answer it by a key.

        Args:
            sounds: bit 0 the buzzer, bit 1 the motor; none of both shows on the display.
            utc: when.
        """
        alerts = [self.buzzer] * (sounds & BUZZER) + [self.vibrator] * bool(sounds & VIBRATOR)
        is_noticed = not alerts or any(alert.is_felt(utc) for alert in alerts)
        return is_noticed and self.keys.presses(ANSWER_KEY, utc) > 0

    def self_test(self, part: Part, utc: datetime) -> PartResult:
        """What the test of one part finds."""
        outcome, measured = self._found(part, utc)
        said = self._said(part, utc)
        return PartResult(part=part, outcome=outcome, measured=measured if said is None else said)

    def evidence(self, utc: datetime) -> Iterator[tuple[EvidenceCode, tuple[int, int]]]:
        """Value and detail of what the parts tell of themselves."""
        stuck, bouncing = self.keys.stuck(utc), self.keys.bouncing(utc)
        yield EvidenceCode.KEYT, (stuck, bouncing)
        segments_ua = self.display.segments_ua(utc)
        yield EvidenceCode.LCDT, (int(self.display.answers(utc)), segments_ua)
        yield EvidenceCode.VIBT, (self.vibrator.current_ma(utc), self.vibrator.sound_ma)
        yield EvidenceCode.BEEPT, (self.buzzer.current_ma(utc), self.buzzer.sound_ma)
        yield EvidenceCode.SHOCK, (self.shock.felt, self.shock.strongest_mg)
        yield EvidenceCode.HUM, (self.humidity.highest_percent, self.humidity.crossings)
        yield EvidenceCode.FLASH, (self._memory.flaws, self._memory.flash.worn_out)

    def _said(self, part: Part, utc: datetime) -> int | None:
        """What a scenario has the test measure."""
        is_battery = part is Part.BATTERY_UNDER_LOAD
        life = self.body.battery.life if is_battery else self._life.part(TESTED[part])
        return life.measured(utc)

    def _found(self, part: Part, utc: datetime) -> tuple[Outcome, int]:
        match part:
            case Part.CASE_SENSOR:
                is_good = self.case_sensor.works(utc)
                return _passed(int(not is_good), is_good=is_good)
            case Part.KEYS:
                stuck = self.keys.stuck(utc)
                return _passed(stuck, is_good=not stuck and not self.keys.bouncing(utc))
            case Part.VIBRATOR:
                current_ma = self.vibrator.current_ma(utc)
                return _passed(current_ma, is_good=self.vibrator.is_felt(utc))
            case Part.LCD | Part.BUZZER:
                return self._for_a_person(part, utc)
            case _:
                return self._measured(part, utc)

    def _for_a_person(self, part: Part, utc: datetime) -> tuple[Outcome, int]:
        """A part that only a person can tell to be good."""
        if part is Part.LCD:
            measured = self.display.segments_ua(utc)
            is_good = self.display.answers(utc) and measured >= LEAST_SEGMENTS_UA
        else:
            measured, is_good = self.buzzer.current_ma(utc), self.buzzer.is_felt(utc)
        return Outcome.NEEDS_A_PERSON if is_good else Outcome.FAILED, measured

    def _measured(self, part: Part, utc: datetime) -> tuple[Outcome, int]:
        match part:
            case Part.HEAD:
                return self._head(utc)
            case Part.RTC_OSCILLATOR:
                return self._timed(utc)
            case Part.MEMORY:
                worn_out = self._memory.flash.worn_out
                is_good = not worn_out and self._memory_life.works(utc, "test")
                return _passed(self._memory.flaws + worn_out, is_good=is_good)
            case _:
                loaded_mv = self.body.battery.loaded_mv(utc)
                return _passed(loaded_mv, is_good=loaded_mv >= LEAST_LOADED_MV)

    def _head(self, utc: datetime) -> tuple[Outcome, int]:
        head = self.body.head
        if isinstance(head, ContactHead):
            pulses = head.pulses(utc)
            return _passed(pulses, is_good=pulses >= LEAST_PULSES)
        field_mv = head.field_mv(utc)
        return _passed(field_mv, is_good=field_mv >= LEAST_FIELD_MV)

    def _timed(self, utc: datetime) -> tuple[Outcome, int]:
        """The oscillator against the processor's clock; one that stands measures nothing."""
        if not self._oscillator.works(utc) or self.body.clock.stands(utc):
            return _passed(0, is_good=False)
        steps = self.body.clock.gain_ppb // PPB_A_STEP
        return _passed(max(0, MIDDLE_PPM + steps), is_good=abs(steps) <= MOST_STEPS)


def _passed(measured: int, *, is_good: bool) -> tuple[Outcome, int]:
    return Outcome.PASSED if is_good else Outcome.FAILED, measured
