"""Plans as they can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_
from portal.planning import queries
from portal.planning.models import Plan
from portal.ring.rules import Kind
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_plans()
    if ids is not None:
        query = query.where(Plan.id.in_([int(number) for number in ids]))
    for item in db.session.scalars(query).all():
        lines = queries.lines(item.id)
        yield SearchDocument(
            key=document_key(Kind.PLAN, item.id), kind=Kind.PLAN, object_id=str(item.id), title=item.title,
            title_en=item.title_en, body="\n".join([item.introduction, *(line.title for line in lines)]),
            body_en="\n".join(filter(None, [item.introduction_en, *(line.title_en for line in lines)])),
            year=item.year, date=clock.day_of(item.published_at or item.created_at),
        )  # fmt: skip


PLANS = Indexer(Kind.PLAN, _documents, N_("Plans"))
