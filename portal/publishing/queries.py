"""Reads of drafts, for the office of their government alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, or_, select

from portal.classification.queries import categories, region_subtree, regions
from portal.disclosure.models import Document
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.parties.models import Government, Organization
from portal.procurement import field_changes
from portal.procurement import queries as procurement
from portal.procurement.link_models import ProcessClue
from portal.procurement.linking import clues_of, likely_processes
from portal.procurement.linking_rules import LONGEST_KEY, NUMBER
from portal.procurement.merging import compile_releases
from portal.procurement.models import Process, Release
from portal.procurement.notice_titles import numbers_in
from portal.procurement.rules import Tag
from portal.procurement.titling import spare_title_in, title_in
from portal.procurement.values import first_text
from portal.publishing.models import Draft, DraftDocument, DraftEvent
from portal.publishing.notices.filling import values_of
from portal.publishing.notices.model import notice_types
from portal.publishing.notices.occasion import Occasion
from portal.publishing.notices.writing import release_of
from portal.publishing.rules import AUTHORING, OPEN, DraftStatus, Purpose
from portal.storage.database import db
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from portal.procurement.field_changes import Change, Group
    from portal.procurement.linking import Candidate
    from portal.procurement.rules import Json
    from portal.publishing.notices.model import NoticeType

MOST_FOUND = 15


def drafts(government_ids: Collection[int], status: DraftStatus | None = None) -> Select[Draft]:
    """Select the drafts of some governments: open ones by urgency, published and thrown away ones last."""
    query = select(Draft).where(Draft.government_id.in_(government_ids))
    if status is not None:
        return query.where(Draft.status == status).order_by(
            Draft.due_on.nulls_last(), Draft.changed_at.desc(), Draft.id.desc()
        )
    return query.order_by(
        Draft.status.not_in(OPEN), Draft.due_on.nulls_last(), Draft.changed_at.desc(), Draft.id.desc()
    )


def counts(government_ids: Collection[int]) -> Mapping[DraftStatus, int]:
    """Count the drafts of some governments by state: one statement."""
    query = select(Draft.status, func.count()).where(Draft.government_id.in_(government_ids)).group_by(Draft.status)
    return dict(db.session.execute(query).all())


def draft_in_office(draft_id: int, government_ids: Collection[int], *, for_update: bool = False) -> Draft:
    """Read a draft in any state, for the staff of its government.

    Raises:
        NotFoundError: there is none, or it belongs to another government.
    """
    query = select(Draft).where(Draft.id == draft_id, Draft.government_id.in_(government_ids))
    found = db.session.scalar(query.with_for_update(of=Draft) if for_update else query)
    if found is None:
        raise NotFoundError
    return found


def governments(ids: Collection[int]) -> Sequence[Government]:
    """Read some governments in the order of their regions."""
    return db.session.scalars(select(Government).where(Government.id.in_(ids)).order_by(Government.region_code)).all()


def history(draft_id: int) -> Sequence[DraftEvent]:
    """Read what was done with a draft, in order."""
    return db.session.scalars(select(DraftEvent).where(DraftEvent.draft_id == draft_id).order_by(DraftEvent.id)).all()


def authors(draft_id: int) -> frozenset[int]:
    """Tell who had a hand in a draft: whoever began, changed or submitted it."""
    query = select(DraftEvent.person_id).where(DraftEvent.draft_id == draft_id, DraftEvent.act.in_(AUTHORING))
    return frozenset(number for number in db.session.scalars(query) if number is not None)


def is_due(now: datetime) -> Select[int]:
    """Select the numbers of drafts whose scheduled moment has come."""
    query = select(Draft.id).where(Draft.status == DraftStatus.APPROVED, Draft.publish_at <= now)
    return query.order_by(Draft.publish_at, Draft.id)


def purchases_of(government: Government) -> Select[Process]:
    """Select the purchases that a government may publish about: its buyers', its region's, and what it published."""
    return procurement.visible_processes().where(belongs_to(government))


def belongs_to(government: Government) -> ColumnElement[bool]:
    """Give the condition that a purchase, visible or not, is one that a government may publish about."""
    buyers = select(Organization.id).where(Organization.government_id == government.id)
    there = Process.region_code.in_(region_subtree(government.region_code))
    own = select(Draft.ocid).where(Draft.government_id == government.id, Draft.release_id.is_not(None))
    return or_(Process.buyer_id.in_(buyers), there, Process.ocid.in_(own))


def purchases_like(text: str, governments: Sequence[Government]) -> Sequence[Process]:
    """Find purchases of some governments by project number, title or ocid, the newest first."""
    found: dict[str, Process] = {}
    for government in governments:
        query = purchases_of(government)
        for term in text.split():
            numbered = select(ProcessClue.ocid).where(ProcessClue.value.icontains(term, autoescape=True))
            said = [
                column.icontains(term, autoescape=True) for column in (Process.title, Process.title_en, Process.ocid)
            ]
            query = query.where(or_(*said, Process.ocid.in_(numbered)))
        rows = db.session.scalars(query.order_by(Process.last_release_at.desc(), Process.ocid).limit(MOST_FOUND))
        found |= {one.ocid: one for one in rows}
    return list(found.values())[:MOST_FOUND]


def purchases_numbered(number: str, government: Government) -> Sequence[Process]:
    """Find purchases of a government by their project number: one look into an index, whatever their number.

    A purchase is known by its number as soon as links are suggested for it, a moment after its publication.
    """
    keys = [one.project[:LONGEST_KEY] for one in numbers_in(number)]
    clues = select(ProcessClue.ocid).where(ProcessClue.kind == NUMBER, ProcessClue.value.in_(keys))
    return db.session.scalars(purchases_of(government).where(Process.ocid.in_(clues)).limit(MOST_FOUND)).all()


def purchase_of(ocid: str, government: Government) -> Process | None:
    """Find a purchase that a government may publish about."""
    return db.session.scalar(purchases_of(government).where(Process.ocid == ocid))


def publication_of(release_id: int, governments: Sequence[Government]) -> tuple[Release, Government]:
    """Find a publication that one of some governments may correct or withdraw.

    Raises:
        NotFoundError: there is none, or it belongs to another government.
    """
    release = procurement.release(release_id)
    for government in governments:
        if purchase_of(release.ocid, government) is not None:
            return release, government
    raise NotFoundError


def notice_type_of(release: Release) -> NoticeType | None:
    """Tell by which notice type a publication was made: by its draft, else by its tag."""
    code = db.session.scalar(
        select(Draft.notice_type).where(Draft.release_id == release.id, Draft.purpose != Purpose.WITHDRAW)
    )
    if code is not None and code in notice_types():
        return notice_types()[code]
    return next(
        (one for one in notice_types().values() if Tag(release.tag) in {*one.tags.new, *one.tags.continuing}),
        next((one for one in notice_types().values() if Tag(release.tag) in one.tags.correction), None),
    )


def state_of(ocid: str) -> Json:
    """Tell what a purchase compiles to so far; nothing before its first publication."""
    return states_of([ocid]).get(ocid, {})


def states_of(ocids: Collection[str]) -> Mapping[str, Json]:
    """Tell what purchases compile to so far, those of which something is published: one statement."""
    query = procurement.visible_processes().where(Process.ocid.in_(ocids))
    return {one.ocid: one.compiled for one in db.session.scalars(query)}


def basis_of(draft: Draft) -> Json:
    """Tell what a draft rests on: the release that it corrects, else the state of its purchase."""
    if draft.purpose is Purpose.CORRECT and draft.corrects_id is not None:
        return procurement.release(draft.corrects_id).body
    return state_of(draft.ocid)


def changes_nothing(draft: Draft) -> bool:
    """Tell whether a correction says just what the release says that it corrects."""
    if draft.purpose is not Purpose.CORRECT or documents_of(draft.id):
        return False
    notice = notice_types()[draft.notice_type]
    return draft.values == values_of(notice, basis_of(draft), number=draft.id, corrects=True)


def release_of_draft(
    draft: Draft, at: datetime, *, before: Json | None = None, documents: Sequence[Document] | None = None
) -> Json:
    """Make the release that a draft becomes when it is published at a moment.

    Args:
        draft: the draft.
        at: the moment.
        before: what it rests on, where it is at hand.
        documents: those that are published with it, where they are at hand.
    """
    moment = at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
    if draft.body is not None:
        return {**draft.body, "date": draft.body.get("date") or moment}
    corrected = procurement.release(draft.corrects_id).release_id if draft.corrects_id else ""
    notice = notice_types()[draft.notice_type]
    on = Occasion(
        ocid=draft.ocid, release_id=f"{draft.ocid}-{notice.code}-{draft.id}", number=draft.id, at=moment,
        reason=draft.reason, corrects=corrected, before=basis_of(draft) if before is None else before,
        names=_names(draft),
        documents=[
            _document(one, notice, moment) for one in (documents_of(draft.id) if documents is None else documents)
        ],
    )  # fmt: skip
    return release_of(notice, draft.values, on)


def likely_purchases(draft: Draft) -> Sequence[Candidate]:
    """List the purchases of its government that a draft may belong to though it begins a new one.

    A draft with documents is left where it is: they were handed in under its number.
    """
    if draft.purpose is not Purpose.PUBLISH or state_of(draft.ocid) or documents_of(draft.id):
        return ()
    found = likely_processes(clues_of(release_of_draft(draft, clock.now())))
    return [one for one in found if purchase_of(one.process.ocid, draft.government) is not None]


def documents_of(draft_id: int) -> Sequence[Document]:
    """Read the documents that are published with a draft."""
    query = select(Document).join(DraftDocument, DraftDocument.document_id == Document.id)
    return db.session.scalars(query.where(DraftDocument.draft_id == draft_id).order_by(Document.id)).all()


def documents_to_attach(draft: Draft) -> Sequence[Document]:
    """Read the documents of a purchase that are not public and not attached to a draft yet."""
    taken = select(DraftDocument.document_id)
    query = select(Document).where(
        Document.ocid == draft.ocid, Document.published_at.is_(None), Document.id.not_in(taken)
    )
    return db.session.scalars(query.order_by(Document.id)).all()


def _names(draft: Draft) -> Mapping[str, str]:
    """Name the regions and categories of a draft in Chinese, for the release."""
    known = {**regions().names, **categories().names}
    return {str(code): known[str(code)][0] for code in draft.values.values() if str(code) in known}


def _document(document: Document, notice: NoticeType, at: str) -> Json:
    said: Json = {
        "id": f"document-{document.id}", "documentType": notice.document_type, "title": document.title,
        "url": links.absolute("disclosure.document", locale="zh", document_id=document.id), "datePublished": at,
        "format": document.media_type, "language": "zh",
    }  # fmt: skip
    return said | ({"title_en": document.title_en} if document.title_en else {})


def title_of(draft: Draft) -> str:
    """Tell what a draft is about, for lists."""
    return title_from(draft, {} if draft.body and title_in(draft.body) else state_of(draft.ocid))


def title_from(draft: Draft, state: Json) -> str:
    """Tell what a draft is about, where the state of its purchase is at hand."""
    body: Json = draft.body or {}
    return first_text(draft.values.get("title"), title_in(body), title_in(state), spare_title_in(body))[:300]


@dataclass(frozen=True)
class Preview:
    """The release that a draft would become now, and what it would change in its purchase."""

    id: int
    body: Json
    changes: Sequence[Change]

    @property
    def groups(self) -> list[Group]:
        """Give the changes by the part of the purchase that they belong to."""
        return field_changes.groups_of(self.changes)


def preview_of(draft: Draft) -> Preview:
    """Show an approver what a draft would publish."""
    if draft.purpose is Purpose.WITHDRAW:
        return Preview(draft.id, procurement.release(draft.corrects_id or 0).body, [])
    release, state = release_of_draft(draft, clock.now()), state_of(draft.ocid)
    after = compile_releases([{**state, "date": ""}, {**release, "date": "9999"}]) if state else release
    return Preview(draft.id, release, field_changes.changes(state, after) if state else [])


def rows_of(draft_id: int, name: str, government_ids: Collection[int]) -> list[dict[str, object]]:
    """Read the rows of a table of a draft."""
    rows = draft_in_office(draft_id, government_ids).values.get(name)
    return list(rows) if isinstance(rows, list) else []
