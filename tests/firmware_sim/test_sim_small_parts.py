"""Shock sensor, keys, display, alerts and humidity, each healthy and ill."""

from datetime import UTC, datetime

import pytest

from watchclock_sim.hardware.alerts import BUZZER_MA, VIBRATOR_MA, Alert
from watchclock_sim.hardware.display import SEGMENTS_UA, Display
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault, PartLife
from watchclock_sim.hardware.humidity import Humidity, dew_point_c
from watchclock_sim.hardware.keys import KEYS, Keys
from watchclock_sim.hardware.profile import ClimatePlan
from watchclock_sim.hardware.shock_sensor import Blow, BlowBand, ImpactSensor

BEGIN = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def life_of(part: HardwarePart, health: Health, measured: int | None = None) -> PartLife:
    fault = PartFault(part=part, health=health, per_mille=500, measured=measured)
    return PartLife(part, [fault], "a wand")


def sensor_of(health: Health) -> ImpactSensor:
    return ImpactSensor(life_of(HardwarePart.SHOCK_SENSOR, health))


def test_blows_are_told_by_band_and_never_above_what_the_sensor_measures() -> None:
    sensor = sensor_of(Health.HEALTHY)
    felt = [sensor.feel(mg, 0, BEGIN) for mg in (1000, 2450, 40_000, 412_000)]
    assert felt == [None, Blow(peak_mg=2450), Blow(peak_mg=40_000), Blow(peak_mg=200_000)]
    assert [each.band for each in felt if each] == list(BlowBand)
    assert (sensor.felt, sensor.strongest_mg) == (3, 200_000)


def test_a_hop_of_less_than_a_tenth_of_a_second_is_no_fall() -> None:
    sensor = sensor_of(Health.HEALTHY)
    assert sensor.feel(9000, 99, BEGIN) == Blow(peak_mg=9000)
    assert sensor.feel(9000, 100, BEGIN) == Blow(peak_mg=9000, free_fall_ms=100)


def test_a_dead_sensor_feels_nothing() -> None:
    sensor = sensor_of(Health.DEAD)
    assert sensor.feel(100_000, 500, BEGIN) is None
    assert not sensor.feels_stillness(BEGIN)
    assert sensor.felt == 0


def test_a_stuck_key_is_always_the_same_one_or_the_one_that_is_named() -> None:
    keys = Keys(life_of(HardwarePart.KEYS, Health.DEAD))
    stuck = keys.stuck(BEGIN)
    assert stuck in {1 << key for key in range(KEYS)}
    assert keys.stuck(BEGIN) == stuck
    assert Keys(life_of(HardwarePart.KEYS, Health.DEAD, measured=0b101)).stuck(BEGIN) == 0b101
    assert keys.presses(stuck.bit_length(), BEGIN) == 0


def test_a_worn_key_bounces_and_is_seen_twice_at_times() -> None:
    keys = Keys(life_of(HardwarePart.KEYS, Health.FAILING))
    assert (keys.stuck(BEGIN), keys.bouncing(BEGIN)) == (0, 1)
    assert {keys.presses(key, BEGIN) for key in range(1, 20)} == {1, 2}


@pytest.mark.parametrize(
    ("health", "answers", "segments_ua"),
    [(Health.HEALTHY, True, SEGMENTS_UA), (Health.FAILING, True, 103), (Health.DEAD, False, 0)],
)
def test_a_display_answers_and_draws_by_its_health(
    health: Health, segments_ua: int, *, answers: bool
) -> None:
    display = Display(life_of(HardwarePart.LCD, health))
    assert (display.answers(BEGIN), display.segments_ua(BEGIN)) == (answers, segments_ua)


@pytest.mark.parametrize(
    ("part", "sound_ma"),
    [(HardwarePart.VIBRATOR, VIBRATOR_MA), (HardwarePart.BUZZER, BUZZER_MA)],
)
def test_an_alert_with_an_open_wire_draws_nothing_and_a_worn_one_half(
    part: HardwarePart, sound_ma: int
) -> None:
    alerts = [Alert(life_of(part, health), sound_ma) for health in Health]
    told = {health: alert.current_ma(BEGIN) for health, alert in zip(Health, alerts, strict=True)}
    assert (told[Health.HEALTHY], told[Health.DEAD]) == (sound_ma, 0)
    assert told[Health.FAILING] == sound_ma // 2
    assert [alert.is_felt(BEGIN) for alert in (alerts[0], alerts[1], alerts[3])] == [
        True,
        False,
        False,
    ]


# As psychrometric tables print them, to a tenth of a degree.
@pytest.mark.parametrize(
    ("temperature_c", "humidity_percent", "dew_c"),
    [(25, 100, 25.0), (25, 50, 13.9), (20, 60, 12.0), (30, 30, 10.5)],
)
def test_the_dew_point_is_that_of_the_tables(
    temperature_c: float, humidity_percent: float, dew_c: float
) -> None:
    assert dew_point_c(temperature_c, humidity_percent) == pytest.approx(dew_c, abs=0.1)


def test_water_inside_condenses_at_the_cold_wall_and_is_counted() -> None:
    life = PartLife(HardwarePart.HUMIDITY_SENSOR)
    dry, wet = Humidity(ClimatePlan(humidity_percent=10), life), Humidity(ClimatePlan(), life)
    assert not dry.condenses
    wet.water_inside(BEGIN)
    assert (wet.highest_percent, wet.crossings) == (100, 1)
    dead = Humidity(ClimatePlan(), life_of(HardwarePart.HUMIDITY_SENSOR, Health.DEAD))
    dead.water_inside(BEGIN)
    assert dead.crossings == 0
