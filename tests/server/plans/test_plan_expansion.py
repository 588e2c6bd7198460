"""What plans ask for on one duty date, also on nights on which the clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.nights import minutes, plan_of, terms_of
from watchclock_server.plans.domain import (
    FixedRounds,
    PlanRule,
    PlanTerms,
    RecurringRounds,
    broken_rules,
    in_force,
    planned_rounds,
    planned_visits,
)

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
ORDINARY = date(2026, 3, 2)
SPRING = date(2026, 3, 28)  # the clocks of Berlin go from 02:00 to 03:00 on the 29th
AUTUMN = date(2026, 10, 24)  # and from 03:00 back to 02:00 on the 25th
HOURLY = terms_of(RecurringRounds(every_minutes=60))


def fixed(*clocks: str) -> FixedRounds:
    return FixedRounds(starts=tuple(time.fromisoformat(clock) for clock in clocks))


def civil_starts(rounds: FixedRounds, duty_date: date) -> list[str]:
    return [
        each.start.astimezone(BERLIN).strftime("%d %H:%M%z")
        for each in planned_rounds(plan_of(terms_of(rounds)), duty_date, BERLIN)
    ]


def test_the_windows_of_a_round_lie_around_its_start() -> None:
    [first, *_] = planned_rounds(plan_of(HOURLY), ORDINARY, SHANGHAI)
    assert first.number == 1
    assert first.start == datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    assert first.on_time_until - first.start == minutes(30)
    assert first.start - first.accept_from == minutes(10)
    assert first.accept_until - first.on_time_until == minutes(10)


@pytest.mark.parametrize(
    ("duty_date", "rounds"), [(ORDINARY, 8), (SPRING, 7), (AUTUMN, 9)], ids=str
)
def test_rounds_every_hour_count_elapsed_hours(duty_date: date, rounds: int) -> None:
    starts = [each.start for each in planned_rounds(plan_of(HOURLY), duty_date, BERLIN)]
    assert len(starts) == rounds
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(hours=1)}


def test_a_round_that_would_end_after_the_shift_is_not_planned() -> None:
    terms = terms_of(RecurringRounds(every_minutes=50), shift=("22:00", "00:00"), length=30)
    starts = [each.start for each in planned_rounds(plan_of(terms), ORDINARY, SHANGHAI)]
    assert len(starts) == 2


def test_a_round_as_long_as_the_shift_is_planned_on_the_shortest_night_too() -> None:
    once = replace(HOURLY, round_minutes=HOURLY.shift.length_minutes)
    starts = [each.start for each in planned_rounds(plan_of(once), SPRING, BERLIN)]
    assert starts == [datetime(2026, 3, 28, 21, tzinfo=UTC)]


def test_rounds_after_midnight_belong_to_the_date_on_which_the_shift_starts() -> None:
    assert civil_starts(fixed("23:00", "00:00", "05:59"), ORDINARY) == [
        "02 23:00+0100",
        "03 00:00+0100",
        "03 05:59+0100",
    ]


def test_a_civil_time_that_exists_twice_means_the_first() -> None:
    assert civil_starts(fixed("02:30", "03:00"), AUTUMN) == ["25 02:30+0200", "25 03:00+0100"]


def test_a_civil_time_that_does_not_exist_is_counted_on_from_before_the_gap() -> None:
    assert civil_starts(fixed("02:30", "03:00"), SPRING) == ["29 03:00+0200", "29 03:30+0200"]


def test_two_rounds_that_fall_on_one_instant_are_one_round() -> None:
    assert civil_starts(fixed("02:30", "03:30"), SPRING) == ["29 03:30+0200"]


def test_a_shift_may_last_from_noon_to_noon() -> None:
    terms = terms_of(RecurringRounds(every_minutes=60), shift=("12:00", "12:00"))
    assert len(planned_rounds(plan_of(terms), ORDINARY, BERLIN)) == 24
    assert len(planned_rounds(plan_of(terms), AUTUMN, BERLIN)) == 25


def test_every_checkpoint_of_the_route_is_due_in_every_round() -> None:
    visits = planned_visits(plan_of(terms_of(fixed("22:00", "23:00"))), ORDINARY, BERLIN)
    assert [(v.round.number, v.position, v.checkpoint_id) for v in visits] == [
        (1, 0, 11),
        (1, 1, 12),
        (2, 0, 11),
        (2, 1, 12),
    ]
    assert all(visit.is_ordered and visit.duty_date == ORDINARY for visit in visits)


@pytest.mark.parametrize(
    ("duty_date", "is_due"),
    [
        (date(2026, 3, 1), False),
        (date(2026, 3, 2), True),
        (date(2026, 3, 3), False),
        (date(2026, 3, 9), True),
        (date(2026, 3, 16), False),
    ],
    ids=str,
)
def test_weekdays_and_validity_speak_of_duty_dates(duty_date: date, *, is_due: bool) -> None:
    terms = replace(
        terms_of(fixed("23:00")),
        weekdays=frozenset({1}),
        valid_from=date(2026, 3, 2),
        valid_to=date(2026, 3, 9),
    )
    assert bool(planned_rounds(plan_of(terms), duty_date, BERLIN)) is is_due


def test_an_edit_holds_from_its_first_date_and_leaves_earlier_nights_alone() -> None:
    first = plan_of(HOURLY, version=1)
    second = plan_of(replace(terms_of(fixed("23:00")), valid_from=date(2026, 3, 10)), version=2)
    assert in_force([second, first], date(2026, 3, 9)) == [first]
    assert in_force([first, second], date(2026, 3, 10)) == [second]


def test_an_edit_that_ends_a_plan_does_not_wake_the_version_before_it() -> None:
    first = plan_of(HOURLY, version=1)
    ended = plan_of(
        replace(terms_of(fixed("23:00")), valid_from=date(2026, 3, 1), valid_to=date(2026, 3, 1)),
        version=2,
    )
    assert in_force([first, ended], date(2026, 3, 2)) == []


def test_plans_are_in_force_side_by_side() -> None:
    plans = [plan_of(HOURLY, plan_id=2), plan_of(HOURLY, plan_id=1)]
    assert [plan.plan_id for plan in in_force(plans, ORDINARY)] == [1, 2]


@pytest.mark.parametrize(
    ("rule", "terms"),
    [
        (PlanRule.ROUNDS_EXIST, terms_of(fixed())),
        (PlanRule.ROUNDS_IN_SHIFT, terms_of(fixed("06:00"))),
        (PlanRule.ROUNDS_IN_SHIFT, terms_of(fixed("21:59"))),
        (PlanRule.ROUNDS_IN_SHIFT, terms_of(RecurringRounds(every_minutes=0))),
        (PlanRule.ROUND_LENGTH, terms_of(fixed("23:00"), length=0)),
        (PlanRule.ROUND_LENGTH, terms_of(fixed("23:00"), length=481)),
        (PlanRule.TOLERANCE, terms_of(fixed("23:00"), tolerance=-1)),
        (PlanRule.WEEKDAYS, replace(terms_of(fixed("23:00")), weekdays=frozenset())),
        (PlanRule.WEEKDAYS, replace(terms_of(fixed("23:00")), weekdays=frozenset({8}))),
        (PlanRule.VALIDITY, replace(terms_of(fixed("23:00")), valid_to=date(2025, 12, 31))),
    ],
)
def test_terms_that_contradict_themselves_break_a_rule(rule: PlanRule, terms: PlanTerms) -> None:
    assert broken_rules(terms) == (rule,)


def test_sound_terms_break_no_rule() -> None:
    assert broken_rules(terms_of(fixed("22:00", "05:59"))) == ()
    assert broken_rules(HOURLY) == ()


@given(
    duty_date=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    begin=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    end=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    every=st.integers(15, 300),
)
def test_rounds_are_numbered_in_time_and_stay_in_the_shift(
    duty_date: date, begin: time, end: time, every: int
) -> None:
    terms = terms_of(
        RecurringRounds(every_minutes=every), shift=(begin.isoformat(), end.isoformat()), length=15
    )
    rounds = planned_rounds(plan_of(terms), duty_date, BERLIN)
    assert [each.number for each in rounds] == list(range(1, len(rounds) + 1))
    starts = [each.start for each in rounds]
    assert starts == sorted(set(starts))
    # A day is 25 hours at most.
    assert all(each.on_time_until - starts[0] <= timedelta(hours=25) for each in rounds)
