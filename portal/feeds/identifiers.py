"""Identifiers of feeds and entries (RFC 4151): the same in every format and language, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from portal.kernel.text import without_unseen

if TYPE_CHECKING:
    from portal.feeds.spec import Feed

TAG_YEAR = 2026
_TAG_SAFE = ":@!$&'()*+,;=/?-._~"


def tag_id(host: str, kind: str, object_id: str) -> str:
    """Write the identifier of a thing."""
    return f"tag:{host},{TAG_YEAR}:{quote(without_unseen(f'{kind}:{object_id}'), safe=_TAG_SAFE)}"


def feed_id(feed: Feed) -> str:
    """Write the identifier of a feed: its list and what it was narrowed by, the same for all of its documents."""
    return tag_id(feed.host, "feed", feed.identity)
