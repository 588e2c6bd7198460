"""Who is asking: the dependencies that keep strangers out of every page and every endpoint.

Pages need a signed-in person. Endpoints take a bearer token of the right scope or the cookie of a
signed-in person. Whoever comes with a cookie and wants to change something must also send the
session's CSRF token, as header ``X-CSRF-Token`` or as form field ``csrf_token``.

Callers are looked up in a short transaction of their own, so that nobody holds SQLite's write lock
while a slow dock still sends its capture.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from watchclock_server.actors import Actor, Scope, WebSession
from watchclock_server.clock import Now
from watchclock_server.database import database_of
from watchclock_server.errors import NotPermittedError, NotSignedInError
from watchclock_server.settings import settings_of

__all__ = [
    "SESSION_COOKIE",
    "CrossSiteError",
    "CsrfError",
    "Doorkeeper",
    "Manager",
    "SignedIn",
    "Uploader",
    "require_person",
    "require_same_origin",
    "require_scope",
]

SESSION_COOKIE: Final = "watchclock_session"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class Doorkeeper(Protocol):
    """Knows cookies and tokens; ``create_app`` puts accounts' service here."""

    def find_web_session(
        self, session: Session, *, secret: str, now: datetime
    ) -> WebSession | None:
        """Who is signed in with this cookie, or None."""
        ...

    def actor_of_token(self, session: Session, *, secret: str, needed: Scope) -> Actor:
        """Who sends this token; raises when it is not valid or may not do ``needed``."""
        ...


class CsrfError(NotPermittedError):
    """The CSRF token is missing or belongs to another session."""

    code = "access.csrf"
    template = "This form is out of date."
    next_step = "Open the page again and repeat what you did."


class CrossSiteError(NotPermittedError):
    """Another site's page sent this form."""

    code = "access.cross_site"
    template = "Another web site sent this form."
    next_step = "Open the page on this server and use its own form."


async def _presented_csrf_token(request: Request) -> str:
    """The token the request carries, or an empty text; reads the body only if it is a form."""
    header = request.headers.get("x-csrf-token")
    if header is not None:
        return header
    if SESSION_COOKIE not in request.cookies or not _is_form(request):
        return ""
    field = (await request.form()).get("csrf_token")
    return field if isinstance(field, str) else ""


def _is_form(request: Request) -> bool:
    return request.method not in _SAFE_METHODS and request.headers.get(
        "content-type", ""
    ).startswith(_FORM_TYPES)


def _doorkeeper(request: Request) -> Doorkeeper:
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    return doorkeeper


def find_web_session(request: Request, now: Now) -> WebSession | None:
    """The session of the request's cookie, or None (FastAPI dependency).

    Pages find it as ``request.state.web_session`` too.
    """
    cookie = request.cookies.get(SESSION_COOKIE)
    found = None
    if cookie is not None:
        with database_of(request).session(writes=False) as session:
            found = _doorkeeper(request).find_web_session(session, secret=cookie, now=now)
    request.state.web_session = found
    return found


def require_person(
    request: Request,
    web_session: Annotated[WebSession | None, Depends(find_web_session)],
    csrf_token: Annotated[str, Depends(_presented_csrf_token)],
) -> Actor:
    """The signed-in person (FastAPI dependency).

    Raises:
        NotSignedInError: nobody is signed in; a page then redirects to the sign-in form.
        CsrfError: something is to be changed and the CSRF token does not fit.
    """
    if web_session is None:
        raise NotSignedInError
    if request.method not in _SAFE_METHODS and not secrets.compare_digest(
        csrf_token.encode(), web_session.csrf_token.encode()
    ):
        raise CsrfError
    return web_session.person


def require_scope(needed: Scope) -> Callable[..., Actor]:
    """A FastAPI dependency: a token that may do ``needed``, or a signed-in person.

    It raises ``TokenInvalidError`` and ``TokenScopeError`` for tokens, and for people what
    ``require_person`` raises.
    """

    def actor(
        request: Request,
        web_session: Annotated[WebSession | None, Depends(find_web_session)],
        csrf_token: Annotated[str, Depends(_presented_csrf_token)],
    ) -> Actor:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            with database_of(request).session(writes=False) as session:
                return _doorkeeper(request).actor_of_token(
                    session, secret=secret.strip(), needed=needed
                )
        return require_person(request, web_session, csrf_token)

    return actor


def require_same_origin(request: Request) -> None:
    """Nothing, unless another site's page sends the form (FastAPI dependency).

    For forms that exist before anybody is signed in. Browsers send ``Origin`` with every POST
    (fetch.spec.whatwg.org, section 3.1); programs that send none are no browsers. A proxy may
    have changed ``Host``, so the public address counts as ours too.

    Raises:
        CrossSiteError: the origin is another host.
    """
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(settings_of(request).address).netloc}
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise CrossSiteError


SignedIn = Annotated[Actor, Depends(require_person)]
"""Page parameter type: the signed-in person."""

Uploader = Annotated[Actor, Depends(require_scope(Scope.UPLOAD))]
"""Endpoint parameter type: whoever may upload captures."""

Manager = Annotated[Actor, Depends(require_scope(Scope.MANAGE))]
"""Endpoint parameter type: whoever may read and change data over HTTP."""
