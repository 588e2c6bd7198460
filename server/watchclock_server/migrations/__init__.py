"""The database's history. Every database, the tests' included, is built by these migrations."""

from alembic import command

from watchclock_server.database import Database, translated
from watchclock_server.migrations.newest_form import (
    DatabaseOutdatedError,
    migration_config,
    require_newest_form,
)

__all__ = ["DatabaseOutdatedError", "migrate", "require_newest_form"]


def migrate(database: Database) -> None:
    """Bring the database to the newest form; does nothing when it already is.

    Raises:
        DatabaseUnavailableError: the database does not answer, or has no room.
    """
    config = migration_config()
    with translated(), database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
