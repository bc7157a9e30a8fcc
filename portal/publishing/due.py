"""Publishing what was approved and whose moment has come: many drafts in one transaction, batch after batch.

Safe to run twice at a time and to be killed: a draft is sealed and changes its state in one transaction.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from portal.kernel import clock
from portal.kernel.errors import PortalError
from portal.procurement.actions import seal_releases
from portal.procurement.models import Release
from portal.publishing import actions, queries, rules
from portal.publishing.models import Draft, DraftDocument, DraftEvent
from portal.publishing.notices import deadlines
from portal.publishing.overviews import overviews
from portal.publishing.rules import DraftAct, DraftStatus, Purpose
from portal.storage.batches import insert_rows
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.locale import CHINESE, spoken_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


BATCH = 200
SECONDS = 5.0  # how long the worker stays at it before it brings to search and feeds what it published


def publish_due() -> int:
    """Publish what is due, for some seconds; return how much was published.

    What cannot be published any more (its purchase was hidden, say) is given back with the reason.
    """
    until, published, seen = time.monotonic() + SECONDS, 0, set[int]()
    while time.monotonic() < until:
        numbers = list(db.session.scalars(queries.is_due(clock.now()).where(Draft.id.not_in(seen)).limit(BATCH)))
        db.session.rollback()
        if not numbers:
            break
        together, alone = _sorted(numbers)
        seen |= alone
        published += _publish(together) + sum(actions.publish_one(number) for number in sorted(alone))
    return published


def _sorted(numbers: Sequence[int]) -> tuple[list[int], set[int]]:
    """Tell what can be published together: new notices without documents, of each purchase the first."""
    has_documents = exists(select(DraftDocument.id).where(DraftDocument.draft_id == Draft.id))
    rows = db.session.execute(select(Draft.id, Draft.ocid, Draft.purpose, has_documents).where(Draft.id.in_(numbers)))
    together: dict[str, int] = {}
    alone = set()
    for number, ocid, purpose, with_documents in sorted(rows, key=lambda row: numbers.index(row[0])):
        if purpose is not Purpose.PUBLISH or with_documents:
            alone.add(number)
        else:
            together.setdefault(ocid, number)
    db.session.rollback()
    return list(together.values()), alone


def _publish(numbers: Sequence[int]) -> int:
    try:
        with transaction():
            return _publish_together(numbers)
    except PortalError:  # one of them cannot become a release: the others shall not wait for it
        return sum(actions.publish_one(number) for number in numbers)


def _publish_together(numbers: Sequence[int]) -> int:
    query = select(Draft).where(Draft.id.in_(numbers), Draft.status == DraftStatus.APPROVED).order_by(Draft.id)
    drafts = list(db.session.scalars(query.with_for_update(of=Draft)))
    now = clock.now()
    states = queries.states_of({draft.ocid for draft in drafts})
    refused: dict[int, str] = {}
    for (name, source), some in _by_source(drafts).items():
        releases = [queries.release_of_draft(one, now, before=states.get(one.ocid, {}), documents=()) for one in some]
        report = seal_releases(releases, by=name, source=source)
        refused |= {some[problem.number or 0].id: str(problem) for problem in report.refused}
        _note(some, [str(one["id"]) for one in releases])
    good = [one for one in drafts if one.id not in refused]
    _publish_states(good, now)
    for one in drafts:
        if one.id in refused:
            one.release_id = None
            with spoken_in(CHINESE):
                reason = str(rules.RefusedReleaseError(reason=refused[one.id]))
            actions.give_back(one, reason, None)
    return len(good)


def _by_source(drafts: Iterable[Draft]) -> dict[tuple[str, str], list[Draft]]:
    found: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        found.setdefault((draft.government.name, draft.source), []).append(draft)
    return found


def _note(drafts: Sequence[Draft], ids: Sequence[str]) -> None:
    """Note which release each draft became, or was already."""
    query = select(Release.ocid, Release.release_id, Release.id).where(Release.ocid.in_([one.ocid for one in drafts]))
    numbers = {(ocid, release_id): number for ocid, release_id, number in db.session.execute(query)}
    for draft, release_id in zip(drafts, ids, strict=True):
        draft.release_id = numbers.get((draft.ocid, release_id))


def _publish_states(drafts: Sequence[Draft], now: datetime) -> None:
    for draft in drafts:
        draft.status, draft.published_at, draft.changed_at = DraftStatus.PUBLISHED, now, now
        draft.revision += 1
    db.session.flush()
    for overview in overviews(drafts):
        overview.draft.due_on = deadlines.due_on(overview.notice, overview.deadlines)
    events = [
        {"draft_id": one.id, "act": DraftAct.PUBLISHED, "person_id": None, "note": "", "at": now} for one in drafts
    ]
    insert_rows(DraftEvent, events)
    db.session.flush()
