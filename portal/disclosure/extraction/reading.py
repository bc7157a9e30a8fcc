"""Reading a document in this process: what its type is, then its format's reader, within limits.

Only the sandbox calls this: a hostile document may take all time and memory there is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from portal.disclosure.extraction import results as types
from portal.disclosure.extraction.formats import archive, doc, docx, html, odt, ofd, pdf, picture, plain, sheets
from portal.disclosure.extraction.results import Extraction, Page, Pages, Status, UnreadableError
from portal.disclosure.extraction.sniffing import media_type
from portal.kernel.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from portal.disclosure.extraction.results import Limits

NESTED = 1
_READERS: Mapping[str, Callable[[bytes, Limits], Sequence[Page]]] = {
    types.PDF: pdf.read,
    types.DOCX: docx.read,
    types.DOC: doc.read,
    types.ODT: odt.read,
    types.OFD: ofd.read,
    types.XLSX: sheets.read,
    types.XLS: sheets.read,
    types.ODS: sheets.read,
    types.HTML: html.read,
    types.TEXT: plain.read,
    types.CSV: plain.read,
} | dict.fromkeys(types.PICTURES, picture.read)


def read(data: bytes, limits: Limits, *, depth: int = 0) -> Extraction:
    """Tell what a document is, and read it."""
    found = media_type(data)
    reader = _READERS.get(found)
    if found == types.ZIP and depth <= NESTED:
        reader = partial(archive.read, read_member=partial(read, depth=depth + 1))
    if reader is None:
        return Extraction(found, Status.UNKNOWN, detail="no reader for this format")
    try:
        pages = reader(data, limits)
    except UnreadableError as error:
        return Extraction(found, error.status, detail=error.detail)
    except RecursionError:
        return Extraction(found, Status.TOO_LARGE, detail="nested too deeply")
    return _finished(found, pages, limits)


def _finished(found: str, pages: Sequence[Page], limits: Limits) -> Extraction:
    """Clean the texts and cut them at the limit."""
    told = pages if isinstance(pages, Pages) else Pages(pages)
    left, kept = limits.characters, []
    for page in told[: limits.pages]:
        text = clean_text(page.text.replace("\t", "  "))[:left]
        left -= len(text)
        kept.append(Page(text, page.is_machine_read, page.label))
        if left <= 0:
            break
    page_count = told.total if told.total > len(kept) else None
    if not any(page.text for page in kept):
        kept, status = (kept if len(kept) > 1 else []), Status.NO_TEXT
    else:
        is_cut = told.is_cut or left <= 0 or page_count is not None
        status = Status.PARTIAL if is_cut or told.skipped else Status.READ
    return Extraction(found, status, tuple(kept), page_count=page_count, skipped=told.skipped)
