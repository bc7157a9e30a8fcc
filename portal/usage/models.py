"""Counts, and nothing else: no reader, no address, no moment finer than a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model
from portal.usage.rules import Use


class UsageMonth(Model):
    """How often one list, page or thing was used in a month; kept for good."""

    __tablename__ = "usage_month"
    __table_args__ = (
        UniqueConstraint("month", "use", "kind", "object_id"),
        CheckConstraint("count > 0", name="something"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    # What was counted
    month: Mapped[str] = mapped_column(String(7))
    use: Mapped[Use]
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(200))
    # How often
    count: Mapped[int] = mapped_column(BigInteger)


class UsageDay(Model):
    """How often a list, or all things of a kind together, were used on a day; kept for some months."""

    __tablename__ = "usage_day"
    __table_args__ = (
        UniqueConstraint("day", "use", "kind", "list_name"),
        CheckConstraint("count > 0", name="something"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    # What was counted
    day: Mapped[date]
    use: Mapped[Use]
    kind: Mapped[str] = mapped_column(String(20))
    list_name: Mapped[str] = mapped_column(String(200))
    # How often
    count: Mapped[int] = mapped_column(BigInteger)
