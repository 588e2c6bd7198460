"""The database's history. Every database, the tests' included, is built by these migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from watchclock_server.database import Database, translated

__all__ = ["migrate"]


def migrate(database: Database) -> None:
    """Bring the database to the newest form; does nothing when it already is.

    Raises:
        DatabaseUnavailableError: the database does not answer, or has no room.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with translated(), database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
