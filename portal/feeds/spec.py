"""What a feed is, before it is written in any format.

A capability declares its feeds in `feeds.py`:

    NOTICES = FeedSource(
        name="notices",
        title=N_("Notices"),
        description=N_("Every publication on public purchasing, newest first."),
        page_endpoint="procurement.notices",
        listing=Rows(...),
    )

and `portal/capabilities.py` registers them. The feed is then served in every format of `formats.py`, as
`/notices.rss`, `/notices.atom` and `/notices.feed.json`, and takes the filters of the page.

Whoever sends what is new elsewhere (mail alerts) reads the same declaration:

    source.listing.since(filters, last_time, until=this_time, limit=50)

gives the last 50 things that the portal published or changed after `last_time` and not after `this_time`, oldest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from portal.feeds.months import Month, Part
    from portal.web.filters import Filters

NEWEST = 50
LATEST = 500
"""So many of the newest that went are asked for at most."""


@dataclass(frozen=True)
class Link:
    """A link of a feed or entry, with the attributes of RFC 4287."""

    href: str
    rel: str = "alternate"
    type: str = "text/html"
    hreflang: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Category:
    """A subject of an entry: a code, the scheme (an absolute address) it belongs to, its name."""

    term: str
    scheme: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Enclosure:
    """A file that belongs to an entry."""

    href: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Entry:
    """One thing in a feed.

    `kind` and `object_id` make the identifier, which is the same in every format and language and
    never changes. `updated_at` is when the portal published what is shown, or last changed it;
    `published_at` the moment that the thing tells of itself, the day of a notice. `url` is absolute and
    in the language of the reader (`links.absolute(...)`); `title` and `summary` are plain text.
    """

    kind: str
    object_id: str
    title: str
    url: str
    updated_at: datetime
    published_at: datetime | None = None
    summary: str = ""
    author: str = ""
    categories: Sequence[Category] = ()
    enclosures: Sequence[Enclosure] = ()
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class Gone:
    """A thing that was in a feed and may not be seen any more: its identifier, when it went, nothing of what it said.

    `note` is what is told instead of it, where the law asks for that.
    """

    kind: str
    object_id: str
    at: datetime
    note: str = ""


class Listing(Protocol):
    """What a feed is read from, under the filters of its page."""

    def newest(self, filters: Filters, *, limit: int = NEWEST, offset: int = 0) -> Sequence[Entry]:
        """Read what was published or changed last, newest first."""

    def count(self, filters: Filters) -> int:
        """Count the entries that may be seen."""

    def gone(self, filters: Filters, *, limit: int = NEWEST) -> Sequence[Gone]:
        """Read what was public and is not any more, what went last first; nothing where words are asked for."""

    def part(self, filters: Filters, part: Part) -> tuple[Sequence[Entry], Sequence[Gone]]:
        """Read one part of a month in the order of publishing: what may be seen of it, and what went."""

    def count_of_month(self, filters: Filters, month: Month) -> int:
        """Count what was published in a month, whether or not it may still be seen."""

    def month_before(self, filters: Filters, month: Month | None = None) -> Month | None:
        """Tell the last month with entries, or the last before a month."""

    def month_after(self, filters: Filters, month: Month) -> Month | None:
        """Tell the first month with entries after a month."""

    def since(self, filters: Filters, after: datetime, *, until: datetime, limit: int) -> Sequence[Entry]:
        """Read the last of what was published or changed after one moment and not after another, oldest first.

        Moments are the portal's own (`Entry.updated_at`), not the days that notices tell: whoever asks again
        with the `until` of the last time gets each publication once, also a backdated one.
        """


@dataclass(frozen=True)
class FeedSource:
    """The declaration of a feed.

    Args:
        name: the list's name in the address, `notices` for `/notices.rss`.
        title: an English msgid.
        description: an English msgid, one sentence.
        page_endpoint: the list page with the same filters.
        listing: where its entries come from.
        page_values: what the address of the page has besides the filters.
    """

    name: str
    title: str
    description: str
    page_endpoint: str
    listing: Listing
    page_values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """One thing that has a feed of its own: its name in addresses, what it is called, what its feed is read from."""

    object_id: str
    title: str
    listing: Listing


@dataclass(frozen=True)
class ThingFeed:
    """The declaration of the feeds of single things.

    Args:
        folder: the first part of the address, `processes` for `/processes/<ocid>.rss`.
        title: an English msgid that names such feeds.
        description: an English msgid, one sentence.
        page_endpoint: the page of the thing.
        argument: the name of the thing in the address of the page.
        find: finds the thing by its name in the address; raises NotFoundError where nobody may see one.
        kind: what events of the outbox call such things, where a hub is to be told of them.
    """

    folder: str
    title: str
    description: str
    page_endpoint: str
    argument: str
    find: Callable[[str], Subject]
    kind: str = ""


@dataclass(frozen=True)
class Feed:
    """One document of a feed, ready to be written: everything that a format may need.

    `identity` tells the feed apart from others, whatever the document, format and language; `self_url` is the
    address of the document in the format being written; `host` the name in identifiers; `links` lead to
    other documents (RFC 5005), formats and the hub; `empty_updated_at` is told when there is no entry.
    """

    identity: str
    title: str
    description: str
    page_url: str
    self_url: str
    language: str
    host: str
    publisher: str
    licence_url: str
    entries: Sequence[Entry]
    empty_updated_at: datetime
    gone: Sequence[Gone] = ()
    gone_title: str = ""
    gone_summary: str = ""
    links: Sequence[Link] = ()
    is_archive: bool = False

    @property
    def updated_at(self) -> datetime:
        """Tell when the newest entry changed or went: from the data, so that equal data give equal bytes."""
        moments = [*(entry.updated_at for entry in self.entries), *(one.at for one in self.gone)]
        return max(moments, default=self.empty_updated_at)
