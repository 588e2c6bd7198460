"""What typer refuses of a command line, as errors with a code that are told in both languages."""

import re
from collections.abc import Sequence
from typing import Any, Final

from typer.exceptions import TyperException

from watchclock_protocol.errors import CodedError
from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["InterruptedByPersonError", "UsageError", "usage_error"]

_WORDS: Final = re.compile(r"[('](?P<words>[^()']+)[)']\.?$")


class UsageError(CodedError):
    """Words of the command line that are missing, unknown or no value of their option."""

    code = "command.usage"
    template = "The command line cannot be understood: {reason}."
    next_step = "{command} --help tells what it takes."


class InterruptedByPersonError(CodedError):
    """Ctrl-C ended a verb that had not come to its end."""

    code = "command.interrupted"
    template = "This was interrupted before its end."
    next_step = "Run it again; what was stored so far is kept."


def usage_error(error: TyperException, command: str) -> UsageError:
    """The same in our words.

    Args:
        error: what typer raised.
        command: the verb as it was typed, such as ``watchclock sim``.
    """
    return UsageError(reason=_reason(error), command=command)


def _reason(error: TyperException) -> str:
    """Typer tells kinds of errors apart by classes of its own, which are known by their names."""
    option = getattr(error, "option_name", None) or _hint(error)
    match type(error).__name__:
        case "NoSuchOption":
            return _unknown_option(option, getattr(error, "possibilities", None) or ())
        case "MissingParameter":
            return FilledReason("{option} is missing", option=option)
        case "BadOptionUsage":
            return _needs_or_takes(error.format_message(), option)
        case "BadParameter":
            return _wrong_value(error, option)
        case _:
            return _wrong_words(error.format_message())


def _unknown_option(option: str, near: Sequence[str]) -> FilledReason:
    unknown = FilledReason("there is no option {option}", option=option)
    if not near:
        return unknown
    return FilledReason("{unknown}, perhaps {nearest} is meant", unknown=unknown, nearest=near[0])


def _needs_or_takes(told: str, option: str) -> FilledReason:
    if "requires" in told:
        return FilledReason("{option} needs a value", option=option)
    return FilledReason("{option} takes no value", option=option)


def _wrong_words(told: str) -> str:
    """Words in a place that has none, or where a command is due; typer says which at the end."""
    match _WORDS.search(told):
        case None:
            return told.rstrip(".")
        case found:
            return FilledReason("{words} has no place there", words=found["words"])


def _wrong_value(error: TyperException, option: str) -> FilledReason:
    """Pydantic, which reads values for typer, tells what it was given and what the bound is."""
    told: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    for each in told:
        bounds: dict[str, object] = each.get("ctx", {})
        if "ge" in bounds:
            return FilledReason("{option} is {least} at least", option=option, least=bounds["ge"])
        if "le" in bounds:
            return FilledReason("{option} is {most} at most", option=option, most=bounds["le"])
        return FilledReason("{value} is no value of {option}", value=each["input"], option=option)
    return FilledReason("{option} does not take that", option=option)


def _hint(error: TyperException) -> str:
    """The option or argument that is meant, as it is written."""
    parameter: Any = getattr(error, "param", None)
    return "" if parameter is None else str(parameter.get_error_hint()).strip("'")
