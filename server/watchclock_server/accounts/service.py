"""Signing in and out, first set-up, tokens. One public function a use case."""

from datetime import datetime
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from watchclock_server.accounts import repository
from watchclock_server.accounts.domain import (
    FAILURE_WINDOW,
    FAILURES_BEFORE_WAITING,
    PASSWORD_LENGTH,
    SESSION_LIFETIME,
    SETUP_LINK_LIFETIME,
    Token,
    is_good_name,
    new_secret,
    secret_digest,
)
from watchclock_server.actors import Actor, ActorKind, Scope, WebSession
from watchclock_server.errors import (
    ConflictError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
    RuleViolationError,
    TooManyAttemptsError,
)

__all__ = [
    "BadNameError",
    "BadPasswordError",
    "NameTakenError",
    "SetupLinkInvalidError",
    "TokenInvalidError",
    "TokenNotFoundError",
    "TokenScopeError",
    "actor_of_token",
    "check_setup_link",
    "create_setup_link",
    "create_token",
    "find_web_session",
    "list_tokens",
    "needs_set_up",
    "open_web_session",
    "revoke_token",
    "revoke_token_named",
    "set_up",
    "sign_in",
    "sign_out",
]

_HASHER: Final = PasswordHasher()
# A hash of a password nobody knows: an unknown name takes as long as a wrong password.
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


class SetupLinkInvalidError(NotPermittedError):
    """The set-up link was used before, has expired or never existed."""

    code = "accounts.setup_link"
    template = "This set-up link is not valid, or it was used already."
    next_step = "Restart the server: while nobody has an account it prints a new link."


class BadNameError(RuleViolationError):
    """The name cannot be used."""

    code = "accounts.bad_name"
    template = "“{name}” cannot be used as a name."
    next_step = "Use 1 to 63 letters, digits, spaces or the characters . _ @ -"


class BadPasswordError(RuleViolationError):
    """The password is too short or too long."""

    code = "accounts.bad_password"
    template = "A password needs {shortest} to {longest} characters."
    next_step = "Choose another password; a sentence is a good one."


class NameTakenError(ConflictError):
    """Somebody or something has this name already."""

    code = "accounts.name_taken"
    template = "The name “{name}” is taken."
    next_step = "Choose another name."


class TokenInvalidError(NotSignedInError):
    """The bearer token is unknown or revoked."""

    code = "accounts.token_invalid"
    template = "The token is not valid here."
    next_step = "Make a new token on the tokens page, or with “watchclock token create”."


class TokenScopeError(NotPermittedError):
    """The token is valid, but not for this."""

    code = "accounts.token_scope"
    template = "The token “{name}” may not do this; it needs the scope “{scope}”."
    next_step = "Use a token made for this purpose."


class TokenNotFoundError(NotFoundError):
    """No such token, or it is revoked already."""

    code = "accounts.token_not_found"
    template = "There is no valid token {token}."
    next_step = "Look at the list of tokens."


def needs_set_up(session: Session) -> bool:
    """Whether nobody has an account yet."""
    return not repository.has_people(session)


def create_setup_link(session: Session, now: datetime) -> str:
    """The secret of a new set-up link; every earlier unused one becomes worthless."""
    repository.delete_unused_setup_links(session)
    secret = new_secret()
    session.add(
        repository.SetupLinkRow(
            secret_sha256=secret_digest(secret),
            created_at=now,
            expires_at=now + SETUP_LINK_LIFETIME,
        )
    )
    session.flush()
    return secret


def check_setup_link(session: Session, secret: str, now: datetime) -> None:
    """Nothing, when the link can be used now.

    Raises:
        SetupLinkInvalidError: it cannot.
    """
    if repository.find_setup_link(session, secret_digest(secret), now) is None:
        raise SetupLinkInvalidError


def set_up(session: Session, *, secret: str, name: str, password: str, now: datetime) -> Actor:
    """The new person; the link is used up.

    Raises:
        SetupLinkInvalidError: the link was used, has expired or never existed.
        BadNameError: the name has other characters than allowed.
        BadPasswordError: the password is too short or too long.
        NameTakenError: somebody has this name.
    """
    link = repository.find_setup_link(session, secret_digest(secret), now)
    if link is None:
        raise SetupLinkInvalidError
    if not is_good_name(name):
        raise BadNameError(name=name)
    if len(password) not in PASSWORD_LENGTH:
        raise BadPasswordError(shortest=PASSWORD_LENGTH.start, longest=PASSWORD_LENGTH.stop - 1)
    if repository.find_person(session, name) is not None:
        raise NameTakenError(name=name)
    link.used_at = now
    person = repository.PersonRow(name=name, password_hash=_HASHER.hash(password), created_at=now)
    session.add(person)
    session.flush()
    return _actor(person)


