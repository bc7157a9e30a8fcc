"""OFD, the format of Chinese administrations (GB/T 33190): pages with their templates."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from portal.disclosure.extraction.formats.unpacking import Unpacked, local
from portal.disclosure.extraction.results import Page, Pages, Status, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from portal.disclosure.extraction.results import Limits

ROOT = "OFD.xml"
SAME_LINE = 0.5  # millimetres


def read(data: bytes, limits: Limits) -> Pages:
    """Read every page of every document in the file."""
    archive = Unpacked(data, limits)
    if "Encryptions.xml" in archive.names:
        raise UnreadableError(Status.ENCRYPTED, "the file names an encryption")
    roots = [element.text or "" for element in archive.xml(ROOT).iter() if local(element) == "DocRoot"]
    documents = [_document(archive, root.lstrip("/"), limits) for root in roots]
    pages = [page for document in documents for page in document]
    return Pages(pages, total=sum(document.total for document in documents))


def _document(archive: Unpacked, root: str, limits: Limits) -> Pages:
    document, folder = archive.xml(root), posixpath.dirname(root)
    templates = {
        element.get("ID", ""): _place(folder, element)
        for element in document.iter()
        if local(element) == "TemplatePage"
    }
    pages = [element for element in document.iter() if local(element) == "Page"]
    places = [_place(folder, element) for element in pages[: limits.pages]]
    return Pages((_page(archive, place, templates) for place in places), total=len(pages))


def _page(archive: Unpacked, place: str, templates: Mapping[str, str]) -> Page:
    page = archive.xml(place)
    used = [child.get("TemplateID", "") for child in page.iter() if local(child) == "Template"]
    parts = [archive.xml(templates[name]) for name in used if name in templates]
    return Page("\n".join(line for part in (*parts, page) for line in _lines(part)))


def _place(folder: str, element: Element) -> str:
    """Tell where a part lies: from the root of the archive, or beside the document."""
    told = element.get("BaseLoc", "")
    return told.lstrip("/") if told.startswith("/") else posixpath.normpath(posixpath.join(folder, told))


def _lines(part: Element) -> Iterator[str]:
    """Put text objects that stand at one height into one line."""
    line: list[str] = []
    height: float | None = None
    for element in part.iter():
        if local(element) != "TextObject":
            continue
        text = "".join(code.text or "" for code in element.iter() if local(code) == "TextCode")
        at = _height(element)
        if line and (height is None or at is None or abs(at - height) > SAME_LINE):
            yield "\t".join(line)
            line = []
        line.append(text)
        height = at
    if line:
        yield "\t".join(line)


def _height(element: Element) -> float | None:
    try:
        return float(element.get("Boundary", "").split()[1])
    except (IndexError, ValueError):
        return None
