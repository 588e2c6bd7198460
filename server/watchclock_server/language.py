"""English and Chinese: which one a request gets, and the words in it."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final

from fastapi import Request

__all__ = [
    "LANGUAGE_COOKIE",
    "Language",
    "language_of",
    "translatable",
    "translations",
]

LANGUAGE_COOKIE: Final = "watchclock_language"
LOCALE_FOLDER: Final = Path(__file__).parent / "pages" / "locale"


class Language(StrEnum):
    """A language the pages speak."""

    ENGLISH = "en"
    CHINESE = "zh_CN"

    @property
    def tag(self) -> str:
        """The language as HTML and HTTP write it."""
        return self.replace("_", "-")

    @property
    def own_name(self) -> str:
        """What speakers of the language call it."""
        return _OWN_NAMES[self]

    @property
    def list_comma(self) -> str:
        """What stands between the words of a list."""
        return "、" if self is Language.CHINESE else ", "


_OWN_NAMES: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "English",
    Language.CHINESE: "中文",
}


def language_of(request: Request) -> Language:
    """The language for this request: ``?lang=``, else the cookie, else ``Accept-Language``."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in set(Language):
            return Language(wish)
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(accept_language: str) -> Language:
    """The first language of RFC 9110 section 12.5.4's list that the pages speak."""
    wishes: list[tuple[float, Language]] = []
    for entry in accept_language.split(","):
        tag, _, parameters = entry.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        language = {"en": Language.ENGLISH, "zh": Language.CHINESE}.get(primary)
        if language is not None:
            wishes.append((_quality(parameters), language))
    best = max(wishes, key=lambda wish: wish[0], default=(0.0, Language.ENGLISH))
    return best[1] if best[0] > 0 else Language.ENGLISH


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


@cache
def translations(language: Language) -> NullTranslations:
    """The catalog of a language; English is what the code says."""
    return translation("messages", LOCALE_FOLDER, [language], fallback=True)


def translatable(text: str) -> str:
    """The text itself, marked for extraction; translate it where it is shown with ``_(…)``."""
    return text
