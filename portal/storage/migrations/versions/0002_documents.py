"""Let documents be drafts, be withheld, and tell how they were read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is there was read from its file, shows its original and is public."""
    new: list[sa.Column[Any]] = [
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False, server_default="read"),
        sa.Column("labels", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("machine_pages", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("findings", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("is_withheld", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("rendition_sha256", sa.String(length=64), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=100), nullable=True),
        sa.Column("ledger_position", sa.Integer(), nullable=True),
    ]
    with op.batch_alter_table("document") as table:
        for column in new:
            table.add_column(column)
        table.create_foreign_key(op.f("fk_document_release_id_release"), "release", ["release_id"], ["id"])
        table.create_index(op.f("ix_document_release_id"), ["release_id"])
        table.create_index(op.f("ix_document_published_at"), ["published_at"])
    op.execute("UPDATE document SET published_at = added_at, published_by = 'import'")
    with op.batch_alter_table("document") as table:
        for name in ("status", "labels", "machine_pages", "findings", "is_withheld"):
            table.alter_column(name, server_default=None)
