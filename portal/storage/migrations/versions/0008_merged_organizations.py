"""Keep merges of organisations with their history, and grades of social organisations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; every organisation begins by itself."""
    op.create_table(
        "merged_organization",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        _to_organization("merged_organization", "kept_id"),
        _to_organization("merged_organization", "organization_id"),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_merged_organization")),
    )
    op.create_index(op.f("ix_merged_organization_kept_id"), "merged_organization", ["kept_id"])
    _add_history()
    op.create_table(
        "organization_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_grade")),
        sa.UniqueConstraint("credit_code", "awarded_on", name=op.f("uq_organization_grade_credit_code_awarded_on")),
    )


def _add_history() -> None:
    change = sa.Enum("merged", "undone", name="mergechange", native_enum=False, length=40, create_constraint=True)
    op.create_table(
        "organization_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("change", change, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("ledger_position", sa.Integer(), nullable=False),
        sa.CheckConstraint("merged_id <> kept_id", name=op.f("ck_organization_merge_two")),
        _to_organization("organization_merge", "kept_id"),
        _to_organization("organization_merge", "merged_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_merge")),
    )
    op.create_index(op.f("ix_organization_merge_kept_id"), "organization_merge", ["kept_id"])
    op.create_index(op.f("ix_organization_merge_merged_id"), "organization_merge", ["merged_id"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER organization_merge_no_{act} BEFORE {act} ON organization_merge\n"
                "BEGIN SELECT RAISE(ABORT, 'organization_merge is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER organization_merge_no_change BEFORE UPDATE OR DELETE ON organization_merge\n"
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _to_organization(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["organization.id"], name=op.f(f"fk_{table}_{column}_organization"))
