"""Reads of ratings; everything public comes from summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select

from portal.kernel.errors import NotFoundError
from portal.ratings.models import Rating, RatingSummary
from portal.ring.rules import Described
from portal.services.models import Service
from portal.services.queries import visible_services
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def visible_summaries() -> Select[tuple[RatingSummary]]:
    """Select every summary of a service that may be seen."""
    visible = visible_services().with_only_columns(Service.id)
    return select(RatingSummary).where(RatingSummary.service_id.in_(visible))


def summary(service_id: int, summary_id: int) -> RatingSummary:
    """Read one summary.

    Raises:
        NotFoundError: there is none, or its service may not be seen.
    """
    query = visible_summaries().where(RatingSummary.id == summary_id, RatingSummary.service_id == service_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def latest_summaries(service_ids: Collection[int]) -> Mapping[int, RatingSummary]:
    """Read the newest summary of many services: one statement."""
    newest = select(func.max(RatingSummary.id)).where(RatingSummary.service_id.in_(service_ids))
    query = visible_summaries().where(RatingSummary.id.in_(newest.group_by(RatingSummary.service_id)))
    return {item.service_id: item for item in db.session.scalars(query)}


def summaries_of(service_id: int) -> Sequence[RatingSummary]:
    """Read every summary of a service, newest first."""
    query = visible_summaries().where(RatingSummary.service_id == service_id)
    return db.session.scalars(query.order_by(RatingSummary.id.desc())).all()


def summaries(ids: Sequence[str]) -> Sequence[RatingSummary]:
    """Read some summaries by their numbers in the ring."""
    return db.session.scalars(visible_summaries().where(RatingSummary.id.in_([int(number) for number in ids]))).all()


def own_rating(service_id: int, person_id: int, period: str) -> Rating | None:
    """Read what a resident said of a service in a period."""
    query = select(Rating).where(
        Rating.service_id == service_id, Rating.person_id == person_id, Rating.period == period
    )
    return db.session.scalar(query)


def level_counts() -> dict[int, dict[int, int]]:
    """Count the ratings of every service by level; never for showing, only for summaries."""
    rows = db.session.execute(
        select(Rating.service_id, Rating.level, func.count()).group_by(Rating.service_id, Rating.level)
    )
    counts: dict[int, dict[int, int]] = {}
    for service_id, level, count in rows:
        counts.setdefault(service_id, {})[level] = count
    return counts


def describe_ratings(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name rating summaries for the ring."""
    query = select(RatingSummary, Service.name, Service.name_en).join(Service, Service.id == RatingSummary.service_id)
    visible = visible_summaries().where(RatingSummary.id.in_([int(number) for number in ids]))
    query = query.where(RatingSummary.id.in_(visible.with_only_columns(RatingSummary.id)))
    return {
        str(item.id): Described(
            f"{name}：居民评价（{item.n}份）", f"{name_en or name}: {item.n} ratings", "ratings.show",
            {"service_id": item.service_id, "summary_id": item.id},
        )
        for item, name, name_en in db.session.execute(query)
    }  # fmt: skip


