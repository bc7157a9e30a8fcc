"""Tables of the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model


class OutboxEvent(Model):
    """Something that was committed and that others may want to follow.

    `position` is given after the commit by the sequencer: on PostgreSQL a lower id may commit later
    than a higher one, and whoever remembered the higher id would never see the lower.
    """

    __tablename__ = "outbox_event"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int | None] = mapped_column(unique=True)
    # What changed
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(200))
    change: Mapped[str] = mapped_column(String(40))
    # Lifecycle
    at: Mapped[datetime]


class OutboxCursor(Model):
    """How far one consumer has come."""

    __tablename__ = "outbox_cursor"

    consumer: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
