"""Makes the options of a command line from its settings, so that none is listed twice."""

import argparse
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Final, cast, get_type_hints

__all__ = ["add_options", "option_name", "option_values"]

READ_AS: Final[dict[object, Callable[[str], object]]] = {
    int: int,
    str: str,
    int | None: int,
    str | None: str,
    Path | None: Path,
    date: date.fromisoformat,
    date | None: date.fromisoformat,
}


def add_options(
    parser: argparse.ArgumentParser, settings: type[Any], arguments: frozenset[str]
) -> None:
    """One option a field; its type says how it is read.

    Args:
        parser: takes them.
        settings: a dataclass.
        arguments: the fields that are no options.
    """
    types = get_type_hints(settings)
    for field in fields(settings):
        kind: Any = types[field.name]
        name = option_name(field.name)
        if field.name in arguments:
            continue
        if kind is bool:
            parser.add_argument(name, dest=field.name, action="store_true")
        elif kind == tuple[str, ...]:
            parser.add_argument(name, dest=field.name, action="append", default=[])
        else:
            read = READ_AS[kind]
            parser.add_argument(name, dest=field.name, type=read, default=field.default)


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
