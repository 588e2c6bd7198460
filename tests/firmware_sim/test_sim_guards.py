"""Guards walk metres at their speed, rest, and misbehave as their behaviour says."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchclock_sim.dishonest_walks import DAMAGES, WALKS
from watchclock_sim.fault_profiles import FAULT_PROFILES
from watchclock_sim.scenario import Behaviour, Guard, Rest, Scenario
from watchclock_sim.scenario_file import DEMO_NIGHT, SCENARIOS, load
from watchclock_sim.walk import walk
from watchclock_sim.walk_steps import Deed, DeedKind, Night, SkipReason, Touch

CHEATS = load(SCENARIOS / "cheats_night.toml")
LONG = load(SCENARIOS / "long_night.toml")
DEMO = load(DEMO_NIGHT)
FAR = {"far_fence", "pond"}
"""The two checkpoints of the yard that are farthest off the way."""


def night_of(key: str, scenario: Scenario = CHEATS) -> Night:
    return walk(scenario, next(wand for wand in scenario.wands if wand.key == f"{key}s_wand"))


def rounds_of(night: Night) -> dict[int, list[Touch]]:
    rounds: dict[int, list[Touch]] = {}
    for touch in night.touches:
        if touch.round_number:
            rounds.setdefault(touch.round_number, []).append(touch)
    return rounds


def deeds_of(night: Night, kind: DeedKind) -> list[Deed]:
    return [deed for deed in night.deeds if deed.kind is kind]


def changed_guard(scenario: Scenario, key: str, change: Callable[[Guard], Guard]) -> Scenario:
    guards = (change(guard) if guard.key == key else guard for guard in scenario.guards)
    return replace(scenario, guards=tuple(guards))


def test_the_demo_nights_are_to_the_second_what_they_were_before_guards_learned_more() -> None:
    night = walk(DEMO, DEMO.wands[1])
    text = "\n".join(
        f"{each.utc.isoformat()} {each.wand} {each.guard} {each.behaviour} {each.tag} "
        f"{each.checkpoint} {each.route} {each.round_number}"
        for each in night.touches
    )
    known = "7649b115998892acc68a2f5661d87ccad1824bea777d2b42a8dc86387fdd2414"
    assert hashlib.sha256(f"{text}\n".encode()).hexdigest() == known


def test_every_behaviour_has_its_walk_and_every_damage_its_profile() -> None:
    assert set(WALKS) == set(Behaviour)
    assert {damage for damage in DAMAGES if damage is not None} <= set(FAULT_PROFILES)
    assert {guard.behaviour for guard in CHEATS.guards} == set(Behaviour)


@given(st.integers(0, 200), st.floats(0.8, 2.0))
@settings(max_examples=20)
def test_metres_are_walked_at_the_guards_speed_give_or_take_what_varies(
    seed: int, speed_mps: float
) -> None:
    scenario = changed_guard(
        LONG.changed(seed=seed),
        "vogel",
        lambda guard: replace(guard, speed_mps=speed_mps, breaks=()),
    )
    route = scenario.route("grounds")
    for touches in rounds_of(walk(scenario, scenario.wands[0])).values():
        if touches[0].guard != "vogel":
            continue
        for leg, (before, touch) in zip(route.legs[1:], pairwise(touches), strict=True):
            seconds = (touch.utc - before.utc).total_seconds()
            planned = (leg.metres or 0) / speed_mps
            assert planned * 0.9 - 1 <= seconds <= planned * 1.1 + 1


def test_a_leg_without_metres_is_as_long_as_its_checkpoints_are_apart() -> None:
    legs = {leg.checkpoint: leg.metres for leg in LONG.route("grounds").legs}
    assert legs["pharmacy"] == pytest.approx((90**2 + 20**2) ** 0.5)
    assert legs["boiler_house"] == 190
    assert legs["main_gate"] is None


def test_a_fixed_break_is_taken_once_and_a_random_one_as_often_as_chance_has_it() -> None:
    night = walk(LONG, LONG.wands[0])
    breaks = deeds_of(night, DeedKind.BREAK)
    vogels = [each for each in breaks if each.guard == "vogel"]
    assert [each.ends - each.begins for each in vogels] == [dt.timedelta(minutes=25)]
    due = LONG.instant(dt.time(18, 10))
    assert due <= vogels[0].begins <= due + dt.timedelta(hours=1)
    lengths = {each.ends - each.begins for each in breaks if each.guard == "adam"}
    assert lengths == {dt.timedelta(minutes=20), dt.timedelta(minutes=4)}


def test_nobody_reads_anything_during_a_break() -> None:
    night = walk(LONG, LONG.wands[0])
    for pause in deeds_of(night, DeedKind.BREAK):
        assert not [each for each in night.touches if pause.begins < each.utc < pause.ends]


def test_a_break_whose_time_was_before_the_duty_is_not_taken() -> None:
    early = (Rest(minutes=10, at=dt.time(20, 30)),)
    scenario = changed_guard(
        CHEATS,
        "sroka",
        lambda guard: replace(guard, behaviour=Behaviour.HONEST, breaks=early),
    )
    assert deeds_of(night_of("sroka", scenario), DeedKind.BREAK) == []


@given(st.integers(0, 200))
@settings(max_examples=20)
def test_a_lazy_guard_leaves_only_far_checkpoints_out_and_is_back_sooner(seed: int) -> None:
    night = night_of("mazur", CHEATS.changed(seed=seed))
    own = [each for each in night.skips if each.reason is SkipReason.TOO_FAR]
    assert {each.checkpoint for each in own} <= FAR
    assert {each.round_number for each in own} == set(rounds_of(night))
    whole_s = sum((leg.metres or 60) / 1.2 for leg in CHEATS.route("yard").legs)
    for touches in rounds_of(night).values():
        if not FAR & {touch.checkpoint for touch in touches}:
            walked_s = (touches[-1].utc - touches[0].utc).total_seconds()
            assert walked_s < 0.8 * whole_s
    assert len(deeds_of(night, DeedKind.LAZY)) == len(rounds_of(night))


def test_a_stolen_tag_is_read_where_it_is_carried_and_nobody_else_can_read_it() -> None:
    thief, honest = night_of("sroka"), night_of("nowak")
    thefts = {deed.checkpoints[0]: deed for deed in deeds_of(thief, DeedKind.TAG_STEALING)}
    assert set(thefts) == FAR
    elsewhere = [each for each in thief.touches if each.checkpoint != each.place]
    assert {each.checkpoint for each in elsewhere} == FAR
    assert all(each.place == "drying_kiln" for each in elsewhere)
    in_vain = [each for each in honest.skips if each.reason is SkipReason.TAG_GONE]
    assert len(in_vain) >= 8
    for skip in in_vain:
        assert thefts[skip.checkpoint].begins <= skip.utc < thefts[skip.checkpoint].ends
    for touch in honest.touches:
        theft = thefts.get(touch.checkpoint or "")
        assert theft is None or not theft.begins <= touch.utc < theft.ends


@given(st.integers(0, 200), st.sampled_from(["sroka", "kot"]))
@settings(max_examples=20)
def test_of_two_thieves_the_first_has_the_tag_and_the_second_takes_none(
    seed: int, other: str
) -> None:
    thieves = CHEATS.changed(seed=seed)
    for key in ("nowak", other):
        thieves = changed_guard(
            thieves, key, lambda guard: replace(guard, behaviour=Behaviour.TAG_STEALING)
        )
    nights = [night_of("nowak", thieves), night_of(other, thieves)]
    thefts = [deed for night in nights for deed in deeds_of(night, DeedKind.TAG_STEALING)]
    assert {deed.checkpoints[0] for deed in thefts} == FAR
    for deed in thefts:
        for night in nights:
            others = [
                touch.utc
                for touch in night.touches
                if touch.checkpoint in deed.checkpoints and touch.guard != deed.guard
            ]
            assert not [utc for utc in others if deed.begins <= utc < deed.ends]
    for touch in (touch for night in nights for touch in night.touches):
        if touch.checkpoint != touch.place:
            assert [
                deed
                for deed in thefts
                if deed.guard == touch.guard and deed.begins <= touch.utc < deed.ends
            ]


def test_a_stolen_tag_is_read_seconds_after_the_one_before() -> None:
    for touches in rounds_of(night_of("sroka")).values():
        for before, touch in pairwise(touches):
            if touch.checkpoint != touch.place:
                assert dt.timedelta(seconds=2) <= touch.utc - before.utc <= dt.timedelta(seconds=6)


def test_a_radio_wand_does_not_miss_a_button_that_was_stolen() -> None:
    reasons = {each.reason for each in night_of("dudek").skips}
    assert reasons == {SkipReason.TAG_UNREADABLE}


def test_one_guard_with_two_wands_reads_each_tag_twice_within_seconds() -> None:
    carrier, shared = night_of("nowak"), night_of("baran")
    led = {(each.round_number, each.checkpoint): each.utc for each in carrier.touches}
    twice = [each for each in shared.touches if each.round_number]
    assert len(twice) > 60
    for touch in twice:
        behind = touch.utc - led[touch.round_number, touch.checkpoint]
        assert dt.timedelta(seconds=1) <= behind <= dt.timedelta(seconds=4)
        assert (touch.guard, touch.carried_by) == ("baran", "nowak")
    assert {deed.partner for deed in deeds_of(shared, DeedKind.SHARING)} == {"nowak"}


def test_a_wand_handed_on_is_carried_by_the_partner_in_every_second_round() -> None:
    rounds = rounds_of(night_of("czapla"))
    carriers = {number: {touch.carried_by for touch in rounds[number]} for number in rounds}
    assert carriers == {7: {"czapla"}, 8: {"kot"}, 9: {"czapla"}, 10: {"kot"}}


def test_two_guards_at_once_read_every_tag_shortly_one_after_the_other() -> None:
    first, second = night_of("lis"), night_of("zajac")
    led = {(each.round_number, each.checkpoint): each.utc for each in first.touches}
    together = [each for each in second.touches if each.round_number]
    assert len(together) == 40
    for touch in together:
        behind = touch.utc - led[touch.round_number, touch.checkpoint]
        assert dt.timedelta(seconds=5) <= behind <= dt.timedelta(seconds=25)
        assert touch.carried_by == "zajac"


@given(st.integers(0, 200))
@settings(max_examples=20)
def test_a_wand_is_thrown_once_right_behind_a_checkpoint(seed: int) -> None:
    night = night_of("dudek", CHEATS.changed(seed=seed))
    [throw] = deeds_of(night, DeedKind.THROWING)
    instants = [each.utc for each in night.touches] + [each.utc for each in night.skips]
    before = [at for at in instants if at <= throw.begins]
    assert throw.begins - max(before) == dt.timedelta(seconds=5)
    assert 150_000 <= throw.strength_mg < 400_000
    assert throw.damage in DAMAGES


def test_a_tag_that_broke_is_read_by_nobody_from_then_on() -> None:
    broke = CHEATS.instant(dt.time(3, 15))
    for wand in CHEATS.wands:
        night = walk(CHEATS, wand)
        read = [each for each in night.touches if each.checkpoint == "fuel_tank"]
        assert all(each.utc < broke for each in read)
        missed = [each for each in night.skips if each.reason is SkipReason.TAG_UNREADABLE]
        assert all((each.checkpoint, each.utc >= broke) == ("fuel_tank", True) for each in missed)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(dt.date(2026, 3, 28), 23), (dt.date(2026, 6, 6), 24), (dt.date(2026, 10, 24), 25)],
)
def test_a_day_of_23_and_of_25_hours_has_as_many_rounds(day: dt.date, hours: int) -> None:
    scenario = LONG.changed(day=day)
    night = walk(scenario, scenario.wands[0])
    assert scenario.ends - scenario.begins == dt.timedelta(hours=hours)
    assert sorted(rounds_of(night)) == list(range(1, hours + 1))
    assert {touch.guard for touch in night.touches} == {"vogel", "adam"}
