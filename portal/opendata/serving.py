"""Turning a declared feed or dataset into an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from flask import Response, current_app, request
from flask_babel import gettext

from portal.classification import queries as classification
from portal.exporting.formats.format import Options
from portal.feeds.opml import MEDIA_TYPE, Outline, write_opml
from portal.feeds.registry import all_feeds
from portal.feeds.render import RSS_TYPE
from portal.feeds.spec import Feed, Link
from portal.opendata.rules import EARLIEST
from portal.web import links, locale
from portal.web.filters import choose
from portal.web.streaming import Streamed

if TYPE_CHECKING:
    from portal.exporting.dataset import Dataset
    from portal.exporting.formats.format import Format
    from portal.feeds.render import FeedFormat
    from portal.feeds.spec import FeedSource
    from portal.settings import Settings
    from portal.web.filters import Filters


def list_url(name: str, extension: str, **query: object) -> str:
    """Tell the absolute address of a list in a format, in the language of the request."""
    written = urlencode({key: str(value) for key, value in query.items()})
    path = locale.in_language(f"/{name}.{extension}", locale.current_locale())
    return f"{links.public_url()}{path}{'?' if written else ''}{written}"


def answer_feed(source: FeedSource, made: FeedFormat, filters: Filters) -> Response:
    """Answer with a feed; its bytes depend on the data alone."""
    body = made.write(_feed(source, made, replace(filters, page=1)))
    return Response(body, content_type=f"{made.media_type}; charset=utf-8")


def answer_dataset(dataset: Dataset, made: Format, filters: Filters, *, for_people: bool = False) -> Response:
    """Answer with a dataset, complete and streamed.

    Args:
        dataset: what is asked for.
        made: in which format.
        filters: what it is narrowed by; pages do not apply.
        for_people: name the columns in the reader's language and guard texts for spreadsheets.
    """
    wants_mark = choose(request.args.get("bom"), ("0", "1"), name="bom") == "1"
    header = [gettext(column.title) for column in dataset.columns] if for_people else None
    options = Options(for_excel=wants_mark or for_people, header=header)
    pieces = Streamed(lambda: made.chunks(dataset, dataset.rows(replace(filters, page=1)), options))
    answer = Response(pieces, content_type=made.media_type)
    name = f"{dataset.name}.{made.extension}"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Link"] = f'<{_settings().licence_url}>; rel="license"'
    return answer


def answer_opml() -> Response:
    """Answer with the list of all feeds."""
    outlines = [
        Outline(
            gettext(source.title),
            gettext(source.description),
            list_url(source.name, "rss"),
            links.absolute(source.page_endpoint),
        )
        for source in all_feeds()
    ]
    body = write_opml(_settings().publisher_name, outlines, language=_language())
    return Response(body, content_type=f"{MEDIA_TYPE}; charset=utf-8")


def _feed(source: FeedSource, made: FeedFormat, filters: Filters) -> Feed:
    settings, narrowed = _settings(), filters.as_args()
    parts = [gettext(source.title), *_narrowed_by(filters), settings.publisher_name]
    return Feed(
        name=source.name,
        title=" · ".join(parts),
        description=gettext(source.description),
        page_url=links.absolute(source.page_endpoint, locale=None, **narrowed),
        self_url=list_url(source.name, made.extension, **narrowed),
        language=_language(),
        host=urlsplit(settings.public_url).hostname or "localhost",
        publisher=settings.publisher_name,
        licence_url=settings.licence_url,
        entries=source.entries(filters),
        empty_updated_at=EARLIEST,
        links=_other_format(source, made, narrowed),
    )


def _narrowed_by(filters: Filters) -> list[str]:
    """Name what a list is narrowed by, so that a reader can tell two of its feeds apart."""
    names = {"region": classification.region_name, "category": classification.category_name}
    return [
        names[name](str(value)) if name in names else str(value) for name, value in filters.as_args(sort=None).items()
    ]


def _other_format(source: FeedSource, made: FeedFormat, narrowed: dict[str, object]) -> list[Link]:
    if made.media_type == RSS_TYPE:
        return []
    return [Link(list_url(source.name, "rss", **narrowed), rel="alternate", type=RSS_TYPE)]


def _language() -> str:
    return locale.HTML_NAMES[locale.current_locale()]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
