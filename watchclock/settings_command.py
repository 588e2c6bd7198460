"""Makes a verb from the settings of a simulator's program, so that no option is told twice.

The simulator declares its options once, each with its help (``watchclock_sim.option_parser``);
here they become parameters of typer, and their help is translated.
"""

import inspect
from collections.abc import Callable
from dataclasses import MISSING
from datetime import date
from typing import Annotated, Any, Final, TypeVar, cast

import typer

from watchclock.language import translate
from watchclock_sim.option_parser import Option, option_name, options_of

__all__ = ["settings_command"]

Told = TypeVar("Told")

_DAYS: Final = (date, date | None)


def settings_command(
    settings: type[Told], arguments: frozenset[str], run: Callable[[Told], None]
) -> Callable[..., None]:
    """A function whose parameters are the settings, as typer reads them.

    Args:
        settings: a dataclass whose fields all bear an ``OptionHelp``.
        arguments: the fields that are no options.
        run: what is done with them.
    """

    def command(**given: object) -> None:
        values: dict[str, Any] = {
            name: tuple(cast("list[object]", value)) if isinstance(value, list) else value
            for name, value in given.items()
        }
        run(settings(**values))

    parameters = [_parameter(option) for option in options_of(settings, arguments)]
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def _parameter(option: Option) -> inspect.Parameter:
    told: dict[str, Any] = {"help": option.help.text(translate), "metavar": option.help.metavar}
    is_list = option.kind == tuple[str, ...]
    if option.kind in _DAYS:
        told["parser"] = _day
    if option.is_argument:
        info = typer.Argument(**told)
    else:
        told["show_default"] = option.help.usual or option.usual is not None
        info = typer.Option(option_name(option.field), **told)
    default: object = [] if is_list else option.default
    return inspect.Parameter(
        option.field,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if default is MISSING else default,
        annotation=Annotated[list[str] if is_list else option.kind, info],
    )


def _day(value: object) -> date:
    """A day as it is written; typer has its defaults read, too."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
