"""Every search as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.feeds.spec import NEWEST, Entry, FeedSource
from portal.kernel.clock import start_of
from portal.kernel.text import N_
from portal.opendata import queries
from portal.opendata.rules import EARLIEST
from portal.search.snippets import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.opendata.rules import FoundThing
    from portal.web.filters import Filters


def newest_found(filters: Filters) -> Sequence[Entry]:
    """List the newest things that a search finds."""
    return [_entry(thing) for thing in queries.all_found(filters, newest_first=True, limit=NEWEST)]


def _entry(thing: FoundThing) -> Entry:
    return Entry(
        kind=thing.kind,
        object_id=thing.object_id,
        title=plain(thing.title),
        url=thing.absolute_url,
        updated_at=start_of(thing.date) if thing.date else EARLIEST,
        summary=plain(thing.snippet),
    )


SEARCH = FeedSource(
    name="search",
    title=N_("Search results"),
    description=N_("What a search finds, newest first: add your words to the address as ?q=…"),
    page_endpoint="opendata.search",
    entries=newest_found,
)
