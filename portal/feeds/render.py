"""One feed as RSS and Atom, written by feedgen and put right by `repair`.

Equal data give equal bytes: every moment comes from the data, none from the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedgen.feed import FeedGenerator

from portal.feeds.identifiers import feed_id, tag_id, told_apart
from portal.feeds.repair import EntryRepair, FeedRepair, clean
from portal.feeds.spec import Link

if TYPE_CHECKING:
    from portal.feeds.spec import Entry, Feed, Gone

GENERATOR = "Sanwen"
RSS_TYPE = "application/rss+xml"
ATOM_TYPE = "application/atom+xml"


def write_rss(feed: Feed) -> bytes:
    """Write a feed as RSS 2.0; what is gone is an item with the same identifier, for RSS has no tombstones."""
    made = _generator(feed, RSS_TYPE)
    for one in feed.gone:
        _add_tombstone(made, feed, one)
    for entry in feed.entries:
        _add_entry(made, feed, entry)
    return bytes(made.rss_str())


def write_atom(feed: Feed) -> bytes:
    """Write a feed as Atom (RFC 4287), what is gone as tombstones (RFC 6721)."""
    made = _generator(feed, ATOM_TYPE)
    made.repair.gone = [(tag_id(feed.host, one.kind, one.object_id), one) for one in feed.gone]
    for entry in feed.entries:
        item = _add_entry(made, feed, entry)
        item.updated(told_apart(entry))
        item.summary(clean(entry.summary) or clean(entry.title))
    return bytes(made.atom_str())


def _generator(feed: Feed, media_type: str) -> Any:  # noqa: ANN401 - feedgen has no types
    made = FeedGenerator()
    made.register_extension("repair", FeedRepair, EntryRepair)
    made.id(feed_id(feed))
    made.title(clean(feed.title) or feed.identity)
    made.subtitle(clean(feed.description) or feed.identity)
    made.description(clean(feed.description) or feed.identity)
    made.link(href=clean(feed.self_url), rel="self")
    made.link(href=clean(feed.page_url), rel="alternate")  # last: feedgen takes it for the channel's own
    made.language(feed.language)
    made.author(name=clean(feed.publisher))
    made.rights(feed.licence_url)
    made.generator(GENERATOR)
    made.updated(feed.updated_at)
    made.repair.links = _feed_links(feed, media_type)
    made.repair.is_archive = feed.is_archive
    return made


def _feed_links(feed: Feed, media_type: str) -> list[Link]:
    return [
        Link(feed.self_url, rel="self", type=media_type),
        Link(feed.page_url, rel="alternate", type="text/html", hreflang=feed.language),
        Link(feed.licence_url, rel="license", type=""),
        *feed.links,
    ]


def _add_tombstone(made: Any, feed: Feed, gone: Gone) -> None:  # noqa: ANN401 - feedgen has no types
    item = made.add_entry(order="append")
    item.id(tag_id(feed.host, gone.kind, gone.object_id))
    item.title(clean(gone.note) or feed.gone_title)
    item.description(feed.gone_summary)
    item.published(gone.at)


def _add_entry(made: Any, feed: Feed, entry: Entry) -> Any:  # noqa: ANN401 - feedgen has no types
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
        item.description(clean(entry.summary), isSummary=True)
    return item
