"""The seven time registers of clock chips, as the chip fills them and as a firmware reads them.

Sources: data sheets DS1307 (Maxim 19-6501), DS3231 (Maxim 19-5170) and PCF8563 (NXP, rev. 11);
``drivers/rtc/rtc-pcf8563.c`` of Linux for the century bit, on whose sense nobody agrees; RTClib of
Adafruit for what a dead bus reads as. All numbers are packed decimal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from watchclock_sim.hardware.profile import HourReading, RtcChip

__all__ = ["DEAD_BUS", "REGISTERS", "RtcFlaw", "RtcReading", "ShownTime", "decode", "encode"]
__all__ += ["shown_by"]

REGISTERS: Final = 7
DEAD_BUS: Final = b"\xff" * REGISTERS
YEAR_2000: Final = 2000
HOURS: Final = 24
SIXTY: Final = 60
NOON: Final = 12
MONTHS: Final = 12
FLAG_BIT: Final = 0x80
"""In the seconds: clock halt of a DS1307, voltage low of a PCF8563. In the month: century."""
TWELVE_HOUR_BIT: Final = 0x40
PM_BIT: Final = 0x20
LARGEST_DIGIT: Final = 9
# Seconds, minutes, hours, day, month and year; what lies outside is not looked at.
MASKS: Final = (0x7F, 0x7F, 0x3F, 0x3F, 0x1F, 0xFF)
HOUR_MASKS: Final = {
    HourReading.RIGHT: 0x3F,
    HourReading.FLAG_MASKED: 0x3F,
    HourReading.UNMASKED: 0xFF,
    HourReading.DIGITS_ONLY: 0x1F,
}


class RtcFlaw(StrEnum):
    """Why seven registers are no time."""

    ALL_ZERO = "all_zero"
    BUS_DEAD = "bus_dead"
    BAD_BCD = "bad_bcd"
    BAD_HOUR = "bad_hour"
    OUT_OF_RANGE = "out_of_range"
    NO_SUCH_DAY = "no_such_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class RtcReading:
    """What seven registers mean.

    Attributes:
        civil: the time, 2000 to 2099; None where they are no time.
        flaw: why not.
        is_flagged: bit 7 of the seconds: clock halt (DS1307) or voltage low (PCF8563).
        is_century: bit 7 of the month (DS3231, PCF8563).
    """

    civil: datetime | None
    flaw: RtcFlaw | None = None
    is_flagged: bool = False
    is_century: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTime:
    """A time as a firmware has it in its hands: six numbers, which need not be a time at all.

    Attributes:
        year: 2000 and the number in the register.
    """

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int

    @classmethod
    def of(cls, civil: datetime) -> "ShownTime":
        """The numbers of a time."""
        return cls(
            year=civil.year,
            month=civil.month,
            day=civil.day,
            hour=civil.hour,
            minute=civil.minute,
            second=civil.second,
        )

    @property
    def civil(self) -> datetime:
        """The time that the C library's ``mktime`` makes of them: what is too much is carried."""
        years, month = divmod(self.month - 1, MONTHS)
        first = datetime(self.year + years, month + 1, 1)  # noqa: DTZ001 - wand time has no zone
        return first + timedelta(
            days=self.day - 1, hours=self.hour, minutes=self.minute, seconds=self.second
        )


def encode(
    chip: RtcChip,
    civil: datetime,
    *,
    is_twelve_hour: bool = False,
    is_flagged: bool = False,
    is_century: bool = False,
) -> bytes:
    """The registers while the chip shows ``civil``, from the seconds register on.

    Args:
        chip: PCF8563 has day and weekday the other way round.
        civil: 2000 to 2099.
        is_twelve_hour: the chip counts hours from 1 to 12 (not PCF8563).
        is_flagged: bit 7 of the seconds, which a DS3231 lacks.
        is_century: bit 7 of the month, which a DS1307 lacks.
    """
    weekday = civil.isoweekday() % 7
    # A PCF8563 counts weekdays from 0; the others from 1 on, by whatever day the firmware likes.
    weekday = weekday if chip is RtcChip.PCF8563 else weekday + 1
    second = _bcd(civil.second)
    second |= FLAG_BIT if is_flagged and chip is not RtcChip.DS3231 else 0
    month = _bcd(civil.month) | (FLAG_BIT if is_century and chip is not RtcChip.DS1307 else 0)
    days = [weekday, _bcd(civil.day)]
    if chip is RtcChip.PCF8563:
        days.reverse()
    hour = _hour(civil.hour, is_twelve_hour=is_twelve_hour and chip is not RtcChip.PCF8563)
    return bytes([second, _bcd(civil.minute), hour, *days, month, _bcd(civil.year - YEAR_2000)])


