"""Proposing, confirming and refusing the erasure of a publication: each act is one transaction.

Nobody confirms what they proposed: the rule is that of drafts (`portal/publishing/rules.py`), and the database keeps
both apart as well. What is done to the publication is the very action of the command `portal releases redact`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from portal.disclosure.rules import PERSON, check_public
from portal.kernel import clock
from portal.kernel.text import clean_line
from portal.procurement import withholding
from portal.procurement.redacting import redact_release
from portal.publishing import queries as publishing
from portal.publishing.erasures import queries, rules
from portal.publishing.erasures.models import Erasure
from portal.publishing.erasures.rules import ErasureStatus
from portal.publishing.models import Draft, DraftEvent
from portal.publishing.rules import OPEN, DraftAct, DraftStatus, check_approver
from portal.publishing.upload_models import Upload, UploadedRow, UploadRow
from portal.storage.database import db
from portal.storage.erasing import empty_write_ahead_log
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.procurement.models import Release


def propose_erasure(name: str, *, basis: str, reason: str, by: int, governments: Collection[int]) -> Erasure:
    """Propose that a publication of one's own government is erased by law.

    Args:
        name: the address of its page, its number, or its ocid and identifier.
        basis: the law that asks for it, with its article; it becomes public.
        reason: why, without personal data; it becomes public.
        by: who proposes it.
        governments: those whose publications this person may have erased.

    Raises:
        UnknownReleaseError, AlreadyErasedError, AlreadyProposedError, PersonalDataError: naming the field.
        NotFoundError: the publication belongs to another government.
    """
    basis, reason = clean_line(basis), clean_line(reason)
    check_public(basis, field="basis")
    check_public(reason, field="reason")
    with transaction():
        release, government = queries.release_to_erase(name, governments)
        if queries.is_waiting(release.id):
            raise rules.AlreadyProposedError(field="release")
        erasure = Erasure(
            government_id=government.id, release_id=release.id, basis=basis, reason=reason, proposed_by=by,
            proposed_at=clock.now(),
        )  # fmt: skip
        db.session.add(erasure)
        db.session.flush()
        return erasure


def confirm_erasure(erasure_id: int, *, by: int, governments: Collection[int]) -> int:
    """Erase a publication for good, and what drafts and files of the office hold of it.

    Args:
        erasure_id: the proposal.
        by: who confirms it, who must not have proposed it.
        governments: those for which this person approves.

    Returns:
        The position of the ledger entry `redact`.

    Raises:
        NotFoundError, AlreadyDecidedError, AlreadyErasedError, OwnDraftError
    """
    with transaction():
        erasure = queries.erasure_in_office(erasure_id, governments, for_update=True)
        rules.check_waits(erasure.status)
        check_approver(by, {erasure.proposed_by})
        release = erasure.release
        if release.is_withheld:
            raise rules.AlreadyErasedError
        position = redact_release(
            release.ocid, release.release_id, reason=erasure.reason, basis=erasure.basis,
            by=f"{PERSON}{erasure.proposed_by}", approved_by=f"{PERSON}{by}", told_by=erasure.government.name,
        )  # fmt: skip
        held = queries.drafts_holding(release.id)
        _forget_files(held)
        for draft in held:
            _blank(draft, release, by)
        for other in queries.other_drafts(release.ocid, [draft.id for draft in held]):
            other.title = publishing.title_of(other)
        erasure.approved_by, erasure.ledger_position = by, position
        _decide(erasure, ErasureStatus.DONE)
        _keep_only_what_is_public(release.id)
    empty_write_ahead_log()
    return position


def refuse_erasure(erasure_id: int, refusal: str, *, by: int, governments: Collection[int]) -> None:
    """Refuse to erase a publication; it stays as it is.

    Raises:
        NotFoundError, AlreadyDecidedError, OwnDraftError
        PersonalDataError: naming the field.
    """
    refusal = clean_line(refusal)
    check_public(refusal, field="reason")
    with transaction():
        erasure = queries.erasure_in_office(erasure_id, governments, for_update=True)
        rules.check_waits(erasure.status)
        check_approver(by, {erasure.proposed_by})
        erasure.refused_by, erasure.refusal = by, refusal
        _decide(erasure, ErasureStatus.REFUSED)


def withdraw_erasure(erasure_id: int, *, by: int, governments: Collection[int]) -> None:
    """Take back what one proposed oneself; the publication stays as it is.

    Raises:
        NotFoundError, AlreadyDecidedError, NotYoursError
    """
    with transaction():
        erasure = queries.erasure_in_office(erasure_id, governments, for_update=True)
        rules.check_waits(erasure.status)
        if by != erasure.proposed_by:
            raise rules.NotYoursError
        _decide(erasure, ErasureStatus.WITHDRAWN)


def _decide(erasure: Erasure, status: ErasureStatus) -> None:
    erasure.status, erasure.decided_at = status, clock.now()
    db.session.flush()


def _keep_only_what_is_public(release_id: int) -> None:
    """Empty what was written in earlier proposals to erase the same publication; the public reason stays."""
    earlier = update(Erasure).where(Erasure.release_id == release_id, Erasure.status != ErasureStatus.DONE)
    db.session.execute(earlier.values(basis="", reason="", refusal=""))


def _forget_files(drafts: Sequence[Draft]) -> None:
    """Delete the files that drafts came from or that say the same, and the digests by which their rows are known."""
    numbers = [draft.id for draft in drafts]
    for draft in drafts:
        came_from = Upload.government_id == draft.government_id, Upload.filename == draft.source
        db.session.execute(delete(Upload).where(*came_from))
    told = select(UploadRow.upload_id).where(UploadRow.draft_id.in_(numbers))
    db.session.execute(delete(Upload).where(Upload.id.in_(told)), execution_options={"synchronize_session": False})
    db.session.execute(delete(UploadedRow).where(UploadedRow.draft_id.in_(numbers)))


def _blank(draft: Draft, release: Release, by: int) -> None:
    """Take everything out of a draft that it said; an open one is thrown away with it."""
    draft.values, draft.body, draft.return_reason = {}, None, ""
    draft.title, draft.source = release.title[:300], withholding.SOURCE
    draft.reason = release.title if draft.reason else ""
    draft.changed_at = clock.now()
    draft.revision += 1
    if draft.status in OPEN:
        draft.status, draft.approved_by, draft.publish_at = DraftStatus.DISCARDED, None, None
        db.session.add(DraftEvent(draft_id=draft.id, act=DraftAct.DISCARDED, person_id=by, at=draft.changed_at))
    db.session.flush()
