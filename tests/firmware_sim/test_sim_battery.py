"""The battery falls in use only and gets low at the moment its voltage does."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.hardware.battery import LOW_MV, Battery, BatteryPlan

BEGIN = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def battery_of(voltage_mv: int, falls_mv_per_hour: int) -> Battery:
    plan = BatteryPlan(voltage_mv=voltage_mv, falls_mv_per_hour=falls_mv_per_hour)
    return Battery(plan=plan, utc=BEGIN, rests_from=BEGIN + timedelta(hours=8))


@given(st.integers(LOW_MV, 4200), st.integers(0, 500))
def test_the_battery_is_low_from_the_moment_its_voltage_is(voltage_mv: int, falls: int) -> None:
    battery = battery_of(voltage_mv, falls)
    low_at = battery.low_at()
    if low_at is None:
        assert battery.voltage_mv(BEGIN + timedelta(hours=8)) >= LOW_MV - 1
    else:
        assert battery.voltage_mv(low_at + SECOND) < LOW_MV
        assert battery.voltage_mv(max(BEGIN, low_at - 2 * timedelta(hours=1) / falls)) >= LOW_MV


def test_a_battery_that_starts_low_is_low_at_once() -> None:
    assert battery_of(LOW_MV - 1, 0).low_at() == BEGIN


def test_a_wand_put_away_keeps_its_voltage_and_its_charge() -> None:
    battery = battery_of(3870, 100)
    assert battery.charge_percent(BEGIN) == 76
    assert battery.voltage_mv(BEGIN + timedelta(hours=8)) == 3070
    assert battery.voltage_mv(BEGIN + timedelta(days=30)) == 3070


def test_a_dead_cell_falls_no_further() -> None:
    battery = battery_of(3000, 500)
    assert battery.voltage_mv(BEGIN + timedelta(hours=8)) == 2500
    assert battery.charge_percent(BEGIN + timedelta(hours=8)) == 0
