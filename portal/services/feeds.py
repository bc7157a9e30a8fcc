"""Services as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import select

from portal.classification.queries import category_name, region_name
from portal.feeds.listing import Listed, Rows
from portal.feeds.spec import Category, Entry, FeedSource, Subject, ThingFeed
from portal.kernel.text import N_
from portal.moderation.feeds import numbers_hidden
from portal.ring.feeds import linked
from portal.ring.rules import Kind
from portal.services import queries
from portal.services.models import Service
from portal.web import links
from portal.web.filters import as_number
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


def _of_service(number: str) -> Subject:
    found = queries.service(as_number(number))
    return Subject(str(found.id), pick(found.name, found.name_en), Listed(lambda _filters: _history(found)))


def _history(item: Service) -> list[Entry]:
    """Tell what became of a service: its listing, its contracts and ratings, answers to what was reported."""
    url = links.absolute("pages.service", service_id=item.id)
    answers = [
        Entry(
            kind="service-report", object_id=str(report.id), title=gettext("The office answered a report"), url=url,
            updated_at=report.answered_at, summary=report.answer,
        )
        for report in queries.answers_of(item.id)
        if report.answer is not None and report.answered_at is not None
    ]  # fmt: skip
    return [_entry(item), *answers, *linked([(Kind.SERVICE, str(item.id))])]


OF_SERVICE = ThingFeed(
    "services",
    N_("One service"),
    N_("What becomes of one service: changes, contracts, ratings, answers to reports."),
    "pages.service",
    "service_id",
    _of_service,
    kind=Kind.SERVICE,
)
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
