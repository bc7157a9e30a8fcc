"""Reads of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, cast, func, null, select

from portal.outbox.models import OutboxCursor, OutboxEvent
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection


def change_state() -> str:
    """Tell a text that differs after every commit that changed something public.

    The highest position, the events that have none yet, and how far all consumers have come (a page made
    before the index caught up must not be taken for the one after): one statement, whatever the size.
    """
    top = select(func.max(OutboxEvent.position)).scalar_subquery()
    reached = select(func.sum(OutboxCursor.position)).scalar_subquery()
    rows = db.session.execute(
        select(top, reached, OutboxEvent.id)
        .select_from(OutboxEvent)
        .where(OutboxEvent.position.is_(None))
        .union_all(select(top, reached, cast(null(), Integer)))
    ).all()
    waiting = sorted(identifier for _, _, identifier in rows if identifier is not None)
    return f"{rows[0][0] or 0}:{rows[0][1] or 0}:{','.join(map(str, waiting))}"


def not_yet_followed(consumer: str, changes: Collection[str]) -> list[tuple[str, str, str]]:
    """List the kind, identifier and change of everything whose change of some sorts a consumer has still to take."""
    reached = select(func.coalesce(func.max(OutboxCursor.position), 0)).where(OutboxCursor.consumer == consumer)
    behind = (OutboxEvent.position > reached.scalar_subquery()) | OutboxEvent.position.is_(None)
    query = select(OutboxEvent.kind, OutboxEvent.object_id, OutboxEvent.change)
    rows = db.session.execute(query.where(behind, OutboxEvent.change.in_(changes)))
    return [(kind, object_id, change) for kind, object_id, change in rows]


def lag(consumer: str) -> int:
    """Tell how many events a consumer has still to take."""
    position = db.session.scalar(select(OutboxCursor.position).where(OutboxCursor.consumer == consumer)) or 0
    behind = (OutboxEvent.position > position) | OutboxEvent.position.is_(None)
    return db.session.scalar(select(func.count()).select_from(OutboxEvent).where(behind)) or 0


def last_position() -> int:
    """Tell the highest position that was given: whatever is committed later has a higher one."""
    return db.session.scalar(select(func.max(OutboxEvent.position))) or 0
