"""``watchclock invite``: a one-time link with which another supervisor makes an account.

Whoever may run this on the server's machine may invite; so may somebody be let in again who has
forgotten a password.
"""

import sys
from typing import Annotated

import typer

from watchclock.language import translate as _
from watchclock.server_options import (
    DatabaseOption,
    DataOption,
    data_folder,
    database_url,
    open_database,
)
from watchclock_server.accounts import service
from watchclock_server.clock import SystemClock

__all__ = ["invite"]


def invite(
    address: Annotated[
        str, typer.Option(help=_("Address under which people reach the server."))
    ] = "http://127.0.0.1:8420",
    database: DatabaseOption = None,
    data: DataOption = None,
) -> None:
    """Print nothing but the link; it works once, and makes every earlier unused link worthless."""
    opened = open_database(database_url(database, data_folder(data)))
    try:
        with opened.session() as session:
            secret = service.create_setup_link(session, SystemClock().now())
    finally:
        opened.close()
    sys.stdout.write(f"{address.rstrip('/')}/set-up/{secret}\n")
