"""Making and undoing links of the ring, inside the transaction of the act that causes them."""

from __future__ import annotations

from sqlalchemy import select

from portal.kernel import clock
from portal.outbox.actions import append_event
from portal.ring.models import RingLink
from portal.ring.rules import ENDS, Relation
from portal.storage.database import db


def add_link(relation: Relation, from_id: str, to_id: str, *, note: str = "") -> None:
    """Make a link unless it is there already; both ends are told of the change."""
    if _link(relation, from_id, to_id) is not None:
        return
    from_kind, to_kind = ENDS[relation]
    db.session.add(
        RingLink(
            relation=relation,
            from_kind=from_kind,
            from_id=from_id,
            to_kind=to_kind,
            to_id=to_id,
            note=note,
            made_at=clock.now(),
        )
    )
    db.session.flush()
    append_event(from_kind, from_id, "linked")
    append_event(to_kind, to_id, "linked")


def remove_link(relation: Relation, from_id: str, to_id: str) -> None:
    """Undo a link if it is there; both ends are told of the change."""
    link = _link(relation, from_id, to_id)
    if link is None:
        return
    db.session.delete(link)
    append_event(link.from_kind, from_id, "unlinked")
    append_event(link.to_kind, to_id, "unlinked")


def _link(relation: Relation, from_id: str, to_id: str) -> RingLink | None:
    return db.session.scalar(
        select(RingLink).where(RingLink.relation == relation, RingLink.from_id == from_id, RingLink.to_id == to_id)
    )
