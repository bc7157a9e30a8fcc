"""How Alembic runs our migrations: in one transaction, on the database of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context
from flask import current_app

from portal.storage import modes
from portal.storage.types import UtcDateTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext

db = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, context_: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones: a migration imports nothing of ours."""
    del context_
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    """Migrate the connected database."""
    token = modes.begin_writing()
    try:
        with db.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                compare_type=True,
                render_item=render_item,
                render_as_batch=connection.dialect.name == "sqlite",
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        modes.end_writing(token)


run()
