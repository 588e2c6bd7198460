"""Turns templates into pages, in the language of the request and with what every page needs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from gettext import NullTranslations
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from watchclock_server.actors import WebSession
from watchclock_server.language import Language, language_of, translatable, translations

__all__ = ["render"]

_SERVER: Final = Path(__file__).parent
_TEMPLATE_FOLDERS: Final = (
    "pages",
    "reconciliation",
    "repairs",
    "intake",
    "faults",
    "plans",
    "wands",
    "sites",
    "accounts",
)
_MINUTE_S: Final = 60
_SECONDS: Final = translatable("%(count)s s")
_UNITS: Final = (
    (86_400, translatable("%(count)s d")),
    (3_600, translatable("%(count)s h")),
    (_MINUTE_S, translatable("%(count)s min")),
    (1, _SECONDS),
)


def render(
    request: Request, template: str, *, status: int = 200, **context: object
) -> HTMLResponse:
    """A page from a template.

    Templates stand in ``pages/templates`` or a feature's ``templates`` folder and are named by
    file name alone, so names are unique. A full page begins with ``{% extends "layout.html" %}``
    and fills the blocks ``title`` and ``content``.

    Besides the caller's context every template knows ``person`` (``Actor`` or None),
    ``csrf_token``, ``language``, ``languages``, ``here`` (path and query of this page), ``_`` and
    ``{% trans %}``, the filters ``local_time(zone)``, ``local_minute(zone)`` and
    ``local_date(zone)`` for instants, and ``span``, ``offset`` and ``figures`` for seconds.
    An undefined name is an error.

    Args:
        request: for the language and the signed-in person.
        template: file name of the template.
        status: HTTP status of the answer.
        context: what the template shows.
    """
    language = language_of(request)
    web_session = _web_session(request)
    text = (
        _environment(language)
        .get_template(template)
        .render(
            context,
            person=None if web_session is None else web_session.person,
            csrf_token="" if web_session is None else web_session.csrf_token,
            language=language,
            languages=tuple(Language),
            here=_here(request),
        )
    )
    return HTMLResponse(text, status_code=status, headers={"Content-Language": language.tag})


def _web_session(request: Request) -> WebSession | None:
    """Who is signed in; None too when the error came before anybody looked at the cookie."""
    return getattr(request.state, "web_session", None)


def _here(request: Request) -> str:
    """Where a change of language leads back to; what a form sent cannot be looked at again."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


@cache
def _environment(language: Language) -> Environment:
    folders = [_SERVER / name / "templates" for name in _TEMPLATE_FOLDERS]
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalog = translations(language)
    # The i18n extension adds these methods at run time only.
    environment.install_gettext_translations(catalog, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(_FILTERS)
    environment.filters.update(_spoken_filters(catalog))
    return environment


def _spoken_filters(catalog: NullTranslations) -> Mapping[str, Callable[..., object]]:
    """The filters that need words."""
    return {
        "span": partial(_span, catalog),
        "offset": partial(_offset, catalog),
        "figures": partial(_figures, catalog),
    }


def _local_time(instant: datetime, zone: str) -> str:
    """The instant as a clock at the site shows it, to the second."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def _local_minute(instant: datetime, zone: str) -> str:
    """Hour and minute at the site."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def _local_date(instant: datetime, zone: str) -> str:
    """The day at the site."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")


def _span(catalog: NullTranslations, seconds: float) -> str:
    """A length of time as people say it, ``3 h 44 min 29 s``; below a minute to the tenth."""
    size = abs(seconds)
    if size < _MINUTE_S:
        return catalog.gettext(_SECONDS) % {"count": f"{size:.1f}".removesuffix(".0")}
    left, parts = round(size), list[str]()
    for unit_s, words in _UNITS:
        count, left = divmod(left, unit_s)
        if count:
            parts.append(catalog.gettext(words) % {"count": count})
    return " ".join(parts)


def _offset(catalog: NullTranslations, seconds: float) -> str:
    """A length of time with its sign; ``−`` is behind."""
    return f"{'−' if seconds < 0 else '+'}{_span(catalog, seconds)}"


def _figures(
    catalog: NullTranslations, figures: Mapping[str, int | float | str]
) -> Mapping[str, int | float | str]:
    """The figures of a sentence, those in seconds (``…_s``) as offsets in words."""
    return {
        name: _offset(catalog, figure)
        if name.endswith("_s") and not isinstance(figure, str)
        else figure
        for name, figure in figures.items()
    }


_FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "local_time": _local_time,
    "local_minute": _local_minute,
    "local_date": _local_date,
}
