"""What the command says, in the language its user reads.

English sentences are the message ids; ``locale/zh_CN`` holds the Chinese. The language comes from
``WATCHCLOCK_LANGUAGE``, else from the usual ``LC_ALL``, ``LC_MESSAGES`` and ``LANG``.
"""

import gettext
import os
from functools import cache
from pathlib import Path
from typing import Final

from watchclock_protocol.errors import CodedError
from watchclock_protocol.filled_reasons import FilledReason

__all__ = [
    "is_chinese",
    "next_step_of",
    "said",
    "sentence_of",
    "speak_in_libraries",
    "translate",
]

LOCALE: Final = Path(__file__).parent / "locale"
VARIABLES: Final = ("WATCHCLOCK_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def translate(sentence: str) -> str:
    """The sentence in the user's language; English where no translation exists."""
    return _catalog(_language()).gettext(sentence) if sentence else ""


def is_chinese() -> bool:
    """Whether the user reads Chinese."""
    return _language() == "zh_CN"


def said(text: str) -> str:
    """A sentence with values in it, in the user's language; any other text stays as it is."""
    return _filled(text) if isinstance(text, FilledReason) else text


def sentence_of(error: CodedError) -> str:
    """What happened, as one sentence in the user's language."""
    return translate(error.template).format(**_details(error))


def next_step_of(error: CodedError) -> str:
    """What to do now, as one sentence in the user's language."""
    return translate(error.next_step).format(**_details(error))


def speak_in_libraries() -> None:
    """From now on libraries that use gettext (typer's help) find our catalog and our language.

    They look both up in the process: the catalog in the text domain, the language in ``LANGUAGE``.
    """
    os.environ["LANGUAGE"] = _language()
    gettext.bindtextdomain("watchclock", str(LOCALE))
    gettext.textdomain("watchclock")


def _details(error: CodedError) -> dict[str, object]:
    """The details with a known reason translated; names that people gave stay as they are."""
    match error.details.get("reason"):
        case FilledReason() as reason:
            return error.details | {"reason": _filled(reason)}
        case str(reason):
            return error.details | {"reason": translate(reason)}
        case _:
            return error.details


def _filled(reason: FilledReason) -> str:
    """The reason around its fields; one that is itself such a reason is translated, too."""
    fields = {
        name: _filled(field) if isinstance(field, FilledReason) else field
        for name, field in reason.fields.items()
    }
    return translate(reason.template).format(**fields)


def _language() -> str:
    chosen = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "en")
    return "zh_CN" if chosen.lower().startswith("zh") else "en"


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    return gettext.translation("watchclock", LOCALE, [language], fallback=True)
