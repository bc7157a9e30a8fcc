"""Reads of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from portal.disclosure.models import Document
from portal.disclosure.rules import DESTROYED, AlreadyPublishedError, DestroyedError
from portal.kernel.errors import NotFoundError
from portal.ledger.queries import redaction_at
from portal.moderation.queries import hidden_keys, not_hidden
from portal.procurement.models import Release
from portal.procurement.queries import NOTICE
from portal.ring.rules import Kind
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.kernel.errors import PortalError

KIND = "document"


def visible_documents() -> Select[Document]:
    """Select every document that may be seen: published, and neither it, its notice nor its process is hidden."""
    return select(Document).where(
        Document.published_at.is_not(None),
        Document.status != DESTROYED,
        not_hidden(KIND, Document.id),
        not_hidden(NOTICE, Document.release_id),
        not_hidden(Kind.PROCESS, Document.ocid),
    )


def document(document_id: int) -> Document:
    """Read one document.

    Raises:
        NotFoundError: there is none, or it may not be seen.
        DestroyedError: its content was destroyed as the law asks.
    """
    found = db.session.scalar(visible_documents().where(Document.id == document_id))
    if found is None:
        raise _why_missing(document_id)
    return found


def _why_missing(document_id: int) -> PortalError:
    known = db.session.get(Document, document_id)
    if known is None or known.status != DESTROYED or known.ledger_position is None:
        return NotFoundError()
    entry = redaction_at(known.ledger_position)
    return DestroyedError(reason=entry.reason, n=entry.position) if entry else NotFoundError()


def documents_of(ocid: str) -> Sequence[Document]:
    """Read the documents of a process in the order they were added."""
    return db.session.scalars(visible_documents().where(Document.ocid == ocid).order_by(Document.id)).all()


def draft(document_id: int, *, for_update: bool = False) -> Document:
    """Read one draft.

    Raises:
        NotFoundError: there is none.
        AlreadyPublishedError: it is public.
    """
    query = select(Document).where(Document.id == document_id)
    found = db.session.scalar(query.with_for_update() if for_update else query)
    if found is None:
        raise NotFoundError
    if found.published_at is not None:
        raise AlreadyPublishedError
    return found


def hidden_at(positions: Sequence[int]) -> Mapping[int, str]:
    """Tell which documents of some ledger entries are hidden, and by which mark."""
    query = select(Document).where(Document.ledger_position.in_(positions))
    marks = hidden_keys()
    return {
        found.ledger_position: mark
        for found in db.session.scalars(query)
        for mark in (f"{KIND}:{found.id}", f"{NOTICE}:{found.release_id}", f"{Kind.PROCESS}:{found.ocid}")
        if mark in marks and found.ledger_position is not None
    }


def in_office() -> Select[Document]:
    """Select every document for officials: drafts first, then the newest."""
    return select(Document).order_by(Document.published_at.is_not(None), Document.id.desc())


def ids_within(kind: str, ids: Sequence[str]) -> list[str]:
    """Tell which documents lie within some processes or notices."""
    if kind == Kind.PROCESS:
        query = select(Document.id).where(Document.ocid.in_(ids))
    elif kind == NOTICE:
        query = select(Document.id).where(Document.release_id.in_([int(one) for one in ids if one.isdecimal()]))
    else:
        return []
    return [str(number) for number in db.session.scalars(query)]


def release_id(ocid: str, identifier: str) -> int | None:
    """Find the publication that a document came with, by its identifier within the purchase; None when not said.

    Raises:
        NotFoundError: the purchase has none of that identifier.
    """
    if not identifier:
        return None
    found = db.session.scalar(select(Release.id).where(Release.ocid == ocid, Release.release_id == identifier))
    if found is None:
        raise NotFoundError
    return found
