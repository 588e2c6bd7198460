"""Options of the verbs that open the server's database: where it is, and where its data is."""

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from watchclock.language import translate as _
from watchclock_protocol.errors import CodedError
from watchclock_server.database import Database
from watchclock_server.errors import ServerError
from watchclock_server.migrations import migrate

__all__ = [
    "DataFolderError",
    "DataOption",
    "DatabaseOption",
    "data_folder",
    "database_url",
    "open_database",
]

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        envvar="WATCHCLOCK_DATABASE",
        help=_("Address of the database; by default an SQLite file in the data folder."),
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        envvar="WATCHCLOCK_DATA",
        help=_("Folder of the server's data; by default in your data folder."),
    ),
]


class DataFolderError(CodedError):
    """The folder of the server's data cannot be made or written."""

    code = "server.data_folder"
    template = "The data folder {folder} cannot be used: {reason}."
    next_step = "Name another folder with --data."


def data_folder(wish: Path | None) -> Path:
    """The folder wished for, or one in the user's data folder; made if it is missing.

    Raises:
        DataFolderError: it cannot be made.
    """
    folder = wish or user_data_path("watchclock") / "server"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(folder=folder, reason=error.strerror) from error
    return folder


def database_url(wish: str | None, folder: Path) -> str:
    """The database wished for, or the SQLite file in the data folder."""
    return wish or f"sqlite:///{folder.absolute() / 'watchclock.sqlite'}"


def open_database(url: str) -> Database:
    """The database, brought to the newest form.

    Raises:
        DatabaseUrlError: the URL cannot be read.
        DatabaseUnavailableError: the database does not answer.
    """
    database = Database(url)
    try:
        migrate(database)
    except ServerError:
        database.close()
        raise
    return database
