"""Runs the migrations on the app's own engine."""

from alembic import context
from flask import current_app

from models.database.base import WRITES, is_sqlite

database = current_app.extensions["migrate"].db


def migrate() -> None:
    """Apply the migrations in one write transaction where the database can."""
    with database.engine.connect().execution_options(**{WRITES: True}) as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            transactional_ddl=is_sqlite(connection.engine.url),
        )
        with context.begin_transaction():
            context.run_migrations()


migrate()
