"""Accounts over HTTP: is the server ready for this token, and keeping tokens."""

from dataclasses import asdict
from http import HTTPStatus
from importlib.metadata import version

from fastapi import APIRouter

from watchclock_server.access import Manager, Uploader
from watchclock_server.accounts import service
from watchclock_server.accounts.schemas import NewToken, Ready, TokenSecret, TokenView
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["accounts"])


@router.get("/ready")
def tell_ready(now: Now, _actor: Uploader) -> Ready:
    """Whether this token may upload, which version answers, and what time it is here."""
    return Ready(status="ready", version=version("watchclock"), now=now)


@router.get("/tokens")
def list_tokens(session: DatabaseSession, _actor: Manager) -> list[TokenView]:
    """Every token ever made, without secrets."""
    return [TokenView(**asdict(token)) for token in service.list_tokens(session)]


@router.post("/tokens", status_code=HTTPStatus.CREATED)
def create_token(
    wanted: NewToken, session: DatabaseSession, now: Now, _actor: Manager
) -> TokenSecret:
    """A new token with its secret, which is kept nowhere."""
    secret = service.create_token(session, name=wanted.name, scope=wanted.scope, now=now)
    return TokenSecret(name=wanted.name, scope=wanted.scope, secret=secret)


@router.delete("/tokens/{token_id}", status_code=HTTPStatus.NO_CONTENT)
def revoke_token(token_id: int, session: DatabaseSession, now: Now, _actor: Manager) -> None:
    """Make a token worthless."""
    service.revoke_token(session, token_id=token_id, now=now)
