"""Migration 0009 tells who handed a document in; what is there was handed in by nobody known, and stays public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from portal.disclosure.models import Document
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable


def test_documents_from_before_keep_who_published_them(migrated_to: Callable[[str], None]) -> None:
    migrated_to("0008")
    with transaction():
        db.session.execute(
            text(
                "INSERT INTO document (id, ocid, sha256, title, filename, media_type, size, status, pages, labels,"
                " machine_pages, findings, is_withheld, added_at, published_at, published_by) VALUES (1, 'o', 's', 't',"
                " 'f', 'text/plain', 1, 'read', '[\"a\"]', '[\"\"]', 0, '{}', false, CURRENT_TIMESTAMP,"
                " CURRENT_TIMESTAMP, 'person:1')"
            )
        )
    migrated_to("head")
    kept = db.session.get_one(Document, 1)

    assert (kept.added_by, kept.published_by, kept.skipped, kept.page_count) == (None, "person:1", [], None)
