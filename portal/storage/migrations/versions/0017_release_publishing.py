"""Index releases by the moment of their publishing, and those that the law withholds: feeds ask for both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WITHHELD = sa.text("sha256 = ''")


def upgrade() -> None:
    """Add two indexes; no row changes."""
    op.create_index("ix_release_sealed", "release", ["sealed_at", "id"])
    op.create_index("ix_release_withheld", "release", ["id"], sqlite_where=WITHHELD, postgresql_where=WITHHELD)
