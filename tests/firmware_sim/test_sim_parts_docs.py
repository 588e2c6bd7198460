"""The numbers that docs/simulator.md, section "Parts", gives as usual are those of the code."""

import re
from dataclasses import fields
from pathlib import Path

from watchclock_sim.hardware.health import USUAL_PER_MILLE, Health
from watchclock_sim.hardware.profile import ClimatePlan, PowerPlan

DOCUMENT = (Path(__file__).parents[2] / "docs/simulator.md").read_text("utf-8")
SECTION = DOCUMENT.split("## Parts\n")[1].split("\n## ")[0]


def test_the_usual_shares_are_those_of_the_table() -> None:
    shares = dict(re.findall(r"^\| `(\w+)` \| .*? \| (\d+) \|$", SECTION, re.MULTILINE))
    assert {health: int(shares[health]) for health in Health} == USUAL_PER_MILLE


def test_the_defaults_of_climate_and_power_are_those_of_the_tables() -> None:
    told = {int(number) for number in re.findall(r"-?\d+", SECTION)}
    values: list[ClimatePlan | PowerPlan] = [ClimatePlan(), PowerPlan()]
    defaults = {getattr(value, field.name) for value in values for field in fields(value)}
    assert defaults - told == set()
