"""PDF, page by page; pages that are pictures are recognised where that is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2
from pypdfium2 import raw

from portal.disclosure.extraction import ocr
from portal.disclosure.extraction.results import Page, Pages, Status, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.disclosure.extraction.results import Limits

DPI, POINTS = 150, 72
FEWEST_LETTERS = 20
MOST_UNREADABLE = 0.05


def read(data: bytes, limits: Limits) -> Pages:
    """Read every page, up to the limit."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise UnreadableError(Status.ENCRYPTED if is_locked else Status.DAMAGED, str(error)) from error
    try:
        return Pages(_pages(document, limits), total=len(document))
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(Status.DAMAGED, str(error)) from error
    finally:
        document.close()


def _pages(document: pypdfium2.PdfDocument, limits: Limits) -> Iterator[Page]:
    recognised = 0
    for number in range(min(len(document), limits.pages)):
        page = document[number]
        text = _text(page)
        if needs_recognising(text) and ocr.is_installed() and recognised < limits.recognised_pages:
            recognised += 1
            found = ocr.recognise(page.render(scale=DPI / POINTS).to_pil())
            yield Page(found or text, is_machine_read=bool(found))
        else:
            yield Page(text)
        page.close()


def _text(page: pypdfium2.PdfPage) -> str:
    found = page.get_textpage()
    try:
        return str(found.get_text_bounded()).replace("\r\n", "\n")
    finally:
        found.close()


def needs_recognising(text: str) -> bool:
    """Tell whether a page has hardly any text, or text that means nothing."""
    letters = sum(1 for character in text if character.isalnum())
    unreadable = sum(1 for character in text if character == "\ufffd" or "\ue000" <= character <= "\uf8ff")
    return letters < FEWEST_LETTERS or unreadable > MOST_UNREADABLE * len(text)
