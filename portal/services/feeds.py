"""Services as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification.queries import category_name, region_name
from portal.feeds.spec import NEWEST, Category, Entry, FeedSource
from portal.kernel.text import N_
from portal.services import queries
from portal.storage.database import db
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.services.models import Service
    from portal.web.filters import Filters


def _entries(filters: Filters) -> Sequence[Entry]:
    return [_entry(item) for item in db.session.scalars(queries.services(filters).limit(NEWEST))]


def _entry(item: Service) -> Entry:
    categories = [
        Category(code, label=name)
        for code, name in (
            (item.category_code, category_name(item.category_code)),
            (item.region_code, region_name(item.region_code)),
        )
        if code
    ]
    return Entry(
        kind="service", object_id=str(item.id), title=pick(item.name, item.name_en),
        url=links.absolute("pages.service", service_id=item.id), updated_at=item.changed_at,
        published_at=item.created_at, summary=pick(item.description, item.description_en), categories=categories,
    )  # fmt: skip


SERVICES = FeedSource(
    name="services",
    title=N_("Services"),
    description=N_("New and changed services that residents can use."),
    page_endpoint="services.index",
    entries=_entries,
)
