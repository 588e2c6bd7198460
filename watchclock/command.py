"""The verbs of ``watchclock``, in one literal table; a verb's code is loaded only when it is used.

Errors end here, once for all verbs: one sentence, code and next step on standard error, the
same as a JSON object on standard output where ``--json`` was asked for, and an exit code that
docs/errors.md lists.
"""

import difflib
import errno
import importlib
import json
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import typer
from rich.console import Console
from rich.table import Table
from typer.exceptions import TyperException

from watchclock.exit_codes import INTERRUPTED, exit_code
from watchclock.language import next_step_of, sentence_of, speak_in_libraries
from watchclock.language import translate as _
from watchclock.several_errors import SeveralError
from watchclock.usage_errors import InterruptedByPersonError, usage_error
from watchclock_protocol.errors import CodedError

__all__ = ["VERBS", "MissingPartError", "OutputError", "UnknownVerbError", "Verb"]
__all__ += ["load_verb", "main"]

_UNWRITTEN: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class MissingPartError(CodedError):
    """A verb was used whose part of watchclock is not installed."""

    code = "command.missing_part"
    template = "This verb needs the package {package}, which is not installed."
    next_step = "Install it with: pip install 'watchclock[{extra}]'."


class UnknownVerbError(CodedError):
    """The first word of the command line is no verb of ours."""

    code = "command.unknown_verb"
    template = "There is no verb named {verb}."
    next_step = "Did you mean {nearest}? watchclock --help lists all verbs."


class OutputError(CodedError):
    """Standard output does not take what the verb says, such as a file on a full disk."""

    code = "command.output"
    template = "The output cannot be written: {reason}."
    next_step = "Make room or send the output elsewhere, then run the command again."


class Verb(NamedTuple):
    """Where a verb's code is, which extra brings what it needs, and what it is for."""

    module: str
    attribute: str
    extra: str
    summary: str


VERBS: Final[dict[str, Verb]] = {
    "demo": Verb(
        "watchclock.demo_command", "demo", "all", _("Run the main job on simulated wands.")
    ),
    "ports": Verb(
        "watchclock.download_command", "ports", "device", _("List ports a wand can be on.")
    ),
    "download": Verb(
        "watchclock.download_command", "download", "device", _("Download one wand safely.")
    ),
    "import": Verb(
        "watchclock.import_command", "import_files", "device", _("Import makers' export files.")
    ),
    "listen": Verb(
        "watchclock.listen_command",
        "listen",
        "device",
        _("Take records from a wand as it makes them."),
    ),
    "upload": Verb(
        "watchclock.upload_command", "upload", "device", _("Send waiting captures to the server.")
    ),
    "decode": Verb(
        "watchclock.decode_command",
        "decode",
        "device",
        _("Print the records of captures and export files."),
    ),
    "frames": Verb(
        "watchclock.frames_command",
        "frames",
        "device",
        _("Tell how well the line carried the frames of captures."),
    ),
    "read-tag": Verb(
        "watchclock.read_tag_command", "read_tag", "device", _("Read tags at a desk reader.")
    ),
    "redecode": Verb(
        "watchclock.redecode_command",
        "redecode",
        "server",
        _("Decode an archive of captures again and tell what differs."),
    ),
    "tag": Verb("watchclock.tag_command", "tag", "all", _("Say what a pasted tag means.")),
    "serve": Verb("watchclock.serve_command", "serve", "server", _("Run the server.")),
    "invite": Verb(
        "watchclock.invite_command", "invite", "server", _("Let another supervisor in.")
    ),
    "token": Verb("watchclock.token_command", "app", "server", _("Make and revoke tokens.")),
    "sim": Verb("watchclock.sim_command", "app", "sim", _("Simulate a wand.")),
    "sim fleet": Verb(
        "watchclock.sim_fleet_command", "fleet", "sim", _("Simulate many wands at once.")
    ),
    "sim archive": Verb(
        "watchclock.sim_archive_command",
        "archive",
        "sim",
        _("Generate a year of captures for load tests."),
    ),
}


def load_verb(name: str) -> typer.Typer:
    """The verb as a program of its own.

    Raises:
        UnknownVerbError: no such verb.
        MissingPartError: a package it needs is not installed.
    """
    verb = VERBS.get(name)
    if verb is None:
        nearest = difflib.get_close_matches(name, VERBS, n=1, cutoff=0) or ["download"]
        raise UnknownVerbError(verb=name, nearest=nearest[0])
    try:
        found: Any = getattr(importlib.import_module(verb.module), verb.attribute)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("watchclock"):
            raise
        raise MissingPartError(package=error.name, extra=verb.extra) from error
    if isinstance(found, typer.Typer):
        return found
    program = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    program.command(help=verb.summary)(found)
    return program


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in {"--help", "-h"}:
        _print_verbs()
        return 0 if words else 2
    if words[0] == "--version":
        sys.stdout.write(f"watchclock {version('watchclock')}\n")
        return 0
    speak_in_libraries()
    try:
        return _run(words)
    except CodedError as error:
        errors: tuple[CodedError, ...] = (error,)
    except SeveralError as several:
        errors = several.errors
    except KeyboardInterrupt:
        errors = (InterruptedByPersonError(),)
    for told in errors:
        _report(told, as_json="--json" in words)
    return exit_code(errors[0])


def _run(words: Sequence[str]) -> int:
    """The exit code of the verb, once everything it says is written."""
    code = 0
    try:
        try:
            name = " ".join(words[:2]) if " ".join(words[:2]) in VERBS else words[0]
            code = _verb(name, words[len(name.split()) :])
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in _UNWRITTEN:
            raise
        # What was not written must not be tried again when the program ends.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - used to the end
        raise OutputError(reason=error.strerror) from error
    return code


def _verb(name: str, words: Sequence[str]) -> int:
    """The exit code of the verb.

    Raises:
        UsageError: it does not take these words.
        KeyboardInterrupt: a person has ended it.
    """
    command = f"watchclock {name}"
    try:
        ended: object = load_verb(name)(args=words, prog_name=command, standalone_mode=False)
    except typer.Abort as stop:
        raise KeyboardInterrupt from stop
    except TyperException as error:
        if not error.format_message():  # its help was asked for without a word, and is told
            return error.exit_code
        raise usage_error(error, command) from error
    if ended == INTERRUPTED:  # typer keeps the exception to itself
        raise KeyboardInterrupt
    return ended if isinstance(ended, int) else 0


def _print_verbs() -> None:
    table = Table.grid(padding=(0, 3))
    for name, verb in VERBS.items():
        table.add_row(f"  {name}", verb.summary)
    console = Console()
    console.print(_("Download patrol wands, check the night, keep every wand's history."))
    console.print()
    console.print(table)
    console.print()
    console.print(_("watchclock VERB --help tells more about each."))


def _report(error: CodedError, *, as_json: bool) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    about: list[str] = getattr(error, "__notes__", [])
    for note in about:
        console.print(f"{note}:")
    console.print(f"{sentence_of(error)} [{error.code}]")
    console.print(next_step_of(error))
    if as_json:
        told: dict[str, str | list[str]] = {
            "error": error.code,
            "detail": str(error),
            "next_step": error.advice,
        }
        told |= {"about": about} if about else {}
        sys.stdout.write(json.dumps(told) + "\n")
