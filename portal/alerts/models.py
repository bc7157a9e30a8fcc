"""Table of alerts: the one place where a mail address is kept for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.alerts.rules import Rhythm
from portal.storage.database import Model

LONGEST_FEED = 250


class Alert(Model):
    """A list under some filters, or one thing, that somebody is told of by mail; the row goes when they end it."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("email", "subject"),
        Index("ix_alert_due", "is_confirmed", "next_at"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(43), unique=True)
    # Who and what
    email: Mapped[str] = mapped_column(String(254), index=True)
    feed: Mapped[str] = mapped_column(String(LONGEST_FEED))
    query: Mapped[str] = mapped_column(Text, default="")
    subject: Mapped[str] = mapped_column(String(64), doc="SHA-256 of feed and query")
    language: Mapped[str] = mapped_column(String(2))
    rhythm: Mapped[Rhythm]
    # Asking and confirming
    asked_at: Mapped[datetime]
    asks: Mapped[int] = mapped_column(default=1)
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    # Telling
    told_until: Mapped[datetime]
    next_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
