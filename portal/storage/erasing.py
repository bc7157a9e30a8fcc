"""Deleting so that nothing is left on the disk: SQLite keeps what is deleted in its file until the room is needed."""

from __future__ import annotations

import contextlib

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal.storage import modes
from portal.storage.database import db


def overwrite_what_goes() -> None:
    """Let SQLite write zeros over everything that this transaction deletes; PostgreSQL does so when it vacuums."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA secure_delete = ON"))


def empty_write_ahead_log() -> None:
    """Bring SQLite's log into its file and empty it, after the commit; somebody reading only puts it off."""
    if db.engine.dialect.name == "sqlite" and not modes.is_writing():
        db.session.rollback()
        with contextlib.suppress(OperationalError), db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
