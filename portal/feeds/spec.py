"""What a feed is, before it is written in any format.

A capability declares its feeds in `feeds.py`:

    NOTICES = FeedSource(
        name="notices",
        title=N_("Notices"),
        description=N_("Every publication on public purchasing, newest first."),
        page_endpoint="procurement.notices",
        entries=newest_notices,
    )

and `portal/capabilities.py` registers them. The feed is then served at `/notices.rss` and
`/notices.atom`, and takes the filters of the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from portal.web.filters import Filters

NEWEST = 50


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
    never changes; `updated_at` is when what is shown last changed. `url` is absolute and in the
    language of the reader (`links.absolute(...)`); `title` and `summary` are plain text.
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
class FeedSource:
    """The declaration of a feed.

    Args:
        name: the list's name in the address, `notices` for `/notices.rss`.
        title: an English msgid.
        description: an English msgid, one sentence.
        page_endpoint: the list page with the same filters.
        entries: the newest `NEWEST` entries under some filters, newest first.
    """

    name: str
    title: str
    description: str
    page_endpoint: str
    entries: Callable[[Filters], Sequence[Entry]]


@dataclass(frozen=True)
class Feed:
    """A feed ready to be written: everything that a format may need.

    `self_url` is the address of the feed in the format being written; `host` the name in its
    identifiers; `empty_updated_at` the moment told when there is no entry.
    """

    name: str
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
    links: Sequence[Link] = field(default=())

    @property
    def updated_at(self) -> datetime:
        """Tell when the newest entry changed: from the data, so that equal data give equal bytes."""
        return max((entry.updated_at for entry in self.entries), default=self.empty_updated_at)
