"""Publications and processes as they can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_
from portal.parties.queries import organization_names
from portal.procurement import queries, summaries, values
from portal.procurement.models import Process, Release
from portal.ring.rules import Kind
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 200


def _notices(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_releases().order_by(Release.id)
    if ids is not None:
        query = query.where(Release.id.in_([int(number) for number in ids]))
    for item in db.session.scalars(query.execution_options(yield_per=BATCH)):
        summary = summaries.summarise(item.body, [item.tag])
        yield SearchDocument(
            key=document_key(queries.NOTICE, item.id), kind=queries.NOTICE, object_id=str(item.id), title=item.title,
            title_en=item.title_en, body="\n".join(values.texts_of(item.body)), region=summary.region_code,
            category=summary.category_code, year=clock.day_of(item.date_at).year, date=clock.day_of(item.date_at),
            amount_fen=summary.amount.minor if summary.amount else None,
        )  # fmt: skip


def _processes(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_processes().order_by(Process.ocid)
    if ids is not None:
        query = query.where(Process.ocid.in_(ids))
    for items in db.session.scalars(query.execution_options(yield_per=BATCH)).partitions(BATCH):
        buyers = organization_names([item.buyer_id for item in items])
        for item in items:
            buyer = " ".join(filter(None, buyers.get(item.buyer_id or 0, ())))
            yield SearchDocument(
                key=document_key(Kind.PROCESS, item.ocid), kind=Kind.PROCESS, object_id=item.ocid, title=item.title,
                title_en=item.title_en, body=f"{item.description}\n{item.ocid}\n{buyer}", region=item.region_code,
                category=item.category_code, year=clock.day_of(item.first_release_at).year,
                date=clock.day_of(item.last_release_at), amount_fen=item.amount_fen,
            )  # fmt: skip


NOTICES = Indexer(queries.NOTICE, _notices, N_("Notices"))
PROCESSES = Indexer(Kind.PROCESS, _processes, N_("Purchases"))
