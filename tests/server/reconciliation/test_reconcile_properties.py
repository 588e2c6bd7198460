"""What holds for any night: best assignment, order of input, more data never accuses."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.nights import MORNING, at, downloaded, due, minutes, record
from watchclock_server.plans.domain import PlannedVisit
from watchclock_server.reconciliation.domain import (
    ActualVisit,
    Reconciliation,
    Result,
    WandCoverage,
    reconcile,
)

VISITED = frozenset({Result.ON_TIME, Result.EARLY, Result.LATE})


@st.composite
def planned_nights(draw: st.DrawFn, checkpoints: int = 2) -> list[PlannedVisit]:
    return [
        due(
            f"22:{draw(st.integers(0, 59)):02}",
            checkpoint=draw(st.integers(1, checkpoints)),
            length=draw(st.integers(1, 40)),
            tolerance=draw(st.integers(0, 20)),
            number=number,
            is_ordered=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]


@st.composite
def walked_nights(draw: st.DrawFn) -> list[ActualVisit]:
    return [
        record(
            draw(st.sampled_from([None, f"22:{draw(st.integers(0, 59)):02}:30"])),
            id=number,
            checkpoint=draw(st.sampled_from([1, 2, None])),
            wand=draw(st.integers(1, 2)),
            error_s=draw(st.integers(0, 600)),
        )
        for number in range(1, draw(st.integers(0, 5)) + 1)
    ]


coverages = st.lists(
    st.builds(
        downloaded,
        st.one_of(st.none(), st.just(MORNING), st.integers(0, 59).map(lambda m: at(f"22:{m:02}"))),
    ),
    max_size=2,
)


def outside(visit: PlannedVisit, each: ActualVisit) -> float:
    """Seconds outside the on-time window at worst."""
    assert each.earliest is not None
    assert each.latest is not None
    return max(
        (visit.round.start - each.earliest).total_seconds(),
        (each.latest - visit.round.on_time_until).total_seconds(),
        0,
    )


def best_by_trying(
    visits: Sequence[PlannedVisit], records: Sequence[ActualVisit]
) -> tuple[int, float]:
    """Fewest visits left out, then least time outside the windows, of all assignments."""
    if not visits:
        return 0, 0.0
    first, rest = visits[0], visits[1:]
    left_out, deviation = best_by_trying(rest, records)
    options = [(left_out + 1, deviation)]
    for index, each in enumerate(records):
        if each.instant is None or each.checkpoint_id != first.checkpoint_id:
            continue
        if each.may_be_within(first.round.accept_from, first.round.accept_until):
            left_out, deviation = best_by_trying(rest, [*records[:index], *records[index + 1 :]])
            options.append((left_out, deviation + outside(first, each)))
    return min(options)


def value(outcome: Reconciliation) -> tuple[int, float]:
    taken = [
        outside(result.planned, result.actual)
        for result in outcome.results
        if result.actual is not None
    ]
    return len(outcome.results) - len(taken), sum(taken)


def by_visit(outcome: Reconciliation) -> dict[PlannedVisit, Result]:
    return {each.planned: each.result for each in outcome.results}


@given(planned_nights(), walked_nights())
def test_no_other_assignment_is_better(
    planned: list[PlannedVisit], records: list[ActualVisit]
) -> None:
    outcome = reconcile(planned, records, [downloaded()], MORNING)
    assert value(outcome) == best_by_trying(planned, records)


@given(planned_nights(), walked_nights(), coverages)
def test_every_visit_has_one_result_and_every_record_is_shown_once(
    planned: list[PlannedVisit], records: list[ActualVisit], wands: list[WandCoverage]
) -> None:
    outcome = reconcile(planned, records, wands, MORNING)
    served = [each.actual.record_id for each in outcome.results if each.actual is not None]
    left_over = [each.actual.record_id for each in outcome.extras]
    assert sorted(served + left_over) == [each.record_id for each in records]
    assert sorted(by_visit(outcome), key=planned.index) == planned
    assert len(outcome.results) == len(planned)


@given(planned_nights(), walked_nights(), coverages, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    planned: list[PlannedVisit],
    records: list[ActualVisit],
    wands: list[WandCoverage],
    random: Random,
) -> None:
    before = reconcile(planned, records, wands, MORNING)
    for each in (planned, records, wands):
        random.shuffle(each)
    assert reconcile(planned, records, wands, MORNING) == before


@given(planned_nights(), walked_nights(), st.integers(0, 59))
def test_a_further_download_never_takes_a_visit_away(
    planned: list[PlannedVisit], records: list[ActualVisit], minute: int
) -> None:
    known = [each for each in records if each.wand_id == 1]
    early = [downloaded(wand=1), downloaded(at(f"22:{minute:02}"), wand=2)]
    before = by_visit(reconcile(planned, known, early, MORNING))
    after = by_visit(
        reconcile(planned, records, [downloaded(wand=1), downloaded(wand=2)], MORNING)
    )
    assert all(
        after[visit] is not Result.MISSED for visit, result in before.items() if result in VISITED
    )


@given(planned_nights(), walked_nights())
def test_taking_a_record_away_never_improves_the_night(
    planned: list[PlannedVisit], records: list[ActualVisit]
) -> None:
    best = value(reconcile(planned, records, [downloaded()], MORNING))
    without = [[each for each in records if each != gone] for gone in records]
    assert all(
        value(reconcile(planned, rest, [downloaded()], MORNING)) >= best for rest in without
    )


def visited_count(planned: Sequence[PlannedVisit], records: Sequence[ActualVisit]) -> int:
    results = reconcile(planned, records, [downloaded()], MORNING).results
    return sum(each.actual is not None for each in results)


@st.composite
def doubtful_nights(draw: st.DrawFn) -> list[tuple[ActualVisit, datetime]]:
    """Records of checkpoint 1, each with the time at which it was really made."""
    night: list[tuple[ActualVisit, datetime]] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        shown, true = draw(st.integers(0, 59)), draw(st.integers(0, 59))
        known = record(f"22:{shown:02}", id=number, error_s=abs(shown - true) * 60)
        doubtful = replace(known, instant=None) if draw(st.booleans()) else known
        night.append((doubtful, at(f"22:{true:02}")))
    return night


@settings(max_examples=300)
@given(planned_nights(checkpoints=1), doubtful_nights())
def test_whatever_the_true_times_were_no_visit_they_need_is_called_missed(
    planned: list[PlannedVisit], night: list[tuple[ActualVisit, datetime]]
) -> None:
    truths = [replace(each, instant=true, earliest=true, latest=true) for each, true in night]
    told = reconcile(planned, [each for each, _ in night], [downloaded()], MORNING).results
    not_missed = [each.planned for each in told if each.result is not Result.MISSED]
    assert visited_count(not_missed, truths) == visited_count(planned, truths)


@given(planned_nights(), st.integers(0, 120))
def test_no_visit_is_missed_while_its_window_is_open(
    planned: list[PlannedVisit], minute: int
) -> None:
    now = at("21:30") + minutes(minute)
    for result in reconcile(planned, [], [downloaded()], now).results:
        assert (result.result is Result.MISSED) == (now > result.planned.round.accept_until)
