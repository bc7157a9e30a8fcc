"""Writing, submitting, approving and publishing drafts: each act is one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import current_app

from portal.disclosure import actions as disclosure
from portal.disclosure.models import Document
from portal.disclosure.rules import check_publisher, person
from portal.kernel import clock
from portal.kernel.errors import NotFoundError, PortalError
from portal.moderation.actions import hide
from portal.parties.queries import government as government_of
from portal.procurement import queries as procurement
from portal.procurement.actions import seal_releases
from portal.procurement.queries import NOTICE
from portal.publishing import queries, rules
from portal.publishing.models import Draft, DraftEvent
from portal.publishing.notices import checking, deadlines
from portal.publishing.notices.filling import values_of
from portal.publishing.notices.model import notice_types
from portal.publishing.overviews import overviews
from portal.publishing.rules import DraftAct, DraftStatus, Purpose
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.locale import CHINESE, spoken_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from portal.procurement.rules import Json
    from portal.publishing.notices.writing import Values

SYSTEM_NOTE = "scheduled"


@dataclass(frozen=True)
class Begin:
    """What a draft begins with, from a form, a row of a spreadsheet or an OCDS package.

    Args:
        ocid: the purchase that it continues; None begins a new one.
        values: what is filled in already; the rest is taken from the purchase.
        body: a whole OCDS release; it is approved and published as it is.
        source: where it comes from, public: `form`, or the name of a file.
    """

    notice_type: str
    government_id: int
    by: int
    ocid: str | None = None
    values: Values = field(default_factory=dict)
    body: Json | None = None
    source: str = "form"


def begin_draft(begin: Begin) -> Draft:
    """Begin a draft.

    Raises:
        UnknownPurchaseError, CannotFollowError: naming the field `ocid`.
    """
    notice = notice_types()[begin.notice_type]
    with transaction():
        if begin.body is None and begin.ocid is not None:
            purchase = queries.purchase_of(begin.ocid, government_of(begin.government_id))
            if purchase is None:
                raise rules.UnknownPurchaseError(field="ocid")
        if (
            begin.body is None
            and not notice.begins
            and not (begin.ocid and queries.state_of(begin.ocid).get(rules.rests_on(notice.code)))
        ):
            raise rules.CannotFollowError(field="ocid")
        return _keep(draft_of(begin, clock.now()), begin.by, fills=begin.body is None)


def draft_of(begin: Begin, at: datetime) -> Draft:
    """Make the draft that something begins, before it has a number."""
    return Draft(
        government_id=begin.government_id, notice_type=begin.notice_type, ocid=begin.ocid or _body_ocid(begin) or "",
        values=begin.values, body=begin.body, source=begin.source[:300], drafted_by=begin.by, begun_at=at,
        changed_at=at,
    )  # fmt: skip


def new_ocid(draft: Draft, at: datetime) -> str:
    """Name the purchase that a draft begins, after the draft."""
    prefix = current_app.extensions["settings"].ocid_prefix
    return f"{prefix}-{clock.day_of(at).year}-{draft.id:06d}"


def correct_release(release_id: int, *, purpose: Purpose, reason: str, by: int, governments: Collection[int]) -> Draft:
    """Begin the correction or withdrawal of a published notice.

    Raises:
        NotFoundError, NoReasonError
    """
    if not reason.strip():
        raise rules.NoReasonError(field="reason")
    with transaction():
        release, government = queries.publication_of(release_id, queries.governments(governments))
        notice = queries.notice_type_of(release)
        if notice is None:
            raise NotFoundError
        draft = Draft(
            government_id=government.id, notice_type=notice.code, ocid=release.ocid, values={}, drafted_by=by,
            purpose=purpose, corrects_id=release.id, reason=reason,
        )  # fmt: skip
        return _keep(draft, by, fills=purpose is Purpose.CORRECT)


def change_draft(draft_id: int, values: Mapping[str, object], *, by: int, governments: Collection[int]) -> Draft:
    """Keep some answers of a draft; None takes an answer away.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        rules.check_open(draft.status)
        kept = {name: value for name, value in {**draft.values, **values}.items() if value not in (None, [])}
        if kept != draft.values:
            draft.values = kept
            touch(draft, DraftAct.CHANGED, by)
        return draft


def continue_purchase(draft_id: int, ocid: str, *, by: int, governments: Collection[int]) -> Draft:
    """Let a draft that would begin a purchase continue one that is there already; its answers stay.

    Raises:
        NotFoundError, WrongDraftStateError
        UnknownPurchaseError: the purchase is none that the draft may belong to.
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        rules.check_open(draft.status)
        if ocid not in {one.process.ocid for one in queries.likely_purchases(draft)}:
            raise rules.UnknownPurchaseError
        draft.ocid = ocid
        touch(draft, DraftAct.CHANGED, by)
        return draft


def faults_of(draft: Draft) -> list[checking.Fault]:
    """List what a draft lacks before it can be submitted."""
    if draft.purpose is Purpose.WITHDRAW or draft.body is not None:
        return []
    said = values_of(notice_types()["tender"], queries.state_of(draft.ocid), number=draft.id, corrects=False)
    category, notice = str(said.get("category") or ""), notice_types()[draft.notice_type]
    return checking.faults_of(notice, draft.values, today=clock.today(), category=category)


def submit_draft(draft_id: int, *, by: int, governments: Collection[int]) -> Draft:
    """Hand a draft to the approver; from now on it cannot be changed.

    Raises:
        NotFoundError, WrongDraftStateError, IncompleteDraftError
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        rules.check_move(draft.status, DraftStatus.SUBMITTED)
        if faults_of(draft):
            raise rules.IncompleteDraftError
        draft.status, draft.return_reason, draft.submitted_by = DraftStatus.SUBMITTED, "", by
        touch(draft, DraftAct.SUBMITTED, by)
        return draft


