"""Making and undoing links of the ring, inside the transaction of the act that causes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.kernel import clock
from portal.outbox.actions import append_event, append_events
from portal.ring.models import RingLink
from portal.ring.rules import ENDS, Relation
from portal.storage.batches import batches, insert_rows
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterable


def add_link(relation: Relation, from_id: str, to_id: str, *, note: str = "") -> None:
    """Make a link unless it is there already; both ends are told of the change."""
    add_links(relation, [(from_id, to_id)], note=note)


def add_links(relation: Relation, pairs: Iterable[tuple[str, str]], *, note: str = "") -> None:
    """Make many links of one kind, in their order; those that are there already are left alone."""
    (from_kind, to_kind), now = ENDS[relation], clock.now()
    for batch in batches(dict.fromkeys(pairs)):
        ends = select(RingLink.from_id, RingLink.to_id).where(
            RingLink.relation == relation, RingLink.from_id.in_({from_id for from_id, _ in batch})
        )
        there = {(from_id, to_id) for from_id, to_id in db.session.execute(ends)}
        new = [pair for pair in batch if pair not in there]
        if not new:
            continue
        said = {"relation": relation, "from_kind": from_kind, "to_kind": to_kind, "note": note, "made_at": now}
        rows = [{**said, "from_id": from_id, "to_id": to_id} for from_id, to_id in new]
        insert_rows(RingLink, rows)
        append_events(
            (kind, end, "linked") for pair in new for kind, end in zip((from_kind, to_kind), pair, strict=True)
        )


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
