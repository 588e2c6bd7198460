"""What the records say about the planned visits: a pure function of plan, records and downloads.

Rules, in the order in which they are asked:

1. Records are assigned to planned visits checkpoint by checkpoint: as many as possible, and of all
   such assignments the one with the least time outside the on-time windows, error bounds included
   and records that nothing contradicts first. A record serves one visit; it may serve those
   whose accept window, ends included, its corrected time meets, give or take its error bound.
2. An assigned visit is on time, early or late when the error bound leaves no other answer and no
   other record contradicts its record, otherwise undetermined.
3. A visit without a record is missed only when nothing could still hold it: its window is over,
   every wand of the site was completely downloaded after it, and no record of the checkpoint with
   an unknown or too uncertain time could be it. Else it is not downloaded yet, or undetermined.
4. On an ordered route the fewest visits that stand in the way of an ordered round are marked.
5. Every record that no visit took is extra.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final, Self

from watchclock_server.assignment import best_assignment
from watchclock_server.plans.domain import PlannedRound, PlannedVisit

__all__ = [
    "ActualVisit",
    "ExtraRule",
    "ExtraVisit",
    "Reconciliation",
    "Result",
    "Rule",
    "VisitResult",
    "WandCoverage",
    "reconcile",
]

_MICROSECOND: Final = timedelta(microseconds=1)
_CONTESTED: Final = timedelta(days=1000)
"""Farther outside than any record that nothing contradicts."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

_Distance = tuple[int, int]
"""Microseconds outside the on-time window at worst; square of those from the round's start."""


class Result(StrEnum):
    """What became of a planned visit."""

    ON_TIME = "on_time"
    EARLY = "early"
    LATE = "late"
    MISSED = "missed"
    NOT_DOWNLOADED = "not_downloaded"
    UNDETERMINED = "undetermined"


class Rule(StrEnum):
    """Why a planned visit has its result."""

    IN_WINDOW = "in_window"
    BEFORE_WINDOW = "before_window"
    AFTER_WINDOW = "after_window"
    ERROR_BOUND = "error_bound"
    CONTESTED = "contested"
    UNKNOWN_TIME = "unknown_time"
    UNCERTAIN_NEIGHBOUR = "uncertain_neighbour"
    RECORDS_LOST = "records_lost"
    WINDOW_OPEN = "window_open"
    NO_WAND = "no_wand"
    WAND_NOT_DOWNLOADED = "wand_not_downloaded"
    ALL_WANDS_DOWNLOADED = "all_wands_downloaded"


class ExtraRule(StrEnum):
    """Why no planned visit took a record."""

    REPEATED = "repeated"
    OUTSIDE_WINDOWS = "outside_windows"
    NOT_PLANNED = "not_planned"
    UNKNOWN_TAG = "unknown_tag"
    UNKNOWN_TIME = "unknown_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualVisit:
    """One patrol record as far as it is known where and when it was made.

    Attributes:
        record_id: the record; two wands that read one tag in the same second made two records.
        checkpoint_id: where the tag hung at that time, or None when nobody has enrolled the tag.
        instant: corrected time, or None when the wand's clock cannot be trusted there.
        earliest: the record is certainly not older than this instant; None: nothing is known.
        latest: the record is certainly not newer than this instant; None: nothing is known.
        is_contested: another record says that one of the two must be wrong.
    """

    record_id: int
    wand_id: int
    checkpoint_id: int | None
    instant: datetime | None
    earliest: datetime | None
    latest: datetime | None
    is_contested: bool = False

    @property
    def error_s(self) -> float | None:
        """Largest distance of the truth from ``instant``, seconds; None when there is no bound."""
        if self.instant is None or self.earliest is None or self.latest is None:
            return None
        return max(self.instant - self.earliest, self.latest - self.instant).total_seconds()

    def may_serve(self, due: PlannedRound) -> bool:
        """Whether the record may have been made inside the accept window of a round."""
        return self.may_be_within(due.accept_from, due.accept_until)

    def surely_serves(self, due: PlannedRound) -> bool:
        """Whether the record was certainly made inside the accept window of a round."""
        return not self.is_contested and self.is_within(due.accept_from, due.accept_until)

    def may_be_within(self, begin: datetime, end: datetime) -> bool:
        """Whether the record may have been made from ``begin`` to ``end``, both included."""
        too_new = self.earliest is not None and self.earliest > end
        too_old = self.latest is not None and self.latest < begin
        return not too_new and not too_old

    def is_within(self, begin: datetime, end: datetime) -> bool:
        """Whether the record was certainly made from ``begin`` to ``end``, both included."""
        if self.earliest is None or self.latest is None:
            return False
        return begin <= self.earliest and self.latest <= end


