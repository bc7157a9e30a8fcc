"""Table of services."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.services.rules import ServiceStatus
from portal.storage.database import Model


class Service(Model):
    """A service that residents can use (HSDS `service`, its first location and schedule laid flat)."""

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("minimum_age IS NULL OR maximum_age IS NULL OR minimum_age <= maximum_age", name="ages"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    hsds_id: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    # What it is
    description: Mapped[str] = mapped_column(Text)
    description_en: Mapped[str | None] = mapped_column(Text)
    category_code: Mapped[str | None] = mapped_column(String(20), index=True)
    region_code: Mapped[str | None] = mapped_column(String(12), index=True)
    # Who may use it, how, at what price
    eligibility: Mapped[str] = mapped_column(Text, default="")
    eligibility_en: Mapped[str | None] = mapped_column(Text)
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    application_process: Mapped[str] = mapped_column(Text, default="")
    application_process_en: Mapped[str | None] = mapped_column(Text)
    fees: Mapped[str] = mapped_column(Text, default="")
    fees_en: Mapped[str | None] = mapped_column(Text)
    # Where and when
    phone: Mapped[str | None] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(String(200))
    schedule: Mapped[str] = mapped_column(Text, default="")
    schedule_en: Mapped[str | None] = mapped_column(Text)
    # Who provides and who pays
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    ocid: Mapped[str | None] = mapped_column(String(200), index=True)
    contract_id: Mapped[str | None] = mapped_column(String(200))
    # Lifecycle
    status: Mapped[ServiceStatus] = mapped_column(default=ServiceStatus.ACTIVE)
    assured_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)
