"""A part's health follows from its faults, the seed and the instant, whoever asks when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchclock_sim.hardware.health import HardwarePart, Health, PartFault, PartLife

BEGIN = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def life_of(
    health: Health, per_mille: int, *, seed: str = "a wand", spell_s: int = 60
) -> PartLife:
    fault = PartFault(
        part=HardwarePart.HEAD,
        health=health,
        from_utc=BEGIN + HOUR,
        until_utc=BEGIN + 3 * HOUR,
        per_mille=per_mille,
        spell_s=spell_s,
    )
    return PartLife(HardwarePart.HEAD, [fault], seed)


def worked(life: PartLife, hours: range, step: timedelta = SECOND * 20) -> list[bool]:
    begin, end = BEGIN + hours.start * HOUR, BEGIN + hours.stop * HOUR
    return [life.works(begin + index * step) for index in range((end - begin) // step)]


@pytest.mark.parametrize("health", list(Health))
def test_a_fault_is_felt_from_its_beginning_until_its_end_and_never_outside(
    health: Health,
) -> None:
    life = life_of(health, 1000)
    assert all(worked(life, range(1)))
    assert all(worked(life, range(3, 5)))
    assert life.health(BEGIN) is Health.HEALTHY
    assert life.health(BEGIN + HOUR) is health


def test_a_dead_part_never_works_and_a_healthy_one_always_does() -> None:
    assert not any(worked(life_of(Health.DEAD, 1), range(1, 3)))
    assert all(worked(life_of(Health.HEALTHY, 1000), range(1, 3)))


def test_a_failing_part_gets_worse_until_it_fails_as_often_as_planned() -> None:
    life = life_of(Health.FAILING, 900)
    early, late = worked(life, range(1, 2)), worked(life, range(2, 3))
    assert 0.7 < sum(early) / len(early) < 0.85
    assert 0.25 < sum(late) / len(late) < 0.4


def test_an_intermittent_part_stays_as_it_is_for_a_whole_spell() -> None:
    life = life_of(Health.INTERMITTENT, 500, spell_s=600)
    seen = worked(life, range(1, 3))
    spells = [seen[start : start + 30] for start in range(0, len(seen), 30)]
    assert all(len(set(spell)) == 1 for spell in spells)
    assert {spell[0] for spell in spells} == {True, False}


def test_another_seed_gives_another_life() -> None:
    one, other = (life_of(Health.FAILING, 500, seed=seed) for seed in ("one", "other"))
    assert worked(one, range(1, 3)) != worked(other, range(1, 3))
    assert worked(one, range(1, 3)) == worked(
        life_of(Health.FAILING, 500, seed="one"), range(1, 3)
    )


def test_two_uses_at_one_instant_fail_apart() -> None:
    life = life_of(Health.FAILING, 1000)
    drawn = {life.works(BEGIN + 2 * HOUR, use) for use in range(20)}
    assert drawn == {True, False}


def test_where_several_faults_last_the_last_one_named_counts() -> None:
    dead, healed = (
        PartFault(part=HardwarePart.KEYS, health=health, from_utc=utc, per_mille=1000, measured=4)
        for health, utc in ((Health.DEAD, BEGIN), (Health.HEALTHY, BEGIN + HOUR))
    )
    life = PartLife(HardwarePart.KEYS, [dead, healed])
    assert [life.works(BEGIN), life.works(BEGIN + HOUR)] == [False, True]
    assert life.measured(BEGIN) == 4


def test_a_loose_crystal_costs_no_time_to_ask_however_long_ago_the_wand_was_set() -> None:
    fault = PartFault(
        part=HardwarePart.RTC_OSCILLATOR, health=Health.INTERMITTENT, per_mille=400, spell_s=1
    )
    life = PartLife(HardwarePart.RTC_OSCILLATOR, [fault], "a wand")
    # Counted second by second, 26 years would take this test hours.
    years = timedelta(days=26 * 365)
    lost = life.lost(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC) + years)
    assert abs(lost / years - 0.4) < 1e-6


@settings(max_examples=20)
@given(per_mille=st.integers(0, 1000), thousand=st.integers(0, 10**6), seed=st.text(max_size=9))
def test_exactly_so_many_of_a_thousand_spells_fail(
    per_mille: int, thousand: int, seed: str
) -> None:
    fault = PartFault(part=HardwarePart.HEAD, health=Health.INTERMITTENT, per_mille=per_mille)
    life = PartLife(HardwarePart.HEAD, [fault], seed)
    begin = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=1000 * thousand)
    spells = [life.works(begin + timedelta(minutes=minute)) for minute in range(1000)]
    assert spells.count(False) == per_mille
    assert life.lost(begin, begin + timedelta(minutes=1000)) == timedelta(minutes=per_mille)


def test_what_a_failing_part_loses_grows_as_its_failures_do() -> None:
    life = life_of(Health.FAILING, 800)
    first, second = (
        life.lost(BEGIN + hour * HOUR, BEGIN + (hour + 1) * HOUR) / HOUR for hour in (1, 2)
    )
    assert [first, second] == pytest.approx([0.2, 0.6])


@given(
    health=st.sampled_from(Health),
    per_mille=st.integers(0, 1000),
    cuts=st.lists(st.integers(0, 5 * 3600), min_size=1, max_size=4),
)
def test_time_lost_adds_up_however_it_is_cut(
    health: Health, per_mille: int, cuts: list[int]
) -> None:
    life = life_of(health, per_mille)
    edges = [BEGIN + SECOND * cut for cut in sorted({0, *cuts, 5 * 3600})]
    pieces = [life.lost(begin, end) for begin, end in pairwise(edges)]
    whole = life.lost(edges[0], edges[-1])
    assert abs(sum(pieces, timedelta()) - whole) <= timedelta(milliseconds=1)
    assert timedelta() <= whole <= 2 * HOUR
