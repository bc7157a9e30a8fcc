"""What the ledger remembers of releases, as seen from here: their bytes, what hides them, and whether all is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select

from portal.ledger.models import LedgerEntry
from portal.moderation.models import HiddenMark
from portal.procurement.models import Release, ReleasePayload
from portal.procurement.queries import NOTICE
from portal.ring.rules import Kind
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TYPE = "release"
BATCH = 500


def bytes_at(positions: Sequence[int]) -> Mapping[int, bytes]:
    """Read the public bytes of the releases that some ledger entries are about."""
    query = select(Release.ledger_position, ReleasePayload.body).join(
        ReleasePayload, ReleasePayload.release_id == Release.id
    )
    return dict(db.session.execute(query.where(Release.ledger_position.in_(positions))).all())


def hidden_at(positions: Sequence[int]) -> Mapping[int, str]:
    """Tell which of them are hidden, and by which mark."""
    query = select(Release.id, Release.ocid, Release.ledger_position).where(Release.ledger_position.in_(positions))
    rows = db.session.execute(query).all()
    names = {NOTICE: [str(row.id) for row in rows], str(Kind.PROCESS): [row.ocid for row in rows]}
    asked = or_(*(and_(HiddenMark.kind == kind, HiddenMark.object_id.in_(ids)) for kind, ids in names.items()))
    marks = {
        f"{kind}:{key}" for kind, key in db.session.execute(select(HiddenMark.kind, HiddenMark.object_id).where(asked))
    }
    return {
        row.ledger_position: mark
        for row in rows
        for mark in (f"{NOTICE}:{row.id}", f"{Kind.PROCESS}:{row.ocid}")
        if mark in marks
    }


def faults() -> Iterator[str]:
    """Compare every release with the ledger: its entry, its moment, its bytes or the entry that withholds them."""
    query = (
        select(
            Release.id, Release.ocid, Release.release_id, Release.sealed_at, LedgerEntry.at, LedgerEntry.object_id,
            LedgerEntry.type,
        )
        .outerjoin(LedgerEntry, LedgerEntry.position == Release.ledger_position)
        .order_by(Release.id)
    )  # fmt: skip
    for row in db.session.execute(query.execution_options(yield_per=BATCH)):
        if row.object_id != f"{row.ocid} {row.release_id}" or row.type != TYPE:
            yield f"release {row.id} ({row.ocid} {row.release_id}): has no ledger entry of its own"
        elif row.sealed_at > row.at:
            yield f"release {row.id} ({row.ocid} {row.release_id}): says it was sealed after its ledger entry was made"
    yield from _faults_of_withheld()


def _faults_of_withheld() -> Iterator[str]:
    """Look for releases whose content is gone and whose hash, by which it could be guessed, is not; and the reverse."""
    has_payload = exists().where(ReleasePayload.release_id == Release.id)
    query = select(Release.id, Release.ocid, Release.release_id).where(or_(
        and_(~has_payload, Release.sha256 != ""), and_(has_payload, Release.sha256 == "")
    ))  # fmt: skip
    for row in db.session.execute(query.order_by(Release.id)):
        yield f"release {row.id} ({row.ocid} {row.release_id}): content, title and hash were not destroyed together"
