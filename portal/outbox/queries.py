"""Reads of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, true

from portal.outbox.models import OutboxCursor, OutboxEvent
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime


_STATE = """
WITH state AS (
    SELECT (SELECT max(position) FROM outbox_event) AS top, (SELECT sum(position) FROM outbox_cursor) AS reached
)
SELECT top, reached, id FROM state LEFT JOIN outbox_event ON position IS NULL
"""
"""As it is sent: every public page asks, and to build the statement takes longer than to answer it."""


def change_state() -> str:
    """Tell a text that differs after every commit that changed something public.

    The highest position, the events that have none yet, and how far all consumers have come (a page made
    before the index caught up must not be taken for the one after): one statement, whatever the size.
    """
    with db.engine.connect() as connection:  # a session would take longer to make and to close than this to answer
        rows = connection.exec_driver_sql(_STATE).all()
    waiting = sorted(identifier for _, _, identifier in rows if identifier is not None)
    return f"{rows[0][0] or 0}:{rows[0][1] or 0}:{','.join(map(str, waiting))}"


def not_yet_followed(consumer: str, changes: Collection[str]) -> list[tuple[str, str, str]]:
    """List the kind, identifier and change of everything whose change of some sorts a consumer has still to take."""
    reached = select(func.coalesce(func.max(OutboxCursor.position), 0)).where(OutboxCursor.consumer == consumer)
    behind = (OutboxEvent.position > reached.scalar_subquery()) | OutboxEvent.position.is_(None)
    query = select(OutboxEvent.kind, OutboxEvent.object_id, OutboxEvent.change)
    rows = db.session.execute(query.where(behind, OutboxEvent.change.in_(changes)))
    return [(kind, object_id, change) for kind, object_id, change in rows]


def changed_since(position: int, changes: Collection[str]) -> bool:
    """Tell whether there was a change of some sorts after a position."""
    asked = select(OutboxEvent.id).where(OutboxEvent.change.in_(changes)).limit(1)
    later = (asked.where(OutboxEvent.position > position), asked.where(OutboxEvent.position.is_(None)))
    return any(db.session.scalar(query) is not None for query in later)


def lag(consumer: str) -> int:
    """Tell how many events a consumer has still to take."""
    position = db.session.scalar(select(OutboxCursor.position).where(OutboxCursor.consumer == consumer)) or 0
    behind = (OutboxEvent.position > position) | OutboxEvent.position.is_(None)
    return db.session.scalar(select(func.count()).select_from(OutboxEvent).where(behind)) or 0


def last_position() -> int:
    """Tell the highest position that was given: whatever is committed later has a higher one."""
    return db.session.scalar(select(func.max(OutboxEvent.position))) or 0


def position_before(moment: datetime) -> int:
    """Tell a position after which every event lies that was written at a moment or later."""
    first = db.session.scalar(select(func.min(OutboxEvent.position)).where(OutboxEvent.at >= moment))
    return last_position() if first is None else first - 1


def latest_events(
    kinds: Sequence[tuple[str, Collection[str]]], *, after: int, until: int, most: int
) -> list[tuple[int, str, str]]:
    """List the last event about each thing between two positions: its position, kind and object, in their order.

    Args:
        kinds: the kinds of things that matter, each with the changes that do; all where there are none.
        after: the position that was reached before.
        until: the last position that counts.
        most: how many at the most.
    """
    wanted = [
        and_(OutboxEvent.kind == kind, OutboxEvent.change.in_(changes) if changes else true())
        for kind, changes in kinds
    ]
    last = func.max(OutboxEvent.position)
    query = (
        select(last, OutboxEvent.kind, OutboxEvent.object_id)
        .where(OutboxEvent.position > after, OutboxEvent.position <= until, or_(*wanted))
        .group_by(OutboxEvent.kind, OutboxEvent.object_id)
    )
    rows = db.session.execute(query.order_by(last).limit(most))
    return [(position or 0, kind, one) for position, kind, one in rows]
