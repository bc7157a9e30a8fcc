"""Add proposals to erase a publication by law, which a second person confirms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATUS = ("proposed", "done", "refused", "withdrawn")
WAITS = sa.text("status = 'proposed'")


def upgrade() -> None:
    """Add the table; what was erased with the command stays as it is."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("government_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=150), nullable=False),
        sa.Column("reason", sa.String(length=150), nullable=False),
        sa.Column("refusal", sa.String(length=150), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("refused_by", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(*STATUS, name="erasurestatus", native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("ledger_position", sa.Integer(), nullable=True),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name=op.f("ck_erasure_four_eyes")),
        sa.CheckConstraint(
            "status <> 'done' OR (approved_by IS NOT NULL AND ledger_position IS NOT NULL)",
            name=op.f("ck_erasure_approved_by_one"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_erasure_approved_by_person")),
        sa.ForeignKeyConstraint(["government_id"], ["government.id"], name=op.f("fk_erasure_government_id_government")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_erasure_proposed_by_person")),
        sa.ForeignKeyConstraint(["refused_by"], ["person.id"], name=op.f("fk_erasure_refused_by_person")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_erasure_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    for column in ("government_id", "release_id", "status"):
        op.create_index(op.f(f"ix_erasure_{column}"), "erasure", [column])
    op.create_index(
        "uq_erasure_waiting", "erasure", ["release_id"], unique=True, sqlite_where=WAITS, postgresql_where=WAITS
    )
