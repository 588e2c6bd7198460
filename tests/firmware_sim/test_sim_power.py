"""What a wand draws, what its cells give, and when it is dark."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.hardware.battery import LOW_MV, Battery, BatteryPlan, Chemistry
from watchclock_sim.hardware.cells import CELLS
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault, PartLife
from watchclock_sim.hardware.power import Power, PowerState, WakeCause
from watchclock_sim.hardware.profile import PowerPlan

BEGIN = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def battery_of(
    chemistry: Chemistry,
    *,
    charge_percent: int = 100,
    age_months: int = 0,
    temperature_c: int = 25,
    health: Health = Health.HEALTHY,
    power: Power | None = None,
) -> Battery:
    plan = BatteryPlan(
        chemistry=chemistry,
        charge_percent=charge_percent,
        age_months=age_months,
        temperature_c=temperature_c,
    )
    fault = PartFault(part=HardwarePart.BATTERY, health=health, per_mille=1000)
    return Battery(
        plan=plan,
        utc=BEGIN,
        rests_from=BEGIN + 8 * HOUR,
        power=power,
        life=PartLife(HardwarePart.BATTERY, [fault]),
    )


def test_a_wand_wakes_by_a_touch_and_falls_asleep_when_it_is_left_alone() -> None:
    power = Power(PowerPlan(sleeps_after_s=10), BEGIN)
    assert power.state(BEGIN) is PowerState.ASLEEP
    assert power.wake(BEGIN + SECOND, WakeCause.TOUCH) is PowerState.ASLEEP
    assert power.state(BEGIN + 10 * SECOND) is PowerState.AWAKE
    assert power.state(BEGIN + 11 * SECOND) is PowerState.ASLEEP
    assert power.wake(BEGIN + HOUR, WakeCause.CABLE) is PowerState.ASLEEP
    assert power.state(BEGIN + 5 * HOUR) is PowerState.DOCKED


@pytest.mark.parametrize("cause", list(WakeCause))
def test_a_wand_that_is_off_wakes_by_a_key_or_the_cable_only(cause: WakeCause) -> None:
    power = Power(PowerPlan(), BEGIN)
    power.switch_off(BEGIN)
    power.wake(BEGIN + HOUR, cause)
    is_off = power.state(BEGIN + HOUR) is PowerState.OFF
    assert is_off is (cause in (WakeCause.TOUCH, WakeCause.ALARM))


def test_what_is_drawn_is_the_sum_of_sleep_waking_and_pulses() -> None:
    plan = PowerPlan(sleeps_after_s=36, asleep_ua=10, awake_ua=10_000, pulse_ma=36, pulse_ms=1000)
    power = Power(plan, BEGIN)
    power.wake(BEGIN + HOUR, WakeCause.TOUCH)
    power.pulse()
    assert power.drawn_uah(BEGIN + 2 * HOUR) == pytest.approx(10 + 100 + 10 + 9.9, abs=0.1)
    power.wake(BEGIN + 2 * HOUR, WakeCause.CABLE)
    docked = power.drawn_uah(BEGIN + 2 * HOUR)
    assert power.drawn_uah(BEGIN + 50 * HOUR) == docked


@given(st.lists(st.integers(0, 10_000), max_size=20), st.integers(0, 20_000))
def test_more_time_never_gives_charge_back(uses: list[int], asked: int) -> None:
    power = Power(PowerPlan(), BEGIN)
    drawn = [0.0]
    for second in sorted(uses):
        power.wake(BEGIN + second * SECOND, WakeCause.TOUCH)
        drawn.append(power.drawn_uah(BEGIN + second * SECOND))
    drawn.append(power.drawn_uah(BEGIN + (asked + 10_000) * SECOND))
    assert drawn == sorted(drawn)


@pytest.mark.parametrize(
    ("chemistry", "fresh_mv", "half_mv", "empty_mv"),
    [
        (Chemistry.LI_MNO2, 3200, 3010, 2000),
        (Chemistry.LI_ION, 4200, 3800, 3000),
        (Chemistry.ALKALINE, 4740, 3840, 2400),
        (Chemistry.LI_SOCL2, 3670, 3649, 2000),
    ],
)
def test_each_chemistry_has_the_voltages_of_its_data_sheets(
    chemistry: Chemistry, fresh_mv: int, half_mv: int, empty_mv: int
) -> None:
    told = [battery_of(chemistry, charge_percent=each).voltage_mv(BEGIN) for each in (100, 50, 0)]
    assert told == pytest.approx([fresh_mv, half_mv, empty_mv], abs=1)


@given(st.sampled_from(Chemistry), st.floats(0, 100), st.floats(0, 100))
def test_less_charge_never_gives_more_voltage(
    chemistry: Chemistry, one: float, other: float
) -> None:
    cell = CELLS[chemistry]
    assert cell.open_mv(min(one, other)) <= cell.open_mv(max(one, other))
    assert cell.resistance_mohm(min(one, other), 25, 0) >= cell.resistance_mohm(
        max(one, other), 25, 0
    )


def test_a_thionyl_cell_hides_its_end_and_an_alkaline_one_announces_it() -> None:
    flat, falling = CELLS[Chemistry.LI_SOCL2], CELLS[Chemistry.ALKALINE]
    assert flat.open_mv(90) - flat.open_mv(20) < 50
    assert falling.open_mv(90) - falling.open_mv(20) > 500


@pytest.mark.parametrize("chemistry", list(Chemistry))
def test_cold_age_and_illness_show_under_load_before_they_show_at_rest(
    chemistry: Chemistry,
) -> None:
    sound = battery_of(chemistry, charge_percent=40)
    for worse in (
        battery_of(chemistry, charge_percent=40, temperature_c=-15),
        battery_of(chemistry, charge_percent=40, age_months=36),
        battery_of(chemistry, charge_percent=40, health=Health.FAILING),
    ):
        assert worse.loaded_mv(BEGIN) < sound.loaded_mv(BEGIN) < sound.voltage_mv(BEGIN)
        assert worse.voltage_mv(BEGIN) == sound.voltage_mv(BEGIN)


def test_a_stored_thionyl_cell_dips_at_its_first_load_and_recovers() -> None:
    plan = PowerPlan(pulse_ma=90, pulse_ms=1000)
    power = Power(plan, BEGIN)
    battery = battery_of(Chemistry.LI_SOCL2, age_months=12, power=power)
    first_mv = battery.loaded_mv(BEGIN)
    for _ in range(3):
        power.pulse()
    assert battery.loaded_mv(BEGIN) - first_mv > 400


def test_a_cell_falls_by_what_the_wand_draws() -> None:
    power = Power(PowerPlan(asleep_ua=100_000), BEGIN)
    battery = battery_of(Chemistry.LI_MNO2, power=power)
    assert battery.charge_percent(BEGIN) == 100
    assert battery.charge_percent(BEGIN + 7.5 * HOUR) == 50
    assert battery.voltage_mv(BEGIN + 14 * HOUR) < LOW_MV
    assert battery.low_at() is None


@pytest.mark.parametrize("chemistry", list(Chemistry))
def test_a_dead_battery_gives_nothing(chemistry: Chemistry) -> None:
    battery = battery_of(chemistry, health=Health.DEAD)
    assert (battery.voltage_mv(BEGIN), battery.loaded_mv(BEGIN)) == (0, 0)
