"""The feeds that there are; `portal/capabilities.py` fills it when the portal starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Flask

    from portal.feeds.spec import FeedSource, ThingFeed

Named = TypeVar("Named")
_EXTENSION, _THINGS = "feeds", "thing_feeds"


class DuplicateFeedError(ValueError):
    """Raised when two feeds have the same name: a fault in the code."""


def init_app(app: Flask, sources: Sequence[FeedSource], *, things: Sequence[ThingFeed] = ()) -> None:
    """Register every feed of an application, in the order shown to readers."""
    app.extensions[_EXTENSION] = _by_name((source.name, source) for source in sources)
    app.extensions[_THINGS] = _by_name((feed.folder, feed) for feed in things)


def all_feeds() -> Sequence[FeedSource]:
    """Tell every registered feed."""
    return list(_registered().values())


def find(name: str) -> FeedSource | None:
    """Find a feed by the name of its list."""
    return _registered().get(name)


def thing_feeds() -> Sequence[ThingFeed]:
    """Tell which kinds of things have feeds of their own."""
    known: dict[str, ThingFeed] = current_app.extensions.get(_THINGS, {})
    return list(known.values())


def find_thing_feed(folder: str) -> ThingFeed | None:
    """Find the feeds of single things by the first part of their address."""
    return next((feed for feed in thing_feeds() if feed.folder == folder), None)


def _by_name(named: Iterable[tuple[str, Named]]) -> dict[str, Named]:
    known: dict[str, Named] = {}
    for name, one in named:
        if name in known:
            raise DuplicateFeedError(name)
        known[name] = one
    return known


def _registered() -> dict[str, FeedSource]:
    known: dict[str, FeedSource] = current_app.extensions.get(_EXTENSION, {})
    return known
