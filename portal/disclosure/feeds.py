"""Documents as a feed, each with its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import defer

from portal.disclosure import queries
from portal.disclosure.models import Document
from portal.disclosure.rules import DESTROYED
from portal.feeds.listing import Rows
from portal.feeds.spec import LATEST, Enclosure, Entry, FeedSource, Gone
from portal.kernel.text import N_
from portal.moderation.feeds import hidden_of, numbers_hidden
from portal.procurement.queries import NOTICE
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

    from portal.web.filters import Filters


def _seen(filters: Filters) -> Select[Document]:
    return queries.documents(filters)


def _ever(filters: Filters) -> Select[Document]:
    return queries.documents(filters, among=select(Document).where(Document.published_at.is_not(None)))


def _entries(items: Sequence[Document]) -> list[Entry]:
    return [_entry(item) for item in items]


def _entry(item: Document) -> Entry:
    file = links.absolute("disclosure.original", document_id=item.id)
    return Entry(
        kind=queries.KIND, object_id=str(item.id), title=pick(item.title, item.title_en),
        url=links.absolute("disclosure.document", document_id=item.id), updated_at=item.published_at or item.added_at,
        enclosures=[] if item.is_withheld else [Enclosure(file, item.media_type, item.size)],
    )  # fmt: skip


def _went(numbers: Sequence[int] | None) -> Mapping[int, Gone]:
    """Tell which documents went: hidden, with their notice or their process, or destroyed by law."""
    processes, notices = hidden_of(Kind.PROCESS), hidden_of(NOTICE)
    hidden_notices = [int(one) for one in notices if one.isascii() and one.isdigit()]
    within = or_(Document.ocid.in_(processes), Document.release_id.in_(hidden_notices), Document.status == DESTROYED)
    query = select(Document.id, Document.ocid, Document.release_id, Document.published_at, Document.added_at)
    query = query.where(within) if numbers is None else query.where(within, Document.id.in_(numbers))
    found = {}
    for row in db.session.execute(query.order_by(Document.id.desc()).limit(LATEST)):
        at = notices.get(str(row.release_id)) or processes.get(row.ocid) or row.published_at or row.added_at
        found[row.id] = Gone(queries.KIND, str(row.id), at)
    return found | numbers_hidden(queries.KIND)(numbers)


DOCUMENTS = FeedSource(
    name="documents",
    title=N_("Documents"),
    description=N_("Every document that comes with a purchase, with its file."),
    page_endpoint="opendata.search",
    page_values={"kind": queries.KIND},
    listing=Rows(
        kind=queries.KIND,
        visible=_seen,
        ever=_ever,
        write=_entries,
        id=Document.id,
        published=Document.published_at,
        went=_went,
        options=(defer(Document.pages),),
    ),
)
