"""The migrations make what the models say, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.storage.upgrading import upgrade

if TYPE_CHECKING:
    from flask import Flask


def test_the_migrated_tables_are_those_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)

    assert differences == []


def test_every_table_of_the_models_is_there(app: Flask) -> None:
    assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_upgrading_twice_changes_nothing(app: Flask) -> None:
    upgrade()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_node", "ledger_checkpoint", "release", "process_join"])
def test_the_migrated_database_keeps_the_rows_of_immutable_tables(app: Flask, table: str) -> None:
    column = {
        "release": "source",
        "process_join": "reason",
        "ledger_checkpoint": "note",
        "ledger_entry": "type",
        "ledger_node": "hash",
    }[table]
    with transaction():
        _insert_something(table)

    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text(f"UPDATE {table} SET {column} = {column}"))  # noqa: S608 - our own names


def _insert_something(table: str) -> None:
    values = {
        "ledger_entry": "(position, type, object_id, body, leaf, at) VALUES (0, 'x', '1', 'b', 'l', CURRENT_TIMESTAMP)",
        "ledger_node": "(level, number, hash) VALUES (0, 0, 'h')",
        "ledger_checkpoint": "(size, note, signed_at) VALUES (1, 'n', CURRENT_TIMESTAMP)",
        "release": "(id, ocid, release_id, date_at, tag, title, sha256, source, sealed_by, sealed_at, "
        "ledger_position) VALUES (1, 'o', 'r', CURRENT_TIMESTAMP, 'tender', 't', 's', 'f', 'b', "
        "CURRENT_TIMESTAMP, 0)",
        "process_join": "(id, first_ocid, second_ocid, change, reason, reasons, at, by, ledger_position) "
        "VALUES (1, 'a', 'b', 'joined', '', '[]', CURRENT_TIMESTAMP, 'p', 0)",
    }
    db.session.execute(text(f"INSERT INTO {table} {values[table]}"))
