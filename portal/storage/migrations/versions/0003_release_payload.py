"""Move what releases say to a table of its own, which refuses changes but lets the law erase."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BATCH = 500
OLD = sa.table("release", sa.column("id", sa.Integer), sa.column("body", sa.JSON))
NEW = sa.table("release_payload", sa.column("release_id", sa.Integer), sa.column("body", sa.LargeBinary))


def upgrade() -> None:
    """Keep the exact public bytes of each release; `release` is altered in place, so that its triggers stay."""
    op.create_table(
        "release_payload",
        sa.Column("release_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_payload_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_payload")),
    )
    connection, last = op.get_bind(), 0
    page = sa.select(OLD.c.id, OLD.c.body).order_by(OLD.c.id).limit(BATCH)
    while rows := connection.execute(page.where(OLD.c.id > last)).all():
        connection.execute(sa.insert(NEW), [{"release_id": key, "body": _canonical(body)} for key, body in rows])
        last = rows[-1].id
    op.execute("ALTER TABLE release DROP COLUMN body")
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER release_payload_no_UPDATE BEFORE UPDATE ON release_payload "
            "BEGIN SELECT RAISE(ABORT, 'release_payload is append-only'); END"
        )
    else:
        op.execute(
            "CREATE TRIGGER release_payload_no_change BEFORE UPDATE ON release_payload "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _canonical(value: object) -> bytes:
    """Write the bytes whose SHA-256 the release keeps: sorted names, no spaces, whole numbers without a point."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
