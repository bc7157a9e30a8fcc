"""Tables of ratings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.ratings.rules import Channel, Promise
from portal.storage.database import Model


class Rating(Model):
    """What one resident said of one service in one period. Only counts of it are public."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("service_id", "person_id", "period"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level_of_five"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    period: Mapped[str] = mapped_column(String(6))
    # What
    level: Mapped[int]
    promise: Mapped[Promise | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    by_family: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[Channel] = mapped_column(default=Channel.OPEN)
    # Lifecycle
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    dimensions: Mapped[list[RatingDimension]] = relationship(cascade="all, delete-orphan")


class RatingDimension(Model):
    """The answer to one more question."""

    __tablename__ = "rating_dimension"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 5", name="level_of_five"),)

    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    level: Mapped[int]


class RatingChange(Model):
    """What a rating was before its author changed it."""

    __tablename__ = "rating_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"), index=True)
    level: Mapped[int]
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class RatingSummary(Model):
    """The counts of all ratings of a service up to a moment, published when at least five are new."""

    __tablename__ = "rating_summary"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    # Counts
    very_dissatisfied: Mapped[int]
    dissatisfied: Mapped[int]
    basically_satisfied: Mapped[int]
    satisfied: Mapped[int]
    very_satisfied: Mapped[int]
    # What they say
    n: Mapped[int]
    mean: Mapped[float] = mapped_column(Float)
    satisfied_share: Mapped[float] = mapped_column(Float)
    low: Mapped[float] = mapped_column(Float)
    high: Mapped[float] = mapped_column(Float)
    # Lifecycle
    as_of: Mapped[datetime]
    ledger_position: Mapped[int]

    @property
    def counts(self) -> dict[int, int]:
        """Give the counts by level, from 1 (worst) to 5 (best)."""
        return {
            1: self.very_dissatisfied, 2: self.dissatisfied, 3: self.basically_satisfied, 4: self.satisfied,
            5: self.very_satisfied,
        }  # fmt: skip
