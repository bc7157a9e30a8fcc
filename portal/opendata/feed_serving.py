"""Turning a declared feed into an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from flask import Response, current_app, render_template, request
from flask_babel import gettext

from portal.classification import queries as classification
from portal.feeds import contents
from portal.feeds.formats import FORMATS
from portal.feeds.months import Part
from portal.feeds.opml import MEDIA_TYPE, Outline, write_opml
from portal.feeds.registry import all_feeds, thing_feeds
from portal.feeds.spec import Feed, Link
from portal.kernel.errors import NotFoundError
from portal.kernel.text import without_unseen
from portal.opendata.feed_topics import is_announced
from portal.opendata.rules import EARLIEST
from portal.web import caching, links, locale
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.feeds.contents import Contents
    from portal.feeds.formats import FeedFormat
    from portal.feeds.spec import FeedSource, Listing, ThingFeed
    from portal.settings import Settings

SHOWN = 20


@dataclass(frozen=True)
class Channel:
    """A feed of a list or of a thing: `path` is its address without language and extension.

    `is_announced` tells whether a hub, if there is one, is told of its changes.
    """

    path: str
    title: str
    description: str
    page_url: str
    listing: Listing
    filters: Filters
    narrowed: Mapping[str, object] = field(default_factory=dict)
    is_announced: bool = False

    def url(self, made: FeedFormat, here: Mapping[str, object]) -> str:
        """Tell the address of one of its documents in a format."""
        return list_url(self.path, made.extension, **{**self.narrowed, **here})


def list_url(path: str, extension: str, **query: object) -> str:
    """Tell the absolute address of a list or thing in a format, in the language of the request."""
    written = urlencode({key: str(value) for key, value in query.items()})
    local = locale.in_language(f"/{quote(path)}.{extension}", locale.current_locale())
    return f"{links.public_url()}{local}{'?' if written else ''}{written}"


def channel_of_list(source: FeedSource, filters: Filters) -> Channel:
    """Tell of the feed of a list, narrowed as its page is."""
    narrowed = filters.as_args(page=None)
    return Channel(
        path=source.name,
        title=f"{title_of(source, filters)} · {_settings().publisher_name}",
        description=gettext(source.description),
        page_url=links.absolute(source.page_endpoint, locale=None, **{**narrowed, **source.page_values}),
        listing=source.listing,
        filters=filters,
        narrowed=narrowed,
        is_announced=is_announced(source) and not narrowed,
    )


def channel_of_thing(feed: ThingFeed, name: str, page: int) -> Channel:
    """Tell of the feed of one thing; it has pages, and no filters.

    Raises:
        NotFoundError: there is no such thing, or nobody may see it.
    """
    if name != without_unseen(name):
        raise NotFoundError
    subject = feed.find(name)
    return Channel(
        path=f"{feed.folder}/{subject.object_id}",
        title=f"{subject.title} · {_settings().publisher_name}",
        description=gettext(feed.description),
        page_url=links.absolute(feed.page_endpoint, locale=None, **{feed.argument: subject.object_id}),
        listing=subject.listing,
        filters=Filters(page=page),
        is_announced=bool(feed.kind),
    )


def answer_feed(channel: Channel, made: FeedFormat) -> Response:
    """Answer with a feed, a page of it or a part of its archive; its bytes depend on the data alone.

    Somebody who opens it in a browser gets a page to read; only browsers say `Sec-Fetch-Dest: document`.
    """
    feed = _feed(channel, made)
    answer = _page(channel, feed) if caching.is_for_reading() else _document(feed, made)
    answer.vary.add("Sec-Fetch-Dest")
    return answer


def _page(channel: Channel, feed: Feed) -> Response:
    formats = [(other, channel.url(other, {})) for other in FORMATS.values()]
    return Response(render_template("feeds/read.html", channel=channel, feed=feed, formats=formats, shown=SHOWN))


def _document(feed: Feed, made: FeedFormat) -> Response:
    answer = Response(made.write(feed), content_type=f"{made.media_type}; charset=utf-8")
    answer.last_modified = feed.updated_at
    said = [(feed.self_url, "self"), *((link.href, link.rel) for link in feed.links if link.rel != "alternate")]
    answer.headers["Link"] = ", ".join(f'<{href}>; rel="{relation}"' for href, relation in said)
    return answer


def title_of(source: FeedSource, filters: Filters) -> str:
    """Name a list and what it is narrowed by, in the language spoken."""
    return " · ".join([gettext(source.title), *_narrowed_by(filters)])


def _narrowed_by(filters: Filters) -> list[str]:
    """Name what a list is narrowed by, so that a reader can tell two of its feeds apart."""
    names = {"region": classification.region_name, "category": classification.category_name}
    return [
        names[name](str(value)) if name in names else str(value)
        for name, value in filters.as_args(sort=None, page=None).items()
    ]


def answer_opml() -> Response:
    """Answer with the list of all feeds, in every format that feed readers of such lists know."""
    outlines = [
        Outline(
            gettext(source.title),
            gettext(source.description),
            list_url(source.name, "rss"),
            links.absolute(source.page_endpoint, **source.page_values),
        )
        for source in all_feeds()
    ]
    body = write_opml(_settings().publisher_name, outlines, language=_language())
    return Response(body, content_type=f"{MEDIA_TYPE}; charset=utf-8")


def feed_of_page() -> str | None:
    """Tell the feed of the thing that the present page shows: `services/12`; None where it shows none."""
    values = request.view_args or {}
    for feed in thing_feeds():
        if feed.page_endpoint == request.endpoint and feed.argument in values:
            return f"{feed.folder}/{values[feed.argument]}"
    return None


def feeds_of_page() -> list[tuple[FeedFormat, str]]:
    """Tell where that feed is: each format and its local address."""
    path = feed_of_page()
    if path is None:
        return []
    return [(made, f"{request.script_root}/{quote(path)}.{made.extension}") for made in FORMATS.values()]


def _feed(channel: Channel, made: FeedFormat) -> Feed:
    settings, asked = _settings(), request.args.get("archive", "").strip()
    part = Part.read(asked) if asked else None
    listing, filters = channel.listing, channel.filters
    found = contents.archive(listing, filters, part) if part else contents.newest(listing, filters)
    here: Mapping[str, object] = {"archive": part} if part else {"page": filters.page} if filters.page > 1 else {}
    query = "&".join(f"{name}={value}" for name, value in channel.narrowed.items())
    return Feed(
        identity=f"{channel.path}?{query}" if query else channel.path,
        title=channel.title,
        description=channel.description,
        page_url=channel.page_url,
        self_url=channel.url(made, here),
        language=_language(),
        host=urlsplit(settings.public_url).hostname or "localhost",
        publisher=settings.publisher_name,
        licence_url=settings.licence_url,
        entries=found.entries,
        empty_updated_at=EARLIEST,
        gone=found.gone,
        gone_title=gettext("Withdrawn"),
        gone_summary=gettext("What stood here is not public any more."),
        links=[*_hub(channel, here), *_documents(channel, made, found), *_other_formats(channel, made, here)],
        is_archive=found.is_archive,
    )


def _hub(channel: Channel, here: Mapping[str, object]) -> list[Link]:
    """Tell where one can have the feed pushed; only what one subscribes to has a hub, not its older documents."""
    hub = _settings().websub_hub
    return [Link(hub, rel="hub", type="")] if hub and channel.is_announced and not here else []


def _documents(channel: Channel, made: FeedFormat, found: Contents) -> list[Link]:
    return [
        Link(channel.url(made, here), rel=relation, type=made.media_type) for relation, here in found.relations.items()
    ]


def _other_formats(channel: Channel, made: FeedFormat, here: Mapping[str, object]) -> list[Link]:
    return [
        Link(channel.url(other, here), type=other.media_type, title=other.name)
        for other in FORMATS.values()
        if other is not made
    ]


def _language() -> str:
    return locale.HTML_NAMES[locale.current_locale()]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
