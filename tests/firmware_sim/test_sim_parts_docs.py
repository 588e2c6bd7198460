"""The section "Parts" of docs/simulator.md names every part, health, mishap and key of a wand."""

import re
from dataclasses import fields
from pathlib import Path

from watchclock_sim.hardware.battery_plan import BatteryPlan, Chemistry
from watchclock_sim.hardware.health import USUAL_PER_MILLE, HardwarePart, Health
from watchclock_sim.hardware.profile import (
    ClimatePlan,
    ClockPlan,
    HourReading,
    MishapKind,
    MishapPlan,
    PartPlan,
    PowerPlan,
    RtcChip,
)

DOCUMENT = (Path(__file__).parents[2] / "docs/simulator.md").read_text("utf-8")
SECTION = DOCUMENT.split("## Parts\n")[1].split("\n## ")[0]
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", SECTION, re.MULTILINE))
NAMED = set(re.findall(r"`(\w+)`", SECTION))
SCENARIO_KEYS = {"offset_s", "drift_ppm", "stops_at", "resets_at"}
"""Keys of a clock that stand in the section about scenarios."""
PLANS = [PartPlan, MishapPlan, ClockPlan, BatteryPlan, ClimatePlan, PowerPlan]
KEYS = {field.name for plan in PLANS for field in fields(plan)} - SCENARIO_KEYS


def test_every_part_health_and_mishap_has_a_row() -> None:
    words = {word.value for words in (HardwarePart, Health, MishapKind) for word in words}
    assert words - set(ROWS) == set()
    assert set(ROWS) - words <= KEYS


def test_every_key_and_every_word_it_takes_is_named() -> None:
    words = {word.value for words in (Chemistry, RtcChip, HourReading) for word in words}
    assert (KEYS | words) - NAMED == set()


def test_every_key_of_a_mishap_stands_in_the_rows_of_those_it_belongs_to() -> None:
    named = {key for kind in MishapKind for key in re.findall(r"`(\w+)`", ROWS[kind])}
    general = {"kind", "at", "every_touches", "times"}
    assert named == {field.name for field in fields(MishapPlan)} - general


def test_the_usual_shares_are_those_of_the_table() -> None:
    shares = dict(re.findall(r"^\| `(\w+)` \| .*? \| (\d+) \|$", SECTION, re.MULTILINE))
    assert {health: int(shares[health]) for health in Health} == USUAL_PER_MILLE


def test_the_defaults_of_climate_and_power_are_those_of_the_tables() -> None:
    told = {int(number) for number in re.findall(r"-?\d+", SECTION)}
    values: list[ClimatePlan | PowerPlan] = [ClimatePlan(), PowerPlan()]
    defaults = {getattr(value, field.name) for value in values for field in fields(value)}
    assert defaults - told == set()
