"""What the endpoint of a night gives."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from watchclock_server.reconciliation.domain import (
    ActualVisit,
    ExtraRule,
    ExtraVisit,
    Result,
    Rule,
    VisitResult,
)
from watchclock_server.reconciliation.service import Night

__all__ = ["ActualView", "DutyDate", "ExtraView", "NightView", "VisitView", "WandView"]

DutyDate = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
"""Endpoint parameter type: a duty date whose neighbours are dates too."""


class ActualView(BaseModel):
    """A record and when it was made: UTC, known to within ``error_s`` seconds either way.

    An unknown instant is null; the record then was made between ``earliest`` and ``latest``.
    """

    record_id: int
    wand_id: int
    instant: datetime | None
    error_s: float | None
    earliest: datetime | None
    latest: datetime | None

    @classmethod
    def of(cls, actual: ActualVisit) -> Self:
        """The record as it is sent."""
        return cls.model_validate(actual, from_attributes=True)


class VisitView(BaseModel):
    """A planned visit, what became of it and why; all windows include both ends.

    ``wand_ids`` and ``record_ids`` name what ``rule`` speaks of.
    """

    plan_id: int
    plan_version: int
    checkpoint_id: int
    round: int
    accept_from: datetime
    on_time_from: datetime
    on_time_until: datetime
    accept_until: datetime
    result: Result
    rule: Rule
    actual: ActualView | None
    wand_ids: list[int]
    record_ids: list[int]
    is_out_of_order: bool

    @classmethod
    def of(cls, result: VisitResult) -> Self:
        """The result as it is sent."""
        planned, due = result.planned, result.planned.round
        return cls(
            plan_id=planned.plan_id,
            plan_version=planned.plan_version,
            checkpoint_id=planned.checkpoint_id,
            round=due.number,
            accept_from=due.accept_from,
            on_time_from=due.start,
            on_time_until=due.on_time_until,
            accept_until=due.accept_until,
            result=result.result,
            rule=result.rule,
            actual=None if result.actual is None else ActualView.of(result.actual),
            wand_ids=list(result.wand_ids),
            record_ids=list(result.record_ids),
            is_out_of_order=result.is_out_of_order,
        )


class ExtraView(BaseModel):
    """A record that no planned visit took; ``checkpoint_id`` is null for an unknown tag.

    It is null too for a tag of which the wand kept so little that it can be that of each of
    ``possible_checkpoint_ids``.
    """

    checkpoint_id: int | None
    possible_checkpoint_ids: list[int]
    tag: str
    rule: ExtraRule
    actual: ActualView

    @classmethod
    def of(cls, extra: ExtraVisit, night: Night) -> Self:
        """The record as it is sent."""
        return cls(
            checkpoint_id=extra.actual.checkpoint_id,
            possible_checkpoint_ids=list(extra.actual.possible_ids),
            tag=night.records[extra.actual.record_id].tag,
            rule=extra.rule,
            actual=ActualView.of(extra.actual),
        )


class WandView(BaseModel):
    """A wand of the site; all it recorded before ``known_until`` (UTC) has arrived."""

    id: int
    key: str
    name: str
    known_until: datetime | None


class NightView(BaseModel):
    """The night of one duty date as it was known at ``computed_at`` (UTC)."""

    site_id: int
    duty_date: date
    computed_at: datetime
    counts: dict[Result, int]
    checkpoints: dict[int, str]
    wands: list[WandView]
    visits: list[VisitView]
    extras: list[ExtraView]

    @classmethod
    def of(cls, night: Night) -> Self:
        """The night as it is sent."""
        return cls(
            site_id=night.layout.site.id,
            duty_date=night.duty_date,
            computed_at=night.computed_at,
            counts={each: night.count(each) for each in Result},
            checkpoints={each.id: each.name for each in night.layout.checkpoints},
            wands=[
                WandView(
                    id=each.wand.id,
                    key=each.wand.key,
                    name=each.wand.name,
                    known_until=each.covered_until,
                )
                for each in night.coverage
            ],
            visits=[VisitView.of(result) for result in night.results],
            extras=[ExtraView.of(extra, night) for extra in night.extras],
        )
