"""How Alembic runs our migrations: in one transaction, on the database of the application."""

from __future__ import annotations

from alembic import context
from flask import current_app

from portal.storage import modes

db = current_app.extensions["migrate"].db


def run() -> None:
    """Migrate the connected database."""
    token = modes.begin_writing()
    try:
        with db.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                compare_type=True,
                render_as_batch=connection.dialect.name == "sqlite",
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        modes.end_writing(token)


run()
