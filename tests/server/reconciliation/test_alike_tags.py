"""A record whose tag the wand cannot tell from another accuses nobody and proves nothing."""

from dataclasses import replace

from tests.support.nights import MORNING, at, downloaded, due, record
from watchclock_server.reconciliation.domain import (
    ActualVisit,
    ExtraRule,
    Reconciliation,
    Result,
    Rule,
    reconcile,
)


def alike(clock: str | None, *, id: int = 1, places: tuple[int, ...] = (1, 2)) -> ActualVisit:  # noqa: A002 - the domain's word
    return replace(record(clock, id=id, checkpoint=None), possible_ids=places)


def outcome_of(*records: ActualVisit, places: tuple[int, ...] = (1, 2)) -> Reconciliation:
    planned = [due("22:00", checkpoint=place) for place in places]
    return reconcile(planned, records, [downloaded()], MORNING)


def test_each_visit_that_it_could_be_is_undetermined_and_says_so() -> None:
    outcome = outcome_of(alike("22:05", id=7))
    assert [(each.result, each.rule, each.record_ids) for each in outcome.results] == [
        (Result.UNDETERMINED, Rule.AMBIGUOUS_TAG, (7,)),
        (Result.UNDETERMINED, Rule.AMBIGUOUS_TAG, (7,)),
    ]
    [extra] = outcome.extras
    assert (extra.rule, extra.actual.possible_ids) == (ExtraRule.AMBIGUOUS_TAG, (1, 2))


def test_a_visit_it_cannot_be_is_missed_as_ever() -> None:
    other_place = outcome_of(alike("22:05"), places=(1, 2, 3)).results
    assert [each.result for each in other_place][2] is Result.MISSED
    other_time = outcome_of(alike("01:00")).results
    assert {each.result for each in other_time} == {Result.MISSED}


def test_a_visit_with_a_record_of_its_own_keeps_its_result() -> None:
    results = outcome_of(alike("22:05", id=7), record("22:10", id=8, checkpoint=1)).results
    assert [each.result for each in results] == [Result.ON_TIME, Result.UNDETERMINED]


def test_nobody_is_late_whose_visit_in_time_it_may_be() -> None:
    late = record("22:35", id=8, checkpoint=1)
    assert outcome_of(late).results[0].result is Result.LATE
    doubted = outcome_of(late, alike("22:05", id=7)).results[0]
    assert (doubted.result, doubted.rule) == (Result.UNDETERMINED, Rule.AMBIGUOUS_TAG)
    assert (doubted.actual, doubted.record_ids) == (late, (7,))
    outside = outcome_of(late, alike("22:36", id=7)).results[0]
    assert outside.result is Result.LATE


def test_a_record_without_a_time_doubts_every_visit_it_may_be() -> None:
    unknown = replace(alike(None, id=7), latest=at("23:00"))
    assert {each.rule for each in outcome_of(unknown).results} == {Rule.AMBIGUOUS_TAG}


def test_a_wand_that_was_not_downloaded_is_told_first() -> None:
    planned = [due("22:00", checkpoint=1)]
    [result] = reconcile(planned, [alike("22:05")], [downloaded(None)], MORNING).results
    assert result.rule is Rule.WAND_NOT_DOWNLOADED
