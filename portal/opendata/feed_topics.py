"""Which feeds a hub is told of: whole lists and single things, in every format and language; nothing narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from portal.feeds.formats import FORMATS
from portal.feeds.listing import Rows
from portal.feeds.registry import all_feeds, thing_feeds
from portal.web import links, locale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portal.feeds.spec import FeedSource

MOST_THINGS = 50
"""When more things change at once, as in an import, only their lists are announced."""
LEDGER = "ledger"


def topics_of(things: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Tell the addresses of the feeds that change with some things, each a kind and an identifier."""
    kinds = {kind for kind, _ in things}
    for source in all_feeds():
        if _kind_of(source) in kinds:
            yield from _addresses(source.name)
    folders = {feed.kind: feed.folder for feed in thing_feeds() if feed.kind}
    known = [(folders[kind], name) for kind, name in things if kind in folders]
    for folder, name in known if len(known) <= MOST_THINGS else ():
        yield from _addresses(f"{folder}/{name}")


def is_announced(source: FeedSource) -> bool:
    """Tell whether a hub is told of the feed of a list."""
    return _kind_of(source) is not None


def _kind_of(source: FeedSource) -> str | None:
    if not isinstance(source.listing, Rows):
        return None
    return LEDGER if source.name == "checkpoints" else str(source.listing.kind)


def _addresses(path: str) -> Iterator[str]:
    for language in locale.HTML_NAMES:
        for extension in FORMATS:
            yield links.public_url() + locale.in_language(f"/{quote(path)}.{extension}", language)
