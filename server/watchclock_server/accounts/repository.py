"""Tables and queries of accounts. Secrets are stored as digests only."""

from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from watchclock_server.database import Base, UtcDateTime

__all__ = [
    "AccessTokenRow",
    "PersonRow",
    "SetupLinkRow",
    "SignInFailureRow",
    "WebSessionRow",
    "count_failures",
    "delete_expired_web_sessions",
    "delete_failures",
    "delete_unused_setup_links",
    "delete_web_session",
    "find_person",
    "find_setup_link",
    "find_token",
    "find_token_by_name",
    "find_web_session",
    "has_people",
    "list_tokens",
    "revoke_token",
]


class PersonRow(Base):
    """Someone who may sign in."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebSessionRow(Base):
    """A signed-in browser, until it expires or signs out."""

    __tablename__ = "web_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    csrf_token: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SetupLinkRow(Base):
    """A link that lets its holder make one account, once."""

    __tablename__ = "setup_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessTokenRow(Base):
    """A token for docks and scripts."""

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[str]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailureRow(Base):
    """A sign-in that failed, kept as long as it counts."""

    __tablename__ = "sign_in_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def has_people(session: Session) -> bool:
    """Whether anybody can sign in at all."""
    return session.scalar(select(PersonRow.id).limit(1)) is not None


def find_person(session: Session, name: str) -> PersonRow | None:
    """The person of this name."""
    return session.scalar(select(PersonRow).where(PersonRow.name == name))


def find_web_session(
    session: Session, secret_sha256: str, now: datetime
) -> tuple[WebSessionRow, PersonRow] | None:
    """The session behind a cookie and its person, unless it has expired."""
    row = session.execute(
        select(WebSessionRow, PersonRow)
        .join(PersonRow, PersonRow.id == WebSessionRow.person_id)
        .where(WebSessionRow.secret_sha256 == secret_sha256, WebSessionRow.expires_at > now)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def delete_web_session(session: Session, secret_sha256: str) -> None:
    """Forget the session behind a cookie."""
    session.execute(delete(WebSessionRow).where(WebSessionRow.secret_sha256 == secret_sha256))


def delete_expired_web_sessions(session: Session, now: datetime) -> None:
    """Forget sessions that nobody can use any more."""
    session.execute(delete(WebSessionRow).where(WebSessionRow.expires_at <= now))


def find_setup_link(session: Session, secret_sha256: str, now: datetime) -> SetupLinkRow | None:
    """The link of this digest, unless it was used or has expired; locked until the commit."""
    return session.scalar(
        select(SetupLinkRow)
        .where(
            SetupLinkRow.secret_sha256 == secret_sha256,
            SetupLinkRow.used_at.is_(None),
            SetupLinkRow.expires_at > now,
        )
        .with_for_update()
    )


def delete_unused_setup_links(session: Session) -> None:
    """Make every earlier, unused link worthless."""
    session.execute(delete(SetupLinkRow).where(SetupLinkRow.used_at.is_(None)))


def find_token(session: Session, secret_sha256: str) -> AccessTokenRow | None:
    """The token of this digest, unless it was revoked."""
    return session.scalar(
        select(AccessTokenRow).where(
            AccessTokenRow.secret_sha256 == secret_sha256, AccessTokenRow.revoked_at.is_(None)
        )
    )


def find_token_by_name(session: Session, name: str) -> AccessTokenRow | None:
    """The token of this name, revoked or not."""
    return session.scalar(select(AccessTokenRow).where(AccessTokenRow.name == name))


def list_tokens(session: Session) -> list[AccessTokenRow]:
    """Every token ever made, by name."""
    return list(session.scalars(select(AccessTokenRow).order_by(AccessTokenRow.name)))


def revoke_token(session: Session, token_id: int, now: datetime) -> bool:
    """Make a token worthless from now on; False when there is no such valid token."""
    changed = session.execute(
        update(AccessTokenRow)
        .where(AccessTokenRow.id == token_id, AccessTokenRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(AccessTokenRow.id)
    )
    return changed.one_or_none() is not None


def count_failures(session: Session, name: str, since: datetime) -> int:
    """How many sign-ins under this name failed since then."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SignInFailureRow)
            .where(SignInFailureRow.name == name, SignInFailureRow.at > since)
        )
        or 0
    )


def delete_failures(session: Session, before: datetime) -> None:
    """Forget failures that no longer count."""
    session.execute(delete(SignInFailureRow).where(SignInFailureRow.at <= before))
