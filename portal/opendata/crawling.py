"""What crawlers ask for: which addresses lead somewhere, and which only turn in circles."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from xml.sax.saxutils import escape, quoteattr

from flask import current_app
from sqlalchemy import func, select

from portal.exporting import registry as datasets
from portal.kernel.errors import NotFoundError
from portal.opendata.crawled import LISTS, SOURCES, source_named
from portal.opendata.rules import page_of
from portal.search import registry as search
from portal.storage.database import db
from portal.web import heads, links, locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from portal.opendata.crawled import Source

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
THINGS_IN_FILE = 5_000  # two addresses each: far below the 50,000 and the 50 MB that the protocol allows
ROWS_AT_ONCE = 500
LIST_FILE, HELP = "lists", "help"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
CLOSED = (
    "/office", "/account", "/alerts", "/search?", "/search/suggestions", "/*?*&", "/*?q=", "/*?sort=", "/*?from=",
    "/*?to=", "/*?from_release=", "/*?to_release=", "/ledger/consistency/",
)  # fmt: skip
_EXTENSION = "sitemap-index"


def robots() -> str:
    """Write robots.txt: pages and lists are open, combinations of filters and searches are not."""
    rules = "\n".join(f"Disallow: {prefix}{path}" for prefix in ("", "/en") for path in CLOSED if prefix + path)
    return f"User-agent: *\n{rules}\nAllow: /\nSitemap: {links.public_url()}/sitemap.xml\n"


def sitemap_index() -> bytes:
    """Write which files list the public pages, and when what each one lists last changed.

    Every kind of thing is counted in one statement; the answer is kept until something public changes.
    """
    state: Callable[[], str] = current_app.extensions["change_state"]
    key = (state(), links.public_url())
    kept = current_app.extensions.get(_EXTENSION)
    if kept is None or kept[0] != key:
        kept = current_app.extensions[_EXTENSION] = (key, _index().encode())
    return cast("bytes", kept[1])


def sitemap_file(name: str, number: int) -> Iterator[bytes]:
    """Write the addresses of one file, in both languages, a few hundred at a time.

    Raises:
        NotFoundError: there is no such file.
    """
    if name == LIST_FILE:
        if number != 0:
            raise NotFoundError
        entries: Iterable[tuple[str, datetime | None]] = _lists()
    else:
        entries = _things(source_named(name), number)
    yield from _urlset(entries)


def _index() -> str:
    files: list[tuple[str, datetime | None]] = [(f"{LIST_FILE}-0", None)]
    for source in SOURCES:
        files += [(f"{source.name}-{number}", changed_at) for number, changed_at in _files_of(source)]
    written = "".join(
        f"<sitemap><loc>{escape(f'{links.public_url()}/sitemaps/{name}.xml')}</loc>{_lastmod(changed_at)}</sitemap>\n"
        for name, changed_at in files
    )
    return f'{DECLARATION}<sitemapindex xmlns="{SITEMAP}">\n{written}</sitemapindex>\n'


def _files_of(source: Source) -> list[tuple[int, datetime | None]]:
    things = source.things().order_by(None)
    place = func.row_number().over(order_by=source.order) - 1
    placed = things.with_only_columns((place / THINGS_IN_FILE).label("file"), source.changed.label("changed"))
    part = placed.subquery()
    file = func.floor(part.c.file)
    rows = db.session.execute(select(file, func.max(part.c.changed)).group_by(file).order_by(file))
    return [(int(number), changed_at) for number, changed_at in rows]


def _things(source: Source, number: int) -> Iterator[tuple[str, datetime | None]]:
    columns = source.things().order_by(None).with_only_columns(*source.columns, source.changed)
    query = columns.order_by(*source.order).limit(THINGS_IN_FILE).offset(number * THINGS_IN_FILE)
    build = current_app.url_map.bind("localhost").build
    is_empty = True
    for *values, changed_at in db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        is_empty = False
        yield build(source.endpoint, dict(zip(source.names, values, strict=True))), changed_at
    if is_empty:
        raise NotFoundError


def _lists() -> Iterator[tuple[str, datetime | None]]:
    for endpoint in LISTS:
        if endpoint in current_app.view_functions:
            yield links.path(endpoint, locale=locale.CHINESE), None
    for dataset in datasets.public_datasets():
        yield links.path("opendata_files.dictionary", locale=locale.CHINESE, name=dataset.name), None
    helping = search.indexers().get(HELP)
    for page in helping.documents(None) if helping else ():
        endpoint, values = page_of(HELP, page.object_id)
        yield links.path(endpoint, locale=locale.CHINESE, **values), None


def _urlset(entries: Iterable[tuple[str, datetime | None]]) -> Iterator[bytes]:
    site, waiting = links.public_url(), [f'{DECLARATION}<urlset xmlns="{SITEMAP}" xmlns:xhtml="{XHTML}">\n']
    for path, changed_at in entries:
        waiting.append(_entry(site, path, changed_at))
        if len(waiting) >= ROWS_AT_ONCE:
            yield "".join(waiting).encode()
            waiting = []
    yield "".join([*waiting, "</urlset>\n"]).encode()


def _entry(site: str, path: str, changed_at: datetime | None) -> str:
    spoken = {name: site + locale.in_language(path, name) for name in locale.HTML_NAMES}
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(url)}/>'
        for language, url in heads.by_language(spoken).items()
    )
    return "".join(f"<url><loc>{escape(url)}</loc>{_lastmod(changed_at)}{others}</url>\n" for url in spoken.values())


def _lastmod(changed_at: datetime | None) -> str:
    return f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod>" if changed_at else ""
