"""Adding events, giving them their order, and bringing them to their consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlalchemy import func, select, text, update

from portal.kernel import clock
from portal.outbox.models import OutboxCursor, OutboxEvent
from portal.storage import modes
from portal.storage.batches import insert_rows
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BATCH = 500
SEQUENCER_LOCK = 7_310_001


class Consumer(Protocol):
    """Whoever follows the events: safe to be given the same events again."""

    name: str

    def handle(self, events: Sequence[OutboxEvent]) -> None:
        """Take events in order; when it returns, they are dealt with for good."""


def append_event(kind: str, object_id: str | int, change: str = "changed") -> None:
    """Add an event inside the transaction of the act it tells of."""
    append_events([(kind, object_id, change)])


def append_events(events: Iterable[tuple[str, str | int, str]]) -> None:
    """Add many events in their order, each with its kind, object and change."""
    if not modes.is_writing():
        raise modes.WriteOutsideTransactionError
    now = clock.now()
    rows = [
        {"kind": str(kind), "object_id": str(object_id), "change": change, "at": now}
        for kind, object_id, change in events
    ]
    insert_rows(OutboxEvent, rows)


def give_positions() -> int:
    """Give every committed event without a position the next one; return how many were given."""
    if db.session.scalar(select(OutboxEvent.id).where(OutboxEvent.position.is_(None)).limit(1)) is None:
        db.session.rollback()
        return 0
    with transaction():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SEQUENCER_LOCK})
        last = db.session.scalar(select(func.max(OutboxEvent.position))) or 0
        waiting = db.session.scalars(
            select(OutboxEvent).where(OutboxEvent.position.is_(None)).order_by(OutboxEvent.id)
        ).all()
        for position, event in enumerate(waiting, start=last + 1):
            event.position = position
        return len(waiting)


def drain(consumers: Sequence[Consumer]) -> int:
    """Bring every waiting event to every consumer, each from its own cursor; return how many."""
    give_positions()
    return sum(_drain_one(consumer) for consumer in consumers)


def replay(consumer: Consumer) -> None:
    """Let a consumer begin again from nothing."""
    with transaction():
        db.session.merge(OutboxCursor(consumer=consumer.name, position=0))


def _drain_one(consumer: Consumer) -> int:
    delivered = 0
    while True:
        cursor = db.session.get(OutboxCursor, consumer.name)
        position = cursor.position if cursor else 0
        events = db.session.scalars(
            select(OutboxEvent).where(OutboxEvent.position > position).order_by(OutboxEvent.position).limit(BATCH)
        ).all()
        if not events:
            db.session.rollback()
            return delivered
        reached = events[-1].position or position
        consumer.handle(events)
        delivered += len(events)
        if not _move_cursor(consumer.name, seen_at=position, to=reached):
            return delivered


def _move_cursor(name: str, *, seen_at: int, to: int) -> bool:
    """Move a cursor on from where it was seen; left alone if somebody else moved it meanwhile."""
    with transaction():
        if db.session.get(OutboxCursor, name, populate_existing=True) is None:
            db.session.add(OutboxCursor(consumer=name, position=0))
            db.session.flush()
        moved = (
            update(OutboxCursor)
            .where(OutboxCursor.consumer == name, OutboxCursor.position == seen_at)
            .values(position=to)
            .returning(OutboxCursor.position)
        )
        return db.session.scalar(moved) is not None
