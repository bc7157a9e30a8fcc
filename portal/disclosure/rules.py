"""What may be kept as a document, and how it is told of: plain functions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.disclosure import personal
from portal.disclosure.extraction import results as types
from portal.disclosure.extraction.results import Status
from portal.kernel.errors import ConflictError, GoneError, InvalidInputError, PortalError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LARGEST_DOCUMENT = 20_000_000
LONGEST_TITLE, LONGEST_FILENAME, LONGEST_NAME = 300, 200, 100
PERSON = "person:"
MOST_NAMED = 20  # parts of a file that could not be read
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
    types.PDF: "pdf", types.OFD: "pdf", types.DOCX: "word", types.DOC: "word", types.ODT: "word", types.RTF: "word",
    types.XLSX: "sheet",
    types.XLS: "sheet", types.ODS: "sheet", types.CSV: "sheet", types.HTML: "page", types.TEXT: "text",
    types.ZIP: "archive",
} | dict.fromkeys(types.PICTURES, "picture")  # fmt: skip

STATUS_TEXTS: Mapping[Status, str] = {
    Status.READ: N_("The text was read from the file itself."),
    Status.PARTIAL: N_("Only a part of the file was read. The original has all of it."),
    Status.NO_TEXT: N_("The file is a picture or a scan: there is no text in it that could be read."),
    Status.UNKNOWN: N_("The text of this format is not read. Look at the original."),
    Status.ENCRYPTED: N_("The file is locked with a password, so that its text cannot be read."),
    Status.DAMAGED: N_("The file is damaged, so that its text cannot be read."),
    Status.TOO_LARGE: N_("The file unpacks to more than can be read."),
    Status.TIMED_OUT: N_("Reading the file took too long and was given up."),
}
MACHINE_READ = N_("Some pages are pictures that a machine has read: the text may contain errors.")
PAGES_READ = N_("%(read)s of %(all)s pages were read.")
PAGES_WITH_TEXT = N_("%(read)s of %(all)s pages have text; the others are empty or pictures.")
NOT_READ = N_("Not read: %(names)s.")
NOT_READ_AND_MORE = N_("Not read: %(names)s, and %(n)s more.")
KIND_NAMES: Mapping[str, str] = {
    "identity": N_("identity numbers"),
    "mobile": N_("mobile numbers"),
    "name": N_("names of persons"),
}


DESTROYED = "destroyed"
"""The status of a document whose content the law had destroyed."""
DESTROYED_TITLE, DESTROYED_TITLE_EN = "依法不予公开的文件", "Document withheld by law"


class PersonalDataError(InvalidInputError):
    """Raised when personal data stands in a text that everybody reads."""

    code = "personal-data"
    message = N_(
        "A phone number, an identity number or a name of a person stands in it. Take it out: everybody could read it"
        " for ever."
    )


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


class NoSuchPurchaseError(InvalidInputError):
    """Raised when a document is handed in for a purchase that is not here."""

    code = "document-no-purchase"
    message = N_("There is no purchase of this number here. Copy it from the page of the purchase.")

    def __init__(self) -> None:
        """Name the field."""
        super().__init__(field="ocid")


class NoSuchReleaseError(InvalidInputError):
    """Raised when a document is handed in with a publication that the purchase does not have."""

    code = "document-no-release"
    message = N_("This purchase has no such publication. Choose one of the list, or leave this empty.")

    def __init__(self) -> None:
        """Name the field."""
        super().__init__(field="release")


class OwnDocumentError(ConflictError):
    """Raised when somebody publishes a document that they handed in themselves."""

    code = "document-own"
    message = N_("You handed this document in yourself. Somebody else must publish it.")

    def __init__(self) -> None:
        """Name the field."""
        super().__init__(field="how")


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


def check_size(size: int) -> None:
    """Keep what is neither empty nor too large.

    Raises:
        TooLargeError, EmptyDocumentError
    """
    if size > LARGEST_DOCUMENT:
        raise TooLargeError
    if size == 0:
        raise EmptyDocumentError


def person(person_id: int) -> str:
    """Name a person as who handed in or published."""
    return f"{PERSON}{person_id}"


def check_publisher(by: str, *, added_by: str | None) -> None:
    """Keep to two pairs of eyes: a person does not publish what they handed in.

    Raises:
        OwnDocumentError: it is the same person.
    """
    if by.startswith(PERSON) and by == added_by:
        raise OwnDocumentError


def base_name(filename: str) -> str:
    """Leave the folders out of the name of a file, whichever system it comes from."""
    return filename.replace("\\", "/").rstrip("/").rpartition("/")[2]


def reading_notes(
    pages: Sequence[str], *, page_count: int | None, skipped: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Say how much of a document was read: messages with what fills them."""
    with_text = sum(bool(text) for text in pages)
    if page_count is not None and pages:
        yield PAGES_READ, {"read": len(pages), "all": page_count}
    if 0 < with_text < len(pages):
        yield PAGES_WITH_TEXT, {"read": with_text, "all": len(pages)}
    if skipped:
        names = ", ".join(skipped[:MOST_NAMED])
        more = len(skipped) - MOST_NAMED
        yield (NOT_READ_AND_MORE, {"names": names, "n": more}) if more > 0 else (NOT_READ, {"names": names})


def rendition(title: str, pages: Sequence[str], labels: Sequence[str]) -> bytes:
    """Write the masked text of a document as a file of its own: equal input gives equal bytes."""
    parts = [title]
    for number, text in enumerate(pages, 1):
        label = labels[number - 1] if number <= len(labels) else ""
        parts.append(f"— {number}{f' {label}' if label else ''} —\n{text}")
    return ("\n\n".join(parts) + "\n").encode()


def check_public(text: str, *, field: str) -> None:
    """Refuse personal data in a text that everybody reads.

    Raises:
        PersonalDataError: naming the field.
    """
    if personal.find([text]):
        raise PersonalDataError(field=field)
