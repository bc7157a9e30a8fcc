"""OpenDocument texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.disclosure.extraction.formats.unpacking import Unpacked, local
from portal.disclosure.extraction.results import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from portal.disclosure.extraction.results import Limits

_COUNT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}c"
_LEFT_OUT = frozenset({"tracked-changes", "annotation", "automatic-styles", "font-face-decls", "sequence-decls"})
MOST_SPACES = 1_000


def read(data: bytes, limits: Limits) -> list[Page]:
    """Read the whole as one page."""
    return [Page("".join(_text(Unpacked(data, limits).xml("content.xml"))).strip("\n"))]


def _text(element: Element) -> Iterator[str]:
    name = local(element)
    if name in _LEFT_OUT:
        return
    if name == "table-row":
        cells = ("".join(_text(cell)).strip("\n") for cell in element if local(cell) == "table-cell")
        yield "\t".join(cells) + "\n"
        return
    if name == "s":
        said = element.get(_COUNT, "1")
        yield " " * min(int(said) if said.isdecimal() else 1, MOST_SPACES)
    elif name in {"tab", "line-break"}:
        yield "\t" if name == "tab" else "\n"
    yield element.text or ""
    for child in element:
        yield from _text(child)
        yield child.tail or ""
    if name in {"p", "h"}:
        yield "\n"
