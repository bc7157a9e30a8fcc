"""What may be kept as a document, and how it is told of: plain functions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.disclosure.extraction import results as types
from portal.disclosure.extraction.results import Status
from portal.kernel.errors import ConflictError, GoneError, InvalidInputError, PortalError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LARGEST_DOCUMENT = 20_000_000
LONGEST_TITLE, LONGEST_FILENAME = 300, 200
FORMAT_NAMES: Mapping[str, str] = {
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

_FORMATS: Mapping[str, str] = {
    types.PDF: "pdf", types.OFD: "pdf", types.DOCX: "word", types.DOC: "word", types.ODT: "word", types.XLSX: "sheet",
    types.XLS: "sheet", types.ODS: "sheet", types.CSV: "sheet", types.HTML: "page", types.TEXT: "text",
    types.ZIP: "archive",
} | dict.fromkeys(types.PICTURES, "picture")  # fmt: skip

STATUS_TEXTS: Mapping[Status, str] = {
    Status.READ: N_("The text was read from the file itself."),
    Status.PARTIAL: N_("The file is very long: only its beginning was read. The original has all of it."),
    Status.NO_TEXT: N_("The file is a picture or a scan: there is no text in it that could be read."),
    Status.UNKNOWN: N_("The text of this format is not read. Look at the original."),
    Status.ENCRYPTED: N_("The file is locked with a password, so that its text cannot be read."),
    Status.DAMAGED: N_("The file is damaged, so that its text cannot be read."),
    Status.TOO_LARGE: N_("The file unpacks to more than can be read."),
    Status.TIMED_OUT: N_("Reading the file took too long and was given up."),
}
MACHINE_READ = N_("Some pages are pictures that a machine has read: the text may contain errors.")
KIND_NAMES: Mapping[str, str] = {
    "identity": N_("identity numbers"),
    "mobile": N_("mobile numbers"),
    "name": N_("names of persons"),
}


DESTROYED = "destroyed"
"""The status of a document whose content the law had destroyed."""
DESTROYED_TITLE, DESTROYED_TITLE_EN = "依法不予公开的文件", "Document withheld by law"


class DestroyedError(GoneError):
    """Raised when the content of a document was destroyed as the law asks."""

    code = "document-withheld"
    message = N_("This document was destroyed as the law asks: %(reason)s Withheld by ledger entry %(n)s.")


class SecondPersonError(ConflictError):
    """Raised when the person who approves is the one who asks."""

    code = "redaction-same-person"
    message = N_("A second person must approve that something published is destroyed.")


class TooLargeError(InvalidInputError):
    """Raised when a document is larger than may be kept."""

    code = "document-too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    field = "files"
    message = N_("The document is larger than 20 MB. Split it or make it smaller.")


class EmptyDocumentError(InvalidInputError):
    """Raised when there is nothing in a document."""

    code = "document-empty"
    field = "files"
    message = N_("The file is empty. Choose another one.")


class NoReasonError(InvalidInputError):
    """Raised when personal data would be published without saying why that is lawful."""

    code = "document-no-reason"
    field = "reason"
    message = N_("Say why these personal data may be public, for example the law that says so.")


class AlreadyPublishedError(ConflictError):
    """Raised when a published document is published or thrown away again."""

    code = "document-published"
    message = N_("This document is published already. To take it back, hide it.")


class WithheldError(PortalError):
    """Raised when somebody asks for an original that is withheld."""

    status = HTTPStatus.FORBIDDEN
    code = "document-withheld"
    message = N_("The original contains personal data and is not given out. Its text with these masked is.")


def format_of(media_type: str) -> str:
    """Tell the group of formats that a type belongs to."""
    return _FORMATS.get(media_type, "other")


def rendition(title: str, pages: Sequence[str], labels: Sequence[str]) -> bytes:
    """Write the masked text of a document as a file of its own: equal input gives equal bytes."""
    parts = [title]
    for number, text in enumerate(pages, 1):
        label = labels[number - 1] if number <= len(labels) else ""
        parts.append(f"— {number}{f' {label}' if label else ''} —\n{text}")
    return ("\n\n".join(parts) + "\n").encode()
