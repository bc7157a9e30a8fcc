"""Tables of ratings."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.ratings.rules import Channel, Promise, is_scored
from portal.storage.database import Model


class RatingDimension(Model):
    """A further question that may be answered in the five levels; a row of data, not of code."""

    __tablename__ = "rating_dimension"

    # Identification
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    # What is asked
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100))
    position: Mapped[int]
    # Validity
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))


class Rating(Model):
    """What one resident says of one service in one quarter. Never public: only summaries are."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("service_id", "person_id", "period"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        Index("ix_rating_created_service", "created_at", "service_id"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    period: Mapped[str] = mapped_column(String(6))
    # Under which contract
    ocid: Mapped[str | None] = mapped_column(String(200))
    contract_id: Mapped[str | None] = mapped_column(String(200))
    # What was said
    level: Mapped[int]
    promise_kept: Mapped[Promise | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    is_by_family: Mapped[bool] = mapped_column(default=False)
    # How it was asked for
    channel: Mapped[Channel] = mapped_column(default=Channel.OPEN)
    # Lifecycle
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    answers: Mapped[list[RatingAnswer]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="RatingAnswer.id"
    )


class RatingAnswer(Model):
    """The answer to one of the further questions."""

    __tablename__ = "rating_answer"
    __table_args__ = (
        UniqueConstraint("rating_id", "dimension_code"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"), index=True)
    dimension_code: Mapped[str] = mapped_column(ForeignKey("rating_dimension.code"))
    level: Mapped[int]


class RatingVersion(Model):
    """What a rating said before it was changed."""

    __tablename__ = "rating_version"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"), index=True)
    # What was said
    said: Mapped[dict[str, object]] = mapped_column(JSON)
    # Lifecycle
    said_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class RatingSummary(Model):
    """The published figures of one service: all answers of one channel up to a Sunday."""

    __tablename__ = "rating_summary"
    __table_args__ = (
        UniqueConstraint("service_id", "channel", "as_of"),
        CheckConstraint("n >= 5", name="enough_answers"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    channel: Mapped[Channel]
    # Until when
    period: Mapped[str] = mapped_column(String(6))
    as_of: Mapped[date]
    # Figures
    n: Mapped[int]
    new_answers: Mapped[int]
    exact_counts: Mapped[list[int]] = mapped_column(JSON)
    prior: Mapped[list[float]] = mapped_column(JSON)
    satisfied_share: Mapped[float]
    not_dissatisfied_share: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    mean: Mapped[float]
    score: Mapped[float]
    # Lifecycle
    closed_at: Mapped[datetime]
    ledger_position: Mapped[int]

    @property
    def counts(self) -> list[int] | None:
        """Give the answers of level 1 (worst) to 5 (best) as they may be shown: None under ten answers."""
        return self.exact_counts if is_scored(self.n) else None
