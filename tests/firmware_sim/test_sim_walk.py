"""Guards walk as their behaviour says, and the same night every time."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario import Behaviour, ClockPlan, Duty, Scenario, WandPlan
from watchclock_sim.scenario_file import DEMO_NIGHT, load
from watchclock_sim.walk import Night, Touch, walk
from watchclock_sim.wands.fcard import FcardWand
from watchclock_sim.wands.wm5000t import Wm5000tWand

DEMO = load(DEMO_NIGHT)
CONTACT, RADIO = DEMO.wands


def night_of(behaviour: Behaviour, seed: int = 7) -> tuple[Scenario, Night]:
    """The quay walked for a whole shift by one guard of that behaviour."""
    guard = replace(DEMO.guards[0], behaviour=behaviour, tags=())
    duty = Duty(guard=guard.key, route="quay", begins=DEMO.shift.begins, ends=DEMO.shift.ends)
    scenario = replace(DEMO.changed(seed=seed), guards=(guard,))
    return scenario, walk(scenario, replace(CONTACT, duties=(duty,)))


def rounds_of(night: Night) -> dict[int, list[Touch]]:
    rounds: defaultdict[int, list[Touch]] = defaultdict(list)
    for touch in night.touches:
        rounds[touch.round_number].append(touch)
    return rounds


def lateness(scenario: Scenario, touch: Touch) -> timedelta:
    """How long after the beginning of its round a touch was."""
    every = scenario.route("quay").every_minutes
    return touch.utc - scenario.begins - timedelta(minutes=every * (touch.round_number - 1))


@given(st.integers(0, 1000))
def test_an_honest_guard_reaches_every_checkpoint_of_every_round_in_time(seed: int) -> None:
    scenario, night = night_of(Behaviour.HONEST, seed)
    order = [leg.checkpoint for leg in scenario.route("quay").legs]
    rounds = rounds_of(night)
    assert sorted(rounds) == list(range(1, 7))
    for touches in rounds.values():
        assert [touch.checkpoint for touch in touches] == order
        assert timedelta() < lateness(scenario, touches[0])
        assert lateness(scenario, touches[-1]) <= timedelta(minutes=40)


@given(st.integers(0, 1000))
def test_a_late_guard_ends_every_round_late_but_within_the_tolerance(seed: int) -> None:
    scenario, night = night_of(Behaviour.LATE, seed)
    for touches in rounds_of(night).values():
        assert timedelta(minutes=40) < lateness(scenario, touches[-1]) < timedelta(minutes=60)
        assert len(touches) == 6


@given(st.integers(0, 1000))
def test_a_skipping_guard_leaves_something_out_of_every_round_but_not_all(seed: int) -> None:
    _, night = night_of(Behaviour.SKIPPING, seed)
    skipped: defaultdict[int, set[str]] = defaultdict(set)
    for skip in night.skips:
        skipped[skip.round_number].add(skip.checkpoint)
    for number, touches in rounds_of(night).items():
        visited = {touch.checkpoint for touch in touches}
        assert 1 <= len(skipped[number]) <= 2
        assert visited | skipped[number] == {leg.checkpoint for leg in DEMO.route("quay").legs}
        assert not visited & skipped[number]


@given(st.integers(0, 1000))
def test_a_cheating_guard_reads_a_whole_round_within_seconds(seed: int) -> None:
    _, night = night_of(Behaviour.CHEATING, seed)
    for touches in rounds_of(night).values():
        gaps = [later.utc - earlier.utc for earlier, later in pairwise(touches)]
        assert len(touches) == 6
        assert max(gaps) <= timedelta(seconds=6)


def test_the_same_seed_gives_the_same_night_and_another_seed_another() -> None:
    assert walk(DEMO, RADIO) == walk(load(DEMO_NIGHT), RADIO)
    assert walk(DEMO, RADIO) != walk(DEMO.changed(seed=8), RADIO)


@pytest.mark.parametrize(("day", "rounds"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9)])
def test_a_night_that_changes_its_hours_has_a_round_less_or_more(day: date, rounds: int) -> None:
    site = replace(DEMO.site, time_zone="Europe/Berlin")
    hourly = tuple(replace(route, every_minutes=60) for route in DEMO.routes)
    berlin = replace(DEMO, site=site, routes=hourly).changed(day=day)
    numbers = {touch.round_number for touch in walk(berlin, CONTACT).touches}
    assert numbers == set(range(rounds + 1))


def test_every_touch_of_the_truth_is_a_record_of_the_wand_in_its_own_time() -> None:
    walked = walked_wand(DEMO, CONTACT)
    assert isinstance(walked.firmware, Wm5000tWand)
    memory = walked.firmware.memory
    records = [memory.record(index) for index in range(len(memory))]
    expected = [
        # The low three bytes of the serial, high byte first, after three that are always zero.
        bytes.fromhex(f"{kept.wand_time:%y%m%d%H%M%S}000000") + kept.touch.tag.octets[3:0:-1]
        for kept in walked.touches
    ]
    assert records == expected
    assert len(records) == 37


def test_after_a_clock_stops_all_records_bear_one_time_and_the_truth_does_not() -> None:
    walked = walked_wand(DEMO, RADIO)
    stopped = DEMO.instant(datetime(2026, 1, 1, 2, 30, tzinfo=UTC).time())
    frozen = [kept for kept in walked.touches if kept.touch.utc > stopped]
    assert len(frozen) == 6
    assert len({kept.wand_time for kept in frozen}) == 1
    assert len({kept.touch.utc for kept in frozen}) == 6


def system_codes(plan: WandPlan) -> list[int]:
    firmware = walked_wand(DEMO, plan).firmware
    assert isinstance(firmware, FcardWand)
    ring = firmware.log.ring
    return [(ring.slot(slot) or b"")[0] for slot in range(1, ring.write_index + 1)]


def test_the_wand_logs_being_switched_on_and_its_battery_getting_low() -> None:
    fresh = replace(RADIO, battery=BatteryPlan())
    weak = replace(RADIO, battery=BatteryPlan(voltage_mv=3300, falls_mv_per_hour=100))
    reset = replace(fresh, clock=ClockPlan(resets_at=DEMO.shift.ends.replace(hour=3)))
    assert system_codes(weak) == [1, 5]
    assert system_codes(fresh) == [1]
    assert system_codes(reset) == [1, 1]


def test_a_clock_that_resets_goes_on_from_2000() -> None:
    reset = replace(RADIO, clock=ClockPlan(resets_at=DEMO.shift.ends.replace(hour=3)))
    years = [kept.wand_time.year for kept in walked_wand(DEMO, reset).touches]
    assert years == sorted(years, reverse=True)
    assert set(years) == {2000, 2026}


def test_the_truth_tells_who_was_where_and_what_was_left_out() -> None:
    truth = json.loads(json.dumps(truth_of(DEMO, CONTACT, walked_wand(DEMO, CONTACT))))
    assert truth["identity"] == "wm5000t:531932"
    assert {row["guard"] for row in truth["skipped"]} == {"zhao"}
    assert next(row for row in truth["touches"] if row["round"] == 6) == {
        "guard": "zhao",
        "carried_by": "zhao",
        "behaviour": "skipping",
        "checkpoint": "east_gate",
        "place": "east_gate",
        "route": "quay",
        "round": 6,
        "tag": "ibutton:013C2B1A00000006",
        "utc": "2026-11-20T20:46:16+00:00",
        "wand_time": "2026-11-21T04:46:12",
        "is_kept": True,
        "read_as": None,
        "why_not_kept": None,
    }


def test_a_full_wand_that_stops_says_so_in_the_truth() -> None:
    small = replace(RADIO, capacity=5, stops_when_full=True)
    kept = [touch.is_kept for touch in walked_wand(DEMO, small).touches]
    assert kept == [True] * 5 + [False] * 21
