"""Tables whose rows the database itself keeps from being changed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import DDL, event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import FromClause
    from sqlalchemy.schema import ExecutableDDLElement

CHANGES = ("UPDATE", "DELETE")
SQLITE = """CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"""
POSTGRESQL = """CREATE TRIGGER {table}_no_change BEFORE {acts} ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()"""
POSTGRESQL_WHOLE = """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def statements(table: str, dialect: str, refused: Sequence[str] = CHANGES) -> list[str]:
    """List the statements that make a table append-only, for a migration to copy."""
    if dialect == "sqlite":
        return [SQLITE.format(table=table, act=act) for act in refused]
    rows = POSTGRESQL.format(table=table, acts=" OR ".join(refused))
    return [POSTGRESQL_FUNCTION, rows, POSTGRESQL_WHOLE.format(table=table)]


def make_immutable(table: FromClause, refused: Sequence[str] = CHANGES) -> None:
    """Add the triggers whenever the table is created; rows that the law may erase refuse `UPDATE` alone."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(str(table), dialect, refused):
            event.listen(table, "after_create", _only_on(dialect, statement))


def _only_on(dialect: str, statement: str) -> ExecutableDDLElement:
    ddl: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return ddl.execute_if(dialect=dialect)
