"""Tables of plans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.planning.rules import OmissionReason, PlanStatus
from portal.storage.database import Model


class Plan(Model):
    """What a government will buy in one year."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("government_id", "year"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"))
    year: Mapped[int]
    # What
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(300))
    introduction: Mapped[str] = mapped_column(Text, default="")
    introduction_en: Mapped[str | None] = mapped_column(Text)
    # Who
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Lifecycle
    status: Mapped[PlanStatus] = mapped_column(default=PlanStatus.DRAFT)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    ledger_position: Mapped[int | None]


class PlanLine(Model):
    """One thing to buy."""

    __tablename__ = "plan_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint("budget_fen >= 0", name="budget_not_negative"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    number: Mapped[int]
    # What
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(300))
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    quantity: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(40), default="")
    beneficiaries: Mapped[str] = mapped_column(String(200), default="")
    quality_target: Mapped[str] = mapped_column(String(300), default="")
    # How and for how much
    budget_fen: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(20))
    rationale: Mapped[str] = mapped_column(Text, default="")
    # Lifecycle
    changed_at: Mapped[datetime]


class PlanOmission(Model):
    """A need that a plan leaves out, and why."""

    __tablename__ = "plan_omission"
    __table_args__ = (UniqueConstraint("plan_id", "need_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    reason: Mapped[OmissionReason]
    explanation: Mapped[str] = mapped_column(Text, default="")
