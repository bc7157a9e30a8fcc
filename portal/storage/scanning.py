"""Reading whole tables: SQLite need not keep in memory what is read once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from portal.storage.database import SQLITE_CACHE_KB, db

if TYPE_CHECKING:
    from collections.abc import Iterator

SCAN_CACHE_KB = 6_000


@contextmanager
def bounded_cache() -> Iterator[None]:
    """Let SQLite keep fewer pages until the end of the block; PostgreSQL keeps them in a place of its own."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    db.session.execute(text(f"PRAGMA cache_size = -{SCAN_CACHE_KB}"))
    try:
        yield
    finally:
        db.session.execute(text(f"PRAGMA cache_size = -{SQLITE_CACHE_KB}"))
