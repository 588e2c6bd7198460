"""What a scenario says of a wand's parts: plans whose field names are the keys of the TOML file.

A plan names civil times of the night; ``HardwareProfile.life`` turns it into a ``HardwareLife``,
which knows instants and is all that a wand sees.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from watchclock_sim.hardware.health import (
    USUAL_PER_MILLE,
    HardwarePart,
    Health,
    PartFault,
    PartLife,
)

__all__ = ["SOUND", "ClimatePlan", "ClockPlan", "HardwareLife", "HardwareProfile", "HourReading"]
__all__ += ["Mishap", "MishapKind", "MishapPlan", "PartPlan", "PowerPlan", "RtcChip"]

Instant = Callable[[dt.time], dt.datetime]
"""The UTC instant of a civil time of the night."""


class RtcChip(StrEnum):
    """Clock chips whose registers the simulator knows (``rtc_registers.py``)."""

    DS1307 = "ds1307"
    DS3231 = "ds3231"
    PCF8563 = "pcf8563"


class HourReading(StrEnum):
    """How the firmware reads the hour register.

    A chip in 12-hour mode says 8 PM as 68 and 8 AM as 48 (DS1307 and DS3231 data sheets): bit 6
    for the mode, bit 5 for PM.
    """

    RIGHT = "right"
    FLAG_MASKED = "flag_masked"
    """12-hour mode, bit 6 masked: 8 PM reads as 28, 8 AM as 8."""
    UNMASKED = "unmasked"
    """12-hour mode, nothing masked: 8 PM reads as 68, 8 AM as 48."""
    DIGITS_ONLY = "digits_only"
    """12-hour mode, both bits masked: 8 PM reads as 8, hours 13 to 23 never come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPlan:
    """What the wand's clock does during the night.

    Attributes:
        offset_s: seconds by which it is ahead (negative: behind) at the beginning of the shift.
        drift_ppm: microseconds gained in each second.
        stops_at: civil time at the site from which it shows the same for ever.
        resets_at: civil time at the site at which it falls back to 2000-01-01 00:00:00.
        chip: the clock chip, whose flags the firmware then sees; None for none in particular.
        temperature_c: of the crystal, in degrees Celsius, which slows it by the square of the
            distance from 25 unless the chip compensates that; None for 25.
        hour_reading: how the firmware reads the hour.
        restarts_on: the day, 2000 to 2099, it falls back to when it loses its supply.
    """

    offset_s: int = 0
    drift_ppm: int = 0
    stops_at: dt.time | None = None
    resets_at: dt.time | None = None
    chip: RtcChip | None = None
    temperature_c: int | None = None
    hour_reading: HourReading = HourReading.RIGHT
    restarts_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """A part that fares badly.

    Attributes:
        begins: civil time of the night from which it does; None for always.
        ends: civil time until which it does; None for ever.
        per_mille: uses or spells of a thousand that fail, 1 to 1000; None for the usual share of
            that health.
        spell_s: seconds a spell of an intermittent part lasts.
        measured: what the self-test measures then; None for the part's own figure.
    """

    part: HardwarePart
    health: Health
    begins: dt.time | None = None
    ends: dt.time | None = None
    per_mille: int | None = None
    spell_s: int = 60
    measured: int | None = None

    def fault(self, instant: Instant) -> PartFault:
        """The same with instants."""
        return PartFault(
            part=self.part,
            health=self.health,
            from_utc=None if self.begins is None else instant(self.begins),
            until_utc=None if self.ends is None else instant(self.ends),
            per_mille=USUAL_PER_MILLE[self.health] if self.per_mille is None else self.per_mille,
            spell_s=self.spell_s,
            measured=self.measured,
        )


