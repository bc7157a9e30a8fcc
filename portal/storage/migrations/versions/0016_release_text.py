"""Keep what a release can be found by as plain text, so that exports need not parse its body."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; until `portal rebuild` has filled it, exports parse the body where a text is missing."""
    op.create_table(
        "release_text",
        sa.Column("release_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release_payload.release_id"], name=op.f("fk_release_text_release_id_release_payload"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_text")),
    )
