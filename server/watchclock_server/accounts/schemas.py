"""What the endpoints of accounts take and give."""

from datetime import datetime

from pydantic import BaseModel

from watchclock_server.actors import Scope

__all__ = ["NewToken", "Ready", "SetUpForm", "TokenSecret", "TokenView"]


class Ready(BaseModel):
    """The server can take captures; ``now`` is its clock, with which docks compare theirs."""

    status: str
    version: str
    now: datetime


class SetUpForm(BaseModel):
    """What the first set-up asks for."""

    name: str
    password: str
    repeated: str


class NewToken(BaseModel):
    """A token to be made."""

    name: str
    scope: Scope


class TokenSecret(BaseModel):
    """A new token; the secret is shown this once."""

    name: str
    scope: Scope
    secret: str


class TokenView(BaseModel):
    """A token without its secret."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    revoked_at: datetime | None
