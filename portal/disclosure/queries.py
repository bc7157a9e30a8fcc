"""Reads of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import defer

from portal.disclosure.models import Document
from portal.disclosure.rules import (
    DESTROYED,
    AlreadyPublishedError,
    DestroyedError,
    NoSuchPurchaseError,
    NoSuchReleaseError,
)
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.ledger.queries import redaction_at
from portal.moderation.queries import hidden_keys, not_hidden
from portal.procurement.models import Process, Release
from portal.procurement.queries import NOTICE, ocids_under, visible_processes, visible_releases
from portal.ring.rules import Kind
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement

    from portal.kernel.errors import PortalError
    from portal.web.filters import Filters

KIND = "document"
LONGEST_NUMBER = 10


def visible_documents() -> Select[Document]:
    """Select every document that may be seen: published, and neither it, its notice nor its process is hidden."""
    return select(Document).where(
        Document.published_at.is_not(None),
        Document.status != DESTROYED,
        not_hidden(KIND, Document.id),
        not_hidden(NOTICE, Document.release_id),
        not_hidden(Kind.PROCESS, Document.ocid),
    )


def documents(filters: Filters, *, among: Select[Document] | None = None) -> Select[Document]:
    """Select documents by the filters that a search for them has, words by their titles; those that may be seen."""
    query = visible_documents() if among is None else among
    if filters.region or filters.category or filters.buyer or filters.supplier:
        query = query.where(Document.ocid.in_(ocids_under(filters)))
    if filters.from_:
        query = query.where(Document.published_at >= clock.start_of(filters.from_))
    if filters.to:
        query = query.where(Document.published_at < clock.start_of(clock.day_after(filters.to)))
    if filters.year:
        first, last = clock.start_of_year(filters.year), clock.start_of_year(filters.year + 1)
        query = query.where(Document.published_at >= first, Document.published_at < last)
    for term in (filters.q or "").split():
        columns = (Document.title, Document.title_en)
        query = query.where(or_(*(column.icontains(term, autoescape=True) for column in columns)))
    return query


def numbers_of_purchases(ocids: Sequence[str]) -> list[str]:
    """List the published documents of purchases, whether or not they may be seen."""
    return _published(Document.ocid.in_(set(ocids)))


def numbers_of_notices(release_ids: Sequence[str]) -> list[str]:
    """List the published documents of notices, whether or not they may be seen."""
    return _published(Document.release_id.in_([int(one) for one in release_ids if one.isdecimal()]))


def _published(condition: ColumnElement[bool]) -> list[str]:
    query = select(Document.id).where(Document.published_at.is_not(None), condition)
    return [str(number) for number in db.session.scalars(query)]


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


def documents_of(ocid: str, *, release_id: int | None = None) -> Sequence[Document]:
    """Read the documents of a process (or of one of its publications) in the order they were added, without text."""
    query = visible_documents().where(Document.ocid == ocid).order_by(Document.id).options(defer(Document.pages))
    return db.session.scalars(query if release_id is None else query.where(Document.release_id == release_id)).all()


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
    drafts_first = select(Document).options(defer(Document.pages))
    return drafts_first.order_by(Document.published_at.is_not(None), Document.id.desc())


def ids_within(kind: str, ids: Sequence[str]) -> list[str]:
    """Tell which documents lie within some processes or notices."""
    if kind == Kind.PROCESS:
        query = select(Document.id).where(Document.ocid.in_(ids))
    elif kind == NOTICE:
        query = select(Document.id).where(Document.release_id.in_([int(one) for one in ids if one.isdecimal()]))
    else:
        return []
    return [str(number) for number in db.session.scalars(query)]


def check_place(ocid: str, release_id: int | None) -> None:
    """Check that a document may be handed in here: a purchase that may be seen, and a publication of it.

    Raises:
        NoSuchPurchaseError, NoSuchReleaseError
    """
    if db.session.scalar(visible_processes().where(Process.ocid == ocid).with_only_columns(Process.ocid)) is None:
        raise NoSuchPurchaseError
    releases = visible_releases().where(Release.ocid == ocid, Release.id == release_id)
    if release_id is not None and db.session.scalar(releases.with_only_columns(Release.id)) is None:
        raise NoSuchReleaseError


def releases_of(ocid: str) -> Sequence[Release]:
    """Read the publications of a purchase that a document may come with, oldest first."""
    return db.session.scalars(
        visible_releases().where(Release.ocid == ocid).order_by(Release.date_at, Release.id)
    ).all()


def release_id(ocid: str, told: str) -> int | None:
    """Find the publication that a document came with; None when not said.

    Args:
        ocid: the purchase.
        told: its identifier within the purchase, its number, or the address of its page.

    Raises:
        NoSuchPurchaseError, NoSuchReleaseError
    """
    if not told:
        return None
    check_place(ocid, None)
    found = db.session.scalar(select(Release.id).where(Release.ocid == ocid, Release.release_id == told))
    if found is not None:
        return found
    number = told.rstrip("/").rpartition("/")[2]
    if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
        raise NoSuchReleaseError
    check_place(ocid, int(number))
    return int(number)
