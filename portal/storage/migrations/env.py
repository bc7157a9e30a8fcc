"""How Alembic runs our migrations: in one transaction, on the database of the application."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from alembic import context
from flask import current_app

from portal.storage import modes
from portal.storage.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.autogenerate.api import AutogenContext
    from sqlalchemy import Connection

db = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, context_: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones: a migration imports nothing of ours."""
    del context_
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


@contextmanager
def _tables_made_anew(connection: Connection) -> Iterator[None]:
    """Let SQLite drop and rename tables that others refer to, and look afterwards whether all still fits.

    Source: https://www.sqlite.org/lang_altertable.html#otheralter; the pragma says nothing within a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")
    if broken:
        message = f"rows refer to what is not there after the upgrade: {broken[:5]}"
        raise RuntimeError(message)


def run() -> None:
    """Migrate the connected database."""
    token = modes.begin_writing()
    try:
        with db.engine.connect() as connection, _tables_made_anew(connection):
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
