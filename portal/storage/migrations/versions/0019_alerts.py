"""Add alerts: lists that somebody wants to be told of by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

RHYTHM = ("at-once", "daily", "weekly")


def upgrade() -> None:
    """Add the table, empty."""
    moment = sa.DateTime(timezone=True)
    rhythm = sa.Enum(*RHYTHM, name="rhythm", native_enum=False, length=40, create_constraint=True)
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("feed", sa.String(length=250), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("rhythm", rhythm, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("told_until", moment, nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_alert_key")),
        sa.UniqueConstraint("email", "subject", name=op.f("uq_alert_email_subject")),
    )
    op.create_index(op.f("ix_alert_email"), "alert", ["email"])
    op.create_index("ix_alert_due", "alert", ["is_confirmed", "next_at"])
