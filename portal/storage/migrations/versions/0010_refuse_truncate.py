"""Keep append-only tables from being emptied at once, which no trigger for rows sees (PostgreSQL)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

GUARDED = """SELECT DISTINCT event_object_table FROM information_schema.triggers
WHERE trigger_schema = current_schema() AND trigger_name = event_object_table || '_no_change' ORDER BY 1"""


def upgrade() -> None:
    """Add the trigger to every table that refuses changes."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table in connection.execute(sa.text(GUARDED)).scalars().all():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
