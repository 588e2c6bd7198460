"""Tables of downloads, records, and which record stood where in which download."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from watchclock_server.database import Base, UtcDateTime

__all__ = ["NO_SLOT", "DownloadRow", "RecordRow", "SightingRow"]

NO_SLOT: Final = 0
"""Stored where a dialect has no slots, so that the natural key holds no null; slots begin at 1."""


class DownloadRow(Base):
    """One capture of one wand."""

    __tablename__ = "downloads"
    __table_args__ = (Index(None, "wand_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"))
    capture_sha256: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_complete: Mapped[bool]
    is_closed: Mapped[bool]
    torn_bytes: Mapped[int]
    record_count: Mapped[int]
    skipped_bytes: Mapped[int]
    rejected_count: Mapped[int]
    rings: Mapped[list[dict[str, str | int | bool | None]]] = mapped_column(JSON)
    clock_shown: Mapped[datetime | None] = mapped_column(DateTime)
    clock_offset_s: Mapped[float | None]
    voltage_mv: Mapped[int | None]
    charge_percent: Mapped[int | None]
    power_ons: Mapped[int | None]
    formats: Mapped[int | None]


class RecordRow(Base):
    """One record of one wand, exactly once, as the wand stored it."""

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("wand_id", "raw", "kind", "slot", "rank", "emptied_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wand_id: Mapped[int] = mapped_column(ForeignKey("wands.id"))
    kind: Mapped[str]
    slot: Mapped[int] = mapped_column(BigInteger)
    rank: Mapped[int]
    emptied_by: Mapped[int]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    download_id: Mapped[int] = mapped_column(ForeignKey("downloads.id"), index=True)
    position: Mapped[int]
    wand_civil: Mapped[datetime | None] = mapped_column(DateTime)
    time_flaw: Mapped[str | None]
    tag: Mapped[str | None]
    guard_number: Mapped[int | None]
    is_guard_tag: Mapped[bool]
    code: Mapped[int | None]
    flags: Mapped[str]
    conflict_with: Mapped[int | None] = mapped_column(ForeignKey("records.id"))


class SightingRow(Base):
    """Which record stood at which place of which download."""

    __tablename__ = "sightings"

    download_id: Mapped[int] = mapped_column(ForeignKey("downloads.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
