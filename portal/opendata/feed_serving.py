"""Turning a declared feed into an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, request
from flask_babel import gettext

from portal.classification import queries as classification
from portal.feeds import contents
from portal.feeds.formats import FORMATS
from portal.feeds.months import Part
from portal.feeds.opml import MEDIA_TYPE, Outline, write_opml
from portal.feeds.registry import all_feeds
from portal.feeds.spec import Feed, Link
from portal.opendata.rules import EARLIEST
from portal.web import links, locale

if TYPE_CHECKING:
    from portal.feeds.contents import Contents
    from portal.feeds.formats import FeedFormat
    from portal.feeds.spec import FeedSource
    from portal.settings import Settings
    from portal.web.filters import Filters


def list_url(name: str, extension: str, **query: object) -> str:
    """Tell the absolute address of a list in a format, in the language of the request."""
    written = urlencode({key: str(value) for key, value in query.items()})
    path = locale.in_language(f"/{name}.{extension}", locale.current_locale())
    return f"{links.public_url()}{path}{'?' if written else ''}{written}"


def answer_feed(source: FeedSource, made: FeedFormat, filters: Filters) -> Response:
    """Answer with a feed, a page of it or a part of its archive; its bytes depend on the data alone."""
    feed = _feed(source, made, filters)
    answer = Response(made.write(feed), content_type=f"{made.media_type}; charset=utf-8")
    answer.last_modified = feed.updated_at
    said = [(feed.self_url, "self"), *((link.href, link.rel) for link in feed.links if link.rel != "alternate")]
    answer.headers["Link"] = ", ".join(f'<{href}>; rel="{relation}"' for href, relation in said)
    return answer


def title_of(source: FeedSource, filters: Filters) -> str:
    """Name a list and what it is narrowed by, in the language spoken."""
    return " · ".join([gettext(source.title), *_narrowed_by(filters)])


def answer_opml() -> Response:
    """Answer with the list of all feeds."""
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


def _feed(source: FeedSource, made: FeedFormat, filters: Filters) -> Feed:
    settings, narrowed = _settings(), filters.as_args(page=None)
    asked = request.args.get("archive", "").strip()
    part = Part.read(asked) if asked else None
    found = contents.archive(source.listing, filters, part) if part else contents.newest(source.listing, filters)
    here = {"archive": part} if part else filters.as_args()
    query = urlencode({key: str(value) for key, value in narrowed.items()})
    return Feed(
        identity=f"{source.name}?{query}" if query else source.name,
        title=f"{title_of(source, filters)} · {settings.publisher_name}",
        description=gettext(source.description),
        page_url=links.absolute(source.page_endpoint, locale=None, **source.page_values, **narrowed),
        self_url=list_url(source.name, made.extension, **narrowed | here),
        language=_language(),
        host=urlsplit(settings.public_url).hostname or "localhost",
        publisher=settings.publisher_name,
        licence_url=settings.licence_url,
        entries=found.entries,
        empty_updated_at=EARLIEST,
        gone=found.gone,
        gone_title=gettext("Withdrawn"),
        gone_summary=gettext("What stood here is not public any more."),
        links=[*_documents(source, made, narrowed, found), *_other_formats(source, made, narrowed | here)],
        is_archive=found.is_archive,
    )


def _narrowed_by(filters: Filters) -> list[str]:
    """Name what a list is narrowed by, so that a reader can tell two of its feeds apart."""
    names = {"region": classification.region_name, "category": classification.category_name}
    return [
        names[name](str(value)) if name in names else str(value)
        for name, value in filters.as_args(sort=None, page=None).items()
    ]


def _documents(source: FeedSource, made: FeedFormat, narrowed: dict[str, object], found: Contents) -> list[Link]:
    return [
        Link(list_url(source.name, made.extension, **narrowed | dict(here)), rel=relation, type=made.media_type)
        for relation, here in found.relations.items()
    ]


def _other_formats(source: FeedSource, made: FeedFormat, query: dict[str, object]) -> list[Link]:
    return [
        Link(list_url(source.name, other.extension, **query), type=other.media_type, title=other.name)
        for other in FORMATS.values()
        if other is not made
    ]


def _language() -> str:
    return locale.HTML_NAMES[locale.current_locale()]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
