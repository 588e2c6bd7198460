"""Tables and queries of wands and their clock anchors."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from watchclock_server.database import Base, UtcDateTime

__all__ = [
    "AnchorRow",
    "WandRow",
    "add_anchors",
    "find_stated",
    "find_wand",
    "forget_anchors_of_capture",
    "list_anchors",
    "list_anchors_of_capture",
    "list_wands",
    "lock_wand",
]


class WandRow(Base):
    """One wand, known since its first download."""

    __tablename__ = "wands"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    dialect: Mapped[str]
    number: Mapped[str]
    firmware: Mapped[str | None]
    name: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)


class AnchorRow(Base):
    """What a wand's clock showed, or was set to, at an instant.

    Either a capture says so, or a person.
    """

    __tablename__ = "clock_anchors"
    __table_args__ = (Index(None, "wand_id", "utc"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"))
    capture_sha256: Mapped[str | None]
    stated_by: Mapped[str | None]
    withdrawn_by: Mapped[str | None]
    kind: Mapped[str]
    wand_civil: Mapped[datetime] = mapped_column(DateTime)
    utc: Mapped[datetime] = mapped_column(UtcDateTime)
    uncertainty_s: Mapped[float]
    offset_s: Mapped[float | None]


def find_wand(session: Session, wand_id: int) -> WandRow | None:
    """The wand of this key in the database."""
    return session.get(WandRow, wand_id)


def lock_wand(session: Session, new: WandRow) -> WandRow:
    """The wand of this stable name, stored now if it is new.

    It is kept from other writers until the transaction ends.
    """
    locked = (
        select(WandRow)
        .where(WandRow.key == new.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = session.scalar(locked)
    if known is not None:
        return known
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        # Another transaction stored it in this very moment.
        return session.scalars(locked).one()
    return new


def list_wands(session: Session, site_id: int | None) -> Sequence[WandRow]:
    """All wands, or those of one site, by name."""
    query = select(WandRow).order_by(WandRow.name, WandRow.id)
    if site_id is not None:
        query = query.where(WandRow.site_id == site_id)
    return session.scalars(query).all()


def list_anchors(session: Session, wand_ids: Collection[int]) -> Sequence[AnchorRow]:
    """The anchors of several wands that nobody has withdrawn, oldest first."""
    return session.scalars(
        select(AnchorRow)
        .where(AnchorRow.wand_id.in_(wand_ids), AnchorRow.withdrawn_by.is_(None))
        .order_by(AnchorRow.utc, AnchorRow.id)
    ).all()


def list_anchors_of_capture(session: Session, sha256: str) -> Sequence[AnchorRow]:
    """What one capture told, oldest first."""
    return session.scalars(
        select(AnchorRow)
        .where(AnchorRow.capture_sha256 == sha256)
        .order_by(AnchorRow.utc, AnchorRow.id)
    ).all()


def forget_anchors_of_capture(session: Session, sha256: str) -> None:
    """Forget what one capture told, because it is told anew."""
    session.execute(delete(AnchorRow).where(AnchorRow.capture_sha256 == sha256))


def find_stated(session: Session, wand_id: int, anchor_id: int) -> AnchorRow | None:
    """What a person stated about this wand, if it still stands."""
    row = session.get(AnchorRow, anchor_id)
    stands = row is not None and row.wand_id == wand_id and row.withdrawn_by is None
    return row if stands and row is not None and row.stated_by is not None else None


def add_anchors(session: Session, rows: Iterable[AnchorRow]) -> None:
    """Store anchors."""
    session.add_all(rows)
    session.flush()
