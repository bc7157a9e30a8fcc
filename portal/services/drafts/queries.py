"""Reads of drafts of listings, for the office of their government alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.kernel.errors import NotFoundError
from portal.publishing.rules import DraftAct, DraftStatus
from portal.services import queries
from portal.services.drafts.models import ListingDraft, ListingDraftEvent
from portal.services.listing.statements import read
from portal.services.models import Service
from portal.services.publication.rows import statement_of
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.services.listing.statements import Statement

OPEN = (DraftStatus.DRAFTING, DraftStatus.SUBMITTED)


def open_drafts(government_ids: Collection[int]) -> Sequence[ListingDraft]:
    """Read the open drafts of some governments: what waits for approval first, then the newest."""
    query = select(ListingDraft).where(ListingDraft.government_id.in_(government_ids), ListingDraft.status.in_(OPEN))
    order = (ListingDraft.status.desc(), ListingDraft.changed_at.desc(), ListingDraft.id.desc())
    return db.session.scalars(query.order_by(*order)).all()


def waiting_count(government_ids: Collection[int]) -> int:
    """Count the drafts of some governments that wait for approval."""
    query = select(func.count()).where(
        ListingDraft.government_id.in_(government_ids), ListingDraft.status == DraftStatus.SUBMITTED
    )
    return db.session.scalar(query) or 0


def draft_in_office(draft_id: int, government_ids: Collection[int], *, for_update: bool = False) -> ListingDraft:
    """Read a draft in any state, for the staff of its government.

    Raises:
        NotFoundError: there is none, or it belongs to another government.
    """
    query = select(ListingDraft).where(ListingDraft.id == draft_id, ListingDraft.government_id.in_(government_ids))
    found = db.session.scalar(query.with_for_update(of=ListingDraft) if for_update else query)
    if found is None:
        raise NotFoundError
    return found


def open_draft_of(service_id: int) -> ListingDraft | None:
    """Read the draft that is to change a listed service, if one is open."""
    query = select(ListingDraft).where(ListingDraft.service_id == service_id, ListingDraft.status.in_(OPEN))
    return db.session.scalar(query)


def statement_in(draft: ListingDraft) -> Statement:
    """Read what a draft states."""
    return read(draft.said)


def published_for(draft: ListingDraft) -> Statement | None:
    """Read what is published now of the service that a draft is to change; None for a new one."""
    if draft.service_id is None:
        return None
    query = select(Service).where(Service.id == draft.service_id)
    return statement_of(db.session.scalars(queries.with_details(query)).one())


def history(draft_id: int) -> Sequence[ListingDraftEvent]:
    """Read what was done with a draft, in order."""
    query = select(ListingDraftEvent).where(ListingDraftEvent.draft_id == draft_id)
    return db.session.scalars(query.order_by(ListingDraftEvent.id)).all()


def authors(draft_id: int) -> frozenset[int]:
    """Tell who had a hand in a draft: whoever began, changed or submitted it."""
    acts = (DraftAct.BEGUN, DraftAct.CHANGED, DraftAct.SUBMITTED)
    query = select(ListingDraftEvent.person_id).where(
        ListingDraftEvent.draft_id == draft_id, ListingDraftEvent.act.in_(acts)
    )
    return frozenset(number for number in db.session.scalars(query) if number is not None)
