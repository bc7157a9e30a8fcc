"""Migration 0005 keeps old entries as they are, and guards what opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.kernel.canonical import canonical_json
from portal.ledger import checking, rules
from portal.ledger.actions import append_entry
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = canonical_json({
    "v": 1, "type": "answer", "id": "1", "action": "publish", "at": "2026-01-01T00:00:00+00:00",
    "commitment": rules.commitment(b"s" * 32, b"bytes"),
})  # fmt: skip


@pytest.fixture
def upgraded(migrated_to: Callable[[str], None]) -> None:
    migrated_to("0004")
    with transaction():
        entry = "INSERT INTO ledger_entry VALUES (0, 'answer', '1', :body, :leaf, '2026-01-01 00:00:00')"
        db.session.execute(text(entry), {"body": OLD, "leaf": rules.leaf_hash(OLD)})
        db.session.execute(text("INSERT INTO ledger_salt VALUES (0, :salt)"), {"salt": b"s" * 32})
        db.session.execute(text("INSERT INTO ledger_node VALUES (0, 0, :leaf)"), {"leaf": rules.leaf_hash(OLD)})
    migrated_to("head")


@pytest.mark.usefixtures("upgraded")
def test_old_entries_are_no_fault_and_new_ones_follow() -> None:
    with transaction():
        append_entry("answer", 2, action="publish", public=b"bytes")

    verdict = checking.check()

    assert (verdict.size, verdict.faults) == (2, [])
    assert verdict.notes == ["entry 0 (answer 1): was made before the portal kept what entries commit to"]


@pytest.mark.usefixtures("upgraded")
@pytest.mark.parametrize("table", ["ledger_salt", "ledger_public"])
def test_what_opens_entries_is_guarded_after_the_upgrade(table: str) -> None:
    with transaction():
        append_entry("answer", 2, action="publish", public=b"bytes")

    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.execute(text(f"UPDATE {table} SET position = 7"))  # noqa: S608
