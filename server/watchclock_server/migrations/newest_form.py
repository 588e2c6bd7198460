"""Whether a database needs a migration, told without changing it."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from watchclock_server.database import Database, translated
from watchclock_server.errors import ServerError

__all__ = ["DatabaseOutdatedError", "migration_config", "require_newest_form"]


class DatabaseOutdatedError(ServerError):
    """The database is empty or of another version, and was to be read only."""

    code = "server.database_outdated"
    template = "The database is not in the form of this version."
    next_step = "Start this version's server on it once; that brings it to its form."


def require_newest_form(database: Database) -> None:
    """Change nothing, but see that the database needs no migration.

    Raises:
        DatabaseOutdatedError: it needs one.
        DatabaseUnavailableError: it does not answer.
    """
    heads = ScriptDirectory.from_config(migration_config()).get_heads()
    with translated(), database.engine.connect() as connection:
        if set(MigrationContext.configure(connection).get_current_heads()) != set(heads):
            raise DatabaseOutdatedError


def migration_config() -> Config:
    """Where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
