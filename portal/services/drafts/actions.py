"""Drafting, submitting and approving what is published of services: each act is one transaction.

States, acts and the rule of two pairs of eyes are those of notices (`portal/publishing`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.parties.models import Organization
from portal.procurement.models import Process
from portal.procurement.queries import contract as visible_contract
from portal.publishing.rules import DraftAct, DraftChangedError, DraftStatus, check_approver, check_move, check_open
from portal.services import actions, queries, rules
from portal.services.drafts import queries as draft_queries
from portal.services.drafts.models import ListingDraft, ListingDraftEvent
from portal.services.listing.statements import Statement, written
from portal.services.publication.rows import statement_of
from portal.services.rules import ServiceStatus
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from portal.services.listing.statements import Listing, Place
    from portal.services.models import Service


def begin_listing(listing: Listing, *, by: int, governments: Collection[int]) -> ListingDraft:
    """Begin to list a service that an official's own government pays for.

    Raises:
        UnknownBuyerError, WrongAgesError, WrongCapacityError: naming the field.
    """
    with transaction():
        _check_listing(listing, governments)
        return _keep(Statement(listing), None, by)


def begin_change(service_id: int, *, by: int, governments: Collection[int]) -> ListingDraft:
    """Begin to change what is published of a service; where somebody has begun already, that draft is given.

    Raises:
        NotFoundError
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        found = draft_queries.open_draft_of(service_id)
        return found or _keep(statement_of(service), service, by)


def state_facts(draft_id: int, listing: Listing, *, by: int, governments: Collection[int]) -> None:
    """State the facts of a service anew; its state and the day of its check stay.

    Raises:
        NotFoundError, WrongDraftStateError
        UnknownBuyerError, WrongAgesError, WrongCapacityError: naming the field.
    """
    _check_listing(listing, governments)

    def change(said: Statement) -> Statement:
        kept = replace(listing, status=said.listing.status, assured_on=said.listing.assured_on)
        return replace(said, listing=kept)

    _change(draft_id, change, by=by, governments=governments)


def state_place(draft_id: int, number: int | None, place: Place, *, by: int, governments: Collection[int]) -> None:
    """Add a place to a service (no number), or state one anew.

    Raises:
        NotFoundError: the draft or the place is not there.
        WrongDraftStateError
    """
    with transaction():
        draft = draft_queries.draft_in_office(draft_id, governments)
        if number is None:
            published = draft_queries.published_for(draft)
            taken = {*draft_queries.statement_in(draft).places, *(published.places if published else ())}
            number = max(taken, default=0) + 1
        elif number not in draft_queries.statement_in(draft).places:
            raise NotFoundError
        chosen = number
        _change(
            draft_id, lambda said: replace(said, places={**said.places, chosen: place}), by=by, governments=governments
        )


def remove_place(draft_id: int, number: int, *, by: int, governments: Collection[int]) -> None:
    """Take a place off a service.

    Raises:
        NotFoundError, WrongDraftStateError
    """

    def change(said: Statement) -> Statement:
        if number not in said.places:
            raise NotFoundError
        return replace(said, places={known: place for known, place in said.places.items() if known != number})

    _change(draft_id, change, by=by, governments=governments)


def state_check(draft_id: int, *, on: date, by: int, governments: Collection[int]) -> None:
    """State that somebody compared every fact of a listing with the world on a day.

    Raises:
        NotFoundError, WrongDraftStateError
        FutureCheckError: naming the field.
    """
    if on > clock.today():
        raise rules.FutureCheckError(field="on")
    _change(
        draft_id, lambda said: replace(said, listing=replace(said.listing, assured_on=on)),
        by=by, governments=governments,
    )  # fmt: skip


