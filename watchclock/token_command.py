"""``watchclock token``: make, list and revoke the tokens of docks and scripts."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from watchclock.language import translate as _
from watchclock.server_options import (
    DatabaseOption,
    DataOption,
    data_folder,
    database_url,
    open_database,
)
from watchclock_server.accounts import service
from watchclock_server.actors import Scope
from watchclock_server.clock import SystemClock

__all__ = ["app", "create", "list_all", "revoke"]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help=_("Name of the token."))]


@app.command(help=_("Make a token and print its secret, this once."))
def create(
    name: NameArgument,
    scope: Annotated[
        Scope, typer.Option(help=_("What the token may do: upload captures, or everything."))
    ] = Scope.UPLOAD,
    database: DatabaseOption = None,
    data: DataOption = None,
) -> None:
    """Make a token and print nothing but its secret."""
    with _session(database, data) as session:
        secret = service.create_token(session, name=name, scope=scope, now=SystemClock().now())
    sys.stdout.write(f"{secret}\n")


@app.command("list", help=_("List all tokens, without secrets."))
def list_all(
    database: DatabaseOption = None,
    data: DataOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON for scripts."))] = False,
) -> None:
    """Print every token ever made."""
    with _session(database, data) as session:
        tokens = service.list_tokens(session)
    if as_json:
        told = [
            {"name": each.name, "scope": each.scope, "is_valid": each.revoked_at is None}
            for each in tokens
        ]
        sys.stdout.write(json.dumps(told) + "\n")
        return
    table = Table(_("Name"), _("May"), _("State"))
    for each in tokens:
        table.add_row(
            each.name, each.scope, _("valid") if each.revoked_at is None else _("revoked")
        )
    Console().print(table)


@app.command(help=_("Make a token worthless from now on."))
def revoke(name: NameArgument, database: DatabaseOption = None, data: DataOption = None) -> None:
    """Make the token of this name worthless."""
    with _session(database, data) as session:
        service.revoke_token_named(session, name=name, now=SystemClock().now())


@contextmanager
def _session(database: str | None, data: Path | None) -> Generator[Session]:
    opened = open_database(database_url(database, data_folder(data)))
    try:
        with opened.session() as session:
            yield session
    finally:
        opened.close()
