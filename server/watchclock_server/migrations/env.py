"""Alembic runs this for every migration, on the connection that ``migrate`` opened."""

from alembic import context

from watchclock_server.database import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata
)
with context.begin_transaction():
    context.run_migrations()
