"""Tables and queries of sites."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from watchclock_server.database import Base, UtcDateTime

__all__ = [
    "CheckpointRow",
    "GuardRow",
    "SiteRow",
    "TagRow",
    "find_checkpoint",
    "find_mounted_tag",
    "find_site",
    "last_position",
    "list_checkpoints",
    "list_guards",
    "list_layout",
    "list_mounted",
    "list_sites",
    "list_tags_from",
]


class SiteRow(Base):
    """A site."""

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str]


class CheckpointRow(Base):
    """A checkpoint of a site."""

    __tablename__ = "checkpoints"
    __table_args__ = (UniqueConstraint("site_id", "name"), UniqueConstraint("site_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    position: Mapped[int]


class TagRow(Base):
    """A tag at a checkpoint for a time; mounted at one checkpoint at most."""

    __tablename__ = "tags"
    __table_args__ = (
        Index(
            "uq_tags_mounted",
            "technology_octets",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoints.id"), index=True)
    technology_octets: Mapped[str]
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GuardRow(Base):
    """A guard of a site."""

    __tablename__ = "guards"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        UniqueConstraint("site_id", "tag"),
        UniqueConstraint("site_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    tag: Mapped[str | None]
    number: Mapped[int | None]


def list_sites(session: Session) -> list[SiteRow]:
    """All sites by name."""
    return list(session.scalars(select(SiteRow).order_by(SiteRow.name)))


def find_site(session: Session, site_id: int) -> SiteRow | None:
    """The site of this key."""
    return session.get(SiteRow, site_id)


def find_checkpoint(session: Session, checkpoint_id: int) -> CheckpointRow | None:
    """The checkpoint of this key."""
    return session.get(CheckpointRow, checkpoint_id)


def list_checkpoints(session: Session, site_id: int) -> list[CheckpointRow]:
    """A site's checkpoints in their order."""
    return list(
        session.scalars(
            select(CheckpointRow)
            .where(CheckpointRow.site_id == site_id)
            .order_by(CheckpointRow.position)
        )
    )


def last_position(session: Session, site_id: int) -> int:
    """The highest position of a site's checkpoints; 0 when it has none."""
    highest = select(func.max(CheckpointRow.position)).where(CheckpointRow.site_id == site_id)
    return session.scalar(highest) or 0


def list_layout(
    session: Session, site_id: int
) -> list[tuple[SiteRow, CheckpointRow | None, TagRow | None]]:
    """The site with each checkpoint and each of its tags, in the site's order; one query."""
    rows = session.execute(
        select(SiteRow, CheckpointRow, TagRow)
        .join(CheckpointRow, CheckpointRow.site_id == SiteRow.id, isouter=True)
        .join(TagRow, TagRow.checkpoint_id == CheckpointRow.id, isouter=True)
        .where(SiteRow.id == site_id)
        .order_by(CheckpointRow.position, TagRow.valid_from, TagRow.id)
    )
    return [(site, checkpoint, tag) for site, checkpoint, tag in rows]


def find_mounted_tag(session: Session, tag: str) -> TagRow | None:
    """Where the tag is mounted now."""
    return session.scalar(
        select(TagRow).where(TagRow.technology_octets == tag, TagRow.valid_to.is_(None))
    )


def list_mounted(session: Session, at: datetime) -> list[tuple[int, TagRow]]:
    """Every tag that was mounted anywhere at that instant, with the key of its site; one query."""
    rows = session.execute(
        select(CheckpointRow.site_id, TagRow)
        .join(TagRow, TagRow.checkpoint_id == CheckpointRow.id)
        .where(TagRow.valid_from <= at, or_(TagRow.valid_to.is_(None), TagRow.valid_to > at))
    )
    return [(site_id, tag) for site_id, tag in rows]


def list_tags_from(session: Session, site_id: int, at: datetime) -> list[tuple[TagRow, str]]:
    """A site's tags that are mounted at that instant or later, each with its checkpoint's name."""
    rows = session.execute(
        select(TagRow, CheckpointRow.name)
        .join(CheckpointRow, TagRow.checkpoint_id == CheckpointRow.id)
        .where(CheckpointRow.site_id == site_id)
        .where(or_(TagRow.valid_to.is_(None), TagRow.valid_to > at))
        .order_by(CheckpointRow.position, TagRow.id)
    )
    return [(tag, name) for tag, name in rows]


def list_guards(session: Session, site_id: int) -> list[GuardRow]:
    """A site's guards by name."""
    return list(
        session.scalars(
            select(GuardRow).where(GuardRow.site_id == site_id).order_by(GuardRow.name)
        )
    )
