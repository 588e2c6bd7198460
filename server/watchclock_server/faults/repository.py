"""Tables and queries of evidence and cases."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from watchclock_server.database import Base, UtcDateTime
from watchclock_server.faults.domain import CaseState

__all__ = [
    "CaseEventRow",
    "CaseEvidenceRow",
    "CaseRow",
    "EvidenceRow",
    "add",
    "add_case",
    "find_case",
    "find_open_case",
    "list_case_events",
    "list_case_evidence",
    "list_cases",
    "list_evidence",
    "lock_case",
]


class EvidenceRow(Base):
    """One sign of one download; a download says each sign once."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("download_id", "sign"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"), index=True)
    download_id: Mapped[int] = mapped_column(ForeignKey("downloads.id"))
    sign: Mapped[str]
    figures: Mapped[dict[str, int | float | str]] = mapped_column(JSON)
    record_ids: Mapped[list[int]] = mapped_column(JSON)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseRow(Base):
    """One suspected fault of one wand; one open case for each class of fault."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_open",
            "wand_id",
            "fault_class",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"))
    fault_class: Mapped[str]
    state: Mapped[str]
    symptom: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str]
    failure_mode: Mapped[str | None]
    mechanism: Mapped[str | None]
    cause: Mapped[str | None]


class CaseEventRow(Base):
    """What happened to a case; never changed afterwards."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str]
    state: Mapped[str]
    remark: Mapped[str]


class CaseEvidenceRow(Base):
    """Which evidence a case stands on."""

    __tablename__ = "case_evidence"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)


def add(session: Session, row: Base) -> None:
    """Store one row of this feature and give it its key."""
    session.add(row)
    session.flush()


def list_evidence(session: Session, wand_id: int) -> Sequence[EvidenceRow]:
    """Everything known about one wand, newest first."""
    return session.scalars(
        select(EvidenceRow).where(EvidenceRow.wand_id == wand_id).order_by(EvidenceRow.id.desc())
    ).all()


def list_case_evidence(session: Session, case_id: int) -> Sequence[EvidenceRow]:
    """What one case stands on, oldest first."""
    return session.scalars(
        select(EvidenceRow)
        .join(CaseEvidenceRow, CaseEvidenceRow.evidence_id == EvidenceRow.id)
        .where(CaseEvidenceRow.case_id == case_id)
        .order_by(EvidenceRow.id)
    ).all()


def find_case(session: Session, case_id: int) -> CaseRow | None:
    """One case."""
    return session.get(CaseRow, case_id)


def lock_case(session: Session, case_id: int) -> CaseRow | None:
    """One case, kept from other writers until the transaction ends."""
    return session.get(CaseRow, case_id, with_for_update=True, populate_existing=True)


def add_case(session: Session, row: CaseRow) -> CaseRow:
    """The case now stored, or the open one of this wand and class that was stored before it."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        known = find_open_case(session, row.wand_id, row.fault_class)
        if known is None:
            raise
        return known
    return row


def find_open_case(session: Session, wand_id: int, fault_class: str) -> CaseRow | None:
    """The open case of this class, if there is one."""
    return session.scalar(
        select(CaseRow).where(
            CaseRow.wand_id == wand_id,
            CaseRow.fault_class == fault_class,
            CaseRow.state == CaseState.OPEN,
        )
    )


def list_cases(session: Session, wand_ids: Collection[int] | None) -> Sequence[CaseRow]:
    """Cases of some wands, or all; open ones first, then newest first."""
    query = select(CaseRow).order_by(CaseRow.state.desc(), CaseRow.id.desc())
    if wand_ids is not None:
        query = query.where(CaseRow.wand_id.in_(wand_ids))
    return session.scalars(query).all()


def list_case_events(session: Session, case_id: int) -> Sequence[CaseEventRow]:
    """The history of one case, oldest first."""
    return session.scalars(
        select(CaseEventRow).where(CaseEventRow.case_id == case_id).order_by(CaseEventRow.id)
    ).all()
