"""Tables of what may belong together, and of what people joined."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.procurement.joining_rules import JoinChange, SuggestionState
from portal.storage.database import Model
from portal.storage.immutable import make_immutable


class ProcessClue(Model):
    """One thing that a process is found by when another notice of the same purchase comes; made anew with it."""

    __tablename__ = "process_clue"
    __table_args__ = (Index("ix_process_clue_value", "kind", "value"),)

    ocid: Mapped[str] = mapped_column(String(200), ForeignKey("process.ocid"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)


class LinkSuggestion(Model):
    """Two processes that may be one purchase, and what became of the suggestion."""

    __tablename__ = "link_suggestion"
    __table_args__ = (
        UniqueConstraint("first_ocid", "second_ocid"),
        CheckConstraint("first_ocid <> second_ocid", name="two"),
        Index("ix_link_suggestion_state", "state", "score"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    first_ocid: Mapped[str] = mapped_column(String(200))
    second_ocid: Mapped[str] = mapped_column(String(200), index=True)
    # Why
    score: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(JSON)
    # Lifecycle
    state: Mapped[SuggestionState] = mapped_column(default=SuggestionState.OPEN)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))


class ProcessJoin(Model):
    """One step of the history: somebody joined two processes as one purchase, or undid that."""

    __tablename__ = "process_join"
    __table_args__ = (CheckConstraint("first_ocid <> second_ocid", name="two"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    first_ocid: Mapped[str] = mapped_column(String(200), index=True)
    second_ocid: Mapped[str] = mapped_column(String(200), index=True)
    # What was done, and why
    change: Mapped[JoinChange]
    reason: Mapped[str] = mapped_column(Text)
    score: Mapped[int | None]
    reasons: Mapped[list[str]] = mapped_column(JSON)
    despite: Mapped[list[str]] = mapped_column(JSON)
    # Provenance
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(100))
    ledger_position: Mapped[int]


class PurchaseMember(Model):
    """A process that belongs to a purchase of several: follows from the history, made anew with every join."""

    __tablename__ = "purchase_member"

    ocid: Mapped[str] = mapped_column(String(200), primary_key=True)
    purchase: Mapped[str] = mapped_column(String(200), index=True)


make_immutable(ProcessJoin.__table__)
