"""One feed in several formats, written by feedgen and put right by `repair`.

Equal data give equal bytes: every moment comes from the data, none from the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from feedgen.feed import FeedGenerator

from portal.feeds.repair import EntryRepair, FeedRepair, clean
from portal.feeds.spec import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portal.feeds.spec import Entry, Feed

TAG_YEAR = 2026
GENERATOR = "Sanwen"
_TAG_SAFE = ":@!$&'()*+,;=/?-._~"


@dataclass(frozen=True)
class FeedFormat:
    """A format of feeds: its extension in the address, its media type, and what writes it."""

    extension: str
    media_type: str
    write: Callable[[Feed], bytes]


def tag_id(host: str, kind: str, object_id: str) -> str:
    """Write the identifier of a thing (RFC 4151): the same in every format and language."""
    return f"tag:{host},{TAG_YEAR}:{quote(clean(f'{kind}:{object_id}'), safe=_TAG_SAFE)}"


def write_rss(feed: Feed) -> bytes:
    """Write a feed as RSS 2.0."""
    return bytes(_generator(feed, RSS_TYPE).rss_str())


def write_atom(feed: Feed) -> bytes:
    """Write a feed as Atom (RFC 4287)."""
    return bytes(_generator(feed, ATOM_TYPE).atom_str())


RSS_TYPE = "application/rss+xml"
ATOM_TYPE = "application/atom+xml"
FORMATS: Mapping[str, FeedFormat] = {
    "rss": FeedFormat("rss", RSS_TYPE, write_rss),
    "atom": FeedFormat("atom", ATOM_TYPE, write_atom),
}


def _generator(feed: Feed, media_type: str) -> Any:  # noqa: ANN401 - feedgen has no types
    made = FeedGenerator()
    made.register_extension("repair", FeedRepair, EntryRepair)
    made.id(feed_id(feed))
    made.title(clean(feed.title) or feed.name)
    made.subtitle(clean(feed.description) or feed.name)
    made.description(clean(feed.description) or feed.name)
    made.link(href=clean(feed.self_url), rel="self")
    made.link(href=clean(feed.page_url), rel="alternate")  # last: feedgen takes it for the channel's own
    made.language(feed.language)
    made.author(name=clean(feed.publisher))
    made.rights(feed.licence_url)
    made.generator(GENERATOR)
    made.updated(feed.updated_at)
    made.repair.links = _feed_links(feed, media_type)
    for entry in feed.entries:
        _add_entry(made, feed, entry)
    return made


def feed_id(feed: Feed) -> str:
    """Write the identifier of a feed: its list and what it was narrowed by."""
    query = urlsplit(feed.self_url).query
    return tag_id(feed.host, "feed", f"{feed.name}?{query}" if query else feed.name)


def _feed_links(feed: Feed, media_type: str) -> list[Link]:
    return [
        Link(feed.self_url, rel="self", type=media_type),
        Link(feed.page_url, rel="alternate", type="text/html", hreflang=feed.language),
        Link(feed.licence_url, rel="license", type=""),
        *feed.links,
    ]


def _add_entry(made: Any, feed: Feed, entry: Entry) -> None:  # noqa: ANN401 - feedgen has no types
    item = made.add_entry(order="append")
    item.id(tag_id(feed.host, entry.kind, entry.object_id))
    item.title(clean(entry.title).strip() or f"{entry.kind} {entry.object_id}")
    item.link(href=clean(entry.url), rel="alternate")
    item.updated(entry.updated_at)
    item.published(entry.published_at or entry.updated_at)
    if entry.author:
        item.author(name=clean(entry.author))
    for category in entry.categories:
        item.category(
            term=clean(category.term),
            scheme=category.scheme,
            label=clean(category.label or category.term),
        )
    item.repair.entry = entry
    item.repair.links = [Link(entry.url, hreflang=feed.language), *entry.links]
    if entry.summary:
        item.summary(clean(entry.summary))