class MishapKind(StrEnum):
    """What can happen to a wand; who lacks the part that would feel it notes nothing."""

    READER_SHORT = "reader_short"
    """Metal joins the contacts of the head for ``milliseconds``."""
    TWO_TAGS = "two_tags"
    """The next touch meets two tags at once."""
    METAL_NEARBY = "metal_nearby"
    """For ``milliseconds`` metal beside the tag weakens the field of a radio head."""
    KNOCK = "knock"
    """A blow of ``strength_mg``."""
    FALL = "fall"
    """``milliseconds`` of free fall, then a blow of ``strength_mg``."""
    LEFT_LYING = "left_lying"
    """No movement for ``milliseconds``."""
    HOUSING_OPENED = "housing_opened"
    """Somebody opens the case."""
    POWER_LOST = "power_lost"
    """The supply fails while a record is written, of which ``octets`` reach the memory."""
    WATCHDOG = "watchdog"
    """The program hangs and the watchdog starts it again."""
    RESET = "reset"
    """The wand starts again and nobody knows why."""
    WATER_INSIDE = "water_inside"
    """Water gets in: the dew point is passed, the head is shorted in bursts, the wand restarts."""
    HEAT = "heat"
    """The inside reaches ``temperature_c``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MishapPlan:
    """Something happens to the wand, at a moment or at every so many touches.

    Attributes:
        at: civil time of the night.
        every_touches: behind each touch whose number, from 1, is a multiple of it.
        milliseconds: how long, by kind.
        strength_mg: how strong a blow, in thousandths of the earth's acceleration.
        octets: how much of the record being written reaches the memory, 0 to 23.
        times: how often it happens, one second apart.
        temperature_c: degrees Celsius.
    """

    kind: MishapKind
    at: dt.time | None = None
    every_touches: int | None = None
    milliseconds: int = 0
    strength_mg: int = 0
    octets: int = 0
    times: int = 1
    temperature_c: int = 0

    def mishap(self, instant: Instant) -> "Mishap":
        """The same with an instant."""
        return Mishap(
            kind=self.kind,
            utc=None if self.at is None else instant(self.at),
            every_touches=self.every_touches,
            milliseconds=self.milliseconds,
            strength_mg=self.strength_mg,
            octets=self.octets,
            times=self.times,
            temperature_c=self.temperature_c,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """A ``MishapPlan`` with the instant it happens at, if it has one."""

    kind: MishapKind
    utc: dt.datetime | None = None
    every_touches: int | None = None
    milliseconds: int = 0
    strength_mg: int = 0
    octets: int = 0
    times: int = 1
    temperature_c: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimatePlan:
    """The air inside the wand.

    Attributes:
        warmest_c: highest temperature it has known, degrees Celsius.
        coldest_c: lowest temperature it has known.
        humidity_percent: relative humidity at 25 degrees when it was closed.
        has_humidity_sensor: somebody has fitted one, whose figures the wand then tells.
    """

    warmest_c: int = 31
    coldest_c: int = -4
    humidity_percent: int = 40
    has_humidity_sensor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPlan:
    """What the wand draws from its battery; a battery without chemistry does not feel it.

    Attributes:
        sleeps_after_s: seconds without use after which it falls asleep.
        asleep_ua: microamperes while asleep.
        awake_ua: microamperes while awake.
        pulse_ma: milliamperes while motor and head run, behind each touch.
        pulse_ms: milliseconds they run.
        charges_ma: milliamperes a dock gives a cell that can be charged.
    """

    sleeps_after_s: int = 10
    asleep_ua: int = 15
    awake_ua: int = 12_000
    pulse_ma: int = 90
    pulse_ms: int = 300
    charges_ma: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareLife:
    """What becomes of the parts of one wand.

    Attributes:
        seed: text from which all chance comes.
        faults: of its parts.
        mishaps: what happens to it; None for what usually happens to a wand of its kind.
        climate: the air inside.
        power: what it draws.
    """

    seed: str = ""
    faults: tuple[PartFault, ...] = ()
    mishaps: tuple[Mishap, ...] | None = None
    climate: ClimatePlan = field(default_factory=ClimatePlan)
    power: PowerPlan = field(default_factory=PowerPlan)

    def part(self, part: HardwarePart) -> PartLife:
        """The life of one part."""
        return PartLife(part, self.faults, self.seed)


SOUND: Final = HardwareLife()
"""Nothing is wrong, and what usually happens to a wand of its kind happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareProfile:
    """All that a scenario says of a wand's inside besides its clock and its battery.

    Attributes:
        parts: those that fare badly.
        mishaps: what happens to the wand; None for what usually happens to one of its kind.
        climate: the air inside.
        power: what it draws.
    """

    parts: tuple[PartPlan, ...] = ()
    mishaps: tuple[MishapPlan, ...] | None = None
    climate: ClimatePlan = field(default_factory=ClimatePlan)
    power: PowerPlan = field(default_factory=PowerPlan)

    def life(self, instant: Instant, seed: str) -> HardwareLife:
        """The same with instants.

        Args:
            instant: gives the instant of a civil time of the night.
            seed: text that no other wand shares.
        """
        mishaps = self.mishaps
        return HardwareLife(
            seed=seed,
            faults=tuple(plan.fault(instant) for plan in self.parts),
            mishaps=None if mishaps is None else tuple(each.mishap(instant) for each in mishaps),
            climate=self.climate,
            power=self.power,
        )
