"""Rules about people, sessions and tokens; standard library only."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from watchclock_server.actors import Scope

__all__ = [
    "FAILURES_BEFORE_WAITING",
    "FAILURE_WINDOW",
    "PASSWORD_LENGTH",
    "SESSION_LIFETIME",
    "SETUP_LINK_LIFETIME",
    "Token",
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
