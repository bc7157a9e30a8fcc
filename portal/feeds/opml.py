"""All feeds as one OPML 2.0 list, which readers import at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from portal.feeds.repair import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

MEDIA_TYPE = "text/x-opml"


@dataclass(frozen=True)
class Outline:
    """One feed in the list."""

    title: str
    description: str
    feed_url: str
    page_url: str


def write_opml(title: str, outlines: Sequence[Outline], *, language: str) -> bytes:
    """Write the list, in the order given."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean(title)
    body = etree.SubElement(root, "body")
    for outline in outlines:
        etree.SubElement(
            body, "outline",
            type="rss", text=clean(outline.title), title=clean(outline.title),
            description=clean(outline.description), xmlUrl=outline.feed_url, htmlUrl=outline.page_url,
            language=language,
        )  # fmt: skip
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
