"""The formats of feeds: their extension in the address, their media type, and what writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.feeds.jsonfeed import write_json
from portal.feeds.render import ATOM_TYPE, RSS_TYPE, write_atom, write_rss

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portal.feeds.spec import Feed

JSON_TYPE = "application/feed+json"


@dataclass(frozen=True)
class FeedFormat:
    """A format of feeds."""

    extension: str
    media_type: str
    name: str
    write: Callable[[Feed], bytes]


FORMATS: Mapping[str, FeedFormat] = {
    made.extension: made
    for made in (
        FeedFormat("rss", RSS_TYPE, "RSS", write_rss),
        FeedFormat("atom", ATOM_TYPE, "Atom", write_atom),
        FeedFormat("feed.json", JSON_TYPE, "JSON Feed", write_json),
    )
}
