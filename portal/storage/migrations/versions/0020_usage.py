"""Keep how often things are used: counts by month and by day, and nothing of any reader."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables; nothing was counted so far."""
    _add("usage_month", sa.Column("month", sa.String(length=7), nullable=False), "object_id")
    _add("usage_day", sa.Column("day", sa.Date(), nullable=False), "list_name")


def _add(table: str, period: sa.Column[object], name: str) -> None:
    use = sa.Enum("view", "download", "feed", "api", name="use", native_enum=False, length=40, create_constraint=True)
    unique = [period.name, "use", "kind", name]
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        period,
        sa.Column("use", use, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(name, sa.String(length=200), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f(f"ck_{table}_something")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
    )
