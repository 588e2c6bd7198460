"""Cuts pasted text into digits and groups; names what is no digit, and never repairs it silently.

Facts: guards' offices paste O for 0, Cyrillic А В С Е for Latin letters and full-width digits of
Chinese input methods; spreadsheets turn 4128002100000012 into 4.128E+15 or drop the last digits.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.tags.errors import (
    TagEmptyError,
    TagLetterError,
    TagLookAlikeError,
    TagSpreadsheetError,
)

__all__ = ["STRUCTURED", "Pasted", "cut"]

STRUCTURED: Final = frozenset(
    {"2.12", "2.12.2", "2.14", "14.2", "12.2", "2-12"}
    | {"3,5", "3.5", "5,5", "5.5", "10 3,5", "10 3.5"}
)
"""Shapes whose groups mean something; in any other shape groups are only for the eye."""
_EDGES: Final = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\"'“”{}[]()"
_SEPARATORS: Final = " \t\r\n\u00a0.,;:/\\|_-"
_PREFIXES: Final = ("0x", "0X", "x", "X")
_SPREADSHEET: Final = re.compile(r"\d+([.,]\d+)?E\+\d+|\d{8,}[.,]0", re.IGNORECASE)
_GROUPS: Final = re.compile(rf"[^{re.escape(_SEPARATORS)}]+")
_DIGITS: Final = frozenset("0123456789ABCDEFabcdef")
_FEWEST_BYTES: Final = 3
_LOOK_ALIKES: Final[Mapping[str, str]] = {
    **dict(zip("АВСЕасе", "ABCEace", strict=True)),
    **dict(zip("ΑΒΕ", "ABE", strict=True)),
    **dict(zip("OoОоΟο", "000000", strict=True)),
    **dict(zip("IlІ", "111", strict=True)),
    "З": "3",
    "б": "6",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """A text that holds nothing but digits and separators.

    Attributes:
        text: as given, without blanks and quotation marks around it.
        digits: all digits, letters in capitals; 0x is gone, bytes of one digit have two.
        shape: lengths of the groups and what separates them, such as ``2.12``, where the groups
            mean something or a dot stands between them; else empty.
    """

    text: str
    digits: str
    shape: str

    @property
    def is_decimal(self) -> bool:
        """Whether there is no letter among the digits."""
        return self.digits.isdecimal()


def cut(given: str) -> Pasted:
    """The digits of a text.

    Raises:
        TagEmptyError: there is nothing in it.
        TagSpreadsheetError: a spreadsheet has shortened it.
        TagLookAlikeError: a character looks like a digit and is another.
        TagLetterError: a character is no digit.
    """
    text = given.strip(_EDGES)
    if not any(character not in _SEPARATORS for character in text):
        raise TagEmptyError
    if _SPREADSHEET.fullmatch(text):
        raise TagSpreadsheetError(text=text)
    groups = [(found.start(), found.group()) for found in _GROUPS.finditer(text)]
    bare = [_without_prefix(start, group) for start, group in groups]
    for start, group in bare:
        _check(given, given.find(text) + start, group)
    tokens = [group.upper() for _, group in bare]
    is_bytes = len(tokens) >= _FEWEST_BYTES and all(len(token) <= 2 for token in tokens)  # noqa: PLR2004 - two digits a byte
    if is_bytes:
        tokens = [token.zfill(2) for token in tokens]
    shape = "" if is_bytes else _shape(text, groups)
    return Pasted(text=text, digits="".join(tokens), shape=shape)


def _without_prefix(start: int, group: str) -> tuple[int, str]:
    """The group without 0x, or without the x that is left of a program's escaped bytes."""
    for prefix in _PREFIXES:
        if group.startswith(prefix) and group != prefix:
            return start + len(prefix), group.removeprefix(prefix)
    return start, group


def _shape(text: str, groups: list[tuple[int, str]]) -> str:
    """The shape if it means something or holds a dot; a dot never only separates bytes."""
    written = ""
    end = 0
    for start, group in groups:
        between = text[end:start].strip() or " " if written else ""
        written += f"{between[:1]}{len(group)}"
        end = start + len(group)
    return written if written in STRUCTURED or "." in written else ""


def _check(given: str, offset: int, group: str) -> None:
    for index, character in enumerate(group):
        if character in _DIGITS:
            continue
        position = offset + index + 1
        if (digit := _look_alike(character)) is None:
            raise TagLetterError(text=given, position=position, character=character)
        raise TagLookAlikeError(
            text=given,
            position=position,
            character=character,
            name=unicodedata.name(character, "unnamed"),
            digit=digit,
            offer="".join(_look_alike(each) or each for each in given.strip(_EDGES)),
        )


def _look_alike(character: str) -> str | None:
    """The digit or separator a character is mistaken for; None for what it is itself."""
    if character in _LOOK_ALIKES:
        return _LOOK_ALIKES[character]
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and (plain in _DIGITS or plain in _SEPARATORS):
        return plain
    return None
