"""docs/simulator.md names every option, fault and key; both commands take the same options."""

import re
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest
import typer

from watchclock.command import main as command_main
from watchclock.sim_command import app
from watchclock_sim import night_values, scenario, settings, truth_values, walk_steps
from watchclock_sim.__main__ import main
from watchclock_sim.archive import settings as archive_settings
from watchclock_sim.archive.rounds import Anomaly
from watchclock_sim.archive.settings import ArchiveSettings, WandPlace
from watchclock_sim.archive.wand_captures import captures_of
from watchclock_sim.archive.year_plan import made_records
from watchclock_sim.fleet.settings import FleetSettings
from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.hardware.battery_plan import Chemistry
from watchclock_sim.hardware.health import HardwarePart, Health
from watchclock_sim.hardware.profile import (
    ClimatePlan,
    HardwareProfile,
    HourReading,
    MishapKind,
    MishapPlan,
    PartPlan,
    PowerPlan,
    RtcChip,
)
from watchclock_sim.line.fault_kinds import FAULT_KINDS
from watchclock_sim.option_parser import option_name, options_of
from watchclock_sim.scenario_file import SCENARIOS
from watchclock_sim.settings import Settings
from watchclock_sim.wands.personality import find_personality, personality_names

DOCUMENT = (Path(__file__).parents[2] / "docs/simulator.md").read_text("utf-8")
SCENARIO_VALUES = [
    scenario.Scenario,
    scenario.Site,
    scenario.Shift,
    scenario.Checkpoint,
    scenario.Route,
    scenario.Leg,
    scenario.Guard,
    scenario.Rest,
    scenario.WandPlan,
    scenario.Duty,
]
NO_KEYS = {"hardware"}
"""Fields whose own fields are keys of the table instead."""
WORDS = [walk_steps.DeedKind, walk_steps.SkipReason, night_values.NotKept]
"""Enumerations whose values stand in the truth."""
ARGUMENTS = {"--dialect", "--link"}
OPTIONS = {f"--{field.name.replace('_', '-')}" for field in fields(Settings)} - ARGUMENTS
PART_VALUES = [PartPlan, MishapPlan, scenario.ClockPlan, BatteryPlan, ClimatePlan, PowerPlan]
ELSEWHERE = {"offset_s", "drift_ppm", "stops_at", "resets_at"}
PART_KEYS = {field.name for value in PART_VALUES for field in fields(value)} - ELSEWHERE


def section(title: str) -> str:
    return DOCUMENT.split(f"## {title}\n")[1].split("\n## ")[0]


def test_every_fault_and_each_of_its_keys_is_documented() -> None:
    rows = {
        row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \| (.*?) \|", DOCUMENT, re.MULTILINE)
    }
    for name, kind in FAULT_KINDS.items():
        keys = {field.name for field in fields(kind)}
        assert keys == set(re.findall(r"`(\w+)`", rows[name])), name


def test_every_key_of_a_scenario_is_documented() -> None:
    named = set(re.findall(r"`(\w+)`", section("Scenarios")))
    keys = {field.name for value in SCENARIO_VALUES for field in fields(value)}
    hardware = {field.name for field in fields(HardwareProfile)}
    assert (keys | hardware) - named == NO_KEYS


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.__name__)
def test_every_word_of_the_truth_is_documented(words: type[StrEnum]) -> None:
    named = set(re.findall(r"`(\w+)`", section("The truth")))
    assert {word.value for word in words} - named == set()


def test_every_key_of_the_truth_is_documented() -> None:
    named = set(re.findall(r"`(\w+)`", section("The truth")))
    rows = [
        truth_values.Truth,
        truth_values.TouchRow,
        truth_values.SkipRow,
        truth_values.DeedRow,
        truth_values.PartRow,
        truth_values.MishapRow,
        truth_values.LabelRow,
    ]
    assert {key for row in rows for key in row.__annotations__} - named == set()


