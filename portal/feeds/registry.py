"""The feeds that there are; `portal/capabilities.py` fills it when the portal starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from portal.feeds.spec import FeedSource

_EXTENSION = "feeds"


class DuplicateFeedError(ValueError):
    """Raised when two feeds have the same name: a fault in the code."""


def init_app(app: Flask, sources: Sequence[FeedSource]) -> None:
    """Register every feed of an application, in the order shown to readers."""
    known: dict[str, FeedSource] = {}
    for source in sources:
        if source.name in known:
            raise DuplicateFeedError(source.name)
        known[source.name] = source
    app.extensions[_EXTENSION] = known


def all_feeds() -> Sequence[FeedSource]:
    """Tell every registered feed."""
    return list(_registered().values())


def find(name: str) -> FeedSource | None:
    """Find a feed by the name of its list."""
    return _registered().get(name)


def _registered() -> dict[str, FeedSource]:
    known: dict[str, FeedSource] = current_app.extensions.get(_EXTENSION, {})
    return known
