"""One checkpoint: which record serves which planned visit, and what became of the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from watchclock_server.assignment import best_assignment
from watchclock_server.plans.domain import PlannedRound, PlannedVisit
from watchclock_server.reconciliation.domain.values import (
    ActualVisit,
    ExtraRule,
    ExtraVisit,
    Result,
    Rule,
    VisitResult,
    WandCoverage,
)

__all__ = ["CheckpointVisits"]

_MICROSECOND: Final = timedelta(microseconds=1)
_CONTESTED: Final = timedelta(days=1000)
"""Farther outside than any record that nothing contradicts."""

_Distance = tuple[int, int]
"""Microseconds outside the on-time window at worst; square of those from the round's start."""


@dataclass(frozen=True, slots=True)
class CheckpointVisits:
    """All visits and records of one checkpoint with their best assignment.

    Attributes:
        doubtful: records whose tag can be that of this checkpoint or of another one; they serve no
            visit, and nobody is accused as long as one of them could.
        candidates: for each visit the records that may serve it, by index, with their distance.
        record_of: index of a visit to index of the record that serves it.
    """

    visits: Sequence[PlannedVisit]
    records: Sequence[ActualVisit]
    doubtful: Sequence[ActualVisit]
    candidates: Sequence[Mapping[int, _Distance]]
    record_of: Mapping[int, int]

    @classmethod
    def assigned(
        cls,
        visits: Sequence[PlannedVisit],
        records: Sequence[ActualVisit],
        doubtful: Sequence[ActualVisit],
    ) -> Self:
        """The checkpoint after its records were assigned."""
        candidates = [
            {
                index: _distance(visit.round, record, record.instant)
                for index, record in enumerate(records)
                if record.instant is not None and record.may_serve(visit.round)
            }
            for visit in visits
        ]
        return cls(visits, records, doubtful, candidates, best_assignment(candidates))

    def results(self, wands: Sequence[WandCoverage], now: datetime) -> Iterator[VisitResult]:
        """The result of each visit."""
        for index, visit in enumerate(self.visits):
            if index in self.record_of:
                yield self._doubted(_visited(visit, self.records[self.record_of[index]]))
            else:
                yield self._not_visited(index, wands, now)

    def extras(self) -> Iterator[ExtraVisit]:
        """The records that serve no visit."""
        taken = set(self.record_of.values())
        for index, record in enumerate(self.records):
            if index not in taken:
                yield ExtraVisit(actual=record, rule=_extra_rule(record, self.visits))

    def _doubted(self, result: VisitResult) -> VisitResult:
        """Undetermined if a record whose tag cannot be told from this one's may be on time."""
        due = result.planned.round
        on_time = [
            record.record_id
            for record in self.doubtful
            if record.may_be_within(due.start, due.on_time_until)
        ]
        if result.result not in {Result.EARLY, Result.LATE} or not on_time:
            return result
        return replace(
            result,
            result=Result.UNDETERMINED,
            rule=Rule.AMBIGUOUS_TAG,
            record_ids=tuple(on_time),
        )

    def _not_visited(
        self, index: int, wands: Sequence[WandCoverage], now: datetime
    ) -> VisitResult:
        visit = self.visits[index]
        begin, end = visit.round.accept_from, visit.round.accept_until
        waiting = [wand.wand_id for wand in wands if not wand.holds_all_until(end)]
        lost = [wand.wand_id for wand in wands if wand.may_have_lost(begin, end)]
        chain = self._chain(index)
        unknown = self._reaching(chain, (each for each in self.records if each.instant is None))
        doubtful = self._reaching(chain, self.doubtful)
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
            (doubtful, Result.UNDETERMINED, Rule.AMBIGUOUS_TAG, no_ids, doubtful),
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

    def _reaching(self, chain: Sequence[int], records: Iterable[ActualVisit]) -> list[int]:
        """Those of the records that may serve a visit of the chain."""
        return [
            record.record_id
            for record in records
            if any(record.may_serve(self.visits[link].round) for link in chain)
        ]

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
        return _nowhere(actual)
    if actual.instant is None:
        return ExtraRule.UNKNOWN_TIME
    if not visits:
        return ExtraRule.NOT_PLANNED
    if any(actual.may_serve(visit.round) for visit in visits):
        return ExtraRule.REPEATED
    return ExtraRule.OUTSIDE_WINDOWS


def _nowhere(actual: ActualVisit) -> ExtraRule:
    """Why it is not known where the record was made."""
    if actual.is_misread:
        return ExtraRule.MISREAD_TAG
    return ExtraRule.AMBIGUOUS_TAG if actual.possible_ids else ExtraRule.UNKNOWN_TAG
