"""No guard is at two places at once, goes back in time, or walks faster than a person can."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchclock_sim.dishonest_walks import walk_of
from watchclock_sim.guard_walk import Turn
from watchclock_sim.scenario import Behaviour, Duty, Guard, Rest, Route, Scenario, WandPlan
from watchclock_sim.scenario_file import SCENARIOS, load
from watchclock_sim.walk import walk
from watchclock_sim.walk_steps import Deed, DeedKind, Night, Skip, Touch

CHEATS = load(SCENARIOS / "cheats_night.toml")
LONG = load(SCENARIOS / "long_night.toml")
ALONE = sorted(set(Behaviour) - {Behaviour.SHARING, Behaviour.TWO_GUARDS})
RESTS = st.builds(
    Rest,
    minutes=st.integers(1, 200),
    at=st.none() | st.integers(20, 23).map(dt.time),
    chance_percent=st.integers(0, 100),
)
MINUTE = dt.timedelta(minutes=1)


def plan_of(scenario: Scenario, key: str) -> WandPlan:
    return next(wand for wand in scenario.wands if wand.key == key)


def with_guard(scenario: Scenario, key: str, change: Callable[[Guard], Guard]) -> Scenario:
    guards = (change(guard) if guard.key == key else guard for guard in scenario.guards)
    return replace(scenario, guards=tuple(guards))


def with_route(scenario: Scenario, change: Callable[[Route], Route]) -> Scenario:
    return replace(scenario, routes=tuple(map(change, scenario.routes)))


def hourly(scenario: Scenario, minutes: int) -> Scenario:
    return with_route(scenario, lambda route: replace(route, every_minutes=minutes))


def with_wand(scenario: Scenario, plan: WandPlan) -> Scenario:
    wands = tuple(plan if wand.key == plan.key else wand for wand in scenario.wands)
    return replace(scenario, wands=wands)


def stations(night: Night) -> list[Touch]:
    return [touch for touch in night.touches if touch.round_number]


def walked_steps(scenario: Scenario, plan: WandPlan) -> list[Touch | Skip | Deed]:
    """Every step in the order of the walk, which sorting by time would hide."""
    (duty,) = plan.duties
    return list(walk_of(Turn(scenario=scenario, wand=plan, duty=duty)).steps())


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1000),
    behaviour=st.sampled_from(ALONE),
    rests=st.lists(RESTS, max_size=3),
    every_minutes=st.integers(10, 90),
    speed_mps=st.floats(0.3, 3),
    varies=st.integers(0, 90),
)
def test_no_step_of_a_walk_is_before_the_one_before(
    seed: int,
    behaviour: Behaviour,
    rests: list[Rest],
    every_minutes: int,
    speed_mps: float,
    varies: int,
) -> None:
    scenario = with_guard(
        hourly(CHEATS.changed(seed=seed), every_minutes),
        "nowak",
        lambda guard: replace(
            guard,
            behaviour=behaviour,
            breaks=tuple(rests),
            speed_mps=speed_mps,
            varies_percent=varies,
        ),
    )
    steps = walked_steps(scenario, plan_of(scenario, "nowaks_wand"))
    reads = [step for step in steps if not isinstance(step, Deed)]
    assert reads
    assert all(one.utc <= other.utc for one, other in pairwise(reads))
    breaks = [step for step in steps if isinstance(step, Deed) and step.kind is DeedKind.BREAK]
    assert all(one.ends <= other.begins for one, other in pairwise(breaks))
    touches = Counter(read.utc for read in reads if isinstance(read, Touch))
    assert not [at for at in touches for rest in breaks if rest.begins < at < rest.ends]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), every_minutes=st.integers(10, 60), rest=RESTS)
def test_an_honest_guard_needs_at_least_the_time_of_a_person_from_place_to_place(
    seed: int, every_minutes: int, rest: Rest
) -> None:
    scenario = with_guard(
        hourly(CHEATS.changed(seed=seed), every_minutes),
        "nowak",
        lambda guard: replace(guard, breaks=(rest,)),
    )
    touches = stations(walk(scenario, plan_of(scenario, "nowaks_wand")))
    numbers = [touch.round_number for touch in touches]
    assert numbers == sorted(numbers)
    assert len(numbers) > 8
    for one, other in pairwise(touches):
        if one.round_number != other.round_number:
            # How far it is from the last place to the first, a route does not say.
            continue
        metres = scenario.metres_between(one.place or "", other.place or "") or 0.0
        assert (other.utc - one.utc).total_seconds() >= metres / 1.2 * 0.9 - 1


def test_a_guard_with_two_wands_goes_one_way_and_holds_one_after_the_other_to_each_tag() -> None:
    nights = [walk(LONG, wand) for wand in LONG.wands]
    one, other = (
        {
            (each.round_number, each.checkpoint): each.utc
            for each in night.touches
            if each.guard == "adam"
        }
        for night in nights
    )
    assert len(one) > 80
    assert one.keys() == other.keys()
    assert {abs(one[key] - other[key]) for key in one} == {dt.timedelta(seconds=1)}
    breaks = [
        [(each.begins, each.ends) for each in night.deeds if each.guard == "adam"]
        for night in nights
    ]
    assert breaks[0] == breaks[1] != []


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), minutes=st.integers(60, 200))
def test_nobody_gets_a_wand_before_the_guard_before_is_done_with_it(
    seed: int, minutes: int
) -> None:
    long_break = Rest(minutes=minutes, at=dt.time(22, 5))
    first = Duty(guard="nowak", route="yard", begins=dt.time(20), ends=dt.time(23))
    second = Duty(guard="kot", route="yard", begins=dt.time(23), ends=dt.time(4))
    scenario = with_guard(
        CHEATS.changed(seed=seed), "nowak", lambda guard: replace(guard, breaks=(long_break,))
    )
    # In the file the later duty may stand first.
    plan = replace(plan_of(scenario, "nowaks_wand"), duties=(second, first))
    night = walk(with_wand(scenario, plan), plan)
    holders = [touch.guard for touch in night.touches]
    assert holders == sorted(holders, reverse=True)
    assert set(holders) == {"nowak", "kot"}


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1000),
    tolerance=st.integers(1, 30),
    varies=st.integers(0, 90),
    speed_mps=st.floats(1.0, 3),
)
def test_a_late_guard_is_late_however_much_the_legs_vary_and_within_the_tolerance(
    seed: int, tolerance: int, varies: int, speed_mps: float
) -> None:
    scenario = with_guard(
        with_route(
            CHEATS.changed(seed=seed),
            lambda route: replace(route, tolerance_minutes=tolerance, round_minutes=55),
        ),
        "nowak",
        lambda guard: replace(
            guard, behaviour=Behaviour.LATE, varies_percent=varies, speed_mps=speed_mps
        ),
    )
    (route,) = scenario.routes
    last = route.legs[-1].checkpoint
    ends = [
        touch
        for touch in stations(walk(scenario, plan_of(scenario, "nowaks_wand")))
        if touch.checkpoint == last
    ]
    assert len(ends) > 5
    for touch in ends:
        due = scenario.begins + MINUTE * route.every_minutes * (touch.round_number - 1)
        late = touch.utc - due - MINUTE * route.round_minutes
        assert dt.timedelta() < late <= MINUTE * tolerance


def seconds_a_round(night: Night) -> dict[int, float]:
    rounds: dict[int, list[dt.datetime]] = {}
    for touch in stations(night):
        rounds.setdefault(touch.round_number, []).append(touch.utc)
    return {number: (ats[-1] - ats[0]).total_seconds() for number, ats in rounds.items()}


def test_a_wand_that_is_handed_on_is_as_fast_as_the_one_who_carries_it() -> None:
    scenario = with_guard(CHEATS, "kot", lambda guard: replace(guard, speed_mps=3.0))
    seconds = seconds_a_round(walk(scenario, plan_of(scenario, "czaplas_wand")))
    assert sorted(seconds) == [7, 8, 9, 10]
    assert max(seconds[8], seconds[10]) < min(seconds[7], seconds[9]) / 2


def test_who_goes_with_a_partner_of_two_wands_reads_each_tag_once() -> None:
    lead = plan_of(CHEATS, "nowaks_wand")
    second = replace(lead, key="second", number="5F000000000000EE")
    scenario = replace(CHEATS, wands=(*CHEATS.wands, second))
    touches = stations(walk(scenario, plan_of(scenario, "barans_wand")))
    assert len(touches) > 60
    assert set(Counter((each.round_number, each.checkpoint) for each in touches).values()) == {1}


@pytest.mark.parametrize("name", ["cheats_night", "demo_night", "long_night", "repair_shop"])
def test_nobody_of_our_nights_reads_two_places_within_the_time_of_the_way(name: str) -> None:
    scenario = load(SCENARIOS / f"{name}.toml")
    honest = {guard.key: guard for guard in scenario.guards if _is_honest(guard)}
    seen: list[Touch] = []
    for plan in scenario.wands:
        seen += [each for each in stations(walk(scenario, plan)) if each.carried_by in honest]
    seen.sort(key=lambda touch: (touch.carried_by, touch.utc))
    assert seen
    for one, other in pairwise(seen):
        if (one.carried_by, one.round_number) != (other.carried_by, other.round_number):
            continue
        metres = scenario.metres_between(one.place or "", other.place or "")
        if metres is None:
            continue
        # Of wands carried together each is held to a tag a second later.
        spare_s = len(scenario.wands) + 1
        walked_s = (other.utc - one.utc).total_seconds() + spare_s
        guard = honest[one.carried_by]
        assert walked_s >= metres / guard.speed_mps * (1 - guard.varies_percent / 100)


def _is_honest(guard: Guard) -> bool:
    return guard.behaviour is Behaviour.HONEST
