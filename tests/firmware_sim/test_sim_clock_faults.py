"""Clock faults leave the patterns that are known from logs (tests/golden/clocks)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.hardware.clock import EPOCH, WandClock, crystal_ppb
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault, PartLife
from watchclock_sim.hardware.profile import ClockPlan, HourReading, RtcChip
from watchclock_sim.hardware.rtc_registers import decode

VECTORS = json.loads(
    (Path(__file__).parents[1] / "golden/clocks/rtc_registers.json").read_text("utf-8")
)
PATTERNS = {row["id"]: row["times"] for row in VECTORS["log_patterns"]}
CIVIL = datetime(2024, 3, 5, 8, 0)  # noqa: DTZ001
SET_AT = datetime(2024, 3, 5, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def life_of(
    part: HardwarePart,
    health: Health,
    *,
    begins: int = 0,
    ends: int | None = None,
    often: int = 500,
) -> PartLife:
    """Faulty from one minute to another."""
    fault = PartFault(
        part=part,
        health=health,
        from_utc=SET_AT + begins * MINUTE,
        until_utc=None if ends is None else SET_AT + ends * MINUTE,
        per_mille=often,
    )
    return PartLife(part, [fault], "a wand")


def readings(clock: WandClock, *after_s: int) -> list[str]:
    return [clock.reading(SET_AT + timedelta(seconds=each)).isoformat() for each in after_s]


def test_a_crystal_off_the_board_gives_every_record_one_time() -> None:
    oscillator = life_of(HardwarePart.RTC_OSCILLATOR, Health.DEAD)
    clock = WandClock(civil=CIVIL, utc=SET_AT, oscillator=oscillator)
    assert readings(clock, 0, 60, 600, 3600, 86_400) == PATTERNS["PAT1"]


def test_a_lost_supply_jumps_back_to_the_first_day_and_goes_on_in_even_steps() -> None:
    clock = WandClock(civil=CIVIL, utc=SET_AT)
    before = readings(clock, 0, 730)
    clock.lose_supply(SET_AT + timedelta(seconds=1000))
    assert before + readings(clock, 1007, 1705, 2502) == PATTERNS["PAT2"]


def test_a_cracked_joint_gives_runs_of_equal_times() -> None:
    oscillator = life_of(HardwarePart.RTC_OSCILLATOR, Health.DEAD, begins=5, ends=21)
    clock = WandClock(civil=CIVIL, utc=SET_AT, oscillator=oscillator)
    assert readings(clock, 0, 300, 600, 900, 1500) == PATTERNS["PAT3"]


def test_a_joint_that_comes_and_goes_loses_its_share_of_a_night_in_runs() -> None:
    oscillator = life_of(HardwarePart.RTC_OSCILLATOR, Health.INTERMITTENT, often=400)
    clock = WandClock(civil=CIVIL, utc=SET_AT, oscillator=oscillator)
    shown = [clock.reading(SET_AT + each * timedelta(seconds=20)) for each in range(480 * 3)]
    counted = shown[-1] - shown[0]
    assert 0.5 < counted / timedelta(hours=8) < 0.7
    assert shown == sorted(shown)
    assert any(one == other for one, other in zip(shown[:-2], shown[2:], strict=True))


def test_a_dead_bus_stores_nonsense_and_takes_no_new_time() -> None:
    bus = life_of(HardwarePart.RTC_BUS, Health.DEAD, begins=10)
    clock = WandClock(civil=CIVIL, utc=SET_AT, bus=bus)
    later = SET_AT + 20 * MINUTE
    assert clock.is_time(SET_AT)
    assert not clock.is_time(later)
    assert (clock.shown(later).year, clock.shown(later).second) == (2165, 85)
    clock.set_to(datetime(2030, 1, 1), later)  # noqa: DTZ001
    assert clock.reading(SET_AT) == CIVIL


def test_noise_on_the_bus_spoils_single_readings_by_one_bit_between_good_neighbours() -> None:
    bus = life_of(HardwarePart.RTC_BUS, Health.FAILING, often=100)
    plan = ClockPlan(chip=RtcChip.DS3231)
    noisy = WandClock(civil=CIVIL, utc=SET_AT, plan=plan, bus=bus)
    good = WandClock(civil=CIVIL, utc=SET_AT, plan=plan)
    instants = [SET_AT + each * MINUTE for each in range(300)]
    wrong_bits = [
        (int.from_bytes(noisy.registers(utc)) ^ int.from_bytes(good.registers(utc))).bit_count()
        for utc in instants
    ]
    assert set(wrong_bits) == {0, 1}
    assert 10 < sum(wrong_bits) < 60
    shown = [noisy.reading(utc) for utc in instants]
    assert shown == [noisy.reading(utc) for utc in instants]
    wrong = [one != good.reading(utc) for one, utc in zip(shown, instants, strict=True)]
    assert 5 < sum(wrong) <= sum(wrong_bits)


@pytest.mark.parametrize(
    "row", VECTORS["crystal_drift_computed"], ids=lambda row: str(row["temp_c"])
)
def test_a_crystal_loses_by_the_square_of_the_distance_from_25_degrees(
    row: dict[str, float],
) -> None:
    plan = ClockPlan(temperature_c=int(row["temp_c"]))
    clock = WandClock(civil=CIVIL, utc=SET_AT, plan=plan)
    month = timedelta(days=30)
    gained_s = (clock.exact(SET_AT + month) - CIVIL - month).total_seconds()
    assert crystal_ppb(int(row["temp_c"])) / 1000 == pytest.approx(row["ppm"], abs=0.06)
    assert gained_s == pytest.approx(row["seconds_per_30_days"], abs=0.1)
    gains = {
        chip: WandClock(civil=CIVIL, utc=SET_AT, plan=replace(plan, chip=chip)).gain_ppb
        for chip in RtcChip
    }
    # The data sheet of the DS3231 has a compensated oscillator, the others have a bare crystal.
    assert gains.pop(RtcChip.DS3231) == 0
    assert set(gains.values()) == {clock.gain_ppb}


@pytest.mark.parametrize(
    ("chip", "after_stop", "after_loss"),
    [(RtcChip.DS3231, True, True), (RtcChip.PCF8563, False, True), (RtcChip.DS1307, False, False)],
)
def test_each_chip_remembers_what_its_data_sheet_says_until_it_is_set(
    chip: RtcChip, *, after_stop: bool, after_loss: bool
) -> None:
    oscillator = life_of(HardwarePart.RTC_OSCILLATOR, Health.DEAD, begins=5, ends=6)
    clock = WandClock(civil=CIVIL, utc=SET_AT, plan=ClockPlan(chip=chip), oscillator=oscillator)
    assert not clock.has_stopped(SET_AT + MINUTE)
    assert clock.has_stopped(SET_AT + 7 * MINUTE) is after_stop
    clock.set_to(CIVIL, SET_AT + 8 * MINUTE)
    assert not clock.has_stopped(SET_AT + 9 * MINUTE)
    clock.lose_supply(SET_AT + 10 * MINUTE)
    assert clock.has_stopped(SET_AT + 11 * MINUTE) is after_loss
    assert bool(clock.status(SET_AT + 11 * MINUTE) & 0x80) is after_loss
    assert decode(chip, clock.registers(SET_AT + 11 * MINUTE)).is_flagged is (
        chip is RtcChip.PCF8563
    )


def test_a_clock_begins_again_on_the_day_its_plan_names() -> None:
    plan = ClockPlan(restarts_on=date(2015, 6, 1))
    clock = WandClock(civil=CIVIL, utc=SET_AT, plan=plan, resets_at=SET_AT + MINUTE)
    assert readings(clock, 61) == ["2015-06-01T00:00:01"]


def test_the_century_bit_is_set_when_the_two_digits_of_the_year_roll_over() -> None:
    last = datetime(2099, 12, 31, 23, 59, 59)  # noqa: DTZ001
    clock = WandClock(civil=last, utc=SET_AT, plan=ClockPlan(chip=RtcChip.DS3231))
    images = [clock.registers(SET_AT + timedelta(seconds=each)) for each in (0, 1)]
    told = [decode(RtcChip.DS3231, image) for image in images]
    assert [(each.civil, each.is_century) for each in told] == [(last, False), (EPOCH, True)]


def test_a_firmware_in_the_wrong_mode_never_shows_an_hour_of_the_afternoon() -> None:
    plan = ClockPlan(chip=RtcChip.DS3231, hour_reading=HourReading.DIGITS_ONLY)
    clock = WandClock(civil=CIVIL, utc=SET_AT, plan=plan)
    hours = {clock.reading(SET_AT + timedelta(hours=each)).hour for each in range(48)}
    assert hours == set(range(1, 13))


@given(reading=st.sampled_from(HourReading), seconds=st.integers(0, 10**9))
def test_whatever_is_read_is_a_time_of_this_century(reading: HourReading, seconds: int) -> None:
    clock = WandClock(civil=CIVIL, utc=SET_AT, plan=ClockPlan(hour_reading=reading))
    shown = clock.reading(SET_AT + timedelta(seconds=seconds))
    assert EPOCH <= shown < datetime(2100, 1, 1)  # noqa: DTZ001
