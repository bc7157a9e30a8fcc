"""Web pages: what a reader sees of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as markup

from portal.disclosure.extraction.formats.plain import decoded
from portal.disclosure.extraction.results import Page, Status, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.disclosure.extraction.results import Limits

_LEFT_OUT = frozenset({"script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object"})
_LINES = frozenset({
    "p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section", "article", "header", "footer",
    "dt", "dd", "pre", "blockquote", "hr", "form", "ul", "ol",
})  # fmt: skip
_DECLARED = re.compile(r"<\?xml[^>]*\?>")
DEEPEST = 200


def read(data: bytes, limits: Limits) -> list[Page]:
    """Read the whole as one page."""
    del limits
    text = decoded(data)
    if text is None:
        raise UnreadableError(Status.DAMAGED, "not text in any encoding that is read")
    try:
        root = markup.document_fromstring(_DECLARED.sub("", text), parser=markup.HTMLParser(huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(Status.DAMAGED, str(error)) from error
    lines = (" ".join(part.split(" ")).strip() for part in "".join(_text(root)).split("\n"))
    return [Page("\n".join(line for line in lines if line))]


def _text(root: etree._Element) -> Iterator[str]:
    """Give the text in reading order, without recursion: depth is the sender's choice."""
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if _is_left_out(element):
                continue
            yield "\n" if name in _LINES else ""
            yield _flat(element.text)
        else:
            if event == "end" and not _is_left_out(element):
                yield "\n" if name in _LINES else "\t" if name in {"td", "th"} else ""
            parent = element.getparent()
            if parent is not None and not _is_left_out(parent):
                yield _flat(element.tail)


def _is_left_out(element: etree._Element) -> bool:
    """Tell whether an element, or one near around it, is not shown."""
    for depth, around in enumerate((element, *element.iterancestors())):
        if around.tag in _LEFT_OUT:
            return True
        if depth >= DEEPEST:
            break
    return False


def _flat(text: str | None) -> str:
    return " ".join(text.split()) if text and text.strip() else " " if text and " " in text else ""
