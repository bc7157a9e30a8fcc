"""Word documents (OOXML): body, tables, text boxes once, headers, footers and notes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portal.disclosure.extraction.formats.unpacking import Unpacked, local
from portal.disclosure.extraction.results import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from portal.disclosure.extraction.results import Limits

BODY = "word/document.xml"
_BESIDES = re.compile(r"word/(?:header|footer|footnotes|endnotes)\d*\.xml")
_AS_CHARACTER = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_LEFT_OUT = frozenset({"Fallback", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr", "tcPr", "trPr"})


def read(data: bytes, limits: Limits) -> list[Page]:
    """Read the body as one page, and what stands beside it at its end."""
    archive = Unpacked(data, limits)
    parts = [BODY, *sorted(name for name in archive.names if _BESIDES.fullmatch(name))]
    return [Page("\n".join(filter(None, ("".join(_text(archive.xml(part))).strip("\n") for part in parts))))]


def _text(element: Element) -> Iterator[str]:
    """Give the text of an element: a line for each paragraph, a tab between the cells of a row."""
    name = local(element)
    if name in _LEFT_OUT:
        return
    if name == "t":
        yield element.text or ""
    elif name in _AS_CHARACTER:
        yield _AS_CHARACTER[name]
    elif name == "tr":
        cells = ("".join(_text(cell)).strip("\n") for cell in element if local(cell) in {"tc", "sdt"})
        yield "\t".join(cells) + "\n"
    else:
        for child in element:
            yield from _text(child)
        if name == "p":
            yield "\n"
