"""Organisations as they can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_
from portal.parties import queries, rules
from portal.parties.models import Organization
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_organizations()
    if ids is not None:
        query = query.where(Organization.id.in_([int(number) for number in ids]))
    for item in db.session.scalars(query):
        yield SearchDocument(
            key=document_key(queries.KIND, item.id), kind=queries.KIND, object_id=str(item.id),
            title=item.name, title_en=item.name_en, aliases=rules.short_forms(item.name), body=item.identifier or "",
            region=item.region_code,
            date=clock.day_of(item.changed_at),
        )  # fmt: skip


ORGANIZATIONS = Indexer(queries.KIND, _documents, N_("Organisations"), is_suggested=True)
