"""Signing in and out, first set-up, tokens, and the choice of language."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from watchclock_server.access import SESSION_COOKIE, SignedIn, require_same_origin
from watchclock_server.accounts import service
from watchclock_server.accounts.domain import PASSWORD_LENGTH, SESSION_LIFETIME
from watchclock_server.accounts.schemas import SetUpForm
from watchclock_server.actors import Scope
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.errors import RuleViolationError
from watchclock_server.language import LANGUAGE_COOKIE, Language
from watchclock_server.rendering import render
from watchclock_server.settings import settings_of

__all__ = ["router"]

_LANGUAGE_LIFETIME_S: Final = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)
_SameOrigin = Depends(require_same_origin)


class PasswordsDifferError(RuleViolationError):
    """The password and its repetition are not the same."""

    code = "accounts.passwords_differ"
    template = "The two passwords are not the same."
    next_step = "Go back and type the password twice."


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002  name in the URL
    """The sign-in form."""
    return render(request, "sign_in.html", next=_on_this_server(next), name="", failed=False)


@router.post("/sign-in", dependencies=[_SameOrigin])
def sign_in(
    request: Request,
    session: DatabaseSession,
    now: Now,
    name: Annotated[str, Form()],
    password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002  name in the form
) -> Response:
    """The page asked for, with a new session; the form again when name and password do not fit."""
    person = service.sign_in(session, name=name, password=password, now=now)
    target = _on_this_server(next)
    if person is None:
        return render(
            request,
            "sign_in.html",
            status=HTTPStatus.UNAUTHORIZED,
            next=target,
            name=name,
            failed=True,
        )
    answer = RedirectResponse(target, HTTPStatus.SEE_OTHER)
    _keep_session(request, answer, service.open_web_session(session, person, now))
    return answer


@router.post("/sign-out")
def sign_out(request: Request, session: DatabaseSession, _person: SignedIn) -> Response:
    """The sign-in form; the session is forgotten here and in the browser."""
    service.sign_out(session, request.cookies[SESSION_COOKIE])
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/set-up/{secret}")
def show_set_up(request: Request, secret: str, session: DatabaseSession, now: Now) -> HTMLResponse:
    """The form that makes the first account, as long as the link is good."""
    service.check_setup_link(session, secret, now)
    return render(request, "set_up.html", secret=secret, shortest=PASSWORD_LENGTH.start)


@router.post("/set-up/{secret}", dependencies=[_SameOrigin])
def set_up(
    request: Request,
    secret: str,
    session: DatabaseSession,
    now: Now,
    form: Annotated[SetUpForm, Form()],
) -> Response:
    """The home page, signed in as the new person."""
    if form.password != form.repeated:
        raise PasswordsDifferError
    person = service.set_up(
        session, secret=secret, name=form.name, password=form.password, now=now
    )
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    _keep_session(request, answer, service.open_web_session(session, person, now))
    return answer


@router.get("/tokens")
def show_tokens(request: Request, session: DatabaseSession, _person: SignedIn) -> HTMLResponse:
    """Every token, and the form for another."""
    return _tokens_page(request, session, secret=None)


@router.post("/tokens")
def create_token(
    request: Request,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    name: Annotated[str, Form()],
    scope: Annotated[Scope, Form()],
) -> HTMLResponse:
    """The tokens with the new one's secret, shown this once."""
    secret = service.create_token(session, name=name, scope=scope, now=now)
    return _tokens_page(request, session, secret=secret)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(token_id: int, session: DatabaseSession, now: Now, _person: SignedIn) -> Response:
    """The tokens again, this one revoked."""
    service.revoke_token(session, token_id=token_id, now=now)
    return RedirectResponse("/tokens", HTTPStatus.SEE_OTHER)


@router.get("/language/{language}")
def choose_language(request: Request, language: Language, next: str = "/") -> Response:  # noqa: A002
    """The page one came from, from now on in this language."""
    answer = RedirectResponse(_on_this_server(next), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=_LANGUAGE_LIFETIME_S,
        secure=_is_encrypted(request),
        httponly=True,
        samesite="lax",
    )
    return answer


def _tokens_page(request: Request, session: DatabaseSession, secret: str | None) -> HTMLResponse:
    return render(
        request,
        "tokens.html",
        tokens=service.list_tokens(session),
        scopes=tuple(Scope),
        secret=secret,
    )


def _keep_session(request: Request, answer: Response, secret: str) -> None:
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        secure=_is_encrypted(request),
        httponly=True,
        samesite="lax",
    )


def _is_encrypted(request: Request) -> bool:
    return "https" in {request.url.scheme, urlsplit(settings_of(request).address).scheme}


def _on_this_server(target: str) -> str:
    """The address if it is a path of this server, else the home page: no open redirects."""
    parts = urlsplit(target)
    is_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_path and not parts.netloc and target.isprintable() else "/"