def state_closed(
    draft_id: int, alert: str, *, for_good: bool, by: int, governments: Collection[int], alert_en: str | None = None
) -> None:
    """State that a service is closed for a while or for good; the alert says why, and when it returns.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    status = ServiceStatus.DEFUNCT if for_good else ServiceStatus.TEMPORARILY_CLOSED
    _change(
        draft_id,
        lambda said: replace(said, listing=replace(said.listing, status=status), alert=alert, alert_en=alert_en),
        by=by, governments=governments,
    )  # fmt: skip


def state_open(draft_id: int, *, by: int, governments: Collection[int]) -> None:
    """State that a service is open again.

    Raises:
        NotFoundError, WrongDraftStateError, NothingToReopenError
    """

    def change(said: Statement) -> Statement:
        if said.listing.status is ServiceStatus.ACTIVE:
            raise rules.NothingToReopenError
        return replace(said, listing=replace(said.listing, status=ServiceStatus.ACTIVE), alert="", alert_en=None)

    _change(draft_id, change, by=by, governments=governments)


def add_contract(draft_id: int, ocid: str, contract_id: str, *, by: int, governments: Collection[int]) -> None:
    """State a contract under which a service is delivered.

    Raises:
        NotFoundError, WrongDraftStateError
        UnknownContractError, ForeignContractError: naming the field.
    """
    if visible_contract(ocid, contract_id) is None:
        raise rules.UnknownContractError(field="contract")
    buyers = {office.id for office in queries.buyers_of_governments(governments)}
    if db.session.scalar(select(Process.buyer_id).where(Process.ocid == ocid)) not in buyers:
        raise rules.ForeignContractError(field="contract")
    _change(
        draft_id, lambda said: replace(said, contracts=tuple(sorted({*said.contracts, (ocid, contract_id)}))),
        by=by, governments=governments,
    )  # fmt: skip


def remove_contract(draft_id: int, ocid: str, contract_id: str, *, by: int, governments: Collection[int]) -> None:
    """Take back a contract that was recorded by mistake.

    Raises:
        NotFoundError: the draft is not there, or has no such contract.
        WrongDraftStateError
    """

    def change(said: Statement) -> Statement:
        if (ocid, contract_id) not in said.contracts:
            raise NotFoundError
        return replace(said, contracts=tuple(key for key in said.contracts if key != (ocid, contract_id)))

    _change(draft_id, change, by=by, governments=governments)


def submit_draft(draft_id: int, *, by: int, governments: Collection[int]) -> None:
    """Hand a draft to the approver; from now on it cannot be changed.

    Raises:
        NotFoundError, WrongDraftStateError, NothingChangedError
    """
    with transaction():
        draft = draft_queries.draft_in_office(draft_id, governments, for_update=True)
        check_move(draft.status, DraftStatus.SUBMITTED)
        if draft_queries.statement_in(draft) == draft_queries.published_for(draft):
            raise rules.NothingChangedError
        draft.status, draft.return_reason, draft.submitted_by = DraftStatus.SUBMITTED, "", by
        _touch(draft, DraftAct.SUBMITTED, by)


def return_draft(draft_id: int, reason: str, *, by: int, governments: Collection[int]) -> None:
    """Give a submitted draft back, with what is to be changed.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    with transaction():
        draft = draft_queries.draft_in_office(draft_id, governments, for_update=True)
        check_move(draft.status, DraftStatus.DRAFTING)
        draft.status, draft.return_reason = DraftStatus.DRAFTING, reason
        _touch(draft, DraftAct.RETURNED, by, reason)


def discard_draft(draft_id: int, *, by: int, governments: Collection[int]) -> None:
    """Throw a draft away; what is published stays as it is.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    with transaction():
        draft = draft_queries.draft_in_office(draft_id, governments, for_update=True)
        check_move(draft.status, DraftStatus.DISCARDED)
        draft.status = DraftStatus.DISCARDED
        _touch(draft, DraftAct.DISCARDED, by)


def approve_draft(draft_id: int, *, revision: int, by: int, governments: Collection[int]) -> Service:
    """Approve a submitted draft: it is published at once.

    Args:
        draft_id: which draft.
        revision: the one that the approver has read.
        by: the approver, who must have had no hand in it.
        governments: those whose listings the approver may publish.

    Raises:
        NotFoundError, WrongDraftStateError, OwnDraftError, DraftChangedError, ListingMovedError
        UnknownContractError: a contract may not be seen any more.
    """
    with transaction():
        draft = draft_queries.draft_in_office(draft_id, governments, for_update=True)
        check_move(draft.status, DraftStatus.PUBLISHED)
        check_approver(by, {draft.drafted_by, *draft_queries.authors(draft.id)})
        if revision != draft.revision:
            raise DraftChangedError
        service = _published(draft)
        draft.service_id, draft.approved_by, draft.published_at = service.id, by, clock.now()
        draft.status = DraftStatus.PUBLISHED
        _touch(draft, DraftAct.PUBLISHED, by)
        return service


def _published(draft: ListingDraft) -> Service:
    said = draft_queries.statement_in(draft)
    if draft.service_id is None:
        return actions.list_service(said)
    if queries.newest_version(draft.service_id) != draft.base:
        raise rules.ListingMovedError
    return actions.change_service(draft.service_id, said)


def _check_listing(listing: Listing, governments: Collection[int]) -> None:
    rules.check_ages(listing.minimum_age, listing.maximum_age)
    rules.check_capacity(listing.available, listing.maximum)
    if listing.buyer_id not in {office.id for office in queries.buyers_of_governments(governments)}:
        raise rules.UnknownBuyerError(field="buyer")


def _change(draft_id: int, change: Callable[[Statement], Statement], *, by: int, governments: Collection[int]) -> None:
    with transaction():
        draft = draft_queries.draft_in_office(draft_id, governments, for_update=True)
        check_open(draft.status)
        before = draft_queries.statement_in(draft)
        after = change(before)
        if after != before:
            _say(draft, after)
            _touch(draft, DraftAct.CHANGED, by)


def _keep(said: Statement, service: Service | None, by: int) -> ListingDraft:
    now = clock.now()
    draft = ListingDraft(
        service_id=service.id if service else None, base=queries.newest_version(service.id) if service else 0,
        drafted_by=by, begun_at=now, changed_at=now, revision=0, return_reason="",
    )  # fmt: skip
    _say(draft, said)
    db.session.add(draft)
    _touch(draft, DraftAct.BEGUN, by)
    return draft


def _say(draft: ListingDraft, said: Statement) -> None:
    draft.said, draft.name, draft.name_en = written(said), said.listing.name, said.listing.name_en
    buyer = db.session.get_one(Organization, said.listing.buyer_id)
    if buyer.government_id is not None:
        draft.government_id = buyer.government_id


def _touch(draft: ListingDraft, act: DraftAct, by: int, note: str = "") -> None:
    draft.changed_at = clock.now()
    draft.revision += 1
    db.session.flush()
    db.session.add(ListingDraftEvent(draft_id=draft.id, act=act, person_id=by, note=note, at=draft.changed_at))
    db.session.flush()
