"""Reads of ratings: single answers for whoever gave them, summaries for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, func, or_, select

from portal.accounts.models import RoleGrant
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import not_hidden
from portal.parties.models import Organization
from portal.ratings import rules
from portal.ratings.models import Rating, RatingDimension, RatingSummary
from portal.ratings.rules import Channel
from portal.ring.rules import Described, Kind
from portal.services.models import Service
from portal.services.queries import services, visible_services
from portal.storage.database import db
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

MOST_COMMENTS = 200


def visible_summaries() -> Select[RatingSummary]:
    """Select every summary that may be seen; it is hidden with its service."""
    shown = visible_services().with_only_columns(Service.id)
    return select(RatingSummary).where(not_hidden(Kind.RATING, RatingSummary.id), RatingSummary.service_id.in_(shown))


def summaries(filters: Filters) -> Select[RatingSummary]:
    """Select summaries under the filters of their services, newest first."""
    query = visible_summaries()
    if filters.as_args(page=None, sort=None, from_=None, to=None, year=None, kind=None):
        of_services = Filters(
            q=filters.q, region=filters.region, category=filters.category, buyer=filters.buyer,
            supplier=filters.supplier, stage=filters.stage,
        )  # fmt: skip
        chosen = services(of_services).order_by(None).with_only_columns(Service.id)
        query = query.where(RatingSummary.service_id.in_(chosen))
    if filters.from_:
        query = query.where(RatingSummary.as_of >= filters.from_)
    if filters.to:
        query = query.where(RatingSummary.as_of <= filters.to)
    return query.order_by(RatingSummary.as_of.desc(), RatingSummary.id.desc())


def summary(summary_id: int, *, service_id: int | None = None) -> RatingSummary:
    """Read one summary, of one service if that is given.

    Raises:
        NotFoundError: there is none, it may not be seen, or it is another service's.
    """
    query = visible_summaries().where(RatingSummary.id == summary_id)
    if service_id is not None:
        query = query.where(RatingSummary.service_id == service_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def latest_summaries(service_ids: Collection[int], *, channel: Channel = Channel.OPEN) -> Mapping[int, RatingSummary]:
    """Read the newest summary of many services at once, by service: one statement."""
    newest = (
        visible_summaries()
        .with_only_columns(func.max(RatingSummary.id))
        .where(RatingSummary.service_id.in_(service_ids), RatingSummary.channel == channel)
        .group_by(RatingSummary.service_id)
    )
    found = db.session.scalars(select(RatingSummary).where(RatingSummary.id.in_(newest)))
    return {item.service_id: item for item in found}


def summaries_of_service(service_id: int) -> Sequence[RatingSummary]:
    """Read every summary of one service, oldest first."""
    query = visible_summaries().where(RatingSummary.service_id == service_id)
    return db.session.scalars(query.order_by(RatingSummary.as_of, RatingSummary.id)).all()


def summary_ids_of(service_ids: Sequence[str]) -> list[str]:
    """List the summaries of some services, whether or not they may be seen."""
    query = select(RatingSummary.id).where(RatingSummary.service_id.in_([int(number) for number in service_ids]))
    return [str(number) for number in db.session.scalars(query)]


def summaries_by_id(ids: Collection[str]) -> Mapping[str, RatingSummary]:
    """Read many summaries at once, by identifier."""
    query = visible_summaries().where(RatingSummary.id.in_([int(number) for number in ids]))
    return {str(item.id): item for item in db.session.scalars(query)}


def summaries_of_governments(government_ids: Collection[int]) -> Select[RatingSummary]:
    """Select the summaries of services that some governments pay for, newest first."""
    buyers = select(Organization.id).where(Organization.government_id.in_(government_ids))
    paid = select(Service.id).where(Service.buyer_id.in_(buyers))
    return (
        visible_summaries()
        .where(RatingSummary.service_id.in_(paid))
        .order_by(RatingSummary.as_of.desc(), RatingSummary.id.desc())
    )


def service_names(service_ids: Collection[int]) -> Mapping[int, tuple[str, str | None]]:
    """Read the names (Chinese, English) of many services at once."""
    rows = db.session.execute(select(Service.id, Service.name, Service.name_en).where(Service.id.in_(service_ids)))
    return {number: (name, name_en) for number, name, name_en in rows}


def comments(summary: RatingSummary, *, governments: Collection[int]) -> Sequence[str]:
    """Read what people wrote behind a summary, for the governments that pay for the service.

    They come in an order that tells nothing of who or when.
    """
    buyers = select(Organization.id).where(Organization.government_id.in_(governments))
    query = (
        select(Rating.comment)
        .join(Service, Service.id == Rating.service_id)
        .where(
            Service.buyer_id.in_(buyers),
            Rating.service_id == summary.service_id,
            Rating.channel == summary.channel,
            Rating.created_at < cutoff(summary.as_of),
            Rating.comment != "",
        )
    )
    return db.session.scalars(query.order_by(Rating.comment).limit(MOST_COMMENTS)).all()


def own_rating(service_id: int, person_id: int) -> Rating | None:
    """Read what somebody has said of a service in the present quarter."""
    period = rules.period_of(clock.today())
    return db.session.scalar(
        select(Rating).where(Rating.service_id == service_id, Rating.person_id == person_id, Rating.period == period)
    )


def dimensions(on: date) -> Sequence[RatingDimension]:
    """Read the further questions that are asked on a day, in their order."""
    is_valid = or_(RatingDimension.valid_to.is_(None), RatingDimension.valid_to >= on)
    query = select(RatingDimension).where(RatingDimension.valid_from <= on, is_valid)
    return db.session.scalars(query.order_by(RatingDimension.position, RatingDimension.code)).all()


def is_rated_party(person_id: int, service: Service) -> bool:
    """Tell whether somebody has a role with the provider or the buyer of a service, or their government."""
    theirs = select(RoleGrant.organization_id, RoleGrant.government_id).where(RoleGrant.person_id == person_id)
    grants = db.session.execute(theirs).all()
    if not grants:
        return False
    buying = db.session.scalar(select(Organization.government_id).where(Organization.id == service.buyer_id))
    return rules.is_rated_party(
        organization_ids=frozenset(number for number, _ in grants if number is not None),
        government_ids=frozenset(number for _, number in grants if number is not None),
        rated=frozenset(number for number in (service.provider_id, service.buyer_id) if number is not None),
        buying=buying,
    )


def cutoff(as_of: date) -> datetime:
    """Tell the first moment that a summary up to and with a day does not count."""
    return clock.start_of(rules.day_after(as_of))


def counts_before(moment: datetime) -> Mapping[tuple[int, Channel], list[int]]:
    """Count the answers given before a moment by service, channel and level (1 to 5): one statement."""
    rows = db.session.execute(
        select(Rating.service_id, Rating.channel, Rating.level, func.count())
        .where(Rating.created_at < moment)
        .group_by(Rating.service_id, Rating.channel, Rating.level)
    )
    found: dict[tuple[int, Channel], list[int]] = {}
    for service_id, channel, level, count in rows:
        found.setdefault((service_id, channel), [0] * rules.BEST)[level - 1] = count
    return found


def counted_so_far() -> Mapping[tuple[int, Channel], int]:
    """Tell how many answers the newest summary of every service and channel has, seen or hidden."""
    rows = db.session.execute(
        select(RatingSummary.service_id, RatingSummary.channel, func.max(RatingSummary.n)).group_by(
            RatingSummary.service_id, RatingSummary.channel
        )
    )
    return {(service_id, channel): n for service_id, channel, n in rows}


def categories_of(service_ids: Collection[int]) -> Mapping[int, str | None]:
    """Read the category of many services at once."""
    rows = db.session.execute(select(Service.id, Service.category_code).where(Service.id.in_(service_ids)))
    return {number: category for number, category in rows}  # noqa: C416 - rows become pairs


def describe_ratings(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name summaries for the ring."""
    found = summaries_by_id(ids)
    names = service_names([item.service_id for item in found.values()])
    return {
        number: Described(
            f"{names[item.service_id][0]}：截至{item.as_of:%Y}年{item.as_of.month}月{item.as_of.day}日的评价",
            f"{names[item.service_id][1] or names[item.service_id][0]}: "
            f"ratings up to {item.as_of.day} {item.as_of:%B %Y}",
            "ratings.show",
            {"service_id": item.service_id, "summary_id": item.id},
        )
        for number, item in found.items()
    }
