"""Writes of ratings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.accounts.models import RoleGrant
from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.ratings import queries, rules
from portal.ratings.models import Rating, RatingChange, RatingDimension, RatingSummary
from portal.ratings.rules import Channel, Level, Promise
from portal.ring.actions import add_link
from portal.ring.queries import describe
from portal.ring.rules import Kind, Relation
from portal.services.queries import service
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class RatingText:
    """What a resident says of a service."""

    level: int
    promise: Promise | None = None
    comment: str = ""
    by_family: bool = False
    dimensions: Mapping[str, int] = field(default_factory=dict)


def rate_service(service_id: int, text: RatingText, *, by: int, channel: Channel = Channel.OPEN) -> Rating:
    """Keep what a resident says; within the same quarter it replaces what they said before.

    Raises:
        NotFoundError, OutOfRangeError, StaffCannotRateError
    """
    keys = {dimension.key for dimension in rules.DIMENSIONS}
    if text.level not in set(Level) or set(text.dimensions) - keys or set(text.dimensions.values()) - set(Level):
        raise rules.OutOfRangeError(field="level")
    with transaction():
        service(service_id)
        if db.session.scalar(select(RoleGrant.id).where(RoleGrant.person_id == by).limit(1)) is not None:
            raise rules.StaffCannotRateError
        now = clock.now()
        period = rules.period_of(clock.day_of(now))
        rating = queries.own_rating(service_id, by, period)
        if rating is None:
            rating = Rating(service_id=service_id, person_id=by, period=period, channel=channel, created_at=now)
            db.session.add(rating)
        else:
            db.session.add(
                RatingChange(rating_id=rating.id, level=rating.level, comment=rating.comment, at=rating.changed_at)
            )
        rating.level, rating.promise, rating.comment = text.level, text.promise, text.comment
        rating.by_family, rating.changed_at = text.by_family, now
        rating.dimensions = [RatingDimension(key=key, level=level) for key, level in sorted(text.dimensions.items())]
        db.session.flush()
        return rating


def publish_summaries() -> list[RatingSummary]:
    """Publish new counts of every service that has at least five new ratings since the last time.

    Publishing only five at a time keeps a single rating from being read off two figures. Run weekly.
    """
    with transaction():
        counts = queries.level_counts()
        latest = queries.latest_summaries(list(counts))
        return [
            _publish(service_id, levels)
            for service_id, levels in sorted(counts.items())
            if sum(levels.values()) - (latest[service_id].n if service_id in latest else 0) >= rules.LEAST_NEW
        ]


def inform_need(summary_id: int, need_id: int, *, note: str = "") -> None:
    """Say that the ratings of a service are a reason for a need of the next plan.

    Raises:
        NotFoundError: the ratings or the need may not be seen.
    """
    with transaction():
        ends = [(Kind.RATING, str(summary_id)), (Kind.NEED, str(need_id))]
        if len(describe(ends)) < len(ends):
            raise NotFoundError
        add_link(Relation.INFORMS, str(summary_id), str(need_id), note=note)


def _publish(service_id: int, levels: Mapping[int, int]) -> RatingSummary:
    said = rules.satisfaction(levels)
    assert said is not None  # noqa: S101 - there are at least five
    now = clock.now()
    counts = {str(level.value): levels.get(level, 0) for level in Level}
    public = canonical_json({"service": service_id, "as_of": now.isoformat(), "counts": counts})
    summary = RatingSummary(
        service_id=service_id, very_dissatisfied=counts["1"], dissatisfied=counts["2"],
        basically_satisfied=counts["3"], satisfied=counts["4"], very_satisfied=counts["5"], n=said.n, mean=said.mean,
        satisfied_share=said.satisfied, low=said.low, high=said.high, as_of=now,
        ledger_position=append_entry("rating-count", service_id, action="publish", public=public, at=now),
    )  # fmt: skip
    db.session.add(summary)
    db.session.flush()
    add_link(Relation.RATED_IN, str(service_id), str(summary.id))
    append_event(Kind.RATING, summary.id, "published")
    return summary