def test_every_scenario_file_is_documented() -> None:
    files = {path.name for path in SCENARIOS.glob("*.toml")}
    assert set(re.findall(r"^\| `(\w+\.toml)` \|", DOCUMENT, re.MULTILINE)) == files


def test_every_behaviour_is_documented() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", section("Scenarios"), re.MULTILINE))
    assert set(scenario.Behaviour) <= rows


def test_every_option_is_documented_and_known_to_the_command() -> None:
    command = typer.main.get_command(app)
    known = {
        name for parameter in command.params for name in parameter.opts if name.startswith("--")
    }
    documented = set(re.findall(r"^\| `(--[\w-]+)", section("Options"), re.MULTILINE))
    assert known == documented == OPTIONS


def test_the_speed_every_wand_speaks_is_documented() -> None:
    rows = re.findall(r"^\| (`[\w`, ]+`) \| (\d+|any)\b", section("The line"), re.MULTILINE)
    documented = {
        name: 0 if speed == "any" else int(speed)
        for names, speed in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    assert documented == {name: find_personality(name).baud for name in personality_names()}


def test_both_entries_of_the_simulator_take_the_same_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"(?<![\w-])--[\w-]+", capsys.readouterr().out)) - {"--help"}
    assert known == OPTIONS


@pytest.mark.parametrize(
    ("words", "settings", "arguments"),
    [
        ((), Settings, settings.ARGUMENTS),
        (("fleet",), FleetSettings, frozenset[str]()),
        (("archive",), ArchiveSettings, archive_settings.ARGUMENTS),
    ],
    ids=["one wand", "fleet", "archive"],
)
def test_the_help_of_both_entries_tells_of_every_option_what_its_settings_say(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    settings: type[Settings | FleetSettings | ArchiveSettings],
    arguments: frozenset[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    module = capsys.readouterr().out
    assert command_main(["sim", *words, "--help"]) == 0
    verb = capsys.readouterr().out
    told = [option.help.text() for option in options_of(settings, arguments)]
    assert len(told) == len(fields(settings))
    assert [sentence for sentence in told if sentence not in module] == []
    assert [sentence for sentence in told if sentence not in verb] == []


def test_every_part_health_and_mishap_is_documented() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", section("Parts"), re.MULTILINE))
    words = {*HardwarePart, *Health, *MishapKind}
    assert words - rows == set()
    assert rows - {each.value for each in words} <= PART_KEYS


def test_every_key_of_the_parts_of_a_wand_is_documented_in_the_table_of_its_plan() -> None:
    named = set(re.findall(r"`(\w+)`", section("Parts")))
    assert PART_KEYS - named == set()
    assert {*Chemistry, *RtcChip, *HourReading} - named == set()


def test_every_key_of_a_mishap_stands_in_the_rows_of_those_it_belongs_to() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section("Parts"), re.MULTILINE))
    named = {key for kind in MishapKind for key in re.findall(r"`(\w+)`", rows[kind])}
    general = {"kind", "at", "every_touches", "times"}
    assert named == {field.name for field in fields(MishapPlan)} - general


@pytest.mark.parametrize(
    ("title", "settings"), [("Fleet", FleetSettings), ("Archives", ArchiveSettings)]
)
def test_every_option_of_fleets_and_archives_is_documented(
    title: str, settings: type[FleetSettings | ArchiveSettings]
) -> None:
    rows = [row for row in section(title).splitlines() if row.startswith("| `--")]
    documented = {name for row in rows for name in re.findall(r"`(--\w+)", row.split(" | ")[0])}
    assert documented == {option_name(field.name) for field in fields(settings)} - {"--folder"}


def test_every_anomaly_and_key_of_an_archives_truth_is_documented() -> None:
    named = set(re.findall(r"`(\w+)`", section("Archives")))
    assert set(Anomaly) <= named
    wand = WandPlace(place=0, dialect="vs", number="5B00000000001234")
    archive = ArchiveSettings(folder=Path(), wands=1, nights=1, records=10, dialects="vs")
    (file,) = captures_of(archive, wand, made_records(archive)[0])
    assert set(file.row) <= named
