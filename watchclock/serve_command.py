"""``watchclock serve``: the server in this process, until Ctrl-C or SIGTERM."""

import errno
import signal
import socket
import sys
from typing import Annotated, Final

import typer
import uvicorn

from watchclock.language import translate as _
from watchclock.server_options import (
    DatabaseOption,
    DataOption,
    data_folder,
    database_url,
    open_database,
)
from watchclock_protocol.errors import CodedError
from watchclock_server.accounts import service as accounts
from watchclock_server.app import create_app
from watchclock_server.clock import SystemClock
from watchclock_server.settings import Settings

__all__ = ["ListenError", "PortInUseError", "serve"]

_SHUTDOWN_S: Final = 5


class PortInUseError(CodedError):
    """Another program listens there."""

    code = "server.port_in_use"
    template = "Another program already listens on {host}, port {port}."
    next_step = "Stop it, or choose another port with --port."


class ListenError(CodedError):
    """The address cannot be listened on."""

    code = "server.listen"
    template = "The server cannot listen on {host}, port {port}: {reason}."
    next_step = "Choose another address with --host or --port."


def serve(
    database: DatabaseOption = None,
    data: DataOption = None,
    host: Annotated[
        str, typer.Option(help=_("Address to listen on; others can reach only a public one."))
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port to listen on; 0 takes any free one."))
    ] = 8420,
    public_url: Annotated[
        str | None,
        typer.Option(
            envvar="WATCHCLOCK_PUBLIC_URL",
            help=_("Address people use when a proxy stands in front."),
        ),
    ] = None,
) -> None:
    """Run the server until Ctrl-C or SIGTERM."""
    folder = data_folder(data)
    with _listen(host, port) as listening:
        settings = Settings(
            database_url=database_url(database, folder),
            data_folder=folder,
            host=host,
            port=listening.getsockname()[1],
            public_url=public_url,
        )
        _announce(settings)
        _run(settings, listening)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket: whoever connects from now on waits until the server is up."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address, family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(host=host, port=port) from error
        # Python adds in brackets where it was listening; the sentence says that already.
        reason = (error.strerror or "").partition(" (")[0]
        raise ListenError(host=host, port=port, reason=reason) from error


def _announce(settings: Settings) -> None:
    """Print the address and, while nobody has an account, a new set-up link."""
    opened = open_database(settings.database_url)
    with opened.session() as session:
        secret = None
        if accounts.needs_set_up(session):
            secret = accounts.create_setup_link(session, SystemClock().now())
    opened.close()
    lines = [_("watchclock is served at {address}").format(address=settings.address)]
    if secret is not None:
        link = f"{settings.address}/set-up/{secret}"
        lines.append(_("First start: choose name and password at {link}").format(link=link))
    lines.append(_("Ctrl-C ends it."))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _run(settings: Settings, listening: socket.socket) -> None:
    # uvicorn raises the signal that ended it once more when it has finished; with these in
    # place that means a clean end with exit code 0.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )
    uvicorn.Server(config).run(sockets=[listening])
