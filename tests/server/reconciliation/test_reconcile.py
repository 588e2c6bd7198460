"""What became of planned visits, case by case, as a supervisor would ask."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from tests.support.nights import MORNING, at, downloaded, due, record
from watchclock_server.reconciliation.domain import (
    ActualVisit,
    ExtraRule,
    Result,
    Rule,
    VisitResult,
    WandCoverage,
    reconcile,
)

MIDNIGHT = due("23:50", length=20)  # on time until 00:10, accepted from 23:40 until 00:20


def result_of(
    *records: ActualVisit, wands: Sequence[WandCoverage] = (downloaded(),)
) -> VisitResult:
    [result] = reconcile([MIDNIGHT], records, wands, MORNING).results
    return result


@pytest.mark.parametrize(
    ("clock", "result", "rule"),
    [
        ("23:40:00", Result.EARLY, Rule.BEFORE_WINDOW),
        ("23:49:59", Result.EARLY, Rule.BEFORE_WINDOW),
        ("23:50:00", Result.ON_TIME, Rule.IN_WINDOW),
        ("00:03:00", Result.ON_TIME, Rule.IN_WINDOW),
        ("00:10:00", Result.ON_TIME, Rule.IN_WINDOW),
        ("00:10:01", Result.LATE, Rule.AFTER_WINDOW),
        ("00:20:00", Result.LATE, Rule.AFTER_WINDOW),
    ],
)
def test_every_window_includes_both_its_ends(clock: str, result: Result, rule: Rule) -> None:
    found = result_of(record(clock, id=7))
    assert (found.result, found.rule) == (result, rule)
    assert found.actual == record(clock, id=7)


@pytest.mark.parametrize("clock", ["23:39:59", "00:20:01"])
def test_a_record_a_second_outside_is_extra_and_the_visit_missed(clock: str) -> None:
    outcome = reconcile([MIDNIGHT], [record(clock)], [downloaded()], MORNING)
    assert [each.result for each in outcome.results] == [Result.MISSED]
    assert [each.rule for each in outcome.extras] == [ExtraRule.OUTSIDE_WINDOWS]


def test_a_visit_due_before_midnight_and_read_after_it_is_found() -> None:
    visit = due("23:55", length=5)
    [result] = reconcile([visit], [record("00:03")], [downloaded()], MORNING).results
    assert result.result is Result.LATE


@pytest.mark.parametrize(
    ("clock", "error_s", "result"),
    [
        ("00:09:00", 60, Result.ON_TIME),
        ("00:09:00", 61, Result.UNDETERMINED),
        ("00:11:00", 59, Result.LATE),
        ("00:11:00", 61, Result.UNDETERMINED),
        ("23:41:00", 61, Result.UNDETERMINED),
        ("00:20:30", 30, Result.UNDETERMINED),
    ],
)
def test_only_an_error_larger_than_the_distance_to_a_limit_leaves_it_open(
    clock: str, error_s: float, result: Result
) -> None:
    found = result_of(record(clock, error_s=error_s))
    assert found.result is result
    assert found.actual is not None
    assert found.actual.error_s == error_s


def test_a_visit_is_missed_only_when_every_wand_was_downloaded_after_its_window() -> None:
    found = result_of(wands=[downloaded(wand=1), downloaded(wand=2)])
    assert (found.result, found.rule) == (Result.MISSED, Rule.ALL_WANDS_DOWNLOADED)


@pytest.mark.parametrize("until", [None, at("23:00"), at("00:20")], ids=str)
def test_a_wand_not_downloaded_after_the_window_may_hold_the_visit(
    until: datetime | None,
) -> None:
    found = result_of(wands=[downloaded(wand=1), downloaded(until, wand=2)])
    assert (found.result, found.rule) == (Result.NOT_DOWNLOADED, Rule.WAND_NOT_DOWNLOADED)
    assert found.wand_ids == (2,)


def test_a_late_second_wand_turns_not_downloaded_into_a_visit() -> None:
    waiting = result_of(wands=[downloaded(wand=1), downloaded(None, wand=2)])
    found = result_of(record("00:00", wand=2), wands=[downloaded(wand=1), downloaded(wand=2)])
    assert (waiting.result, found.result) == (Result.NOT_DOWNLOADED, Result.ON_TIME)


def test_a_visit_whose_window_is_open_is_not_yet_expected() -> None:
    for now in ("22:00", "00:20"):
        [result] = reconcile([MIDNIGHT], [], [downloaded()], at(now)).results
        assert (result.result, result.rule) == (Result.NOT_DOWNLOADED, Rule.WINDOW_OPEN)


def test_without_any_wand_nothing_is_called_missed() -> None:
    found = result_of(wands=[])
    assert (found.result, found.rule) == (Result.NOT_DOWNLOADED, Rule.NO_WAND)


def test_records_that_may_be_lost_leave_the_visit_open() -> None:
    lost = WandCoverage(wand_id=1, downloaded_until=MORNING, lost=((at("22:00"), at("23:40")),))
    found = result_of(wands=[lost])
    assert (found.result, found.rule) == (Result.UNDETERMINED, Rule.RECORDS_LOST)
    assert found.wand_ids == (1,)
    elsewhere = WandCoverage(
        wand_id=1, downloaded_until=MORNING, lost=((at("22:00"), at("23:39")),)
    )
    assert result_of(wands=[elsewhere]).result is Result.MISSED


def test_a_record_without_a_time_may_be_the_visit() -> None:
    found = result_of(record(None, id=5))
    assert (found.result, found.rule) == (Result.UNDETERMINED, Rule.UNKNOWN_TIME)
    assert found.record_ids == (5,)


def test_a_record_without_a_time_but_read_out_before_the_window_is_not_the_visit() -> None:
    assert result_of(record(None, latest=at("23:39"))).result is Result.MISSED


def test_a_record_without_a_time_at_another_checkpoint_is_not_the_visit() -> None:
    assert result_of(record(None, checkpoint=2)).result is Result.MISSED


def test_one_uncertain_record_between_two_rounds_condemns_neither() -> None:
    rounds = [due("22:00", number=1, tolerance=0), due("22:30", number=2, tolerance=0)]
    between = record("22:30", id=9, error_s=5)
    results = reconcile(rounds, [between], [downloaded()], MORNING).results
    assert [each.result for each in results] == [Result.UNDETERMINED] * 2
    assert {each.rule for each in results} == {Rule.ERROR_BOUND, Rule.UNCERTAIN_NEIGHBOUR}
    assert (9,) in [each.record_ids for each in results]


def test_a_certain_record_that_fits_two_rounds_serves_one_and_the_other_is_missed() -> None:
    rounds = [due("22:00", number=1), due("22:30", number=2)]
    results = reconcile(rounds, [record("22:25")], [downloaded()], MORNING).results
    assert [each.result for each in results] == [Result.ON_TIME, Result.MISSED]


def test_an_uncertain_record_further_along_the_chain_leaves_a_visit_open() -> None:
    rounds = [due("22:00", number=1), due("22:30", number=2), due("23:00", number=3)]
    records = [record("22:20", id=1, error_s=1300), record("22:55", id=2)]
    results = reconcile(rounds, records, [downloaded()], MORNING).results
    assert Result.MISSED not in {each.result for each in results}


def test_no_round_loses_its_visit_because_another_took_the_first_record_it_found() -> None:
    rounds = [due("22:00", number=1), due("22:30", number=2)]
    records = [record("22:38", id=2), record("22:22", id=1)]
    results = reconcile(rounds, records, [downloaded()], MORNING).results
    served = [None if each.actual is None else each.actual.record_id for each in results]
    assert served == [1, 2]
    assert {each.result for each in results} == {Result.ON_TIME}


def test_two_plans_that_share_a_checkpoint_need_two_records() -> None:
    plans = [due("22:00"), replace(due("22:10"), plan_id=2)]
    one = reconcile(plans, [record("22:15")], [downloaded()], MORNING)
    two = reconcile(plans, [record("22:15", id=1), record("22:16", id=2)], [downloaded()], MORNING)
    assert sorted(each.result for each in one.results) == [Result.MISSED, Result.ON_TIME]
    assert [each.result for each in two.results] == [Result.ON_TIME, Result.ON_TIME]


def test_two_wands_reading_one_tag_in_the_same_second_are_two_records() -> None:
    plans = [due("22:00"), replace(due("22:00"), plan_id=2)]
    records = [record("22:15", id=1, wand=1), record("22:15", id=2, wand=2)]
    outcome = reconcile(plans, records, [downloaded(wand=1), downloaded(wand=2)], MORNING)
    assert [each.result for each in outcome.results] == [Result.ON_TIME, Result.ON_TIME]
    assert outcome.extras == ()


def test_a_repeated_read_is_kept_as_extra_and_the_first_one_counts() -> None:
    records = [record("23:58", id=2), record("23:52", id=1)]
    outcome = reconcile([MIDNIGHT], records, [downloaded()], MORNING)
    assert [each.actual for each in outcome.results] == [record("23:52", id=1)]
    assert [(e.actual.record_id, e.rule) for e in outcome.extras] == [(2, ExtraRule.REPEATED)]


def test_every_record_without_a_planned_visit_is_extra_and_says_why() -> None:
    records = [
        record(None, id=1),
        record("23:00", id=2),
        record("23:01", id=3, checkpoint=2),
        record("23:02", id=4, checkpoint=None),
    ]
    extras = reconcile([MIDNIGHT], records, [downloaded()], MORNING).extras
    assert [(each.actual.record_id, each.rule) for each in extras] == [
        (2, ExtraRule.OUTSIDE_WINDOWS),
        (3, ExtraRule.NOT_PLANNED),
        (4, ExtraRule.UNKNOWN_TAG),
        (1, ExtraRule.UNKNOWN_TIME),
    ]


def test_a_contested_record_proves_nothing_but_is_not_dropped() -> None:
    contested = replace(record("00:00", id=4), is_contested=True)
    found = result_of(contested)
    assert (found.result, found.rule, found.actual) == (
        Result.UNDETERMINED,
        Rule.CONTESTED,
        contested,
    )


def test_a_record_nothing_contradicts_is_taken_before_a_contested_one() -> None:
    contested = replace(record("23:51", id=4), is_contested=True)
    assert result_of(contested, record("00:15", id=5)).result is Result.LATE


def test_a_certain_record_is_taken_before_a_nearer_uncertain_one() -> None:
    found = result_of(record("23:51", id=4, error_s=600), record("00:05", id=5))
    assert (found.result, found.actual) == (Result.ON_TIME, record("00:05", id=5))
