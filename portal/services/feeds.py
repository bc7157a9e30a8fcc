"""Services as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.classification.queries import category_name, region_name
from portal.feeds.listing import Rows
from portal.feeds.spec import Category, Entry, FeedSource
from portal.kernel.text import N_
from portal.moderation.feeds import numbers_hidden
from portal.ring.rules import Kind
from portal.services import queries
from portal.services.models import Service
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence


def _entries(items: Sequence[Service]) -> list[Entry]:
    return [_entry(item) for item in items]


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
    listing=Rows(
        kind=Kind.SERVICE,
        visible=queries.services,
        ever=lambda filters: queries.services(filters, among=select(Service)),
        write=_entries,
        id=Service.id,
        published=Service.created_at,
        changed=Service.changed_at,
        went=numbers_hidden(Kind.SERVICE),
    ),
)
