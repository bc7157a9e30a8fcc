"""A feed as JSON Feed 1.1 (https://jsonfeed.org/version/1.1).

What the format has no name for stands under `_sanwen`: licence, links to other documents, codes of
subjects, and what is gone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from portal.feeds.identifiers import feed_id, tag_id
from portal.kernel.text import without_unseen as clean

if TYPE_CHECKING:
    from portal.feeds.spec import Enclosure, Entry, Feed, Gone

VERSION = "https://jsonfeed.org/version/1.1"


def write_json(feed: Feed) -> bytes:
    """Write a feed as JSON Feed 1.1."""
    by_relation = {link.rel: link.href for link in feed.links}
    said: dict[str, object] = {
        "version": VERSION,
        "title": clean(feed.title) or feed.identity,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        "description": clean(feed.description),
        "language": feed.language,
        "authors": [{"name": clean(feed.publisher)}],
    }
    if "next" in by_relation:
        said["next_url"] = by_relation["next"]
    if "hub" in by_relation:
        said["hubs"] = [{"type": "WebSub", "url": by_relation["hub"]}]
    links = {link.rel: link.href for link in feed.links if link.rel not in {"next", "hub", "alternate"}}
    said["_sanwen"] = {
        "about": "https://www.rfc-editor.org/rfc/rfc5005",
        "id": feed_id(feed),
        "updated": feed.updated_at.isoformat(),
        "licence": feed.licence_url,
        "archive": feed.is_archive,
        "links": links,
    }
    said["items"] = [*(_tombstone(feed, one) for one in feed.gone), *(_item(feed, one) for one in feed.entries)]
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _item(feed: Feed, entry: Entry) -> dict[str, object]:
    title = clean(entry.title).strip() or f"{entry.kind} {entry.object_id}"
    said: dict[str, object] = {
        "id": tag_id(feed.host, entry.kind, entry.object_id),
        "url": clean(entry.url),
        "title": title,
        "content_text": clean(entry.summary) or title,
        "date_published": (entry.published_at or entry.updated_at).isoformat(),
        "date_modified": entry.updated_at.isoformat(),
        "language": feed.language,
    }
    if entry.author:
        said["authors"] = [{"name": clean(entry.author)}]
    if entry.categories:
        said["tags"] = [clean(one.label or one.term) for one in entry.categories]
        said["_sanwen"] = {"codes": [clean(one.term) for one in entry.categories]}
    if entry.enclosures:
        said["attachments"] = [_attachment(one) for one in entry.enclosures]
    return said


def _attachment(file: Enclosure) -> dict[str, object]:
    return {"url": clean(file.href), "mime_type": clean(file.media_type), "size_in_bytes": file.size}


def _tombstone(feed: Feed, gone: Gone) -> dict[str, object]:
    return {
        "id": tag_id(feed.host, gone.kind, gone.object_id),
        "title": clean(gone.note) or feed.gone_title,
        "content_text": feed.gone_summary,
        "date_modified": gone.at.isoformat(),
        "_sanwen": {"deleted": gone.at.isoformat()},
    }
