"""Reads of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Select, select

from portal.demand.models import Need
from portal.demand.queries import visible_needs
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import not_hidden
from portal.planning.models import Plan, PlanLine, PlanOmission
from portal.planning.rules import PlanStatus
from portal.ratings.queries import summaries
from portal.ring import queries as ring
from portal.ring.rules import Described, Kind, Relation
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from portal.ratings.models import RatingSummary
    from portal.web.filters import Filters

Found = TypeVar("Found", Plan, PlanLine)


def visible_plans() -> Select[tuple[Plan]]:
    """Select every plan that may be seen: the published ones."""
    return select(Plan).where(Plan.status == PlanStatus.PUBLISHED, not_hidden(Kind.PLAN, Plan.id))


def plans(filters: Filters) -> Select[tuple[Plan]]:
    """Select published plans, newest year first."""
    query = visible_plans()
    if filters.year:
        query = query.where(Plan.year == filters.year)
    if filters.q:
        query = query.where(Plan.title.icontains(filters.q, autoescape=True))
    return query.order_by(Plan.year.desc(), Plan.id.desc())


def plan(plan_id: int) -> Plan:
    """Read one published plan.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    return _one(db.session.scalar(visible_plans().where(Plan.id == plan_id)))


def plan_in_office(plan_id: int, government_ids: Collection[int]) -> Plan:
    """Read a plan in any state, for the staff of its government."""
    query = select(Plan).where(Plan.id == plan_id, Plan.government_id.in_(government_ids))
    return _one(db.session.scalar(query))


def plans_in_office(government_ids: Collection[int]) -> Sequence[Plan]:
    """Read the plans of some governments in any state, newest first."""
    query = select(Plan).where(Plan.government_id.in_(government_ids))
    return db.session.scalars(query.order_by(Plan.year.desc(), Plan.id.desc())).all()


def lines(plan_id: int) -> Sequence[PlanLine]:
    """Read the lines of a plan in their order."""
    return db.session.scalars(select(PlanLine).where(PlanLine.plan_id == plan_id).order_by(PlanLine.number)).all()


def line(plan_id: int, number: int) -> PlanLine:
    """Read one line of a plan."""
    query = select(PlanLine).where(PlanLine.plan_id == plan_id, PlanLine.number == number)
    return _one(db.session.scalar(query))


def needs_of_lines(items: Sequence[PlanLine]) -> dict[int, list[Need]]:
    """Read the needs that many lines answer: two statements."""
    ids = ring.sources(Relation.ANSWERED_BY, [str(item.id) for item in items])
    wanted = {int(number) for numbers in ids.values() for number in numbers}
    needs = {need.id: need for need in db.session.scalars(visible_needs().where(Need.id.in_(wanted)))}
    return {
        item.id: [needs[int(number)] for number in ids.get(str(item.id), ()) if int(number) in needs] for item in items
    }


def ratings_behind(needs: Sequence[Need]) -> Sequence[RatingSummary]:
    """Read the rating summaries that inform some needs."""
    ids = ring.sources(Relation.INFORMS, [str(need.id) for need in needs])
    return summaries([number for numbers in ids.values() for number in numbers])


def omissions(plan_id: int) -> Sequence[tuple[PlanOmission, Need]]:
    """Read what a plan leaves out, with the need."""
    query = select(PlanOmission, Need).join(Need, Need.id == PlanOmission.need_id)
    visible = visible_needs().with_only_columns(Need.id)
    query = query.where(PlanOmission.plan_id == plan_id, PlanOmission.need_id.in_(visible)).order_by(PlanOmission.id)
    return db.session.execute(query).tuples().all()


def open_needs(plan: Plan) -> Sequence[Need]:
    """Read the needs of the plan's government and year that neither a line answers nor the plan leaves out."""
    query = visible_needs().where(Need.government_id == plan.government_id, Need.year == plan.year)
    found = db.session.scalars(query.order_by(Need.id)).all()
    answered = ring.targets(Relation.ANSWERED_BY, [str(need.id) for need in found])
    left_out = {need.id for _, need in omissions(plan.id)}
    return [need for need in found if str(need.id) not in answered and need.id not in left_out]


def describe_plans(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name plans for the ring and for search."""
    query = visible_plans().where(Plan.id.in_([int(number) for number in ids]))
    return {
        str(item.id): Described(item.title, item.title_en, "planning.show", {"plan_id": item.id})
        for item in db.session.scalars(query)
    }


def describe_plan_lines(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name lines of published plans for the ring."""
    visible = visible_plans().with_only_columns(Plan.id)
    query = select(PlanLine).where(PlanLine.id.in_([int(number) for number in ids]), PlanLine.plan_id.in_(visible))
    return {
        str(item.id): Described(
            item.title, item.title_en, "planning.line", {"plan_id": item.plan_id, "number": item.number}
        )
        for item in db.session.scalars(query)
    }


def _one(found: Found | None) -> Found:
    if found is None:
        raise NotFoundError
    return found
