"""Remember what spoke against a join that an official confirmed a second time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody was asked a second time before. The table keeps its triggers, so it is not copied."""
    op.add_column("process_join", sa.Column("despite", sa.JSON(), nullable=False, server_default="[]"))
