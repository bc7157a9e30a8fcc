"""Keep what ledger entries commit to beside them, guard salts, and find a release by its entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; entries made before it stay without, which their version tells."""
    op.create_table(
        "ledger_public",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position"], ["ledger_entry.position"], name=op.f("fk_ledger_public_position_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_ledger_public")),
    )
    op.create_index(op.f("ix_release_ledger_position"), "release", ["ledger_position"])
    for table in ("ledger_salt", "ledger_public"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {table}_no_UPDATE BEFORE UPDATE ON {table}\n"
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE ON {table}\n"
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
