"""Buyers and suppliers as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.classification.queries import region_name
from portal.feeds.listing import Rows
from portal.feeds.spec import Category, Entry, FeedSource
from portal.kernel.text import N_
from portal.moderation.feeds import numbers_hidden
from portal.parties import queries
from portal.parties.models import Organization
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence


def _entries(items: Sequence[Organization]) -> list[Entry]:
    return [_entry(item) for item in items]


def _entry(item: Organization) -> Entry:
    region = item.region_code
    return Entry(
        kind=queries.KIND, object_id=str(item.id), title=pick(item.name, item.name_en),
        url=links.absolute("pages.organization", organization_id=item.id), updated_at=item.changed_at,
        categories=[Category(region, label=region_name(region))] if region else [],
    )  # fmt: skip


ORGANIZATIONS = FeedSource(
    name="organizations",
    title=N_("Organisations"),
    description=N_("Buyers and suppliers, new and changed."),
    page_endpoint="parties.index",
    listing=Rows(
        kind=queries.KIND,
        visible=queries.organizations,
        ever=lambda filters: queries.organizations(filters, among=select(Organization)),
        write=_entries,
        id=Organization.id,
        published=Organization.changed_at,  # nothing tells when one was first known
        went=numbers_hidden(queries.KIND),
    ),
)
