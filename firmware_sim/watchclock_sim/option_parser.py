"""What the options of a command are: read from its settings, so that none is told twice.

A field of settings bears its help in its type: ``Annotated[int, OptionHelp("How many wands.")]``.
``python -m watchclock_sim`` makes argparse's options of it, ``watchclock sim`` typer's.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Final, cast, get_args, get_type_hints

__all__ = ["Option", "OptionHelp", "add_options", "option_name", "option_values", "options_of"]

READ_AS: Final[dict[object, Callable[[str], object]]] = {
    int: int,
    str: str,
    int | None: int,
    str | None: str,
    Path: Path,
    Path | None: Path,
    date: date.fromisoformat,
    date | None: date.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class OptionHelp:
    """What a person reads of one option.

    Attributes:
        sentence: what it is for, in English.
        metavar: how its value is written, where its name does not say it.
        known: the words it may be, where they are few.
        usual: what is taken where nothing is given and the settings' own value does not say it.
    """

    sentence: str
    metavar: str | None = None
    known: Callable[[], Iterable[str]] = tuple
    usual: str | None = None

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language, and the words that are known."""
        return " ".join([translate(self.sentence), ", ".join(self.known())]).rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One field of settings.

    Attributes:
        field: its name.
        kind: its type, without the help.
        help: what is told of it.
        default: its value where none is given; ``MISSING`` where one has to be.
        is_argument: whether it has a place on the command line instead of a name.
    """

    field: str
    kind: Any
    help: OptionHelp
    default: object
    is_argument: bool

    @property
    def usual(self) -> str | None:
        """What is taken where nothing is given; None where there is nothing to tell of it."""
        if self.kind is bool or self.default in {None, (), MISSING}:
            return self.help.usual
        return str(self.default)


def options_of(settings: type[Any], arguments: frozenset[str]) -> Iterator[Option]:
    """Every field of the settings, in their order.

    Args:
        settings: a dataclass whose fields all bear an ``OptionHelp``.
        arguments: the fields that are no options.
    """
    types = get_type_hints(settings, include_extras=True)
    for field in fields(settings):
        kind, told = get_args(types[field.name])
        yield Option(
            field=field.name,
            kind=kind,
            help=told,
            default=field.default,
            is_argument=field.name in arguments,
        )


def add_options(
    parser: argparse.ArgumentParser, settings: type[Any], arguments: frozenset[str]
) -> None:
    """One option a field; its type says how it is read.

    Args:
        parser: takes them.
        settings: a dataclass whose fields all bear an ``OptionHelp``.
        arguments: the fields that are no options.
    """
    for option in options_of(settings, arguments):
        usual = "" if option.usual is None else f" [default: {option.usual}]"
        told: dict[str, Any] = {"help": f"{option.help.text()}{usual}".replace("%", "%%")}
        if option.kind is bool:
            told["action"] = "store_true"
        else:
            told["metavar"] = option.help.metavar
            told |= _reading(option)
        if option.is_argument:
            parser.add_argument(option.field, **told)
        else:
            parser.add_argument(option_name(option.field), dest=option.field, **told)


def _reading(option: Option) -> dict[str, Any]:
    """How argparse reads it, and what it takes where nothing is given."""
    if option.kind == tuple[str, ...]:
        return {"action": "append", "default": []}
    read: dict[str, Any] = {"type": READ_AS[option.kind]}
    if option.default is not MISSING:
        read["default"] = option.default
    if option.is_argument and option.default is not MISSING:
        read["nargs"] = "?"
    return read


def option_name(field: str) -> str:
    """The option of a field; one that is a word of Python bears a mark behind it."""
    return f"--{field.rstrip('_').replace('_', '-')}"


def option_values(found: argparse.Namespace) -> dict[str, Any]:
    """What was given, by field."""
    values: dict[str, Any] = vars(found)
    return {
        name: tuple(cast("list[str]", value)) if isinstance(value, list) else value
        for name, value in values.items()
    }
