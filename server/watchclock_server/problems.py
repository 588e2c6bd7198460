"""Every error leaves the server in one form: problem+json for programs, a small page for people.

The JSON form is RFC 9457's, with ``code`` and ``next_step`` added.
"""

import logging
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from watchclock_protocol.errors import CodedError
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_server.errors import (
    NamedValues,
    NotFoundError,
    NotSignedInError,
    PayloadError,
    ServerError,
)
from watchclock_server.language import Language, language_of, translations
from watchclock_server.rendering import render

__all__ = ["Words", "install_error_answers"]

_LOGGER: Final = logging.getLogger(__name__)

Words = Mapping[type[StrEnum], Mapping[str, str]]
"""What people read for the members of an enumeration; an enumeration that is not in it keeps its
codes."""


class MethodNotAllowedError(ServerError):
    """The address exists, but not for this method."""

    status = 405
    code = "server.method_not_allowed"
    template = "This address does not take {method}."
    next_step = "Look the address up in /api/openapi.json."


class RequestInvalidError(PayloadError):
    """A parameter or the body does not have the documented shape."""

    status = 422
    code = "server.request_invalid"
    template = "The request is not as documented: {reason}."


def install_error_answers(app: FastAPI, words: Words) -> None:
    """Make the app answer every error in the one form.

    Args:
        app: gets the answers.
        words: for details that are members of an enumeration.
    """
    app.state.words = words
    app.add_exception_handler(CodedError, _answer_coded)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unexpected)


def _answer_coded(request: Request, error: Exception) -> Response:
    """The answer for an error with a code; a protocol error means unusable input, 422."""
    if not isinstance(error, CodedError):
        raise error
    if isinstance(error, NotSignedInError) and not _is_for_programs(request):
        return _to_sign_in(request)
    return _answer(request, error)


def _answer_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    reasons = (
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
    )
    return _answer(request, RequestInvalidError(reason="; ".join(reasons)))


def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return _answer(request, NotFoundError())
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return _answer(request, MethodNotAllowedError(method=request.method), error.headers)
        case _:
            return _answer(request, PayloadError())


def _answer_unexpected(request: Request, error: Exception) -> Response:
    _LOGGER.error("unexpected error at %s", request.url.path, exc_info=error)
    return _answer(request, ServerError())


def _answer(
    request: Request, error: CodedError, headers: Mapping[str, str] | None = None
) -> Response:
    status = error.status if isinstance(error, ServerError) else HTTPStatus.UNPROCESSABLE_ENTITY
    language = language_of(request)
    catalog = translations(language)
    told = {
        name: _told(value, request.app.state.words, language)
        for name, value in error.details.items()
    }
    match told.get("reason"):
        case FilledReason(template=template, fields=fields):
            told["reason"] = catalog.gettext(template).format(**fields)
        case str(reason):
            told["reason"] = catalog.gettext(reason)
        case _:
            pass
    detail = catalog.gettext(error.template).format(**told)
    next_step = catalog.gettext(error.next_step).format(**told)
    if _is_for_programs(request):
        body = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": int(status),
            "code": error.code,
            "detail": detail,
            "next_step": next_step,
        }
        return JSONResponse(body, status, headers=headers, media_type="application/problem+json")
    return render(
        request, "error.html", status=status, code=error.code, detail=detail, next_step=next_step
    )


def _told(value: object, words: Words, language: Language) -> object:
    """A detail as people read it: words for members of an enumeration, all else as it is."""
    match value:
        case StrEnum():
            word = words.get(type(value), {}).get(value, value)
            return translations(language).gettext(word)
        case NamedValues(members=members) if members:
            return language.list_comma.join(
                str(_told(member, words, language)) for member in members
            )
        case _:
            return value


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _to_sign_in(request: Request) -> Response:
    """The way to the sign-in form and, for a page that was only looked at, back again."""
    target = "/sign-in"
    if request.method == "GET" and request.url.path != "/":
        target += f"?next={quote(request.url.path)}"
    if "hx-request" in request.headers:
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": target})
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)
