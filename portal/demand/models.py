"""Tables of demand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.demand.rules import ProposalStatus, Verdict
from portal.storage.database import Model


class Proposal(Model):
    """What a resident asks for."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("people_count IS NULL OR people_count > 0", name="people_positive"),
        Index("ix_proposal_status_published", "status", "published_at"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # What
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str | None] = mapped_column(Text)
    beneficiaries: Mapped[str] = mapped_column(String(200), default="")
    people_count: Mapped[int | None]
    # Where and what kind
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), index=True)
    government_id: Mapped[int | None] = mapped_column(ForeignKey("government.id"), index=True)
    # Lifecycle
    status: Mapped[ProposalStatus] = mapped_column(default=ProposalStatus.SUBMITTED)
    refusal: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class Support(Model):
    """One resident wants what a proposal asks for."""

    __tablename__ = "support"
    __table_args__ = (UniqueConstraint("proposal_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class Answer(Model):
    """What the government says to a proposal; a later answer adds to the earlier, none is changed."""

    __tablename__ = "answer"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    # What
    verdict: Mapped[Verdict]
    reason: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    # Who and when
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    ledger_position: Mapped[int]


class Need(Model):
    """What several proposals come to: one thing that is missing in one region."""

    __tablename__ = "need"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    # What
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str | None] = mapped_column(Text)
    # Where, what kind, for which plan
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), index=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"), index=True)
    year: Mapped[int] = mapped_column(index=True)
    # Lifecycle
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
