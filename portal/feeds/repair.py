"""What `feedgen` loses, put right: an extension of its feeds and entries.

Atom links of an entry lose every attribute but `href` in feedgen 1.0.0
(https://github.com/lkiesow/python-feedgen/issues/135); in RSS every `atom:link` but `rel=self` is
dropped, there is one enclosure at the most and no author without a mail address.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from portal.kernel.text import without_unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.feeds.spec import Enclosure, Entry, Gone, Link

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


class FeedRepair:
    """Write the links of a feed, whole, in either format, and what feedgen has no word for."""

    def __init__(self) -> None:
        """Begin without links; feedgen makes the object itself."""
        self.links: Sequence[Link] = ()
        self.gone: Sequence[tuple[str, Gone]] = ()
        self.is_archive = False

    def extend_ns(self) -> dict[str, str]:
        """Name the namespaces that are used."""
        return ({"at": TOMBSTONES} if self.gone else {}) | ({"fh": HISTORY} if self.is_archive else {})

    def extend_atom(self, feed: etree._Element) -> None:
        """Put the links of an Atom feed where feedgen's were, and its tombstones before the entries."""
        _replace_links(feed, "link", self.links)
        if self.is_archive:
            _add(feed, f"{{{HISTORY}}}archive")
        for identifier, gone in self.gone:
            stone = _add(feed, f"{{{TOMBSTONES}}}deleted-entry", ref=identifier, when=gone.at.isoformat())
            if gone.note:
                _add(stone, f"{{{TOMBSTONES}}}comment").text = clean(gone.note)

    def extend_rss(self, feed: etree._Element) -> None:
        """Put all links of an RSS channel behind its description."""
        channel = feed[0]
        _replace_links(channel, f"{{{ATOM}}}link", self.links)
        if self.is_archive:
            _add(channel, f"{{{HISTORY}}}archive")


class EntryRepair:
    """Write what feedgen cannot say of an entry."""

    def __init__(self) -> None:
        """Begin without an entry; feedgen makes the object itself."""
        self.entry: Entry | None = None
        self.links: Sequence[Link] = ()

    def extend_ns(self) -> dict[str, str]:
        """Name the namespace of the author's element."""
        return {"dc": DUBLIN_CORE}

    def extend_atom(self, element: etree._Element) -> None:
        """Put the links of an Atom entry where feedgen's were, and its files after them."""
        _replace_links(element, "link", self.links)
        for enclosure in self.entry.enclosures if self.entry else ():
            _add(element, "link", **_enclosure_link(enclosure))

    def extend_rss(self, element: etree._Element) -> None:
        """Add author, text and files to an RSS item; its text is HTML, so ours is escaped."""
        if self.entry is None:
            return
        if self.entry.author:
            _add(element, f"{{{DUBLIN_CORE}}}creator").text = clean(self.entry.author)
        description = element.find("description")
        if description is not None:
            description.text = escape(description.text or "", quote=False).replace("\n", "<br>")
        for enclosure in self.entry.enclosures[:1]:
            _add(
                element, "enclosure",
                url=clean(enclosure.href), length=str(enclosure.size), type=clean(enclosure.media_type),
            )  # fmt: skip


def clean(text: str) -> str:
    """Drop what XML cannot hold; one such character would cost the whole feed."""
    return without_unseen(text)


def _replace_links(parent: etree._Element, tag: str, links: Sequence[Link]) -> None:
    old = parent.findall(tag)
    position = parent.index(old[0]) if old else len(parent)
    for element in old:
        parent.remove(element)
    for offset, link in enumerate(links):
        parent.insert(position + offset, _element(tag, **_attributes(link)))


def _attributes(link: Link) -> dict[str, str]:
    said = {"href": link.href, "rel": link.rel, "type": link.type, "hreflang": link.hreflang, "title": link.title}
    return {name: clean(value) for name, value in said.items() if value}


def _enclosure_link(enclosure: Enclosure) -> dict[str, str]:
    return {
        "href": clean(enclosure.href),
        "rel": "enclosure",
        "type": clean(enclosure.media_type),
        "length": str(enclosure.size),
    }


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    element = _element(tag, **attributes)
    parent.append(element)
    return element


def _element(tag: str, **attributes: str) -> etree._Element:
    element = etree.Element(tag)
    for name, value in attributes.items():
        element.set(name, value)
    return element