@dataclass(frozen=True, slots=True, kw_only=True)
class WandCoverage:
    """How far the server knows what one wand of the site holds.

    Attributes:
        downloaded_until: all that the wand recorded before this instant has arrived, except for
            ``lost``; None when it was never completely downloaded.
        lost: spans, begin and end included, of which records may have been lost on the wand.
    """

    wand_id: int
    downloaded_until: datetime | None
    lost: tuple[tuple[datetime, datetime], ...] = ()

    def holds_all_until(self, instant: datetime) -> bool:
        """Whether nothing recorded up to and including ``instant`` can still be on the wand."""
        return self.downloaded_until is not None and self.downloaded_until > instant

    def may_have_lost(self, begin: datetime, end: datetime) -> bool:
        """Whether a record made from ``begin`` to ``end`` may have been lost."""
        return any(first <= end and begin <= last for first, last in self.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitResult:
    """What became of one planned visit, with everything the answer stands on.

    Attributes:
        rule: the rule that gave the result; the window is in ``planned``.
        actual: the record assigned to the visit, with its error bound, or None.
        wand_ids: wands the rule speaks of: still to be downloaded, or with lost records.
        record_ids: records the rule speaks of: those whose time is unknown or too uncertain.
        is_out_of_order: the visit stands in the way of the order of its round.
    """

    planned: PlannedVisit
    result: Result
    rule: Rule
    actual: ActualVisit | None = None
    wand_ids: tuple[int, ...] = ()
    record_ids: tuple[int, ...] = ()
    is_out_of_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraVisit:
    """A record that no planned visit took, and why."""

    actual: ActualVisit
    rule: ExtraRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """All results of one run.

    Attributes:
        results: one for each planned visit, by plan, round and place in the route.
        extras: by time, those without a time last.
    """

    results: tuple[VisitResult, ...]
    extras: tuple[ExtraVisit, ...]


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
    for visit in sorted(planned, key=_planned_order):
        visits_at[visit.checkpoint_id].append(visit)
    records_at: defaultdict[int | None, list[ActualVisit]] = defaultdict(list)
    for record in sorted(actual, key=_actual_order):
        records_at[record.checkpoint_id].append(record)
    wands = tuple(sorted(coverage, key=lambda wand: wand.wand_id))
    results: list[VisitResult] = []
    extras: list[ExtraVisit] = []
    for checkpoint_id in visits_at.keys() | records_at.keys():
        checkpoint = _Checkpoint.assigned(visits_at[checkpoint_id], records_at[checkpoint_id])
        results += checkpoint.results(wands, now)
        extras += checkpoint.extras()
    results.sort(key=lambda result: _planned_order(result.planned))
    extras.sort(key=lambda extra: _actual_order(extra.actual))
    return Reconciliation(results=tuple(_with_order_marked(results)), extras=tuple(extras))


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """All visits and records of one checkpoint with their best assignment.

    Attributes:
        candidates: for each visit the records that may serve it, by index, with their distance.
        record_of: index of a visit to index of the record that serves it.
    """

    visits: Sequence[PlannedVisit]
    records: Sequence[ActualVisit]
    candidates: Sequence[Mapping[int, _Distance]]
    record_of: Mapping[int, int]

    @classmethod
    def assigned(cls, visits: Sequence[PlannedVisit], records: Sequence[ActualVisit]) -> Self:
        """The checkpoint after its records were assigned."""
        candidates = [
            {
                index: _distance(visit.round, record, record.instant)
                for index, record in enumerate(records)
                if record.instant is not None and record.may_serve(visit.round)
            }
            for visit in visits
        ]
        return cls(visits, records, candidates, best_assignment(candidates))

    def results(self, wands: Sequence[WandCoverage], now: datetime) -> Iterator[VisitResult]:
        """The result of each visit."""
        for index, visit in enumerate(self.visits):
            if index in self.record_of:
                yield _visited(visit, self.records[self.record_of[index]])
            else:
                yield self._not_visited(index, wands, now)

    def extras(self) -> Iterator[ExtraVisit]:
        """The records that serve no visit."""
        taken = set(self.record_of.values())
        for index, record in enumerate(self.records):
            if index not in taken:
                yield ExtraVisit(actual=record, rule=_extra_rule(record, self.visits))

    def _not_visited(
        self, index: int, wands: Sequence[WandCoverage], now: datetime
    ) -> VisitResult:
        visit = self.visits[index]
        begin, end = visit.round.accept_from, visit.round.accept_until
        waiting = [wand.wand_id for wand in wands if not wand.holds_all_until(end)]
        lost = [wand.wand_id for wand in wands if wand.may_have_lost(begin, end)]
        chain = self._chain(index)
        unknown = [
            record.record_id
            for record in self.records
            if record.instant is None
            and any(record.may_serve(self.visits[link].round) for link in chain)
        ]
        uncertain = [
            self.records[self.record_of[link]].record_id
            for link in chain[1:]
            if not self.records[self.record_of[link]].surely_serves(self.visits[link].round)
        ]
        no_ids: list[int] = []
        answers = (
            (now <= end, Result.NOT_DOWNLOADED, Rule.WINDOW_OPEN, no_ids, no_ids),
            (not wands, Result.NOT_DOWNLOADED, Rule.NO_WAND, no_ids, no_ids),
            (waiting, Result.NOT_DOWNLOADED, Rule.WAND_NOT_DOWNLOADED, waiting, no_ids),
            (unknown, Result.UNDETERMINED, Rule.UNKNOWN_TIME, no_ids, unknown),
            (uncertain, Result.UNDETERMINED, Rule.UNCERTAIN_NEIGHBOUR, no_ids, uncertain),
            (lost, Result.UNDETERMINED, Rule.RECORDS_LOST, lost, no_ids),
            (True, Result.MISSED, Rule.ALL_WANDS_DOWNLOADED, no_ids, no_ids),
        )
        _, result, rule, wand_ids, record_ids = next(answer for answer in answers if answer[0])
        return VisitResult(
            planned=visit,
            result=result,
            rule=rule,
            wand_ids=tuple(wand_ids),
            record_ids=tuple(record_ids),
        )

    def _chain(self, index: int) -> list[int]:
        """The visit at ``index``, and all that could pass their records on until it has one.

        Whoever in the chain turns out to have a record too many, all before it move up by one.
        """
        visit_of = {record: visit for visit, record in self.record_of.items()}
        chain = [index]
        for visit in chain:
            holders = {visit_of[record] for record in self.candidates[visit] if record in visit_of}
            chain += sorted(holders.difference(chain))
        return chain


def _distance(due: PlannedRound, record: ActualVisit, instant: datetime) -> _Distance:
    outside = max(
        due.start - (record.earliest or instant),
        (record.latest or instant) - due.on_time_until,
        timedelta(0),
    )
    if record.is_contested:
        outside += _CONTESTED
    return outside // _MICROSECOND, ((instant - due.start) // _MICROSECOND) ** 2


def _visited(visit: PlannedVisit, actual: ActualVisit) -> VisitResult:
    due = visit.round
    may_be_on_time = actual.may_be_within(due.start, due.on_time_until)
    if actual.is_contested:
        result, rule = Result.UNDETERMINED, Rule.CONTESTED
    elif actual.is_within(due.start, due.on_time_until):
        result, rule = Result.ON_TIME, Rule.IN_WINDOW
    elif actual.is_within(due.accept_from, due.start) and not may_be_on_time:
        result, rule = Result.EARLY, Rule.BEFORE_WINDOW
    elif actual.is_within(due.on_time_until, due.accept_until) and not may_be_on_time:
        result, rule = Result.LATE, Rule.AFTER_WINDOW
    else:
        result, rule = Result.UNDETERMINED, Rule.ERROR_BOUND
    return VisitResult(planned=visit, result=result, rule=rule, actual=actual)


def _extra_rule(actual: ActualVisit, visits: Sequence[PlannedVisit]) -> ExtraRule:
    if actual.checkpoint_id is None:
        return ExtraRule.UNKNOWN_TAG
    if actual.instant is None:
        return ExtraRule.UNKNOWN_TIME
    if not visits:
        return ExtraRule.NOT_PLANNED
    if any(actual.may_serve(visit.round) for visit in visits):
        return ExtraRule.REPEATED
    return ExtraRule.OUTSIDE_WINDOWS


def _with_order_marked(results: Iterable[VisitResult]) -> Iterator[VisitResult]:
    """The same results, sorted as given, with those marked that break the order of their round."""
    for _, group in groupby(results, key=lambda result: _planned_order(result.planned)[:3]):
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


def _planned_order(visit: PlannedVisit) -> tuple[date, int, int, int]:
    return visit.duty_date, visit.plan_id, visit.round.number, visit.position


def _actual_order(visit: ActualVisit) -> tuple[bool, datetime, int, int]:
    return visit.instant is None, visit.instant or _LONG_AGO, visit.wand_id, visit.record_id
