"""Services as they can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_
from portal.parties.queries import organization_names
from portal.ring.rules import Kind
from portal.search.port import Indexer, SearchDocument, document_key
from portal.services import queries
from portal.services.models import Service
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_services()
    if ids is not None:
        query = query.where(Service.id.in_([int(number) for number in ids]))
    found = db.session.scalars(queries.with_details(query)).all()
    names = organization_names([item.provider_id for item in found])
    for item in found:
        provider = " ".join(filter(None, names.get(item.provider_id or 0, ())))
        places = [text for place in item.places for text in (place.name, place.address, place.accessibility)]
        chinese = [
            item.description, item.eligibility, item.ineligibility, item.application_process, *item.documents,
            item.fees, item.address, *places, item.alert, provider,
        ]  # fmt: skip
        english = (item.description_en, item.eligibility_en, item.application_process_en, item.fees_en, item.alert_en)
        yield SearchDocument(
            key=document_key(Kind.SERVICE, item.id), kind=Kind.SERVICE, object_id=str(item.id), title=item.name,
            title_en=item.name_en, body="\n".join(filter(None, chinese)), body_en="\n".join(filter(None, english)),
            region=item.region_code, category=item.category_code, year=item.created_at.year,
            suppliers=(str(item.provider_id),) if item.provider_id else (),
            date=clock.day_of(item.changed_at),
        )  # fmt: skip


SERVICES = Indexer(Kind.SERVICE, _documents, N_("Services"), is_suggested=True)
