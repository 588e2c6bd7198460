"""The verbs of ``watchclock``, in one literal table; a verb's code is loaded only when it is used.

Errors end here, once for all verbs: one sentence, the code and the next step on standard error, the
same as a JSON object on standard output where ``--json`` was asked for, and an exit code that
docs/errors.md lists.
"""

import importlib
import json
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast, override

import typer
import typer.main
from rich.console import Console
from typer.core import TyperGroup

from watchclock.exit_codes import exit_code
from watchclock.language import next_step_of, sentence_of
from watchclock.language import translate as _
from watchclock_protocol.errors import CodedError

if TYPE_CHECKING:
    import click

__all__ = ["MissingPartError", "app", "main"]


class MissingPartError(CodedError):
    """A verb was used whose part of watchclock is not installed."""

    code = "command.missing_part"
    template = "This verb needs the package {package}, which is not installed."
    next_step = "Install it with: pip install 'watchclock[{extra}]'."


class Verb(NamedTuple):
    """Where a verb's code is, and which extra brings what it needs."""

    module: str
    attribute: str
    extra: str


VERBS: Final[dict[str, Verb]] = {
    "demo": Verb("watchclock.demo_command", "demo", "all"),
    "ports": Verb("watchclock.download_command", "ports", "device"),
    "download": Verb("watchclock.download_command", "download", "device"),
    "upload": Verb("watchclock.upload_command", "upload", "device"),
    "decode": Verb("watchclock.decode_command", "decode", "device"),
    "serve": Verb("watchclock.serve_command", "serve", "server"),
    "token": Verb("watchclock.token_command", "app", "server"),
    "sim": Verb("watchclock.sim_command", "app", "sim"),
}


class Verbs(TyperGroup):
    """Loads a verb's module when it is used, so that ``decode`` never waits for the server."""

    @override
    def list_commands(self, ctx: "click.Context") -> list[str]:
        return list(VERBS)

    @override
    def get_command(self, ctx: "click.Context", cmd_name: str) -> "click.Command | None":
        return load_verb(cmd_name) if cmd_name in VERBS else None


def load_verb(name: str) -> "click.Command":
    """The verb as a command.

    Raises:
        MissingPartError: a package it needs is not installed.
    """
    verb = VERBS[name]
    try:
        found: Any = getattr(importlib.import_module(verb.module), verb.attribute)
    except ModuleNotFoundError as error:
        raise MissingPartError(package=error.name, extra=verb.extra) from error
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(name=name)(found)
        found = single
    command = typer.main.get_command(cast("typer.Typer", found))
    command.name = name
    return cast("click.Command", command)


app: Final = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    help=_("Download patrol wands, check the night against its plan, keep every wand's history."),
)


@app.callback()
def watchclock() -> None:
    """Nothing is shared by all verbs; the callback makes typer treat this as a group."""


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        app(standalone_mode=False)
    except CodedError as error:
        report(error)
        return exit_code(error)
    except typer.Exit as stop:
        return stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    return 0


def report(error: CodedError) -> None:
    """Say what happened and what to do now."""
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    console.print(f"{sentence_of(error)} [{error.code}]")
    console.print(next_step_of(error))
    if "--json" in sys.argv:
        told = {"error": error.code, "detail": str(error), "next_step": error.advice}
        sys.stdout.write(json.dumps(told) + "\n")
