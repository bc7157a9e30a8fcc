"""Adding documents."""

from __future__ import annotations

from sqlalchemy import select

from portal.disclosure.extraction import extract_text
from portal.disclosure.files import store
from portal.disclosure.models import Document
from portal.disclosure.queries import KIND
from portal.kernel import clock
from portal.kernel.canonical import sha256_hex
from portal.kernel.text import clean_line
from portal.outbox.actions import append_event
from portal.procurement.queries import process
from portal.storage.database import db
from portal.storage.transactions import transaction


def add_document(data: bytes, *, ocid: str, title: str, filename: str, title_en: str | None = None) -> Document:
    """Keep a document of a process; the same bytes again change nothing.

    Raises:
        NotFoundError, TooLargeError, UnreadableDocumentError
    """
    extraction, digest = extract_text(data), sha256_hex(data)
    store().put(data)
    with transaction():
        process(ocid)
        found = db.session.scalar(select(Document).where(Document.ocid == ocid, Document.sha256 == digest))
        if found is None:
            found = Document(
                ocid=ocid, sha256=digest, title=title, title_en=title_en, filename=clean_line(filename)[:200],
                media_type=extraction.media_type, size=len(data), pages=list(extraction.pages), added_at=clock.now(),
            )  # fmt: skip
            db.session.add(found)
            db.session.flush()
            append_event(KIND, found.id, "published")
        return found
