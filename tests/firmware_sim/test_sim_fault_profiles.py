"""Every fault profile shows what it promises in the log or the counters of the real firmware."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.support.walked_vs import DownloadedVs, downloaded
from watchclock_protocol.dialects.vs.evidence import EvidenceCode, Outcome, Part
from watchclock_protocol.records import PatrolRecord, SystemRecord
from watchclock_sim.fault_effects import with_fault
from watchclock_sim.fault_profile import Sign
from watchclock_sim.fault_profiles import FAULT_PROFILES
from watchclock_sim.hardware.battery import LOW_MV
from watchclock_sim.night import truth_of
from watchclock_sim.scenario import WandPlan
from watchclock_sim.scenario_file import SCENARIOS, load

SHOP = load(SCENARIOS / "repair_shop.toml")
DOCUMENT = (Path(__file__).parents[2] / "docs/simulator.md").read_text("utf-8")
SOUND = {"VS5000B": "sound_contact", "VF5000+": "sound_radio"}
CASES = [(name, model) for name, profile in FAULT_PROFILES.items() for model in profile.models]
ROWS_OF_A_WAND = set(range(1, 23)) - {7}
"""Row 7 is a tag that no wand can read."""


def plan_of(key: str) -> WandPlan:
    return next(wand for wand in SHOP.wands if wand.key == key)


@cache
def wand_of(model: str, fault: str | None) -> DownloadedVs:
    """A wand of the repair shop, downloaded: a sound one where no fault is named."""
    plan = replace(plan_of(SOUND[model]), fault=fault)
    return downloaded(SHOP, with_fault(plan, SHOP.shift))


def value(wand: DownloadedVs, code: EvidenceCode) -> int:
    return wand.evidence[code].value if code in wand.evidence else 0


def detail(wand: DownloadedVs, code: EvidenceCode) -> int:
    return wand.evidence[code].detail if code in wand.evidence else 0


def patrols(wand: DownloadedVs) -> list[PatrolRecord]:
    return [each for each in wand.records if isinstance(each, PatrolRecord)]


def has_event(wand: DownloadedVs, event: str) -> bool:
    return any(event in each.meanings for each in wand.records if isinstance(each, SystemRecord))


def has_failed(wand: DownloadedVs, part: Part) -> bool:
    return wand.parts[part].outcome == Outcome.FAILED


def has_one_time(wand: DownloadedVs) -> bool:
    times = Counter(each.time.civil for each in patrols(wand))
    return max(times.values(), default=0) >= 5


def is_offset(wand: DownloadedVs) -> bool:
    if wand.shown is None:
        return False
    return timedelta(minutes=10) < abs(wand.shown - wand.civil) < timedelta(days=1)


SIGNS: dict[Sign, Callable[[DownloadedVs], bool]] = {
    Sign.BATTERY_LOW: lambda wand: 0 < detail(wand, EvidenceCode.BATV) < LOW_MV,
    Sign.BROWN_OUTS: lambda wand: value(wand, EvidenceCode.BOR) > 0,
    Sign.WATCHDOG_RESETS: lambda wand: value(wand, EvidenceCode.WDT) > 5,
    Sign.UNEXPLAINED_RESETS: lambda wand: value(wand, EvidenceCode.RST) > 5,
    Sign.CLOCK_STOPPED: lambda wand: value(wand, EvidenceCode.OSF) > 0,
    Sign.CLOCK_AT_EPOCH: lambda wand: any(
        each.time.civil is not None and each.time.civil.year == 2000 for each in patrols(wand)
    ),
    Sign.ONE_TIME: has_one_time,
    Sign.CLOCK_OFFSET: is_offset,
    Sign.SHORTS: lambda wand: value(wand, EvidenceCode.SHORT) > 0,
    Sign.NO_PRESENCE: lambda wand: value(wand, EvidenceCode.NOPP) > 5,
    Sign.WEAK_FIELD: lambda wand: (
        value(wand, EvidenceCode.RFL) < 0.8 * detail(wand, EvidenceCode.RFL)
    ),
    Sign.SHOCK: lambda wand: detail(wand, EvidenceCode.SHOCK) > 100_000,
    Sign.KEYS_FAIL: lambda wand: has_failed(wand, Part.KEYS),
    Sign.LCD_FAILS: lambda wand: has_failed(wand, Part.LCD),
    Sign.VIBRATOR_FAILS: lambda wand: has_failed(wand, Part.VIBRATOR),
    Sign.BUZZER_FAILS: lambda wand: has_failed(wand, Part.BUZZER),
    Sign.COLD: lambda wand: 0 < detail(wand, EvidenceCode.TEMP) < 273 - 20,
    Sign.MEMORY_FLAWS: lambda wand: value(wand, EvidenceCode.FLASH) > 0,
    Sign.OPENED: lambda wand: has_event(wand, "housing_opened"),
    Sign.FAILED_READINGS: lambda wand: wand.failed > 0 and detail(wand, EvidenceCode.DOCK) > 0,
    Sign.OVERWRITTEN: lambda wand: has_event(wand, "records_overwritten"),
    Sign.READS_MISSING: lambda wand: 0 < len(patrols(wand)) < 100,
    Sign.NO_READS: lambda wand: not patrols(wand),
}
"""How a host sees each sign; a sound wand's night has 121 reads."""


