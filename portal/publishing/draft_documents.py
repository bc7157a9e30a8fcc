"""Documents that are published with a draft: each act is one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.disclosure import actions as disclosure
from portal.disclosure.rules import person
from portal.kernel.errors import NotFoundError
from portal.publishing import queries, rules
from portal.publishing.actions import touch
from portal.publishing.models import DraftDocument
from portal.publishing.rules import DraftAct
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection


def attach_document(draft_id: int, document_id: int, *, by: int, governments: Collection[int]) -> None:
    """Let a document that was handed in be published with a draft.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        rules.check_open(draft.status)
        if document_id not in {one.id for one in queries.documents_to_attach(draft)}:
            raise NotFoundError
        db.session.add(DraftDocument(draft_id=draft.id, document_id=document_id))
        touch(draft, DraftAct.CHANGED, by)


def hand_in_document(
    draft_id: int, data: bytes, *, filename: str, title: str, by: int, governments: Collection[int]
) -> None:
    """Take in a file and attach it to a draft.

    Raises:
        NotFoundError, WrongDraftStateError, TooLargeError, EmptyDocumentError
    """
    draft = queries.draft_in_office(draft_id, governments)
    rules.check_open(draft.status)
    told = disclosure.Received(draft.ocid, filename, title, is_announced=False, by=person(by))
    kept = disclosure.receive(data, told)
    if kept.published_at is None and kept.id not in {one.id for one in queries.documents_of(draft_id)}:
        attach_document(draft_id, kept.id, by=by, governments=governments)


def detach_document(draft_id: int, document_id: int, *, by: int, governments: Collection[int]) -> None:
    """Take a document away from a draft; it stays handed in.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        rules.check_open(draft.status)
        deleted = db.session.query(DraftDocument).filter_by(draft_id=draft_id, document_id=document_id).delete()
        if not deleted:
            raise NotFoundError
        touch(draft, DraftAct.CHANGED, by)
