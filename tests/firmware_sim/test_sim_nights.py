"""Every scenario that comes with the simulator is walked whole by a wand of every dialect."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from watchclock_sim.fault_profiles import FAULT_PROFILES
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario import Scenario
from watchclock_sim.scenario_file import SCENARIOS, load
from watchclock_sim.wands.personality import find_personality, personality_names
from watchclock_sim.wands.vs import VsWand

ROOT = Path(__file__).parents[2]
FILES = sorted(path.stem for path in SCENARIOS.glob("*.toml") if path.stem != "demo_night")
NUMBERS = {name: [find_personality(name).default_number] for name in personality_names()}
NUMBERS["vs"] = ["5B00000000001234", "5F00000000001234"]
NUMBERS["fcard_reader"] = ["2"]
"""A desk reader of cards at 125 kHz, which the checkpoints have."""
WANDS = [(dialect, number) for dialect, numbers in NUMBERS.items() for number in numbers]


@cache
def scenario_of(name: str) -> Scenario:
    return load(SCENARIOS / f"{name}.toml")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("dialect", "number"), WANDS)
def test_a_wand_of_any_dialect_walks_the_night_and_keeps_its_reads(
    name: str, dialect: str, number: str
) -> None:
    scenario = scenario_of(name)
    plan = replace(scenario.wands[0], dialect=dialect, number=number)
    walked = walked_wand(scenario, plan)
    kept = [touch for touch in walked.touches if touch.is_kept]
    assert len(kept) == len(walked.touches) > 60
    assert truth_of(scenario, plan, walked)["identity"] == f"{dialect}:{number}"


@pytest.mark.parametrize("name", FILES)
def test_the_same_night_comes_out_the_same_and_another_seed_makes_another(name: str) -> None:
    scenario = scenario_of(name)
    plan = scenario.wands[0]
    again = load(SCENARIOS / f"{name}.toml")
    other = scenario.changed(seed=scenario.seed + 1)
    truths = [truth_of(each, plan, walked_wand(each, plan)) for each in (scenario, again, other)]
    assert truths[0] == truths[1]
    assert truths[0]["touches"] != truths[2]["touches"]


@pytest.mark.parametrize("key", ["sound_radio", "head_weak", "memory_damaged", "electric_shock"])
def test_the_same_seed_makes_the_same_bytes_in_the_wand_and_on_a_bad_line(key: str) -> None:
    shop = scenario_of("repair_shop")
    plan = next(wand for wand in shop.wands if wand.key == key)
    bad_line = ["flip_bits:per_million=900", "lose_bytes:per_million=900", "noise:frame=2"]

    def sent(seed: int) -> list[bytes]:
        scenario = shop.changed(seed=seed)
        firmware = walked_wand(scenario, plan).firmware
        assert isinstance(firmware, VsWand)
        line = LineFaults([parse_fault(fault) for fault in bad_line], seed)
        numbers = range(firmware.memory.oldest_page, firmware.memory.newest_page + 1)
        pages = [firmware.memory.page(number) for number in numbers]
        return [line.deliver(page).data for page in pages if page is not None]

    assert len(sent(5)) > 2
    assert sent(5) == sent(5) != sent(6)


def test_the_same_seed_is_the_same_in_any_process_time_zone_and_order_of_sets() -> None:
    def told(seed: int, hash_seed: str, zone: str) -> str:
        command = [sys.executable, "-m", "tests.support.night_digest", str(seed)]
        surroundings = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone}
        return subprocess.run(
            command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True
        ).stdout

    zones = [("0", "UTC"), ("1", "Asia/Kathmandu"), ("4711", "America/St_Johns")]
    digests = {told(5, hash_seed, zone) for hash_seed, zone in zones}
    assert len(digests) == 1
    assert digests != {told(6, "0", "UTC")}


def test_the_repair_shop_has_every_profile_once() -> None:
    shop = scenario_of("repair_shop")
    named = [plan.fault for plan in shop.wands if plan.fault is not None]
    assert named == list(FAULT_PROFILES)
    assert [plan.key for plan in shop.wands if plan.fault is not None] == named
