"""Reads of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from portal.disclosure.models import Document
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import not_hidden
from portal.ring.rules import Kind
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND = "document"


def visible_documents() -> Select[Document]:
    """Select every document that may be seen: neither it nor its process is hidden."""
    return select(Document).where(not_hidden(KIND, Document.id), not_hidden(Kind.PROCESS, Document.ocid))


def document(document_id: int) -> Document:
    """Read one document.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    found = db.session.scalar(visible_documents().where(Document.id == document_id))
    if found is None:
        raise NotFoundError
    return found


def documents_of(ocid: str) -> Sequence[Document]:
    """Read the documents of a process in the order they were added."""
    return db.session.scalars(visible_documents().where(Document.ocid == ocid).order_by(Document.id)).all()
