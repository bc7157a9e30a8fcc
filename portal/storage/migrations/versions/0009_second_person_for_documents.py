"""Let a second person publish documents; tell how much of a file was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; who handed in what is there is not known."""
    with op.batch_alter_table("document") as table:
        table.add_column(sa.Column("page_count", sa.Integer(), nullable=True))
        table.add_column(sa.Column("skipped", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("added_by", sa.String(length=100), nullable=True))
        table.create_check_constraint(
            op.f("ck_document_second_person"),
            "added_by IS NULL OR published_by NOT LIKE 'person:%' OR published_by <> added_by",
        )
    with op.batch_alter_table("document") as table:
        table.alter_column("skipped", server_default=None)
