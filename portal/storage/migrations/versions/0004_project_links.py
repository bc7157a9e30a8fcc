"""Find the notices of one purchase, and remember what people joined."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of clues, suggestions, joins and purchases; every process begins alone."""
    ocid = sa.String(length=200)
    op.create_table(
        "process_clue",
        sa.Column("ocid", ocid, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", ocid, nullable=False),
        sa.ForeignKeyConstraint(["ocid"], ["process.ocid"], name=op.f("fk_process_clue_ocid_process")),
        sa.PrimaryKeyConstraint("ocid", "kind", "value", name=op.f("pk_process_clue")),
    )
    op.create_index("ix_process_clue_value", "process_clue", ["kind", "value"])
    _add_suggestions(ocid)
    _add_joins(ocid)
    op.create_table(
        "purchase_member",
        sa.Column("ocid", ocid, nullable=False),
        sa.Column("purchase", ocid, nullable=False),
        sa.PrimaryKeyConstraint("ocid", name=op.f("pk_purchase_member")),
    )
    op.create_index(op.f("ix_purchase_member_purchase"), "purchase_member", ["purchase"])


def _add_suggestions(ocid: sa.String) -> None:
    op.create_table(
        "link_suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_ocid", ocid, nullable=False),
        sa.Column("second_ocid", ocid, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", _enum("suggestionstate", "open", "later", "refused"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint("first_ocid <> second_ocid", name=op.f("ck_link_suggestion_two")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_suggestion")),
        sa.UniqueConstraint("first_ocid", "second_ocid", name=op.f("uq_link_suggestion_first_ocid_second_ocid")),
    )
    op.create_index("ix_link_suggestion_state", "link_suggestion", ["state", "score"])
    op.create_index(op.f("ix_link_suggestion_second_ocid"), "link_suggestion", ["second_ocid"])


def _add_joins(ocid: sa.String) -> None:
    op.create_table(
        "process_join",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_ocid", ocid, nullable=False),
        sa.Column("second_ocid", ocid, nullable=False),
        sa.Column("change", _enum("joinchange", "joined", "undone"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("ledger_position", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_ocid <> second_ocid", name=op.f("ck_process_join_two")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_join")),
    )
    op.create_index(op.f("ix_process_join_first_ocid"), "process_join", ["first_ocid"])
    op.create_index(op.f("ix_process_join_second_ocid"), "process_join", ["second_ocid"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER process_join_no_{act} BEFORE {act} ON process_join\n"
                "BEGIN SELECT RAISE(ABORT, 'process_join is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER process_join_no_change BEFORE UPDATE OR DELETE ON process_join\n"
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40, create_constraint=True)
