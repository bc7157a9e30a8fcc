"""What may be kept as a document: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.errors import InvalidInputError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_DOCUMENT = 20_000_000
LONGEST_TEXT = 2_000_000
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAIN = "text/plain"
UNKNOWN = "application/octet-stream"


FORMAT_NAMES = {
    "pdf": N_("PDF"),
    "word": N_("Word document"),
    "sheet": N_("Spreadsheet"),
    "page": N_("Web page"),
    "text": N_("Plain text"),
    "picture": N_("Picture"),
    "archive": N_("Archive of files"),
    "other": N_("Other format"),
}
"""What readers call a format; the facet of the search counts by these."""


class TooLargeError(InvalidInputError):
    """Raised when a document is larger than may be kept."""

    code = "document-too-large"
    message = N_("The document is larger than 20 MB. Split it or make it smaller.")


class UnreadableDocumentError(InvalidInputError):
    """Raised when a document cannot be read as what it seems to be."""

    code = "document-unreadable"
    message = N_("The document cannot be read. Save it again as PDF or DOCX.")


@dataclass(frozen=True)
class Extraction:
    """What a document is, and its text page by page (formats without pages are one page)."""

    media_type: str
    pages: Sequence[str]
