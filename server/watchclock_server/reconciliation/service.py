"""One night of one site: everything the pure rules need, fetched in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from watchclock_protocol.records import RecordFlag
from watchclock_server.intake import service as intake
from watchclock_server.intake.domain import DoubtReason, PatrolMaterial, Visit, WandCoverage
from watchclock_server.plans import service as plans
from watchclock_server.plans.domain import Plan, PlannedVisit, in_force, planned_visits
from watchclock_server.reconciliation import domain
from watchclock_server.reconciliation.domain import (
    ActualVisit,
    ExtraVisit,
    Reconciliation,
    Result,
    VisitResult,
)
from watchclock_server.sites import service as sites
from watchclock_server.sites.domain import Guard, SiteLayout, TagOwners, TagRegister

__all__ = ["Night", "night"]

_ONE_DAY: Final = timedelta(days=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What was due on one duty date at one site, and what became of it.

    Attributes:
        layout: the site with its checkpoints and tags.
        guards: the site's guards.
        duty_date: the civil date on which the shifts start.
        begin: UTC instant from which on extra records belong to this night.
        end: UTC instant before which they do.
        plans: the version of each plan that was in force.
        coverage: every wand of the site and how far it is known.
        records: the records of the night, by key.
        results: one for each visit that was due, by plan, round and place in the route.
        extras: records that no planned visit took, by time.
        computed_at: the UTC instant at which this was true.
    """

    layout: SiteLayout
    guards: Sequence[Guard]
    duty_date: date
    begin: datetime
    end: datetime
    plans: Sequence[Plan]
    coverage: Sequence[WandCoverage]
    records: Mapping[int, Visit]
    results: Sequence[VisitResult]
    extras: Sequence[ExtraVisit]
    computed_at: datetime

    def count(self, result: Result) -> int:
        """How many visits have this result."""
        return sum(each.result is result for each in self.results)


def night(session: Session, *, site_id: int, duty_date: date, now: datetime) -> Night:
    """The night as it is known now; computed anew each time, stored nowhere.

    A record near the border between two duty dates may serve either. So visits of the neighbouring
    dates whose windows reach into this one take part, though only this date's results are shown.

    Raises:
        SiteNotFoundError: there is no such site.
    """
    layout = sites.load_layout(session, site_id)
    guards = sites.guards_of(session, site_id)
    dates = (duty_date - _ONE_DAY, duty_date, duty_date + _ONE_DAY)
    versions = plans.plans_of(session, site_id, (dates[0], dates[-1]))
    due = {each: _due(versions, each, layout) for each in dates}
    begin, end = _span(due, duty_date, layout)
    competing = _competing(due, duty_date, begin, end)
    material = intake.patrol_material(session, layout.site, *_reach(competing, begin, end))
    register = TagRegister(layout.tags, guards)
    records = _records(material, register)
    outcome = domain.reconcile(
        competing,
        [_actual(visit, layout, register) for visit in records.values()],
        [_coverage(wand) for wand in material.coverage],
        now,
    )
    return Night(
        layout=layout,
        guards=guards,
        duty_date=duty_date,
        begin=begin,
        end=end,
        plans=in_force(versions, duty_date),
        coverage=material.coverage,
        records=records,
        results=_of_date(outcome, duty_date),
        extras=[each for each in outcome.extras if _is_between(each.actual, begin, end)],
        computed_at=now,
    )


def _due(versions: Iterable[Plan], duty_date: date, layout: SiteLayout) -> list[PlannedVisit]:
    return [
        visit
        for plan in in_force(versions, duty_date)
        for visit in planned_visits(plan, duty_date, layout.site.zone)
    ]


def _span(
    due: Mapping[date, Sequence[PlannedVisit]], duty_date: date, layout: SiteLayout
) -> tuple[datetime, datetime]:
    """From the night's first accepted instant, or its midnight, to the next night's."""

    def begin_of(each: date) -> datetime:
        midnight = datetime.combine(each, time(), tzinfo=layout.site.zone).astimezone(UTC)
        return min((visit.round.accept_from for visit in due[each]), default=midnight)

    begin = begin_of(duty_date)
    return begin, max(begin, begin_of(duty_date + _ONE_DAY))


def _competing(
    due: Mapping[date, Sequence[PlannedVisit]], duty_date: date, begin: datetime, end: datetime
) -> list[PlannedVisit]:
    """The date's own visits, and those of its neighbours that may want the same records."""
    return [
        visit
        for each, visits in due.items()
        for visit in visits
        if each == duty_date
        or (visit.round.accept_from <= end and visit.round.accept_until >= begin)
    ]


def _reach(
    visits: Sequence[PlannedVisit], begin: datetime, end: datetime
) -> tuple[datetime, datetime]:
    """From when to when records may serve one of the visits or belong to the night."""
    return (
        min([begin, *(visit.round.accept_from for visit in visits)]),
        max([end, *(visit.round.accept_until for visit in visits)]),
    )


def _records(material: PatrolMaterial, register: TagRegister) -> dict[int, Visit]:
    """The touches of anything but guards' tags, by record.

    What can be a guard's tag or a checkpoint's is kept: it may be a visit.
    """
    return {
        visit.record_id: visit
        for visit in material.visits
        if not visit.is_guard_tag and not _is_guards(visit, register)
    }


def _is_guards(visit: Visit, register: TagRegister) -> bool:
    if _is_misread(visit):
        return False
    owners = register.owners(visit.tag, _when(visit))
    return bool(owners.guard_ids) and not owners.checkpoint_ids


def _when(visit: Visit) -> datetime | None:
    return visit.time.utc or visit.time.latest or visit.time.earliest


def _is_misread(visit: Visit) -> bool:
    """The tag's own check sum is wrong: some of its bytes are not the tag's."""
    return RecordFlag.TAG_CHECK_SUM in visit.flags


def _actual(visit: Visit, layout: SiteLayout, register: TagRegister) -> ActualVisit:
    owners = register.owners(visit.tag, _when(visit))
    if _is_misread(visit):
        everywhere = tuple(sorted(checkpoint.id for checkpoint in layout.checkpoints))
        owners = TagOwners(everywhere)
    is_certain = owners.checkpoint_id is not None and not _is_misread(visit)
    return ActualVisit(
        record_id=visit.record_id,
        wand_id=visit.wand_id,
        checkpoint_id=owners.checkpoint_id if is_certain else None,
        possible_ids=() if is_certain else owners.checkpoint_ids,
        instant=visit.time.utc,
        earliest=visit.time.earliest,
        latest=visit.time.latest,
        is_contested=visit.conflict_with is not None,
        is_misread=_is_misread(visit),
    )


def _coverage(coverage: WandCoverage) -> domain.WandCoverage:
    # A doubted clock is no loss: its records are there, without an instant but with their bounds.
    lost = [doubt for doubt in coverage.doubts if doubt.reason is not DoubtReason.CLOCK]
    return domain.WandCoverage(
        wand_id=coverage.wand.id,
        downloaded_until=coverage.covered_until,
        lost=tuple((doubt.begin or _LONG_AGO, doubt.end) for doubt in lost),
    )


def _of_date(outcome: Reconciliation, duty_date: date) -> list[VisitResult]:
    return [each for each in outcome.results if each.planned.duty_date == duty_date]


def _is_between(actual: ActualVisit, begin: datetime, end: datetime) -> bool:
    if actual.instant is None:
        return actual.may_be_within(begin, end)
    return begin <= actual.instant < end