@pytest.mark.parametrize(
    # A sound contact wand meets metal now and then.
    ("model", "usual"),
    [("VS5000B", {Sign.SHORTS}), ("VF5000+", set[Sign]())],
)
def test_every_sign_can_be_looked_for_and_a_sound_wand_shows_none(
    model: str, usual: set[Sign]
) -> None:
    wand = wand_of(model, None)
    assert set(SIGNS) == set(Sign)
    assert {sign for sign, is_seen in SIGNS.items() if is_seen(wand)} == usual
    assert len(patrols(wand)) == 121


@pytest.mark.parametrize(("name", "model"), CASES)
def test_a_profile_shows_every_sign_it_promises_and_none_of_another_fault(
    name: str, model: str
) -> None:
    profile, wand = FAULT_PROFILES[name], wand_of(model, name)
    shown = {sign for sign, is_seen in SIGNS.items() if is_seen(wand)}
    assert set(profile.signs) <= shown
    assert not set(profile.without) & shown


def test_every_row_of_a_wand_has_a_profile_and_no_two_profiles_are_alike() -> None:
    assert {profile.row for profile in FAULT_PROFILES.values()} == ROWS_OF_A_WAND
    told = [
        (profile.row, profile.fault_class, profile.causes, profile.signs)
        for profile in FAULT_PROFILES.values()
    ]
    assert len(set(told)) == len(told)


def test_the_truth_names_class_causes_and_signs_of_the_profile() -> None:
    plan = plan_of("crystal_joint")
    truth = truth_of(SHOP, plan, wand_of("VS5000B", "crystal_joint").walked)
    assert truth["labels"] == [
        {
            "kind": "F-XTAL",
            "subject": "crystal_joint",
            "causes": ["product"],
            "signs": ["clock_stopped", "one_time"],
            "profile": "crystal_joint",
            "row": 2,
            "begins": "2026-11-02T17:00:00+00:00",
            "ends": None,
        }
    ]
    assert truth["parts"] == [
        {
            "part": "rtc_oscillator",
            "health": "dead",
            "per_mille": 1000,
            "spell_s": 60,
            "measured": None,
            "begins": "2026-11-02T17:00:00+00:00",
            "ends": None,
        }
    ]


@pytest.mark.parametrize("seed", range(13, 19))
def test_the_damage_of_a_throw_shows_every_sign_its_label_promises(seed: int) -> None:
    cheats = load(SCENARIOS / "cheats_night.toml").changed(seed=seed)
    plan = next(wand for wand in cheats.wands if wand.key == "dudeks_wand")
    wand = downloaded(cheats, plan)
    shown = {sign.value for sign, is_seen in SIGNS.items() if is_seen(wand)}
    labels = truth_of(cheats, plan, wand.walked)["labels"]
    promised = [set(label["signs"]) for label in labels if label["profile"] is not None]
    # The clock that stops late in a night may have stopped behind the last touches.
    assert all(signs - shown <= {Sign.ONE_TIME.value} for signs in promised)
    assert Sign.SHOCK.value in shown


def test_every_profile_is_documented_with_its_row_class_and_signs() -> None:
    section = DOCUMENT.split("## Fault profiles\n")[1].split("\n## ")[0]
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+) \| (F-[A-Z-]+) \| ([\w, ]+) \| .*? \| (.*?) \|",
        section,
        re.MULTILINE,
    )
    documented = {
        name: (int(row), fault_class, causes, set(re.findall(r"`(\w+)`", signs)))
        for name, row, fault_class, causes, signs in rows
    }
    assert documented == {
        name: (
            profile.row,
            profile.fault_class,
            ", ".join(profile.causes),
            {sign.value for sign in profile.signs},
        )
        for name, profile in FAULT_PROFILES.items()
    }


def test_water_inside_is_told_as_humidity_by_a_wand_to_which_a_sensor_was_fitted() -> None:
    plan = replace(plan_of(SOUND["VS5000B"]), fault="water_inside")
    climate = replace(plan.hardware.climate, has_humidity_sensor=True)
    fitted = replace(plan, hardware=replace(plan.hardware, climate=climate))
    wet = downloaded(SHOP, with_fault(fitted, SHOP.shift))
    assert (value(wet, EvidenceCode.HUM), detail(wet, EvidenceCode.HUM)) == (100, 40)
    assert EvidenceCode.HUM not in wand_of("VS5000B", "water_inside").evidence
