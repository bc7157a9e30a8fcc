"""Beginning the drafts of a whole file: what `actions.begin_draft` does for one, with few statements for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.publishing import actions, queries, rules
from portal.publishing.models import Draft, DraftEvent
from portal.publishing.notices import checking, deadlines
from portal.publishing.notices.filling import values_of
from portal.publishing.notices.model import notice_types
from portal.publishing.overviews import overviews
from portal.publishing.rules import DraftAct, DraftStatus
from portal.storage.batches import batches, insert_rows
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.procurement.rules import Json
    from portal.publishing.actions import Begin


def begin_drafts(begins: Sequence[Begin], *, submits: bool) -> list[Draft]:
    """Begin the drafts of a file, in the transaction that is open; the purchases they continue were looked up with it.

    Args:
        begins: what each begins with.
        submits: whether they go to the approver at once.

    Raises:
        IncompleteDraftError: one is to be submitted and lacks something.
    """
    return [draft for batch in batches(begins) for draft in _begin(batch, clock.now(), submits=submits)]


def _begin(begins: Sequence[Begin], now: datetime, *, submits: bool) -> list[Draft]:
    drafts = [actions.draft_of(one, now) for one in begins]
    db.session.add_all(drafts)
    db.session.flush()
    for draft in drafts:
        draft.ocid = draft.ocid or actions.new_ocid(draft, now)
    states = queries.states_of({draft.ocid for draft in drafts})
    for draft in drafts:
        _fill(draft, states.get(draft.ocid, {}))
    for overview in overviews(drafts):
        overview.draft.due_on = deadlines.due_on(overview.notice, overview.deadlines)
    events = [_event(draft, DraftAct.BEGUN, now) for draft in drafts]
    if submits:
        for draft in drafts:
            _submit(draft, states.get(draft.ocid, {}))
        events += [_event(draft, DraftAct.SUBMITTED, now) for draft in drafts]
    db.session.flush()
    insert_rows(DraftEvent, events)
    return drafts


def _fill(draft: Draft, state: Json) -> None:
    if draft.body is None:
        notice = notice_types()[draft.notice_type]
        draft.values = values_of(notice, state, number=draft.id, corrects=False, said=draft.values)
    draft.title = queries.title_from(draft, state)
    draft.revision = 2  # as after one act on a draft that was just written


def _submit(draft: Draft, state: Json) -> None:
    rules.check_move(draft.status, DraftStatus.SUBMITTED)
    if draft.body is None:
        basis = values_of(notice_types()["tender"], state, number=draft.id, corrects=False)
        notice, category = notice_types()[draft.notice_type], str(basis.get("category") or "")
        if checking.faults_of(notice, draft.values, today=clock.today(), category=category):
            raise rules.IncompleteDraftError
    draft.status, draft.submitted_by = DraftStatus.SUBMITTED, draft.drafted_by
    draft.revision += 1


def _event(draft: Draft, act: DraftAct, now: datetime) -> dict[str, object]:
    return {"draft_id": draft.id, "act": act, "person_id": draft.drafted_by, "note": "", "at": now}
