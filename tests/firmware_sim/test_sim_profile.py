"""A scenario's plans for a wand's parts become instants of its night, and the night shows them."""

import datetime as dt
from dataclasses import replace

import pytest

from watchclock_sim.hardware.battery import BatteryPlan, Chemistry
from watchclock_sim.hardware.health import HardwarePart, Health
from watchclock_sim.hardware.profile import (
    ClimatePlan,
    HardwareProfile,
    MishapKind,
    MishapPlan,
    PartPlan,
    PowerPlan,
)
from watchclock_sim.night import WalkedWand, walked_wand
from watchclock_sim.scenario import WandPlan
from watchclock_sim.scenario_file import DEMO_NIGHT, load
from watchclock_sim.wands.fcard import FcardWand
from watchclock_sim.wands.vs import VsWand

DEMO = load(DEMO_NIGHT)
CONTACT, RADIO = DEMO.wands
TWO = dt.time(2, 0)
FOUR = dt.time(4, 0)


def night_of(plan: WandPlan, hardware: HardwareProfile) -> WalkedWand:
    return walked_wand(DEMO, replace(plan, hardware=hardware))


def lost_between(wand: WalkedWand, begins: dt.time, ends: dt.time) -> tuple[int, int]:
    """Touches that became no record, within that time and outside of it."""
    first, last = DEMO.instant(begins), DEMO.instant(ends)
    lost = [kept.touch.utc for kept in wand.touches if not kept.is_kept]
    within = sum(first <= utc < last for utc in lost)
    return within, len(lost) - within


def test_a_plan_becomes_a_fault_with_instants_and_the_usual_share_of_its_health() -> None:
    plan = PartPlan(part=HardwarePart.HEAD, health=Health.FAILING, begins=TWO, ends=FOUR)
    fault = plan.fault(DEMO.instant)
    assert (fault.from_utc, fault.until_utc) == (DEMO.instant(TWO), DEMO.instant(FOUR))
    assert fault.per_mille == 200
    assert replace(plan, per_mille=7, begins=None).fault(DEMO.instant).from_utc is None


def test_no_list_of_mishaps_is_not_an_empty_list() -> None:
    lives = [HardwareProfile(mishaps=mishaps).life(DEMO.instant, "seed") for mishaps in (None, ())]
    assert [life.mishaps for life in lives] == [None, ()]


@pytest.mark.parametrize("plan", [CONTACT, RADIO], ids=["contact", "radio"])
def test_a_head_that_dies_for_two_hours_loses_exactly_the_touches_of_these_hours(
    plan: WandPlan,
) -> None:
    dead = PartPlan(part=HardwarePart.HEAD, health=Health.DEAD, begins=TWO, ends=FOUR)
    wand = night_of(plan, HardwareProfile(parts=(dead,)))
    within, outside = lost_between(wand, TWO, FOUR)
    assert within > 5
    assert outside == 0


def test_a_night_with_a_sick_wand_is_the_same_whenever_it_is_walked() -> None:
    parts = tuple(
        PartPlan(part=part, health=Health.INTERMITTENT)
        for part in (HardwarePart.HEAD, HardwarePart.RTC_OSCILLATOR, HardwarePart.SUPPLY)
    )
    nights = [night_of(CONTACT, HardwareProfile(parts=parts)).touches for _ in range(2)]
    other = walked_wand(
        DEMO.changed(seed=99), replace(CONTACT, hardware=HardwareProfile(parts=parts))
    ).touches
    assert nights[0] == nights[1]
    assert [kept.is_kept for kept in nights[0]] != [kept.is_kept for kept in other]


def test_a_default_profile_changes_nothing_of_the_night() -> None:
    plain, default = walked_wand(DEMO, RADIO), night_of(RADIO, HardwareProfile())
    assert plain.touches == default.touches
    assert all(kept.is_kept for kept in plain.touches)


def test_a_wand_of_a_scenario_draws_from_its_cell_and_finds_out_that_it_is_low() -> None:
    plan = replace(
        RADIO,
        battery=BatteryPlan(chemistry=Chemistry.LI_MNO2, charge_percent=20),
    )
    draws = HardwareProfile(power=PowerPlan(asleep_ua=30_000))
    firmware = night_of(plan, draws).firmware
    assert isinstance(firmware, FcardWand)
    codes = [(firmware.log.ring.slot(slot) or b"\0")[0] for slot in (1, 2)]
    assert codes == [1, 5]


def test_a_battery_of_a_scenario_that_dies_at_four_takes_the_rest_of_the_night() -> None:
    dead = PartPlan(part=HardwarePart.BATTERY, health=Health.DEAD, begins=FOUR)
    wand = night_of(RADIO, HardwareProfile(parts=(dead,)))
    lost_after, lost_before = lost_between(wand, FOUR, dt.time(6, 0))
    assert lost_after > 5
    assert lost_before == 0


def test_climate_and_mishaps_of_a_scenario_reach_the_wand() -> None:
    profile = HardwareProfile(
        climate=ClimatePlan(warmest_c=44, coldest_c=-20),
        mishaps=(MishapPlan(kind=MishapKind.READER_SHORT, at=TWO, milliseconds=700),),
    )
    plan = replace(CONTACT, dialect="vs", number="5B00000000001234")
    firmware = night_of(plan, profile).firmware
    assert isinstance(firmware, VsWand)
    assert firmware.condition.shorts == 1
    assert (firmware.condition.warmest_c, firmware.condition.coldest_c) == (44, -20)
