"""What the records say about the planned visits: a pure function of plan, records and downloads.

Rules, in the order in which they are asked:

1. Records are assigned to planned visits checkpoint by checkpoint: as many as possible, and of all
   such assignments the one with the least time outside the on-time windows, error bounds included
   and records that nothing contradicts first. A record serves one visit; it may serve those
   whose accept window, ends included, its corrected time meets, give or take its error bound.
2. An assigned visit is on time, early or late when the error bound leaves no other answer, no
   other record contradicts its record, and, where it is early or late, no record of a tag that
   cannot be told from the checkpoint's lies in its window; otherwise undetermined.
3. A visit without a record is missed only when nothing could still hold it: its window is over,
   every wand of the site was completely downloaded after it, no record of the checkpoint with
   an unknown or too uncertain time could be it, and no record of a tag that cannot be told from
   the checkpoint's. Else it is not downloaded yet, or undetermined.
4. On an ordered route the fewest visits that stand in the way of an ordered round are marked.
5. Every record that no visit took is extra.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from watchclock_server.plans.domain import PlannedVisit
from watchclock_server.reconciliation.domain.checkpoint_visits import CheckpointVisits
from watchclock_server.reconciliation.domain.values import (
    ActualVisit,
    ExtraVisit,
    Reconciliation,
    VisitResult,
    WandCoverage,
    planned_order,
)

__all__ = ["reconcile"]

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def reconcile(
    planned: Iterable[PlannedVisit],
    actual: Iterable[ActualVisit],
    coverage: Iterable[WandCoverage],
    now: datetime,
) -> Reconciliation:
    """The result of every planned visit and every record left over.

    The same input in any order gives the same answer.

    Args:
        planned: from any number of plans that may share checkpoints and overlap in time.
        actual: records of checkpoints; guard tags are no visits and are left out by the caller.
        coverage: one entry for each wand that may have been used at the site.
        now: the present instant.
    """
    visits_at: defaultdict[int | None, list[PlannedVisit]] = defaultdict(list)
    for visit in sorted(planned, key=planned_order):
        visits_at[visit.checkpoint_id].append(visit)
    records_at: defaultdict[int | None, list[ActualVisit]] = defaultdict(list)
    doubtful_at: defaultdict[int | None, list[ActualVisit]] = defaultdict(list)
    for record in sorted(actual, key=_actual_order):
        records_at[record.checkpoint_id].append(record)
        for possible_id in record.possible_ids:
            doubtful_at[possible_id].append(record)
    wands = tuple(sorted(coverage, key=lambda wand: wand.wand_id))
    results: list[VisitResult] = []
    extras: list[ExtraVisit] = []
    for checkpoint_id in visits_at.keys() | records_at.keys():
        checkpoint = CheckpointVisits.assigned(
            visits_at[checkpoint_id], records_at[checkpoint_id], doubtful_at[checkpoint_id]
        )
        results += checkpoint.results(wands, now)
        extras += checkpoint.extras()
    results.sort(key=lambda result: planned_order(result.planned))
    extras.sort(key=lambda extra: _actual_order(extra.actual))
    return Reconciliation(results=tuple(_with_order_marked(results)), extras=tuple(extras))


def _with_order_marked(results: Iterable[VisitResult]) -> Iterator[VisitResult]:
    """The same results, sorted as given, with those marked that break the order of their round."""
    for _, group in groupby(results, key=lambda result: planned_order(result.planned)[:3]):
        walk = list(group)
        if not walk[0].planned.is_ordered:
            yield from walk
            continue
        kept = _longest_walk_in_order(walk)
        for place, result in enumerate(walk):
            breaks_order = result.actual is not None and place not in kept
            yield replace(result, is_out_of_order=breaks_order)


def _longest_walk_in_order(walk: Sequence[VisitResult]) -> frozenset[int]:
    """The most places that can have been visited in the order of the route, errors considered."""
    best: dict[datetime, frozenset[int]] = {_LONG_AGO: frozenset()}
    for place, result in enumerate(walk):
        if result.actual is None:
            continue
        earliest = result.actual.earliest or _LONG_AGO
        for newest, places in list(best.items()):
            if result.actual.latest is None or newest <= result.actual.latest:
                newer = max(newest, earliest)
                best[newer] = max(best.get(newer, frozenset()), places | {place}, key=len)
    return max(best.values(), key=len)


def _actual_order(visit: ActualVisit) -> tuple[bool, datetime, int, int]:
    return visit.instant is None, visit.instant or _LONG_AGO, visit.wand_id, visit.record_id
