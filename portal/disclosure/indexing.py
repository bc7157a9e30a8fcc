"""Documents as they can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.disclosure import queries
from portal.disclosure.models import Document
from portal.kernel import clock
from portal.kernel.text import N_
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_documents().order_by(Document.id)
    if ids is not None:
        query = query.where(Document.id.in_([int(number) for number in ids]))
    for item in db.session.scalars(query):
        yield SearchDocument(
            key=document_key(queries.KIND, item.id), kind=queries.KIND, object_id=str(item.id), title=item.title,
            title_en=item.title_en, body="\n".join(item.pages), year=clock.day_of(item.added_at).year,
            date=clock.day_of(item.added_at),
        )  # fmt: skip


DOCUMENTS = Indexer(queries.KIND, _documents, N_("Documents"))