def return_draft(draft_id: int, reason: str, *, by: int, governments: Collection[int]) -> None:
    """Give a submitted or scheduled draft back, with what is to be changed.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        give_back(draft, reason, by)


def discard_draft(draft_id: int, *, by: int, governments: Collection[int]) -> None:
    """Throw a draft away; it stays in the office's history.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        rules.check_move(draft.status, DraftStatus.DISCARDED)
        draft.status = DraftStatus.DISCARDED
        touch(draft, DraftAct.DISCARDED, by)


def approve_draft(
    draft_id: int, *, revision: int, by: int, governments: Collection[int], publish_at: datetime | None = None
) -> Draft:
    """Approve a submitted draft: it is published at once, or at a later moment.

    Raises:
        NotFoundError, WrongDraftStateError, OwnDraftError, DraftChangedError, PastMomentError, RefusedReleaseError
        OwnDocumentError: a document of the draft was handed in by whoever would approve it.
    """
    with transaction():
        draft = queries.draft_in_office(draft_id, governments, for_update=True)
        rules.check_move(draft.status, DraftStatus.APPROVED)
        rules.check_approver(by, {draft.drafted_by, *queries.authors(draft.id)})
        if revision != draft.revision:
            raise rules.DraftChangedError
        rules.check_moment(publish_at, clock.now())
        for document in queries.documents_of(draft.id):
            check_publisher(person(by), added_by=document.added_by if document.published_at is None else None)
        draft.approved_by, draft.publish_at, draft.status = by, publish_at, DraftStatus.APPROVED
        touch(draft, DraftAct.APPROVED, by)
        if publish_at is None:
            _publish(draft, by)
        return draft


def publish_one(draft_id: int) -> bool:
    """Publish one approved draft; what cannot be published any more is given back with the reason."""
    try:
        with transaction():
            draft = db.session.get(Draft, draft_id, with_for_update={"of": Draft})
            if draft is None or draft.status is not DraftStatus.APPROVED:
                return False
            _publish(draft, None)
            return True
    except PortalError as error:
        with transaction():
            draft = db.session.get(Draft, draft_id, with_for_update={"of": Draft})
            if draft is not None and draft.status is DraftStatus.APPROVED:
                give_back(draft, _said(error), None)
        return False


def _publish(draft: Draft, by: int | None) -> None:
    """Seal the release, publish its documents and change the state: in the transaction that is open."""
    rules.check_move(draft.status, DraftStatus.PUBLISHED)
    now, name = clock.now(), draft.government.name
    if draft.purpose is Purpose.WITHDRAW:
        procurement.release(draft.corrects_id or 0)
        hide(NOTICE, str(draft.corrects_id), reason=draft.reason, by=draft.approved_by, withdraws=True)
    else:
        report = seal_releases([queries.release_of_draft(draft, now)], by=name, source=draft.source)
        if report.refused:
            raise rules.RefusedReleaseError(reason=str(report.refused[0]))
        draft.release_id = report.sealed[0] if report.sealed else None
        for document in queries.documents_of(draft.id):
            if document.published_at is None:
                disclosure.publish(document.id, by=person(draft.approved_by or 0))
            kept = db.session.get_one(Document, document.id)
            kept.release_id = kept.release_id or draft.release_id
    draft.status, draft.published_at = DraftStatus.PUBLISHED, now
    touch(draft, DraftAct.PUBLISHED, by)


def _keep(draft: Draft, by: int, *, fills: bool) -> Draft:
    now = clock.now()
    draft.begun_at = draft.changed_at = now
    db.session.add(draft)
    db.session.flush()
    draft.ocid = draft.ocid or new_ocid(draft, now)
    if fills:
        draft.values = values_of(
            notice_types()[draft.notice_type], queries.basis_of(draft), number=draft.id,
            corrects=draft.purpose is Purpose.CORRECT, said=draft.values,
        )  # fmt: skip
    touch(draft, DraftAct.BEGUN, by)
    return draft


def touch(draft: Draft, act: DraftAct, by: int | None, note: str = "") -> None:
    """Note an act on a draft in its history, and what follows from it: revision, title, next deadline."""
    draft.changed_at = clock.now()
    draft.revision = (draft.revision or 0) + 1
    draft.title = queries.title_of(draft)
    db.session.flush()
    overview = overviews([draft])[0]
    draft.due_on = deadlines.due_on(overview.notice, overview.deadlines)
    db.session.add(DraftEvent(draft_id=draft.id, act=act, person_id=by, note=note, at=draft.changed_at))
    db.session.flush()


def give_back(draft: Draft, reason: str, by: int | None) -> None:
    """Let a draft be written on again, in the transaction that is open."""
    rules.check_move(draft.status, DraftStatus.DRAFTING)
    draft.status, draft.return_reason = DraftStatus.DRAFTING, reason
    draft.approved_by = draft.publish_at = None
    touch(draft, DraftAct.RETURNED, by, reason)


def _body_ocid(begin: Begin) -> str | None:
    return str(begin.body["ocid"])[:100] if begin.body and begin.body.get("ocid") else None


def _said(error: PortalError) -> str:
    with spoken_in(CHINESE):
        return str(error)
