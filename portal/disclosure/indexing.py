"""Documents as they can be found: their public text only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import load_only

from portal.disclosure import queries
from portal.disclosure.models import Document
from portal.disclosure.rules import format_of
from portal.kernel import clock
from portal.kernel.text import N_
from portal.procurement import queries as purchases
from portal.procurement.models import Process
from portal.procurement.queries import NOTICE
from portal.ring.rules import Kind
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 50
_BRIEF = load_only(Process.ocid, Process.region_code, Process.category_code, Process.stage)


def _documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_documents().order_by(Document.id)
    if ids is not None:
        query = query.where(Document.id.in_([int(number) for number in ids]))
    for items in db.session.scalars(query.execution_options(yield_per=BATCH)).partitions(BATCH):
        ocids = {item.ocid for item in items}
        parties = purchases.parties_of(list(ocids))
        processes = {
            one.ocid: one for one in db.session.scalars(select(Process).where(Process.ocid.in_(ocids)).options(_BRIEF))
        }
        for item in items:
            yield _document(item, processes.get(item.ocid), parties.get(item.ocid, purchases.NO_PARTIES))


def _document(item: Document, process: Process | None, parties: purchases.Parties) -> SearchDocument:
    """Make a document found by what it says, and by what is known of its process."""
    day = clock.day_of(item.published_at or item.added_at)
    within = [document_key(Kind.PROCESS, item.ocid)]
    if item.release_id is not None:
        within.append(document_key(NOTICE, item.release_id))
    return SearchDocument(
        key=document_key(queries.KIND, item.id), kind=queries.KIND, object_id=str(item.id), title=item.title,
        title_en=item.title_en, body="\n".join([*item.pages, item.filename]), format=format_of(item.media_type),
        region=process.region_code if process else None, category=process.category_code if process else None,
        stage=process.stage if process else None, buyer=next(iter(map(str, parties.buyer)), None),
        suppliers=tuple(map(str, parties.suppliers)), year=day.year, date=day, within=within,
    )  # fmt: skip


DOCUMENTS = Indexer(queries.KIND, _documents, N_("Documents"), affected=queries.ids_within)
