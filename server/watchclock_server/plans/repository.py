"""Tables and queries of routes and plans."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import groupby

from sqlalchemy import JSON, Date, ForeignKey, Time, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from watchclock_server.database import Base, UtcDateTime
from watchclock_server.plans.domain import (
    FixedRounds,
    Plan,
    PlanTerms,
    RecurringRounds,
    RoundPattern,
    Route,
    RouteOrder,
    Shift,
)

__all__ = [
    "PlanRow",
    "PlanVersionRow",
    "RouteCheckpointRow",
    "RouteRow",
    "add_route",
    "add_version",
    "find_plan",
    "find_route",
    "list_plans",
    "list_routes",
]


class RouteRow(Base):
    """A route of a site; never changed."""

    __tablename__ = "routes"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    order: Mapped[str]


class RouteCheckpointRow(Base):
    """One place in the list of a route, from 0."""

    __tablename__ = "route_checkpoints"
    __table_args__ = (UniqueConstraint("route_id", "checkpoint_id"),)

    route_id: Mapped[int] = mapped_column(ForeignKey("routes.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoints.id"))


class PlanRow(Base):
    """A plan of a site: what its versions have in common."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]


class PlanVersionRow(Base):
    """One version of a plan; never changed.

    Rounds are either ``every_minutes`` or ``round_starts``, a list of civil times ``HH:MM``.
    """

    __tablename__ = "plan_versions"
    __table_args__ = (UniqueConstraint("plan_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    version: Mapped[int]
    route_id: Mapped[int] = mapped_column(ForeignKey("routes.id"))
    shift_start: Mapped[time] = mapped_column(Time)
    shift_end: Mapped[time] = mapped_column(Time)
    every_minutes: Mapped[int | None]
    round_starts: Mapped[list[str]] = mapped_column(JSON)
    round_minutes: Mapped[int]
    tolerance_minutes: Mapped[int]
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    author: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


def add_route(session: Session, row: RouteRow, checkpoint_ids: Sequence[int]) -> Route:
    """Store a route with its checkpoints in this order."""
    session.add(row)
    session.flush()
    session.add_all(
        RouteCheckpointRow(route_id=row.id, position=position, checkpoint_id=checkpoint_id)
        for position, checkpoint_id in enumerate(checkpoint_ids)
    )
    session.flush()
    return _route(row, checkpoint_ids)


def find_route(session: Session, route_id: int) -> RouteRow | None:
    """The route of this key."""
    return session.get(RouteRow, route_id)


def list_routes(session: Session, site_id: int) -> list[Route]:
    """A site's routes by name; one query."""
    rows = session.execute(
        select(RouteRow, RouteCheckpointRow.checkpoint_id)
        .join(RouteCheckpointRow, RouteCheckpointRow.route_id == RouteRow.id)
        .where(RouteRow.site_id == site_id)
        .order_by(RouteRow.name, RouteRow.id, RouteCheckpointRow.position)
    ).all()
    return [
        _route(route, [checkpoint_id for _, checkpoint_id in group])
        for route, group in groupby(rows, key=lambda row: row[0])
    ]


def find_plan(session: Session, plan_id: int) -> PlanRow | None:
    """The plan of this key, kept from other writers until the transaction ends."""
    return session.scalar(select(PlanRow).where(PlanRow.id == plan_id).with_for_update())


def add_version(
    session: Session, plan: PlanRow, terms: PlanTerms, author: str, at: datetime
) -> int:
    """Store the next version of a plan; its number."""
    highest = select(func.max(PlanVersionRow.version)).where(PlanVersionRow.plan_id == plan.id)
    version = (session.scalar(highest) or 0) + 1
    starts: Sequence[time] = ()
    every_minutes: int | None = None
    match terms.rounds:
        case FixedRounds():
            starts = terms.rounds.starts
        case RecurringRounds():
            every_minutes = terms.rounds.every_minutes
    session.add(
        PlanVersionRow(
            plan_id=plan.id,
            version=version,
            route_id=terms.route_id,
            shift_start=terms.shift.start,
            shift_end=terms.shift.end,
            every_minutes=every_minutes,
            round_starts=[start.isoformat("minutes") for start in starts],
            round_minutes=terms.round_minutes,
            tolerance_minutes=terms.tolerance_minutes,
            weekdays=sorted(terms.weekdays),
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            author=author,
            written_at=at,
        )
    )
    session.flush()
    return version


def list_plans(
    session: Session, site_id: int, period: tuple[date, date] | None = None
) -> list[Plan]:
    """Versions of a site's plans by plan and version; one query.

    Args:
        session: the transaction.
        site_id: the site.
        period: first and last duty date; only versions that can be in force in it. None: all.
    """
    query = (
        select(PlanVersionRow, PlanRow.name, RouteRow, RouteCheckpointRow.checkpoint_id)
        .join(PlanRow, PlanRow.id == PlanVersionRow.plan_id)
        .join(RouteRow, RouteRow.id == PlanVersionRow.route_id)
        .join(RouteCheckpointRow, RouteCheckpointRow.route_id == RouteRow.id)
        .where(PlanRow.site_id == site_id)
        .order_by(PlanVersionRow.plan_id, PlanVersionRow.version, RouteCheckpointRow.position)
    )
    if period is not None:
        newer = aliased(PlanVersionRow)
        replaced = exists().where(
            newer.plan_id == PlanVersionRow.plan_id,
            newer.version > PlanVersionRow.version,
            newer.valid_from <= period[0],
        )
        query = query.where(PlanVersionRow.valid_from <= period[1], ~replaced)
    plans: list[Plan] = []
    for _, group in groupby(session.execute(query).all(), key=lambda row: row[0].id):
        rows = list(group)
        version, name, route, _ = rows[0]
        plans.append(_plan(version, name, _route(route, [row[3] for row in rows])))
    return plans


def _plan(row: PlanVersionRow, name: str, route: Route) -> Plan:
    return Plan(
        plan_id=row.plan_id,
        version=row.version,
        name=name,
        route=route,
        terms=PlanTerms(
            route_id=row.route_id,
            shift=Shift(start=row.shift_start, end=row.shift_end),
            rounds=_rounds(row),
            round_minutes=row.round_minutes,
            tolerance_minutes=row.tolerance_minutes,
            weekdays=frozenset(row.weekdays),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        ),
        author=row.author,
        written_at=row.written_at,
    )


def _rounds(row: PlanVersionRow) -> RoundPattern:
    if row.every_minutes is not None:
        return RecurringRounds(every_minutes=row.every_minutes)
    return FixedRounds(starts=tuple(time.fromisoformat(start) for start in row.round_starts))


def _route(row: RouteRow, checkpoint_ids: Sequence[int]) -> Route:
    return Route(
        id=row.id,
        name=row.name,
        order=RouteOrder(row.order),
        checkpoint_ids=tuple(checkpoint_ids),
    )
