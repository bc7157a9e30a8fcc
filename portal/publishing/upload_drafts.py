"""The drafts of one file as one thing: counted, summed, and submitted, approved, given back or thrown away in one act.

Nobody reads a hundred thousand drafts one by one. Each stays a draft of its own all the same, with its history, so that
one can be corrected or taken out, and who approves sees counts, sums and a sample that is drawn, not chosen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, false, func, insert, literal, not_, or_, select, update

from portal.kernel import clock
from portal.kernel.text import clean_text
from portal.procurement.models import Process
from portal.procurement.values import amount, child, children
from portal.publishing import queries, rules, uploads
from portal.publishing.models import Draft, DraftDocument, DraftEvent
from portal.publishing.notices.model import notice_types
from portal.publishing.rules import AUTHORING, DraftAct, DraftStatus
from portal.publishing.upload_models import Upload, UploadRow
from portal.publishing.upload_rules import NothingWaitsError
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from portal.publishing.notices.model import FieldSpec
    from portal.publishing.queries import Preview

FIRST, SAMPLED = 5, 10
YIELDED = 500
SUMS_OF_RELEASES = ("tender", "awards", "contracts")


@dataclass(frozen=True)
class ForApproval:
    """What somebody approves who approves the drafts of a file: `token` changes when any of them does."""

    token: str
    count: int
    continuing: int
    own: int
    with_documents: int
    types: Sequence[tuple[str, int]]
    sums: Sequence[tuple[FieldSpec | str, int]]
    first: Sequence[tuple[Draft, Preview]]
    sample: Sequence[tuple[Draft, Preview]]


def status_counts(upload: Upload) -> Mapping[DraftStatus, int]:
    """Count the drafts of a file by state: one statement."""
    query = select(Draft.status, func.count()).where(_of(upload)).group_by(Draft.status)
    found = dict(db.session.execute(query).all())
    return {status: found.get(status, 0) for status in DraftStatus}


def for_approval(upload: Upload, *, by: int, draw: int) -> ForApproval:
    """Gather what an approver of all drafts of a file has to know.

    Args:
        upload: the file.
        by: who would approve: drafts that they had a hand in, and those with documents, are left for others.
        draw: which sample is drawn.
    """
    can = _can_approve(upload, by)
    numbers = list(db.session.scalars(select(Draft.id).where(can).order_by(Draft.id)))
    waits = _waits(upload)
    drawn = Random(f"{upload.id}/{draw}").sample(numbers[FIRST:], min(SAMPLED, len(numbers[FIRST:])))  # noqa: S311 - a sample
    types = select(Draft.notice_type, func.count()).where(can).group_by(Draft.notice_type).order_by(Draft.notice_type)
    return ForApproval(
        token=_token(upload, by), count=len(numbers),
        continuing=_count(can, exists(select(Process.ocid).where(Process.ocid == Draft.ocid))),
        own=_count(waits, _is_own(by)), with_documents=_count(waits, _has_documents(), not_(_is_own(by))),
        types=[(code, count) for code, count in db.session.execute(types)], sums=_sums(upload, can),
        first=_previews(numbers[:FIRST]), sample=_previews(sorted(drawn)),
    )  # fmt: skip


def submit_all(upload_id: int, *, by: int, governments: Collection[int]) -> int:
    """Hand all drafts of a file to the approver that nobody has changed since; return how many.

    They were complete when they were begun, also those that were given back; one that was changed is submitted by
    itself, after its check.

    Raises:
        NotFoundError, NothingWaitsError
    """
    with transaction():
        upload = uploads.upload_in_office(upload_id, governments, for_update=True)
        return _do(
            upload, _unchanged(upload), DraftAct.SUBMITTED, by, status=DraftStatus.SUBMITTED, submitted_by=by,
            return_reason="",
        )  # fmt: skip


def given_back(upload: Upload) -> int:
    """Count the drafts of a file that were given back and that nobody has changed since."""
    return _count(_unchanged(upload), Draft.return_reason != "")


def approve_all(upload_id: int, *, token: str, by: int, governments: Collection[int]) -> int:
    """Approve all submitted drafts of a file, in one act; they are sealed in batches. Return how many.

    Raises:
        NotFoundError, NothingWaitsError
        OwnDraftError: whoever would approve had a hand in all of them.
        DraftChangedError: what waits is not what stood on the approver's page.
    """
    with transaction():
        upload = uploads.upload_in_office(upload_id, governments, for_update=True)
        _lock(_waits(upload))
        can = _can_approve(upload, by)
        if not _count(can):
            raise rules.OwnDraftError if _count(_waits(upload), _is_own(by)) else NothingWaitsError
        if token != _token(upload, by):
            raise rules.DraftChangedError
        now = clock.now()
        return _do(upload, can, DraftAct.APPROVED, by, status=DraftStatus.APPROVED, approved_by=by, publish_at=now)


def return_all(upload_id: int, reason: str, *, by: int, governments: Collection[int]) -> int:
    """Give all drafts of a file back that are not public yet, with what is to be changed; return how many.

    Raises:
        NotFoundError, NothingWaitsError
    """
    reason = clean_text(reason)
    with transaction():
        upload = uploads.upload_in_office(upload_id, governments, for_update=True)
        which = _of(upload) & Draft.status.in_((DraftStatus.SUBMITTED, DraftStatus.APPROVED))
        return _do(
            upload, which, DraftAct.RETURNED, by, note=reason, status=DraftStatus.DRAFTING, return_reason=reason,
            approved_by=None, publish_at=None,
        )  # fmt: skip


def discard_all(upload_id: int, *, by: int, governments: Collection[int]) -> int:
    """Throw all drafts of a file away that were not handed on; return how many. The rows may be taken again.

    Raises:
        NotFoundError, NothingWaitsError
    """
    with transaction():
        upload = uploads.upload_in_office(upload_id, governments, for_update=True)
        which = _of(upload) & (Draft.status == DraftStatus.DRAFTING)
        return _do(upload, which, DraftAct.DISCARDED, by, status=DraftStatus.DISCARDED)


def _do(upload: Upload, which: ColumnElement[bool], act: DraftAct, by: int, *, note: str = "", **new: object) -> int:
    """Change many drafts and remember of each who did it, with two statements."""
    _lock(which)
    now, status = clock.now(), new["status"]
    changed = update(Draft).where(which).values(**new, changed_at=now, revision=Draft.revision + 1)
    result: Any = db.session.execute(changed, execution_options={"synchronize_session": False})
    if not result.rowcount:
        raise NothingWaitsError
    columns = DraftEvent.__table__.c
    told = [
        literal(act, columns.act.type),
        literal(by),
        literal(note, columns.note.type),
        literal(now, columns.at.type),
    ]
    those = select(Draft.id, *told).where(_of(upload), Draft.status == status, Draft.changed_at == now)
    db.session.execute(insert(DraftEvent).from_select(["draft_id", "act", "person_id", "note", "at"], those))
    db.session.expire_all()
    return int(result.rowcount)


def _lock(which: ColumnElement[bool]) -> None:
    """Keep others from changing drafts until all is done; in the order in which the worker locks them."""
    rows = select(Draft.id).where(which).order_by(Draft.id).with_for_update().subquery()
    db.session.execute(select(func.count()).select_from(rows))


def _of(upload: Upload) -> ColumnElement[bool]:
    """Give the condition that a draft was made of a file."""
    return Draft.id.in_(select(UploadRow.draft_id).where(UploadRow.upload_id == upload.id, UploadRow.is_taken))


def _unchanged(upload: Upload) -> ColumnElement[bool]:
    changed = exists().where(DraftEvent.draft_id == Draft.id, DraftEvent.act == DraftAct.CHANGED)
    return _of(upload) & (Draft.status == DraftStatus.DRAFTING) & ~changed


def _waits(upload: Upload) -> ColumnElement[bool]:
    return _of(upload) & (Draft.status == DraftStatus.SUBMITTED)


def _can_approve(upload: Upload, by: int) -> ColumnElement[bool]:
    return _waits(upload) & not_(_is_own(by)) & not_(_has_documents())


def _is_own(by: int) -> ColumnElement[bool]:
    """Give the condition that somebody had a hand in a draft."""
    acts = select(DraftEvent.draft_id).where(DraftEvent.person_id == by, DraftEvent.act.in_(AUTHORING))
    return or_(Draft.drafted_by == by, func.coalesce(Draft.submitted_by == by, false()), Draft.id.in_(acts))


def _has_documents() -> ColumnElement[bool]:
    return Draft.id.in_(select(DraftDocument.draft_id))


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Draft).where(*conditions)) or 0


def _token(upload: Upload, by: int) -> str:
    query = select(func.count(), func.sum(Draft.revision), func.max(Draft.id), func.max(Draft.changed_at))
    count, revisions, last, at = db.session.execute(query.where(_can_approve(upload, by))).one()
    return f"{count}-{revisions or 0}-{last or 0}-{at.timestamp() if at else 0:.6f}"


def _previews(numbers: Sequence[int]) -> list[tuple[Draft, Preview]]:
    found = db.session.scalars(select(Draft).where(Draft.id.in_(numbers)).order_by(Draft.id))
    return [(draft, queries.preview_of(draft)) for draft in found]


def _sums(upload: Upload, can: ColumnElement[bool]) -> list[tuple[FieldSpec | str, int]]:
    """Sum the amounts of drafts, in fen: each question for money of a sheet, each part of an OCDS release."""
    if not upload.is_ocds:
        fields = [one for one in notice_types()[upload.notice_type].fields if one.kind == "amount"]
        if not fields:
            return []
        columns = [func.sum(Draft.values[(one.name, "fen")].as_float()) for one in fields]
        found = db.session.execute(select(*columns).where(can)).one()
        return [(one, round(fen)) for one, fen in zip(fields, found, strict=True) if fen is not None]
    sums: Counter[str] = Counter()
    for body in db.session.scalars(select(Draft.body).where(can).execution_options(yield_per=YIELDED)):
        for part, fen in _worth(body or {}):
            sums[part] += fen
    return [(part, sums[part]) for part in SUMS_OF_RELEASES if sums[part]]


def _worth(body: dict[str, object]) -> Iterator[tuple[str, int]]:
    parts = [("tender", child(body, "tender"))]
    parts += [(name, one) for name in ("awards", "contracts") for one in children(body, name)]
    for name, part in parts:
        worth = amount(child(part, "value"))
        if worth is not None and worth.currency == "CNY":
            yield name, worth.minor
