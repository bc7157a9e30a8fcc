"""Every search as a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.classification import queries as classification
from portal.feeds.listing import Rows
from portal.feeds.months import PART_SIZE, Month
from portal.feeds.registry import all_feeds
from portal.feeds.spec import NEWEST, Entry, FeedSource, Subject, ThingFeed
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.kernel.text import N_
from portal.opendata import queries
from portal.opendata.rules import EARLIEST
from portal.search.port import Order, document_key
from portal.search.snippets import plain
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from portal.feeds.months import Part
    from portal.feeds.spec import Gone
    from portal.opendata.rules import FoundThing

EVERYTHING = Filters()
NOT_TOGETHER, MOST_TOGETHER = {"checkpoints", "processes", "organizations"}, 1_000


class SearchListing:
    """What a search finds, by the days that things tell: the index knows no others."""

    def newest(self, filters: Filters, *, limit: int = NEWEST, offset: int = 0) -> Sequence[Entry]:
        """Read what has the latest days, newest first."""
        return [_entry(one) for one in queries.found_in_order(filters, Order.NEWEST, offset=offset, limit=limit)]

    def count(self, filters: Filters) -> int:
        """Count what is found."""
        return queries.count_found(filters)

    def gone(self, filters: Filters, *, limit: int = NEWEST) -> Sequence[Gone]:
        """Tell nothing of what went: that it is no longer found would tell what it said."""
        del filters, limit
        return []

    def part(self, filters: Filters, part: Part) -> tuple[Sequence[Entry], Sequence[Gone]]:
        """Read one part of a month, oldest first."""
        within = _within(filters, part.month)
        if within is None:
            return [], []
        found = queries.found_in_order(within, Order.OLDEST, offset=part.offset, limit=PART_SIZE)
        return [_entry(one) for one in found], []

    def count_of_month(self, filters: Filters, month: Month) -> int:
        """Count what is found with a day of a month."""
        within = _within(filters, month)
        return 0 if within is None else queries.count_found(within)

    def month_before(self, filters: Filters, month: Month | None = None) -> Month | None:
        """Tell the last month with a day, or the last before a month."""
        last = filters.to if month is None else _earlier(filters.to, clock.day_of(month.starts_at) - timedelta(1))
        return _month_of(filters, Order.NEWEST, filters.from_, last)

    def month_after(self, filters: Filters, month: Month) -> Month | None:
        """Tell the first month with a day after a month."""
        return _month_of(filters, Order.OLDEST, _later(filters.from_, clock.day_of(month.ends_at)), filters.to)

    def since(self, filters: Filters, after: datetime, *, until: datetime, limit: int) -> Sequence[Entry]:
        """Read the last of what is found among the things that their own feeds give for the time, oldest first."""
        moments = {
            document_key(source.listing.kind, number): moment
            for source in all_feeds()
            if isinstance(source.listing, Rows)
            for number, moment in source.listing.moments(after, until=until)
        }
        found = [_entry(one) for one in queries.found_lately(filters, moments, limit=limit)] if moments else []
        dated = [replace(one, updated_at=moments[document_key(one.kind, one.object_id)]) for one in found]
        return sorted(dated, key=lambda one: (one.updated_at, one.kind, one.object_id))


def _within(filters: Filters, month: Month) -> Filters | None:
    first = _later(filters.from_, clock.day_of(month.starts_at))
    last = _earlier(filters.to, clock.day_of(month.ends_at) - timedelta(1))
    return replace(filters, from_=first, to=last) if first <= last else None


def _month_of(filters: Filters, order: Order, first: date | None, last: date | None) -> Month | None:
    if first and last and first > last:
        return None
    bounded = replace(filters, from_=first, to=last or clock.today())
    found = queries.found_in_order(bounded, order, offset=0, limit=1)
    return Month.of(clock.start_of(found[0].date)) if found and found[0].date else None


def _later(one: date | None, other: date) -> date:
    return max(one, other) if one else other


def _earlier(one: date | None, other: date) -> date:
    return min(one, other) if one else other


def _entry(thing: FoundThing) -> Entry:
    return Entry(
        kind=thing.kind,
        object_id=thing.object_id,
        title=plain(thing.title),
        url=thing.absolute_url,
        updated_at=clock.start_of(thing.date) if thing.date else EARLIEST,
        summary=plain(thing.snippet),
    )


class Together:
    """The newest of several lists, narrowed alike; its months are in the archives of each of them."""

    def __init__(self, narrowed: Filters) -> None:
        """Take every list that can be narrowed so.

        Args:
            narrowed: by what.
        """
        self._narrowed = narrowed

    def newest(self, filters: Filters, *, limit: int = NEWEST, offset: int = 0) -> Sequence[Entry]:
        """Read what was published or changed last, newest first."""
        del filters
        found = [one for each in _lists() for one in each.newest(self._narrowed, limit=offset + limit)]
        found.sort(key=lambda one: (one.updated_at, one.kind, one.object_id), reverse=True)
        return found[offset : offset + limit]

    def count(self, filters: Filters) -> int:
        """Count the entries that pages lead to: at most the newest thousand."""
        del filters
        return min(MOST_TOGETHER, sum(each.count(self._narrowed) for each in _lists()))

    def gone(self, filters: Filters, *, limit: int = NEWEST) -> Sequence[Gone]:
        """Read what was public and is not any more, what went last first."""
        del filters
        found = [one for each in _lists() for one in each.gone(self._narrowed, limit=limit)]
        return sorted(found, key=lambda one: (one.at, one.kind, one.object_id), reverse=True)[:limit]

    def part(self, filters: Filters, part: Part) -> tuple[Sequence[Entry], Sequence[Gone]]:
        """Give nothing: there are no archives."""
        del filters, part
        return [], []

    def count_of_month(self, filters: Filters, month: Month) -> int:
        """Tell of no archive."""
        del filters, month
        return 0

    def month_before(self, filters: Filters, month: Month | None = None) -> Month | None:
        """Tell of no archive."""
        del filters, month
        return None

    def month_after(self, filters: Filters, month: Month) -> Month | None:
        """Tell of no archive."""
        del filters, month
        return None

    def since(self, filters: Filters, after: datetime, *, until: datetime, limit: int) -> Sequence[Entry]:
        """Read the last of what was published or changed between two moments, oldest first."""
        del filters
        found = [one for each in _lists() for one in each.since(self._narrowed, after, until=until, limit=limit)]
        return sorted(found, key=lambda one: (one.updated_at, one.kind, one.object_id))[-limit:]


def _lists() -> list[Rows]:
    """List what can be narrowed by region and category."""
    listings = (source.listing for source in all_feeds() if source.name not in NOT_TOGETHER)
    return [listing for listing in listings if isinstance(listing, Rows)]


def _of_region(code: str) -> Subject:
    _check(code, classification.regions().names)
    return Subject(code, classification.region_name(code), Together(Filters(region=code)))


def _of_category(code: str) -> Subject:
    _check(code, classification.categories().names)
    return Subject(code, classification.category_name(code), Together(Filters(category=code)))


def _check(code: str, known: Collection[str]) -> None:
    if code not in known:
        raise NotFoundError


OF_REGION = ThingFeed(
    "regions",
    N_("One area"),
    N_("Everything new in one area: notices, services, proposals, needs, plans, documents."),
    "opendata.search",
    "region",
    _of_region,
)
OF_CATEGORY = ThingFeed(
    "categories",
    N_("One field of service"),
    N_("Everything new in one field of service: notices, services, proposals, needs, plans, documents."),
    "opendata.search",
    "category",
    _of_category,
)
SEARCH = FeedSource(
    name="search",
    title=N_("Search results"),
    description=N_("What a search finds, newest first: add your words to the address as ?q=…"),
    page_endpoint="opendata.search",
    listing=SearchListing(),
)