def decode(chip: RtcChip, registers: bytes) -> RtcReading:
    """What the registers mean to a firmware that reads them right. Years are always 20xx."""
    fields = _fields(chip, registers)
    hour = _true_hour(chip, fields[2])
    packed = [mask & field for mask, field in zip(MASKS, fields, strict=True)]
    packed[2] = packed[2] if hour is None else _bcd(hour)
    second, minute, _, day, month, year = (_binary(number) for number in packed)
    wrongs = {
        RtcFlaw.ALL_ZERO: not any(registers),
        RtcFlaw.BUS_DEAD: registers == DEAD_BUS,
        RtcFlaw.BAD_BCD: any(_has_bad_digit(number) for number in packed),
        RtcFlaw.BAD_HOUR: hour is None,
        RtcFlaw.OUT_OF_RANGE: max(second, minute) >= SIXTY or not 1 <= month <= MONTHS or not day,
    }
    flaw = next((flaw for flaw, is_wrong in wrongs.items() if is_wrong), None)
    civil = None
    if flaw is None:
        try:
            civil = datetime(YEAR_2000 + year, month, day, hour or 0, minute, second)  # noqa: DTZ001
        except ValueError:
            flaw = RtcFlaw.NO_SUCH_DAY
    is_whole = registers != DEAD_BUS
    return RtcReading(
        civil=civil,
        flaw=flaw,
        is_flagged=is_whole and chip is not RtcChip.DS3231 and bool(registers[0] & FLAG_BIT),
        is_century=is_whole and chip is not RtcChip.DS1307 and bool(registers[5] & FLAG_BIT),
    )


def shown_by(chip: RtcChip, registers: bytes, reading: HourReading) -> ShownTime:
    """The numbers that a firmware without any doubt takes from the registers."""
    fields = list(_fields(chip, registers))
    masks: list[int] = list(MASKS)
    masks[2] = HOUR_MASKS[reading]
    if registers == DEAD_BUS:
        # Adafruit's RTClib prints 2165/165/165 165:165:85: it masks the seconds only.
        masks = [MASKS[0], *[0xFF] * (len(MASKS) - 1)]
    second, minute, hour, day, month, year = (
        _binary(field & mask) for field, mask in zip(fields, masks, strict=True)
    )
    return ShownTime(
        year=YEAR_2000 + year, month=month, day=day, hour=hour, minute=minute, second=second
    )


def _fields(chip: RtcChip, registers: bytes) -> tuple[int, ...]:
    """Seconds, minutes, hours, day, month and year as they stand."""
    second, minute, hour, fourth, fifth, month, year = registers
    day = fourth if chip is RtcChip.PCF8563 else fifth
    return second, minute, hour, day, month, year


def _hour(hour: int, *, is_twelve_hour: bool) -> int:
    if not is_twelve_hour:
        return _bcd(hour)
    half = PM_BIT if hour >= NOON else 0
    return TWELVE_HOUR_BIT | half | _bcd((hour - 1) % NOON + 1)


def _true_hour(chip: RtcChip, register: int) -> int | None:
    """The hour 0 to 23, None where the register has none."""
    if chip is RtcChip.PCF8563 or not register & TWELVE_HOUR_BIT:
        hour = _binary(register & MASKS[2])
        return hour if hour < HOURS and not _has_bad_digit(register & MASKS[2]) else None
    hour = _binary(register & HOUR_MASKS[HourReading.DIGITS_ONLY])
    if not 1 <= hour <= NOON:
        return None
    return hour % NOON + (NOON if register & PM_BIT else 0)


def _bcd(number: int) -> int:
    return number // 10 << 4 | number % 10


def _binary(packed: int) -> int:
    """``bcd2bin`` as every driver has it: FF gives 165."""
    return (packed >> 4) * 10 + (packed & 0xF)


def _has_bad_digit(packed: int) -> bool:
    return packed >> 4 > LARGEST_DIGIT or packed & 0xF > LARGEST_DIGIT
