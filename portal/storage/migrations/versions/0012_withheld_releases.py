"""Take title, source and hash from releases whose content the law had destroyed, and let their guard allow just that."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SOURCE = "withheld by law"
LAWFUL = """NEW.id = OLD.id AND NEW.ocid = OLD.ocid AND NEW.release_id = OLD.release_id AND NEW.date_at = OLD.date_at
AND NEW.tag = OLD.tag AND NEW.sealed_by = OLD.sealed_by AND NEW.sealed_at = OLD.sealed_at
AND NEW.ledger_position = OLD.ledger_position AND ((OLD.sha256 <> '' AND NEW.sha256 = ''
AND NOT EXISTS (SELECT 1 FROM release_payload WHERE release_payload.release_id = OLD.id))
OR (NEW.sha256 = OLD.sha256 AND NEW.source = OLD.source
AND (NEW.title_en = OLD.title_en OR (NEW.title_en IS NULL AND OLD.title_en IS NULL))
AND (NEW.title = OLD.ocid OR EXISTS (SELECT 1 FROM release AS other
WHERE other.ocid = OLD.ocid AND other.id <> OLD.id AND other.title = NEW.title))))"""
SQLITE = f"""CREATE TRIGGER release_no_UPDATE BEFORE UPDATE ON release WHEN NOT coalesce(({LAWFUL}), 0)
BEGIN SELECT RAISE(ABORT, 'release is append-only'); END"""
POSTGRESQL_FUNCTION = f"""CREATE OR REPLACE FUNCTION refuse_change_of_release() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF TG_OP = 'UPDATE' THEN IF {LAWFUL} THEN RETURN NEW; END IF; END IF;
RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$"""
POSTGRESQL = """CREATE TRIGGER release_no_change BEFORE UPDATE OR DELETE ON release
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_release()"""
WITHHELD = """SELECT id, ocid, title, ledger_position FROM release
WHERE NOT EXISTS (SELECT 1 FROM release_payload WHERE release_payload.release_id = release.id) ORDER BY id"""
LATER = """SELECT later.position, later.body FROM ledger_entry AS own
JOIN ledger_entry AS later ON later.type = own.type AND later.object_id = own.object_id
AND later.position > own.position WHERE own.position = :position ORDER BY later.position"""
SHOW_IT = """SELECT release.id, release_payload.body FROM release
JOIN release_payload ON release_payload.release_id = release.id WHERE ocid = :ocid AND title = :title"""


def upgrade() -> None:
    """Change the guard, then let what was destroyed before lose what is left of it."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("DROP TRIGGER release_no_UPDATE")
        connection.exec_driver_sql(SQLITE)
    else:
        connection.exec_driver_sql(POSTGRESQL_FUNCTION.replace("%", "%%"))
        op.execute("DROP TRIGGER release_no_change ON release")
        op.execute(POSTGRESQL)
    for row in connection.execute(sa.text(WITHHELD)).all():
        _withhold(connection, row.id, row.ledger_position)
        _take_title_from_others(connection, row.ocid, row.title)


def _withhold(connection: sa.Connection, number: int, position: int) -> None:
    entries = connection.execute(sa.text(LATER), {"position": position}).all()
    told = [(at, json.loads(bytes(body))) for at, body in entries]
    redacts = [(at, said.get("reason", "")) for at, said in told if said.get("redacts") == position]
    at, reason = redacts[0] if redacts else (position, "")
    connection.execute(
        sa.text("UPDATE release SET title = :zh, title_en = :en, source = :source, sha256 = '' WHERE id = :number"),
        {"zh": f"依法不予公开（账本第 {at} 条：{reason}）", "en": f"Withheld by law (ledger entry {at}: {reason})",
         "source": SOURCE, "number": number},
    )  # fmt: skip


def _take_title_from_others(connection: sa.Connection, ocid: str, title: str) -> None:
    """Let releases that only showed the title of a withheld one show the number of their process."""
    written = json.dumps(title, ensure_ascii=False)[1:-1].encode()
    for number, body in connection.execute(sa.text(SHOW_IT), {"ocid": ocid, "title": title}).all():
        if written not in bytes(body):
            connection.execute(sa.text("UPDATE release SET title = ocid WHERE id = :number"), {"number": number})
