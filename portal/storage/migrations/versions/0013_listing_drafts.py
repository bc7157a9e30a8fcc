"""Add drafts of listings, which a second person approves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATUS = ("drafting", "submitted", "approved", "published", "discarded")
ACTS = ("begun", "changed", "submitted", "returned", "approved", "published", "discarded")
OPEN = sa.text("status IN ('drafting', 'submitted')")


def upgrade() -> None:
    """Add the tables; what is listed so far stays as it is."""
    _add_drafts()
    op.create_table(
        "listing_draft_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("act", _enum("draftact", ACTS), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["listing_draft.id"], name=op.f("fk_listing_draft_event_draft_id_listing_draft")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_listing_draft_event_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_draft_event")),
    )
    op.create_index(op.f("ix_listing_draft_event_draft_id"), "listing_draft_event", ["draft_id"])
    _guard("listing_draft_event")


def _add_drafts() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "listing_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("government_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("status", _enum("draftstatus", STATUS), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("published_at", moment, nullable=True),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> drafted_by", name=op.f("ck_listing_draft_four_eyes_drafted")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> submitted_by", name=op.f("ck_listing_draft_four_eyes_submitted")
        ),
        sa.CheckConstraint(
            "status <> 'published' OR approved_by IS NOT NULL", name=op.f("ck_listing_draft_approved_by_one")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_listing_draft_approved_by_person")),
        sa.ForeignKeyConstraint(["drafted_by"], ["person.id"], name=op.f("fk_listing_draft_drafted_by_person")),
        sa.ForeignKeyConstraint(
            ["government_id"], ["government.id"], name=op.f("fk_listing_draft_government_id_government")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_listing_draft_service_id_service")),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"], name=op.f("fk_listing_draft_submitted_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_draft")),
    )
    for column in ("government_id", "status"):
        op.create_index(op.f(f"ix_listing_draft_{column}"), "listing_draft", [column])
    op.create_index(
        "uq_listing_draft_open", "listing_draft", ["service_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40, create_constraint=True)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}\n"
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    for each, acts, name in (("ROW", "UPDATE OR DELETE", "change"), ("STATEMENT", "TRUNCATE", "truncate")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {acts} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )
