"""Tells a person who misspelt a word which one was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["nearest", "perhaps", "suggestion"]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, None when none is like it."""
    return next(iter(get_close_matches(word, list(known), n=1)), None)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a reason, ``, perhaps skipping is meant``, or nothing."""
    meant = nearest(word, known)
    return "" if meant is None else perhaps(meant)


def perhaps(meant: str) -> FilledReason:
    """The end of a reason that names the word meant."""
    return FilledReason(", perhaps {meant} is meant", meant=meant)
