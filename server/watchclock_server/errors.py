"""What the server refuses, each with a stable code and the HTTP status it is answered with.

    CodedError
        ServerError                500
            PayloadError           400  what was sent cannot be read
            NotSignedInError       401  nobody is signed in, or the token is not valid
            NotPermittedError      403  known, but not allowed to do this
            NotFoundError          404  no such site, wand, case …
            ConflictError          409  it clashes with what is stored
            PayloadTooLargeError   413
            RuleViolationError     422  readable, but against a rule
            TooManyAttemptsError   429

A feature raises its own subclass with its own code and sentence; the status comes from the parent.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from typing_extensions import override

from watchclock_protocol.errors import CodedError

__all__ = [
    "ConflictError",
    "NamedValues",
    "NotFoundError",
    "NotPermittedError",
    "NotSignedInError",
    "PayloadError",
    "PayloadTooLargeError",
    "RuleViolationError",
    "ServerError",
    "TooManyAttemptsError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedValues:
    """A detail that lists members of an enumeration: codes in a log, words in an answer.

    Attributes:
        members: in the order in which they are told.
    """

    members: tuple[StrEnum, ...]

    @override
    def __str__(self) -> str:
        """The codes, or a dash where there are none."""
        return ", ".join(self.members) or "–"


class ServerError(CodedError):
    """The server cannot do what was asked."""

    status: ClassVar[int] = 500
    code = "server.error"
    template = "The server could not do this."
    next_step = "Try again; if it stays, look into the server's log."


class PayloadError(ServerError):
    """What was sent cannot be read."""

    status = 400
    code = "server.payload"
    template = "What was sent cannot be read."
    next_step = "Send it again in the documented form."


class NotSignedInError(ServerError):
    """Nobody is signed in, or the token is missing, unknown or revoked."""

    status = 401
    code = "server.not_signed_in"
    template = "You are not signed in."
    next_step = "Sign in, or send a valid token as “Authorization: Bearer TOKEN”."


class NotPermittedError(ServerError):
    """The caller is known but may not do this."""

    status = 403
    code = "server.not_permitted"
    template = "You are not allowed to do this."
    next_step = "Ask a supervisor of this server."


class NotFoundError(ServerError):
    """There is nothing under this key."""

    status = 404
    code = "server.not_found"
    template = "There is nothing at this address."
    next_step = "Check the address, or start again from the home page."


class ConflictError(ServerError):
    """It clashes with what is stored."""

    status = 409
    code = "server.conflict"
    template = "This clashes with what is already stored."
    next_step = "Look at the stored entry first, then decide."


class PayloadTooLargeError(ServerError):
    """More was sent than the server takes in one request."""

    status = 413
    code = "server.payload_too_large"
    template = "More than {limit_bytes} bytes were sent."
    next_step = "Send less at once."


class RuleViolationError(ServerError):
    """Readable, but against a rule of the domain."""

    status = 422
    code = "server.rule"
    template = "This is against a rule."
    next_step = "Correct the entry and send it again."


class TooManyAttemptsError(ServerError):
    """Tried too often in too short a time."""

    status = 429
    code = "server.too_many_attempts"
    template = "There were too many attempts."
    next_step = "Wait {wait_minutes} minutes, then try again."
