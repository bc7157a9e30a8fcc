"""Tables of governments and organisations."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.parties.rules import DistinctionChange, MergeChange
from portal.storage.database import Model
from portal.storage.immutable import make_immutable

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext

HSDS_NAMESPACE = uuid.UUID("b9a9c8a4-52c1-4d8c-8a6b-6d0b3a0c4e57")


def _hsds_id(context: DefaultExecutionContext) -> str:
    """Give a new organisation the UUID that it keeps for good, whatever becomes of its name."""
    said: dict[str, object] = context.get_current_parameters()  # type: ignore[no-untyped-call]  # theirs
    parts = (said.get("scheme"), said.get("identifier"), said["name"], said["changed_at"])
    return str(uuid.uuid5(HSDS_NAMESPACE, "|".join(str(part) for part in parts)))


class Government(Model):
    """A government with its own purchasing plan: province, city, county or district."""

    __tablename__ = "government"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    name_en: Mapped[str | None] = mapped_column(String(150))
    # Place
    region_code: Mapped[str] = mapped_column(String(12), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("government.id"))


class Organization(Model):
    """A buyer, a supplier, or both (OCDS `parties`, HSDS `organization`)."""

    __tablename__ = "organization"
    __table_args__ = (
        UniqueConstraint("scheme", "identifier"),
        Index("ix_organization_name_key", "name_key"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    hsds_id: Mapped[str] = mapped_column(String(36), unique=True, default=_hsds_id)
    scheme: Mapped[str | None] = mapped_column(String(40))
    identifier: Mapped[str | None] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str | None] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(300))
    # Kind
    type_code: Mapped[str | None] = mapped_column(String(40))
    is_buyer: Mapped[bool] = mapped_column(default=False)
    is_supplier: Mapped[bool] = mapped_column(default=False)
    # Place
    region_code: Mapped[str | None] = mapped_column(String(12), index=True)
    government_id: Mapped[int | None] = mapped_column(ForeignKey("government.id"))
    # Contact (of the office, never of a person)
    phone: Mapped[str | None] = mapped_column(String(60))
    website: Mapped[str | None] = mapped_column(String(300))
    # Lifecycle
    changed_at: Mapped[datetime]


class MergedOrganization(Model):
    """An organisation that is kept under another one's number; follows from the history."""

    __tablename__ = "merged_organization"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True, autoincrement=False)
    kept_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)


class OrganizationMerge(Model):
    """One step of the history: somebody said that two organisations are one, or undid that."""

    __tablename__ = "organization_merge"
    __table_args__ = (CheckConstraint("merged_id <> kept_id", name="two"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    # What was done, and why
    change: Mapped[MergeChange]
    reason: Mapped[str] = mapped_column(Text)
    moved: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    # Provenance
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(100))
    ledger_position: Mapped[int]


class OrganizationDistinction(Model):
    """One step of the history: somebody said that two organisations that look like one are two, or undid that."""

    __tablename__ = "organization_distinction"
    __table_args__ = (CheckConstraint("first_id < second_id", name="in_order"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    # What was said, and why (never published)
    change: Mapped[DistinctionChange]
    reason: Mapped[str] = mapped_column(Text)
    # Provenance
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(100))


class OrganizationGrade(Model):
    """A grade that a social organisation was given in an evaluation: shown, never used for ranking."""

    __tablename__ = "organization_grade"
    __table_args__ = (UniqueConstraint("credit_code", "awarded_on"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    credit_code: Mapped[str] = mapped_column(String(18))
    # What was given
    grade: Mapped[str] = mapped_column(String(2))
    awarded_on: Mapped[date]
    valid_until: Mapped[date]
    source: Mapped[str] = mapped_column(String(500))

    def holds_on(self, day: date) -> bool:
        """Tell whether the grade is valid on a day."""
        return self.awarded_on <= day <= self.valid_until


make_immutable(OrganizationMerge.__table__)
make_immutable(OrganizationDistinction.__table__)
