"""Rules about people, sessions and tokens; standard library only."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

__all__ = [
    "FAILURES_BEFORE_WAITING",
    "FAILURE_WINDOW",
    "PASSWORD_LENGTH",
    "SESSION_LIFETIME",
    "SETUP_LINK_LIFETIME",
    "Actor",
    "ActorKind",
    "Scope",
    "Token",
    "WebSession",
    "is_good_name",
    "new_secret",
    "secret_digest",
]

SESSION_LIFETIME: Final = timedelta(hours=12)
SETUP_LINK_LIFETIME: Final = timedelta(hours=24)
FAILURE_WINDOW: Final = timedelta(minutes=15)
FAILURES_BEFORE_WAITING: Final = 5
PASSWORD_LENGTH: Final = range(10, 201)
_NAME: Final = re.compile(r"[^\W_][\w .@-]{0,62}")


class Scope(StrEnum):
    """What a token may be used for. ``manage`` includes what ``upload`` may do."""

    UPLOAD = "upload"
    MANAGE = "manage"

    def allows(self, needed: "Scope") -> bool:
        """Whether a token of this scope may do what ``needed`` stands for."""
        return self is Scope.MANAGE or self is needed


class ActorKind(StrEnum):
    """What kind of caller did something."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105  a word, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is asking.

    Attributes:
        kind: a person on the pages or a token over HTTP.
        id: key of the person or the token.
        name: the person's name, or the name the token was given.
    """

    kind: ActorKind
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """A signed-in browser.

    Attributes:
        person: who signed in.
        csrf_token: what a form or script of these pages sends along to change something.
    """

    person: Actor
    csrf_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as shown in lists; its secret is not kept anywhere."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    revoked_at: datetime | None


def new_secret() -> str:
    """256 random bits as text that fits into a URL, a header and a cookie."""
    return secrets.token_urlsafe(32)


def secret_digest(secret: str) -> str:
    """What is stored instead of a secret. Random secrets need no slow hash; passwords do."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_good_name(name: str) -> bool:
    """Whether a person or token may be called this: 1 to 63 letters, digits, space, ``_.@-``."""
    return _NAME.fullmatch(name) is not None and name == name.strip()