def sign_in(session: Session, *, name: str, password: str, now: datetime) -> Actor | None:
    """The person, or None when name and password do not fit; the failure is then remembered.

    Raises:
        TooManyAttemptsError: too many sign-ins under this name failed lately.
    """
    if not is_good_name(name):
        return None
    since = now - FAILURE_WINDOW
    repository.delete_failures(session, before=since)
    if repository.count_failures(session, name, since) >= FAILURES_BEFORE_WAITING:
        raise TooManyAttemptsError(wait_minutes=int(FAILURE_WINDOW.total_seconds() // 60))
    person = repository.find_person(session, name)
    is_right = _password_fits(_NOBODY if person is None else person.password_hash, password)
    if person is None or not is_right:
        session.add(repository.SignInFailureRow(name=name, at=now))
        return None
    return _actor(person)


def _actor(person: repository.PersonRow) -> Actor:
    return Actor(kind=ActorKind.PERSON, id=person.id, name=person.name)


def _password_fits(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerifyMismatchError:
        return False


def open_web_session(session: Session, person: Actor, now: datetime) -> str:
    """The secret for the cookie of a new session; always a fresh one."""
    repository.delete_expired_web_sessions(session, now)
    secret = new_secret()
    session.add(
        repository.WebSessionRow(
            secret_sha256=secret_digest(secret),
            person_id=person.id,
            csrf_token=new_secret(),
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
        )
    )
    return secret


def find_web_session(session: Session, *, secret: str, now: datetime) -> WebSession | None:
    """Who is signed in with this cookie, or None."""
    found = repository.find_web_session(session, secret_digest(secret), now)
    if found is None:
        return None
    row, person = found
    return WebSession(person=_actor(person), csrf_token=row.csrf_token)


def sign_out(session: Session, secret: str) -> None:
    """Forget the session behind this cookie."""
    repository.delete_web_session(session, secret_digest(secret))


def create_token(session: Session, *, name: str, scope: Scope, now: datetime) -> str:
    """The secret of a new token. It is shown once and kept nowhere.

    Raises:
        BadNameError: the name has other characters than allowed.
        NameTakenError: there is, or was, a token of this name.
    """
    if not is_good_name(name):
        raise BadNameError(name=name)
    if repository.find_token_by_name(session, name) is not None:
        raise NameTakenError(name=name)
    secret = new_secret()
    session.add(
        repository.AccessTokenRow(
            name=name, scope=scope, secret_sha256=secret_digest(secret), created_at=now
        )
    )
    session.flush()
    return secret


def list_tokens(session: Session) -> list[Token]:
    """Every token ever made, by name, without secrets."""
    return [
        Token(
            id=row.id,
            name=row.name,
            scope=Scope(row.scope),
            created_at=row.created_at,
            revoked_at=row.revoked_at,
        )
        for row in repository.list_tokens(session)
    ]


def revoke_token(session: Session, *, token_id: int, now: datetime) -> None:
    """Make a token worthless from now on.

    Raises:
        TokenNotFoundError: no such token, or it is revoked already.
    """
    if not repository.revoke_token(session, token_id, now):
        raise TokenNotFoundError(token=token_id)


def revoke_token_named(session: Session, *, name: str, now: datetime) -> None:
    """Make the token of this name worthless from now on.

    Raises:
        TokenNotFoundError: no such token, or it is revoked already.
    """
    row = repository.find_token_by_name(session, name)
    if row is None or not repository.revoke_token(session, row.id, now):
        raise TokenNotFoundError(token=name)


def actor_of_token(session: Session, *, secret: str, needed: Scope) -> Actor:
    """Who sends this token.

    Raises:
        TokenInvalidError: the token is unknown or revoked.
        TokenScopeError: the token may not do what ``needed`` stands for.
    """
    row = repository.find_token(session, secret_digest(secret))
    if row is None:
        raise TokenInvalidError
    if not Scope(row.scope).allows(needed):
        raise TokenScopeError(name=row.name, scope=needed)
    return Actor(kind=ActorKind.TOKEN, id=row.id, name=row.name)
