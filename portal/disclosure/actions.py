"""Receiving, publishing and throwing away documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from portal.disclosure import personal, queries, rules
from portal.disclosure.extraction.sandbox import extract
from portal.disclosure.files import store
from portal.disclosure.models import Document
from portal.kernel import clock
from portal.kernel.canonical import canonical_json, sha256_hex
from portal.kernel.errors import NotFoundError
from portal.kernel.text import clean_line
from portal.ledger.actions import append_entry, withhold
from portal.moderation.rules import WITHHELD
from portal.outbox.actions import append_event
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from portal.disclosure.extraction.results import Extraction


@dataclass(frozen=True)
class Received:
    """What somebody hands in with a file; the title is the file's name when it has none of its own.

    A purchase whose first notice is still a draft is not announced: there is nothing public of it.
    """

    ocid: str
    filename: str
    title: str = ""
    title_en: str | None = None
    release_id: int | None = None
    is_announced: bool = True
    by: str = "import"


def receive(data: bytes, told: Received) -> Document:
    """Keep a document as a draft, with its masked text and what was found; the same bytes again change nothing.

    Raises:
        NoSuchPurchaseError, NoSuchReleaseError, TooLargeError, EmptyDocumentError
    """
    _check(data, told)
    known = _known(told.ocid, sha256_hex(data))
    if known is not None:
        return known
    digest, found = store().put(data), extract(data)
    try:
        with transaction():
            kept = _known(told.ocid, digest)
            if kept is None:
                kept = _draft(found, told, digest=digest, size=len(data))
                db.session.add(kept)
                db.session.flush()
            return kept
    except IntegrityError:  # somebody handed the same bytes in at the same moment
        kept = _known(told.ocid, digest)
        if kept is None:
            raise
        return kept


def _check(data: bytes, told: Received) -> None:
    rules.check_size(len(data))
    if told.is_announced:
        queries.check_place(told.ocid, told.release_id)


def publish(document_id: int, *, by: str, original: bool | None = None, reason: str = "") -> Document:
    """Make a draft public: its original, or only its masked text.

    Args:
        document_id: the draft.
        by: who answers for it; not the person who handed it in.
        original: whether the original is given out; when left out, it is unless something was found in it.
        reason: why personal data may be public; needed where some were found and the original is given out.

    Raises:
        NotFoundError, AlreadyPublishedError, OwnDocumentError, NoReasonError
    """
    publisher = clean_line(by)[: rules.LONGEST_NAME]
    draft = queries.draft(document_id)
    rules.check_publisher(publisher, added_by=draft.added_by)
    shows_original = (not draft.findings) if original is None else original
    if draft.findings and shows_original and not reason.strip():
        raise rules.NoReasonError
    pages = draft.pages
    if draft.findings and shows_original:
        pages = [page.text for page in extract(store().get(draft.sha256)).pages]
    rendition = None if shows_original else store().put(rules.rendition(draft.title, draft.pages, draft.labels))
    with transaction():
        document = queries.draft(document_id, for_update=True)
        document.pages, document.is_withheld, document.rendition_sha256 = list(pages), not shows_original, rendition
        document.published_at, document.published_by = clock.now(), publisher
        document.ledger_position = append_entry(
            "document", document.id, action="publish", public=_public(document), reason=clean_line(reason)[:200]
        )
        append_event(queries.KIND, document.id, "published")
        return document


def discard(document_id: int) -> None:
    """Throw a draft away; its bytes stay in the store until they are cleared.

    Raises:
        NotFoundError, AlreadyPublishedError
    """
    with transaction():
        db.session.delete(queries.draft(document_id, for_update=True))


def redact(document_id: int, *, reason: str, basis: str, by: str, approved_by: str) -> int:
    """Destroy a published document for good; twice is once.

    Its text, names and salt go in one transaction with the ledger entry `redact`; its files go after the commit, and
    if that is interrupted, by the same call again. A file that another document shares stays.

    Returns:
        The position of the ledger entry `redact`.

    Raises:
        NotFoundError: there is no such document, or it was never published.
        SecondPersonError: nobody else approves.
        NoReasonError: reason or basis is missing.
    """
    if not approved_by.strip() or clean_line(by) == clean_line(approved_by):
        raise rules.SecondPersonError
    with transaction():
        document = db.session.scalar(select(Document).where(Document.id == document_id).with_for_update())
        if document is None or document.ledger_position is None:
            raise NotFoundError
        position = withhold(document.ledger_position, reason=clean_line(reason)[:150], basis=clean_line(basis)[:150])
        document.status, document.pages, document.labels, document.findings = rules.DESTROYED, [], [], {}
        document.title, document.title_en = rules.DESTROYED_TITLE, rules.DESTROYED_TITLE_EN
        document.filename, document.skipped, document.is_withheld = "", [], True
        append_event(queries.KIND, document_id, WITHHELD)
        unused = [digest for digest in (document.sha256, document.rendition_sha256) if digest and _is_unused(digest)]
    for digest in unused:
        store().delete(digest)
    return position


def _is_unused(digest: str) -> bool:
    """Tell whether no document but destroyed ones needs some bytes."""
    needs = or_(Document.sha256 == digest, Document.rendition_sha256 == digest)
    return db.session.scalar(select(Document.id).where(needs, Document.status != rules.DESTROYED).limit(1)) is None


def add_document(
    data: bytes, *, ocid: str, title: str, filename: str, title_en: str | None = None, by: str = "import"
) -> Document:
    """Receive and publish a document at once, withholding what has findings; published before, it stays as it is.

    Raises:
        NoSuchPurchaseError, TooLargeError, EmptyDocumentError
    """
    received = receive(data, Received(ocid, filename, title, title_en, by=by))
    return received if received.published_at is not None else publish(received.id, by=by)


def _known(ocid: str, digest: str) -> Document | None:
    return db.session.scalar(select(Document).where(Document.ocid == ocid, Document.sha256 == digest))


def _draft(found: Extraction, told: Received, *, digest: str, size: int) -> Document:
    texts, labels = [page.text for page in found.pages], [page.label for page in found.pages]
    findings = personal.find(texts)
    counts = personal.count_by_kind([*findings, *personal.find([*labels, *found.skipped])])
    filename = _masked(rules.base_name(told.filename), rules.LONGEST_FILENAME) or digest[:12]
    return Document(
        ocid=told.ocid, release_id=told.release_id, sha256=digest,
        title=_masked(told.title, rules.LONGEST_TITLE) or filename.rpartition(".")[0] or filename,
        title_en=_masked(told.title_en or "", rules.LONGEST_TITLE) or None, filename=filename,
        media_type=found.media_type, size=size, status=found.status.value,
        pages=personal.mask_pages(texts, findings), labels=[personal.masked_line(label) for label in labels],
        page_count=found.page_count, skipped=[personal.masked_line(name) for name in found.skipped],
        machine_pages=sum(page.is_machine_read for page in found.pages),
        findings=counts, is_withheld=bool(counts), added_at=clock.now(),
        added_by=clean_line(told.by)[: rules.LONGEST_NAME],
    )  # fmt: skip


def _masked(line: str, longest: int) -> str:
    return personal.masked_line(clean_line(line))[:longest]


def _public(document: Document) -> bytes:
    """Write what the ledger commits to: what is public of the document, by its hashes."""
    return canonical_json({
        "id": document.id, "ocid": document.ocid, "title": document.title, "sha256": document.sha256,
        "rendition": document.rendition_sha256, "withheld": document.is_withheld, "findings": document.findings,
    })  # fmt: skip
