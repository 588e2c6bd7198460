"""Options several verbs around the dock share: where the spool, the server and the ports are."""

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from watchclock.language import translate as _
from watchclock_device.clocks import SYSTEM_CLOCKS
from watchclock_device.discovery import Discovery
from watchclock_device.errors import TokenMissingError
from watchclock_device.registry import load_drivers
from watchclock_device.spool import Spool
from watchclock_device.upload import Server

__all__ = [
    "AlsoOption",
    "ServerOption",
    "SpoolOption",
    "TokenOption",
    "make_discovery",
    "open_server",
    "open_spool",
]

SpoolOption = Annotated[
    Path | None,
    typer.Option(
        envvar="WATCHCLOCK_SPOOL",
        help=_("Folder that keeps captures; by default in your data folder."),
    ),
]
ServerOption = Annotated[
    str | None,
    typer.Option(envvar="WATCHCLOCK_SERVER", help=_("Address of the server, http://HOST:PORT.")),
]
TokenOption = Annotated[
    str | None,
    typer.Option(envvar="WATCHCLOCK_TOKEN", help=_("Upload token of the server.")),
]
AlsoOption = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        envvar="WATCHCLOCK_PORTS",
        help=_("More places to look for wands: addresses, or paths that may hold *."),
    ),
]


def open_spool(folder: Path | None) -> Spool:
    """The spool in that folder, or in the user's data folder.

    Raises:
        SpoolError: the folder cannot be used.
    """
    return Spool(folder or user_data_path("watchclock") / "spool", SYSTEM_CLOCKS)


def open_server(url: str, token: str | None) -> Server:
    """The server at ``url``; nothing is sent yet.

    Raises:
        TokenMissingError: there is no token.
    """
    if not token:
        raise TokenMissingError(server=url)
    return Server(url, token)


def make_discovery(also: list[str] | None) -> Discovery:
    """What looks for wands at the ports of all drivers and at these places.

    Raises:
        DriverConflictError: two drivers claim one scheme.
        DriverMissingError: a driver's library is not installed.
    """
    return Discovery(load_drivers(), SYSTEM_CLOCKS, also or ())
