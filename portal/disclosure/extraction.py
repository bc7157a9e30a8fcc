"""The text of documents, told apart by their content and never by their name."""

from __future__ import annotations

import io
import zipfile

import pypdfium2
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from portal.disclosure.rules import (
    DOCX,
    LARGEST_DOCUMENT,
    LONGEST_TEXT,
    PDF,
    PLAIN,
    UNKNOWN,
    Extraction,
    TooLargeError,
    UnreadableDocumentError,
)
from portal.kernel.text import clean_text

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
LARGEST_UNPACKED = 200_000_000


def extract_text(data: bytes) -> Extraction:
    """Read the text of a PDF, DOCX or plain text; anything else is kept without text.

    Raises:
        TooLargeError, UnreadableDocumentError
    """
    if len(data) > LARGEST_DOCUMENT:
        raise TooLargeError
    if data.startswith(b"%PDF-"):
        return Extraction(PDF, _pdf_pages(data))
    if data.startswith(b"PK\x03\x04"):
        return _from_zip(data)
    return _from_text(data)


def _pdf_pages(data: bytes) -> list[str]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocumentError from error
    try:
        return [_pdf_page(page) for page in document]
    finally:
        document.close()


def _pdf_page(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    try:
        return clean_text(text.get_text_bounded())[:LONGEST_TEXT]
    finally:
        text.close()
        page.close()


def _from_zip(data: bytes) -> Extraction:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if _BODY not in archive.namelist():
                return Extraction(UNKNOWN, [])
            if archive.getinfo(_BODY).file_size > LARGEST_UNPACKED:
                raise TooLargeError
            with archive.open(_BODY) as body:
                return Extraction(DOCX, [_docx_text(body)])
    except (zipfile.BadZipFile, ParseError, DefusedXmlException) as error:
        raise UnreadableDocumentError from error


def _docx_text(body: object) -> str:
    """Join the paragraphs of a DOCX; cells of a table end with a tab."""
    lines: list[str] = []
    line: list[str] = []
    for _, element in iterparse(body, events=("end",)):
        if element.tag == f"{_WORD}t":
            line.append(element.text or "")
        elif element.tag == f"{_WORD}tab":
            line.append(" ")
        elif element.tag == f"{_WORD}p":
            lines.append("".join(line))
            line = []
            element.clear()
    return clean_text("\n".join(lines))[:LONGEST_TEXT]


def _from_text(data: bytes) -> Extraction:
    if b"\x00" in data:
        return Extraction(UNKNOWN, [])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return Extraction(PLAIN, [clean_text(data.decode(encoding))[:LONGEST_TEXT]])
        except UnicodeDecodeError:
            continue
    return Extraction(UNKNOWN, [])
