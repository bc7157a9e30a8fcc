"""Keep files of officials in parts, and their rows as they were read; files that wait have to be brought again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATES = ("reading", "asking", "read", "taking", "taken", "refused")
ROW_STATES = ("good", "bad", "known")


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40, create_constraint=True)


def upgrade() -> None:
    """Make the table of files anew, for their bytes lie in parts now, and add two tables."""
    op.drop_table("upload")
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("government_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("notice_type", sa.String(length=30), nullable=False),
        sa.Column("is_ocds", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.JSON(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=True),
        sa.Column("state", _enum("uploadstate", STATES), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("submits", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["government_id"], ["government.id"], name=op.f("fk_upload_government_id_government")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_upload_uploaded_by_person")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_upload_taken_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    for column in ("government_id", "state", "uploaded_at"):
        op.create_index(op.f(f"ix_upload_{column}"), "upload", [column])
    op.create_table(
        "upload_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_part_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_part")),
        sa.UniqueConstraint("upload_id", "number", name=op.f("uq_upload_part_upload_id_number")),
    )
    op.create_table(
        "upload_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("state", _enum("rowstate", ROW_STATES), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_upload_row_draft_id_draft")),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_row_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_row")),
    )
    op.create_index("ix_upload_row_of_state", "upload_row", ["upload_id", "state", "id"])
    for column in ("key", "draft_id"):
        op.create_index(op.f(f"ix_upload_row_{column}"), "upload_row", [column])
