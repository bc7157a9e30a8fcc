"""What is append-only stays as it was, whichever way somebody goes about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.purchases import make_release, publish

if TYPE_CHECKING:
    from flask import Flask

TABLES = ("release", "release_payload", "ledger_entry", "ledger_node")


@pytest.mark.parametrize("table", ["release", "ledger_entry", "ledger_node"])
@pytest.mark.sqlite_only
def test_a_row_is_not_replaced(app: Flask, table: str) -> None:
    publish(make_release(1))

    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))  # noqa: S608 - our own names


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.postgresql_only
def test_a_table_is_not_emptied_at_once(app: Flask, table: str) -> None:
    publish(make_release(1))

    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.execute(text(f"TRUNCATE {table} CASCADE"))
