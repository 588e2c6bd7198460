"""The truth beside the log: complete, as its schema says, at one with what the wand recorded."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

import watchclock_sim
from tests.support.walked_vs import downloaded
from watchclock_protocol.records import PatrolRecord, SystemRecord
from watchclock_sim.fault_effects import with_fault
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.scenario_file import SCENARIOS, load
from watchclock_sim.truth_values import TRUTH_FORMAT, TRUTH_VERSION, Truth
from watchclock_sim.walk import walk
from watchclock_sim.walk_steps import DeedKind
from watchclock_sim.wands.kaihe_eb import KaiheWand

SCHEMA = Path(watchclock_sim.__file__).with_name("truth.schema.json")
CHEATS = load(SCENARIOS / "cheats_night.toml")
SHOP = load(SCENARIOS / "repair_shop.toml")
NIGHTS = [
    (path.stem, wand.key) for path in sorted(SCENARIOS.glob("*.toml")) for wand in load(path).wands
]


@with_config(ConfigDict(extra="forbid", strict=True))
class _Whole(Truth):
    """A truth without a key that nobody describes."""


TRUTHS = TypeAdapter(_Whole)


def truth_in(scenario: Scenario, plan: WandPlan) -> Truth:
    truth: Truth = json.loads(json.dumps(truth_of(scenario, plan, walked_wand(scenario, plan))))
    return truth


def plan_of(scenario: Scenario, key: str) -> WandPlan:
    return next(wand for wand in scenario.wands if wand.key == key)


def kinds_of(truth: Truth) -> list[tuple[str, str]]:
    return sorted({(label["kind"], label["subject"]) for label in truth["labels"]})


def test_the_schema_beside_the_code_is_the_one_of_its_values() -> None:
    described = TypeAdapter(Truth).json_schema()
    assert json.loads(SCHEMA.read_text("utf-8")) == described
    assert described["properties"]["version"] == {
        "const": TRUTH_VERSION,
        "title": "Version",
        "type": "integer",
    }
    assert described["properties"]["format"]["const"] == TRUTH_FORMAT


@pytest.mark.parametrize(("night", "key"), NIGHTS)
def test_every_truth_of_every_night_is_as_the_schema_says(night: str, key: str) -> None:
    scenario = load(SCENARIOS / f"{night}.toml")
    truth = truth_in(scenario, plan_of(scenario, key))
    assert TRUTHS.validate_python(truth) == truth
    assert truth["touches"]


def test_a_truth_with_a_key_too_many_or_of_another_version_is_refused() -> None:
    truth = truth_in(CHEATS, CHEATS.wands[0])
    for wrong in ({**truth, "guess": 1}, {**truth, "version": 2}):
        with pytest.raises(ValidationError):
            TRUTHS.validate_python(wrong)


@pytest.mark.parametrize("key", ["nowaks_wand", "srokas_wand", "dudeks_wand"])
def test_every_kept_touch_is_a_record_and_every_record_a_kept_touch(key: str) -> None:
    plan = plan_of(CHEATS, key)
    wand = downloaded(CHEATS, plan)
    truth = truth_of(CHEATS, plan, wand.walked)
    told = [(row["tag"], row["wand_time"]) for row in truth["touches"] if row["is_kept"]]
    recorded = [
        (str(each.tag), each.time.civil.replace(microsecond=0).isoformat())
        for each in wand.records
        if isinstance(each, PatrolRecord) and each.time.civil is not None
    ]
    assert recorded == told
    assert len(told) > 40


def test_touches_and_skips_of_a_round_are_together_its_whole_route() -> None:
    legs = [leg.checkpoint for leg in CHEATS.route("yard").legs]
    for plan in CHEATS.wands:
        truth = truth_in(CHEATS, plan)
        rounds: dict[int, list[str | None]] = {}
        for row in (*truth["touches"], *truth["skipped"]):
            if row["round"]:
                rounds.setdefault(row["round"], []).append(row["checkpoint"])
        assert rounds
        assert all(sorted(map(str, found)) == sorted(legs) for found in rounds.values())


def test_what_a_guard_should_not_have_done_is_a_label_and_a_broken_tag_too() -> None:
    expected = {
        "nowaks_wand": [("F-TAG", "fuel_tank")],
        "liss_wand": [("late", "lis")],
        "kots_wand": [("skipping", "kot")],
        "mazurs_wand": [("F-TAG", "fuel_tank"), ("lazy", "mazur")],
        "wilks_wand": [("F-TAG", "fuel_tank"), ("cheating", "wilk")],
        "srokas_wand": [("F-TAG", "fuel_tank"), ("tag_stealing", "sroka")],
        "barans_wand": [("F-TAG", "fuel_tank"), ("sharing", "baran")],
        "zajacs_wand": [("two_guards", "zajac")],
        "czaplas_wand": [("F-TAG", "fuel_tank"), ("sharing", "czapla")],
    }
    found = {key: kinds_of(truth_in(CHEATS, plan_of(CHEATS, key))) for key in expected}
    assert found == expected


@pytest.mark.parametrize("seed", range(13, 19))
def test_a_thrown_wand_bears_the_damage_of_the_throw_from_then_on(seed: int) -> None:
    scenario = CHEATS.changed(seed=seed)
    plan = plan_of(scenario, "dudeks_wand")
    truth = truth_in(scenario, plan)
    [throw] = [deed for deed in truth["deeds"] if deed["kind"] == "throwing"]
    classes = {"lcd_broken": ["F-LCD"], "crystal_joint": ["F-XTAL"], None: list[str]()}
    damaged = [label for label in truth["labels"] if label["profile"] is not None]
    assert [label["kind"] for label in damaged] == classes[throw["damage"]]
    assert all(label["causes"] == ["human"] for label in damaged)
    assert [part["begins"] for part in truth["parts"]] == [throw["begins"]] * len(damaged)
    [fall] = truth["mishaps"]
    assert (fall["kind"], fall["utc"]) == ("fall", throw["begins"])
    assert fall["strength_mg"] == throw["strength_mg"]


def test_a_throw_is_in_the_log_of_a_wand_that_can_feel_it() -> None:
    plan = plan_of(CHEATS, "dudeks_wand")
    wand = downloaded(CHEATS, plan)
    [throw] = [each for each in wand.walked.deeds if each.kind is DeedKind.THROWING]
    impacts = [
        each
        for each in wand.records
        if isinstance(each, SystemRecord) and "impact" in each.meanings
    ]
    assert [each.value for each in impacts] == [throw.strength_mg]
    kaihe = walked_wand(CHEATS, replace(plan, dialect="kaihe_eb", number="0000A1B2C3")).firmware
    assert isinstance(kaihe, KaiheWand)
    assert len(kaihe.knocks) == 1


def test_a_clock_that_stopped_without_a_profile_is_a_label_too() -> None:
    demo = load(SCENARIOS / "demo_night.toml")
    truth = truth_in(demo, demo.wands[1])
    assert ("F-XTAL", "radio") in kinds_of(truth)


def test_a_wand_that_never_started_kept_nothing_and_says_why() -> None:
    truth = truth_in(SHOP, plan_of(SHOP, "dead_on_arrival"))
    assert {row["why_not_kept"] for row in truth["touches"]} == {"wand_dead"}
    assert kinds_of(truth) == [("F-DOA", "dead_on_arrival")]


def test_a_fault_begins_in_the_middle_of_the_shift_unless_it_is_told_when() -> None:
    plan = replace(plan_of(SHOP, "sound_contact"), fault="head_open")
    begins = [
        truth_in(SHOP, with_fault(replace(plan, fault_at=at), SHOP.shift))["labels"][0]["begins"]
        for at in (None, datetime(2026, 1, 1, 23, 30).time())  # noqa: DTZ001 - a civil time
    ]
    assert begins == ["2026-11-02T17:00:00+00:00", "2026-11-02T15:30:00+00:00"]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 23), ("2026-10-24", 25)])
def test_the_truth_of_a_night_that_changes_has_its_true_instants(day: str, hours: int) -> None:
    scenario = load(SCENARIOS / "long_night.toml").changed(day=datetime.fromisoformat(day).date())
    truth = truth_in(scenario, scenario.wands[0])
    begins, ends = (datetime.fromisoformat(truth[key]) for key in ("begins", "ends"))
    assert (ends - begins).total_seconds() == hours * 3600
    instants = [datetime.fromisoformat(row["utc"]) for row in truth["touches"]]
    assert instants == sorted(instants)
    assert begins <= instants[0]
    assert instants[-1] <= ends
    # The wand's clock does not change at three: it drifts by a second, and no more.
    offsets = [
        datetime.fromisoformat(row["wand_time"]) - at.replace(tzinfo=None)
        for row, at in zip(truth["touches"], instants, strict=True)
    ]
    assert max(offsets) - min(offsets) <= max(offsets).resolution * 2_000_000


def test_the_walk_and_the_truth_agree_about_every_deed() -> None:
    plan = plan_of(CHEATS, "mazurs_wand")
    told = truth_in(CHEATS, plan)["deeds"]
    assert [(each["kind"], each["begins"]) for each in told] == [
        (deed.kind.value, deed.begins.isoformat()) for deed in walk(CHEATS, plan).deeds
    ]
