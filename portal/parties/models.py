"""Tables of governments and organisations."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model

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
