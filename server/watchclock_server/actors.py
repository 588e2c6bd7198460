"""Who can ask the server for something: values that every layer may know.

They stand apart from ``accounts`` because the dependencies in ``access`` need them and accounts'
own pages need those.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Actor", "ActorKind", "Scope", "WebSession"]


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
