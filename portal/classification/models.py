"""Tables of reference data; every row can be replaced by an official."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model


class Region(Model):
    """An administrative region (GB/T 2260 code)."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    population: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(200))


class Category(Model):
    """A row of a catalogue of services."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(200))
    level: Mapped[int]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"), index=True)
    scheme: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    status: Mapped[str] = mapped_column(String(100))


class Workday(Model):
    """A day that is worked though it is a weekend, or is not though it is a weekday."""

    __tablename__ = "workday"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    source: Mapped[str] = mapped_column(String(100))


class OrganizationType(Model):
    """A kind of organisation."""

    __tablename__ = "organization_type"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))
    credit_code_prefix: Mapped[str] = mapped_column(String(2))
    is_social_organisation: Mapped[bool]
    status: Mapped[str] = mapped_column(String(60))
