"""Tables and queries of repair orders. The history is only ever added to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from watchclock_server.database import Base, UtcDateTime

__all__ = [
    "OrderStepRow",
    "RepairOrderRow",
    "add",
    "find_order",
    "list_orders",
    "list_orders_of_case",
    "list_orders_of_wand",
    "list_steps",
    "lock_order",
]


class RepairOrderRow(Base):
    """The work on one wand for one case; its state is the one of its latest step."""

    __tablename__ = "repair_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"), index=True)
    state: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrderStepRow(Base):
    """One step of a repair order; never changed afterwards."""

    __tablename__ = "repair_order_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("repair_orders.id"), index=True)
    state: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str]
    why: Mapped[str]


def add(session: Session, row: RepairOrderRow | OrderStepRow) -> None:
    """Store a row and give it its key."""
    session.add(row)
    session.flush()


def find_order(session: Session, order_id: int) -> RepairOrderRow | None:
    """One order."""
    return session.get(RepairOrderRow, order_id)


def lock_order(session: Session, order_id: int) -> RepairOrderRow | None:
    """One order, kept from other writers until the transaction ends."""
    return session.get(RepairOrderRow, order_id, with_for_update=True, populate_existing=True)


def list_orders(session: Session) -> Sequence[RepairOrderRow]:
    """All orders, newest first."""
    return session.scalars(select(RepairOrderRow).order_by(RepairOrderRow.id.desc())).all()


def list_orders_of_case(session: Session, case_id: int) -> Sequence[RepairOrderRow]:
    """The orders of one case, newest first."""
    return session.scalars(
        select(RepairOrderRow)
        .where(RepairOrderRow.case_id == case_id)
        .order_by(RepairOrderRow.id.desc())
    ).all()


def list_orders_of_wand(session: Session, wand_id: int) -> Sequence[RepairOrderRow]:
    """The orders of one wand, newest first."""
    return session.scalars(
        select(RepairOrderRow)
        .where(RepairOrderRow.wand_id == wand_id)
        .order_by(RepairOrderRow.id.desc())
    ).all()


def list_steps(session: Session, order_id: int) -> Sequence[OrderStepRow]:
    """The history of one order, oldest first."""
    return session.scalars(
        select(OrderStepRow).where(OrderStepRow.order_id == order_id).order_by(OrderStepRow.id)
    ).all()
