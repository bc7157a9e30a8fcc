"""Tables of plans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.parties.models import Government
from portal.planning.rules import Method, OmissionReason, PlanStatus
from portal.storage.database import Model


class Plan(Model):
    """What one government will purchase in one year."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("government_id", "year"),
        CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="four_eyes"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"), index=True)
    year: Mapped[int] = mapped_column(index=True)
    # What it says
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(300))
    introduction: Mapped[str] = mapped_column(Text, default="")
    introduction_en: Mapped[str | None] = mapped_column(Text)
    # Who
    drafted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Lifecycle
    status: Mapped[PlanStatus] = mapped_column(default=PlanStatus.DRAFT)
    revision: Mapped[int] = mapped_column(default=1)
    return_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    ledger_position: Mapped[int | None]

    government: Mapped[Government] = relationship(lazy="joined")
    lines: Mapped[list[PlanLine]] = relationship(
        lazy="select", cascade="all, delete-orphan", order_by="PlanLine.number", back_populates="plan"
    )
    omissions: Mapped[list[PlanOmission]] = relationship(
        lazy="select", cascade="all, delete-orphan", order_by="PlanOmission.id"
    )


class PlanAuthor(Model):
    """Somebody who had a hand in a plan, and so cannot approve it."""

    __tablename__ = "plan_author"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class PlanLine(Model):
    """One thing to be purchased; the needs it answers and the process it becomes are links of the ring."""

    __tablename__ = "plan_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint("budget_fen >= 0", name="budget_not_negative"),
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_positive"),
        CheckConstraint("expected_month IS NULL OR expected_month BETWEEN 1 AND 12", name="month"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    number: Mapped[int]
    # What, for whom, where
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(300))
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    beneficiaries: Mapped[str] = mapped_column(String(200), default="")
    beneficiaries_en: Mapped[str | None] = mapped_column(String(300))
    # How much
    quantity: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(30), default="")
    budget_fen: Mapped[int] = mapped_column(BigInteger)
    # How and when
    method: Mapped[Method]
    expected_month: Mapped[int | None]
    # Why, and how good
    quality_target: Mapped[str] = mapped_column(Text, default="")
    quality_target_en: Mapped[str | None] = mapped_column(Text)
    rationale: Mapped[str] = mapped_column(Text, default="")
    rationale_en: Mapped[str | None] = mapped_column(Text)
    deviation: Mapped[str | None] = mapped_column(Text)

    plan: Mapped[Plan] = relationship(lazy="joined", back_populates="lines")


class PlanOmission(Model):
    """A need that the plan leaves out, and why."""

    __tablename__ = "plan_omission"
    __table_args__ = (UniqueConstraint("plan_id", "need_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    reason: Mapped[OmissionReason]
    explanation: Mapped[str] = mapped_column(Text, default="")
    explanation_en: Mapped[str | None] = mapped_column(Text)
