"""The database session and the base of every table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, Enum, MetaData, event
from sqlalchemy.orm import DeclarativeBase, registry

from portal.storage import modes
from portal.storage.types import UtcDateTime, enum_values

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_CACHE_KB = 20_000
SQLITE_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE deletes past the triggers of append-only tables
    f"PRAGMA cache_size=-{SQLITE_CACHE_KB}",
    "PRAGMA temp_store=MEMORY",
)


class Base(DeclarativeBase):
    """The base that gives every table its naming and its column types."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            StrEnum: Enum(StrEnum, native_enum=False, length=40, create_constraint=True, values_callable=enum_values),
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Give SQLite foreign keys, a write-ahead log and real durability.

    Its defaults ignore foreign keys and lose updates: the driver begins no transaction before a
    SELECT, so we begin ourselves (`_begin`).
    """
    del record
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for statement in SQLITE_SETTINGS:
        cursor.execute(statement)
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at the start of a write, so that what was read stays true."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if modes.is_writing() else "BEGIN")


@event.listens_for(db.session, "before_flush")
def _refuse_stray_writes(session: Any, *_: object) -> None:  # noqa: ANN401 - scoped session or session
    if not modes.is_writing() and (session.new or session.dirty or session.deleted):
        raise modes.WriteOutsideTransactionError
