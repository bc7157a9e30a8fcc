"""Add drafts of notices with their history and documents; tell withdrawals from what moderation hides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATUS = ("drafting", "submitted", "approved", "published", "discarded")
PURPOSES = ("publish", "correct", "withdraw")
ACTS = ("begun", "changed", "submitted", "returned", "approved", "published", "discarded")


def upgrade() -> None:
    """Add the tables; nothing that is hidden so far was withdrawn."""
    _add_drafts()
    op.create_table(
        "draft_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("act", _enum("draftact", ACTS), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_event_draft_id_draft")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_event_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_event")),
    )
    op.create_index(op.f("ix_draft_event_draft_id"), "draft_event", ["draft_id"])
    op.create_table(
        "draft_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_draft_document_document_id_document")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_document_draft_id_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_document")),
        sa.UniqueConstraint("draft_id", "document_id", name=op.f("uq_draft_document_draft_id_document_id")),
    )
    _guard("draft_event")
    with op.batch_alter_table("hidden_mark") as table:
        table.add_column(sa.Column("is_withdrawal", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("hidden_mark") as table:
        table.alter_column("is_withdrawal", server_default=None)


def _add_drafts() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("government_id", sa.Integer(), nullable=False),
        sa.Column("purpose", _enum("purpose", PURPOSES), nullable=False),
        sa.Column("notice_type", sa.String(length=30), nullable=False),
        sa.Column("ocid", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("status", _enum("draftstatus", STATUS), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("publish_at", moment, nullable=True),
        sa.Column("published_at", moment, nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> drafted_by", name=op.f("ck_draft_four_eyes_drafted")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> submitted_by", name=op.f("ck_draft_four_eyes_submitted")
        ),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'published') OR approved_by IS NOT NULL",
            name=op.f("ck_draft_approved_by_one"),
        ),
        sa.CheckConstraint(
            "purpose = 'publish' OR (corrects_id IS NOT NULL AND reason <> '')", name=op.f("ck_draft_reason_given")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_draft_approved_by_person")),
        sa.ForeignKeyConstraint(["corrects_id"], ["release.id"], name=op.f("fk_draft_corrects_id_release")),
        sa.ForeignKeyConstraint(["drafted_by"], ["person.id"], name=op.f("fk_draft_drafted_by_person")),
        sa.ForeignKeyConstraint(["government_id"], ["government.id"], name=op.f("fk_draft_government_id_government")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_draft_release_id_release")),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"], name=op.f("fk_draft_submitted_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    for column in ("government_id", "ocid", "drafted_by", "status", "publish_at"):
        op.create_index(op.f(f"ix_draft_{column}"), "draft", [column])


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40, create_constraint=True)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
