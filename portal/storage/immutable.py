"""Tables whose rows the database itself keeps from being changed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import DDL, event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import FromClause
    from sqlalchemy.schema import ExecutableDDLElement

CHANGES = ("UPDATE", "DELETE")
UPDATE = "UPDATE"
SQLITE = """CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
SQLITE_UNLESS = """CREATE TRIGGER {table}_no_UPDATE BEFORE UPDATE ON {table} WHEN NOT coalesce(({unless}), 0)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"""
POSTGRESQL_UNLESS_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change_of_{table}() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
IF TG_OP = 'UPDATE' THEN IF {unless} THEN RETURN NEW; END IF; END IF;
RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME;
END $$"""
POSTGRESQL = """CREATE TRIGGER {table}_no_change BEFORE {acts} ON {table}
FOR EACH ROW EXECUTE FUNCTION {function}()"""
POSTGRESQL_WHOLE = """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""


def statements(table: str, dialect: str, refused: Sequence[str] = CHANGES, *, unless: str = "") -> list[str]:
    """List the statements that make a table append-only, for a migration to copy.

    Args:
        table: its name.
        dialect: `sqlite` or `postgresql`.
        refused: which changes.
        unless: SQL over `OLD` and `NEW` by which the one lawful update is known; unknown (null) counts as no.
    """
    if dialect == "sqlite":
        return [_on_sqlite(table, act, unless) for act in refused]
    function = f"refuse_change_of_{table}" if unless else "refuse_change"
    rows = POSTGRESQL.format(table=table, acts=" OR ".join(refused), function=function)
    own = [POSTGRESQL_UNLESS_FUNCTION.format(table=table, unless=unless)] if unless else []
    return [POSTGRESQL_FUNCTION, *own, rows, POSTGRESQL_WHOLE.format(table=table)]


def _on_sqlite(table: str, act: str, unless: str) -> str:
    if unless and act == UPDATE:
        return SQLITE_UNLESS.format(table=table, unless=unless)
    return SQLITE.format(table=table, act=act)


def make_immutable(table: FromClause, refused: Sequence[str] = CHANGES, *, unless: str = "") -> None:
    """Add the triggers whenever the table is created; rows that the law may erase refuse `UPDATE` alone."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(str(table), dialect, refused, unless=unless):
            event.listen(table, "after_create", _only_on(dialect, statement))


def _only_on(dialect: str, statement: str) -> ExecutableDDLElement:
    ddl: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return ddl.execute_if(dialect=dialect)
