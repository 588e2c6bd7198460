"""The wand's real-time clock: civil, without zone or summer time, and not always right."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from watchclock_sim.hardware.health import HardwarePart, Health, PartLife
from watchclock_sim.hardware.profile import ClockPlan, HourReading, RtcChip
from watchclock_sim.hardware.rtc_registers import (
    DEAD_BUS,
    REGISTERS,
    ShownTime,
    decode,
    encode,
    shown_by,
)

__all__ = ["EPOCH", "WandClock", "crystal_ppb"]

# What a clock shows after its supply was lost, as most of the chips do (DS1307 data sheet).
EPOCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - wand time is civil and has no zone
CENTURY: Final = timedelta(days=36_525)
BILLION: Final = 1_000_000_000
PPB_A_PPM: Final = 1000
MICROSECOND: Final = timedelta(microseconds=1)
NO_TIME: Final = timedelta()
TURNOVER_C: Final = 25
CURVE_PPB: Final = -34
STATUS_STOPPED: Final = 0x80
STATUS_32_KHZ: Final = 0x08
BITS: Final = 8
SOUND_OSCILLATOR: Final = PartLife(HardwarePart.RTC_OSCILLATOR)
SOUND_BUS: Final = PartLife(HardwarePart.RTC_BUS)


def crystal_ppb(temperature_c: int) -> int:
    """By how many thousandths of a ppm a tuning-fork crystal gains at that temperature.

    -0.034 ppm for each degree squared around 25 degrees (data sheets of CTS and ACT crystals).
    """
    return CURVE_PPB * (temperature_c - TURNOVER_C) ** 2


class WandClock:
    """A clock that counts on from the civil time it was last set to.

    Args:
        civil: the time it was meant to show at ``utc``.
        utc: the true instant of that.
        plan: how far off and how wrong it is; its ``stops_at`` and ``resets_at``, which are civil
            times, are passed as instants instead.
        stops_at: the true instant from which its oscillator stands still.
        resets_at: the true instant at which it falls back to its first day.
        oscillator: while it does not work the clock stands still.
        bus: while it does not work what the firmware reads is spoilt.
        offset_s: seconds by which it is ahead of ``civil``, where there is no plan.
        drift_ppm: microseconds it gains in each second, where there is no plan.
    """

    def __init__(  # noqa: PLR0913 - a clock has this many ways to be wrong
        self,
        *,
        civil: datetime,
        utc: datetime,
        plan: ClockPlan | None = None,
        offset_s: int = 0,
        drift_ppm: int = 0,
        stops_at: datetime | None = None,
        resets_at: datetime | None = None,
        oscillator: PartLife = SOUND_OSCILLATOR,
        bus: PartLife = SOUND_BUS,
    ) -> None:
        plan = plan or ClockPlan(offset_s=offset_s, drift_ppm=drift_ppm)
        self._plan: Final = plan
        self._civil = civil + timedelta(seconds=plan.offset_s)
        self._utc = utc
        warmth_c = TURNOVER_C
        # A DS3231 has its crystal inside and compensates it to 3.5 ppm at worst (its data sheet).
        if plan.temperature_c is not None and plan.chip is not RtcChip.DS3231:
            warmth_c = plan.temperature_c
        self._gain_ppb: Final = plan.drift_ppm * PPB_A_PPM + crystal_ppb(warmth_c)
        self._stops_at = stops_at
        self._resets_at = resets_at
        self._oscillator: Final = oscillator
        self._bus: Final = bus
        self._lost_supply = False
        self._is_read_right: Final = bus.is_sound and plan.hour_reading is HourReading.RIGHT

    @classmethod
    def showing_utc(cls, utc: datetime) -> "WandClock":
        """A faultless clock that shows UTC."""
        return cls(civil=utc.astimezone(UTC).replace(tzinfo=None), utc=utc)

    def stands(self, utc: datetime) -> bool:
        """Whether its oscillator stands still at that instant because it stopped for good."""
        return self._stops_at is not None and utc >= self._stops_at

    @property
    def gain_ppb(self) -> int:
        """Thousandths of a ppm by which it gains while its oscillator works."""
        return self._gain_ppb

    def reading(self, utc: datetime) -> datetime:
        """What the firmware takes it to show, 2000 to 2099, in whole seconds, without zone."""
        return self.exact(utc).replace(microsecond=0)

    def exact(self, utc: datetime) -> datetime:
        """The same with the part of a second that most wands do not tell."""
        counted = self._shown_by_chip(utc)
        if self._is_read_right:
            return counted
        read = self.shown(utc).civil + timedelta(microseconds=counted.microsecond)
        return EPOCH + (read - EPOCH) % CENTURY

    def shown(self, utc: datetime) -> ShownTime:
        """The numbers the firmware reads, which are no time where something is wrong."""
        if self._is_read_right:
            return ShownTime.of(self._shown_by_chip(utc))
        chip = self._plan.chip or RtcChip.DS1307
        return shown_by(chip, self.registers(utc), self._plan.hour_reading)

    def registers(self, utc: datetime) -> bytes:
        """Seven registers as they come over the bus, of a DS1307 where no chip is named."""
        health = self._bus.health(utc)
        if health is Health.DEAD:
            return DEAD_BUS
        chip = self._plan.chip or RtcChip.DS1307
        passed = self._since_epoch(utc) // CENTURY
        image = encode(
            chip,
            self._shown_by_chip(utc),
            is_twelve_hour=self._plan.hour_reading is not HourReading.RIGHT,
            is_flagged=chip is RtcChip.PCF8563 and self._has_lost_supply(utc),
            is_century=bool(passed % 2),
        )
        if self._bus.works(utc):
            return image
        return _with_wrong_bit(image, self._bus.chance("bit", utc.isoformat()))

    def is_time(self, utc: datetime) -> bool:
        """Whether what the firmware reads is a time at all."""
        if self._bus.is_sound:
            return True
        chip = self._plan.chip or RtcChip.DS1307
        return decode(chip, self.registers(utc)).civil is not None

    def status(self, utc: datetime) -> int:
        """Register 0F of a DS3231: bit 7 tells that the oscillator stopped since it was set."""
        return STATUS_32_KHZ | (STATUS_STOPPED if self.has_stopped(utc) else 0)

    def has_stopped(self, utc: datetime) -> bool:
        """Whether the chip remembers that the time may be wrong.

        A DS3231 remembers a stop for any reason, a PCF8563 a supply that was too low, a DS1307
        that was started again nothing.
        """
        match self._plan.chip:
            case RtcChip.DS3231:
                return self._has_lost_supply(utc) or self._stood(self._utc, utc) > NO_TIME
            case RtcChip.PCF8563:
                return self._has_lost_supply(utc)
            case _:
                return False

    def set_to(self, civil: datetime, utc: datetime) -> None:
        """The host sets the clock. A stopped oscillator stays stopped at the new time."""
        if self._bus.health(utc) is Health.DEAD:
            return
        self._civil = civil
        self._utc = utc
        self._lost_supply = False

    def lose_supply(self, utc: datetime) -> None:
        """Nothing feeds the clock any more: it begins again at its first day."""
        self._civil = self._first_day()
        self._utc = utc
        self._lost_supply = True

    def _shown_by_chip(self, utc: datetime) -> datetime:
        return EPOCH + self._since_epoch(utc) % CENTURY

    def _since_epoch(self, utc: datetime) -> timedelta:
        civil, since = self._civil, self._utc
        if self._resets_at is not None and self._has_reset(utc):
            civil, since = self._first_day(), self._resets_at
        return civil + self._counted(since, utc) - EPOCH

    def _has_reset(self, utc: datetime) -> bool:
        return self._resets_at is not None and self._utc < self._resets_at <= utc

    def _has_lost_supply(self, utc: datetime) -> bool:
        return self._lost_supply or self._has_reset(utc)

    def _first_day(self) -> datetime:
        day: date | None = self._plan.restarts_on
        return EPOCH if day is None else datetime(day.year, day.month, day.day)  # noqa: DTZ001

    def _counted(self, since: datetime, utc: datetime) -> timedelta:
        elapsed_us = (utc - since - self._stood(since, utc)) // MICROSECOND
        return timedelta(microseconds=elapsed_us + elapsed_us * self._gain_ppb // BILLION)

    def _stood(self, since: datetime, utc: datetime) -> timedelta:
        """For how much of that time the oscillator stood still."""
        until = utc
        if self._stops_at is not None and utc > self._stops_at:
            until = max(since, self._stops_at)
        stood = utc - until
        if not self._oscillator.is_sound and until > since:
            stood += self._oscillator.lost(since, until)
        return stood


def _with_wrong_bit(image: bytes, chance: Random) -> bytes:
    """One bit of the image inverted, as noise on the bus does."""
    place, bit = chance.randrange(REGISTERS), chance.randrange(BITS)
    spoilt = bytearray(image)
    spoilt[place] ^= 1 << bit
    return bytes(spoilt)
