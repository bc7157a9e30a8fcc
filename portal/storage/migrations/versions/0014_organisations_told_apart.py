"""Keep which organisations that look like one were told apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "organization_distinction"


def upgrade() -> None:
    """Add the history; nothing was told apart so far."""
    change = sa.Enum("apart", "undone", name="distinctionchange", native_enum=False, length=40, create_constraint=True)
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("change", change, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_organization_distinction_in_order")),
        _to_organization("first_id"),
        _to_organization("second_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_distinction")),
    )
    for column in ("first_id", "second_id"):
        op.create_index(op.f(f"ix_organization_distinction_{column}"), TABLE, [column])
    _guard()


def _to_organization(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["organization.id"], name=op.f(f"fk_{TABLE}_{column}_organization"))


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{act} BEFORE {act} ON {TABLE}\n"
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            )
        return
    for each, acts, name in (("ROW", "UPDATE OR DELETE", "change"), ("STATEMENT", "TRUNCATE", "truncate")):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{name} BEFORE {acts} ON {TABLE} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )
