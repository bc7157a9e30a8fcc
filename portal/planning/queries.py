"""Reads of plans: published ones for everybody, drafts for the office of their government."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, exists, func, or_, select

from portal.classification.queries import category_subtree, region_subtree
from portal.demand.queries import needs_of_governments
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import not_hidden
from portal.parties.models import Government
from portal.planning.models import Plan, PlanAuthor, PlanLine, PlanOmission
from portal.planning.rules import PlanStatus
from portal.ratings import queries as ratings
from portal.ring import queries as ring
from portal.ring.rules import Described, Kind, Relation
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from portal.demand.models import Need
    from portal.ratings.models import RatingSummary
    from portal.web.filters import Filters


@dataclass(frozen=True)
class Evidence:
    """Published figures of a service that a line rests on, and the service's names."""

    summary: RatingSummary
    name: str
    name_en: str | None


def visible_plans() -> Select[Plan]:
    """Select every plan that may be seen: published and not hidden."""
    return select(Plan).where(Plan.status == PlanStatus.PUBLISHED, not_hidden(Kind.PLAN, Plan.id))


def visible_lines() -> Select[PlanLine]:
    """Select every line that may be seen: of a plan that may be seen."""
    shown = visible_plans().with_only_columns(Plan.id)
    return select(PlanLine).where(PlanLine.plan_id.in_(shown), not_hidden(Kind.PLAN_LINE, PlanLine.id))


def plans(filters: Filters, *, among: Select[Plan] | None = None) -> Select[Plan]:
    """Select plans under filters, the newest year first; `category` asks for a line of that category.

    Args:
        filters: what they are narrowed by.
        among: which of them; those that may be seen unless said otherwise.
    """
    query = visible_plans() if among is None else among
    if filters.q:
        columns = (Plan.title, Plan.title_en, Plan.introduction, Plan.introduction_en)
        in_line = or_(*(column.icontains(filters.q, autoescape=True) for column in (PlanLine.title, PlanLine.title_en)))
        has_line = exists().where(PlanLine.plan_id == Plan.id, in_line, not_hidden(Kind.PLAN_LINE, PlanLine.id))
        query = query.where(or_(has_line, *(column.icontains(filters.q, autoescape=True) for column in columns)))
    if filters.region:
        there = select(Government.id).where(Government.region_code.in_(region_subtree(filters.region)))
        query = query.where(Plan.government_id.in_(there))
    if filters.category:
        codes = category_subtree(filters.category)
        query = query.where(exists().where(PlanLine.plan_id == Plan.id, PlanLine.category_code.in_(codes)))
    if filters.year:
        query = query.where(Plan.year == filters.year)
    return query.order_by(Plan.year.desc(), Plan.published_at.desc(), Plan.id.desc())


def plan_lines(filters: Filters) -> Select[PlanLine]:
    """Select lines of plans that may be seen, under filters."""
    query = visible_lines().join(Plan, Plan.id == PlanLine.plan_id)
    if filters.q:
        columns = (PlanLine.title, PlanLine.title_en, PlanLine.beneficiaries, PlanLine.rationale)
        query = query.where(or_(*(column.icontains(filters.q, autoescape=True) for column in columns)))
    if filters.region:
        query = query.where(PlanLine.region_code.in_(region_subtree(filters.region)))
    if filters.category:
        query = query.where(PlanLine.category_code.in_(category_subtree(filters.category)))
    if filters.year:
        query = query.where(Plan.year == filters.year)
    return query.order_by(Plan.year.desc(), PlanLine.plan_id.desc(), PlanLine.number)


def plan(plan_id: int) -> Plan:
    """Read one published plan.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    return _found(db.session.scalar(visible_plans().where(Plan.id == plan_id)))


def line(plan_id: int, number: int) -> PlanLine:
    """Read one line of a published plan.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    found = db.session.scalar(visible_lines().where(PlanLine.plan_id == plan_id, PlanLine.number == number))
    if found is None:
        raise NotFoundError
    return found


def lines_of_plan(plan_id: int) -> Sequence[PlanLine]:
    """Read the lines of a published plan that may be seen, in their order."""
    query = visible_lines().where(PlanLine.plan_id == plan_id).order_by(PlanLine.number)
    return db.session.scalars(query).all()


def plan_in_office(plan_id: int, government_ids: Collection[int]) -> Plan:
    """Read a plan in any state, for the staff of its government.

    Raises:
        NotFoundError: there is none, or it belongs to another government.
    """
    return _found(db.session.scalar(select(Plan).where(Plan.id == plan_id, Plan.government_id.in_(government_ids))))


def line_in_office(plan_id: int, number: int, *, government_ids: Collection[int]) -> PlanLine:
    """Read a line of a plan in any state, for the staff of its government.

    Raises:
        NotFoundError: there is none, or it belongs to another government.
    """
    query = select(PlanLine).join(Plan, Plan.id == PlanLine.plan_id)
    query = query.where(Plan.id == plan_id, PlanLine.number == number, Plan.government_id.in_(government_ids))
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def plans_in_office(government_ids: Collection[int]) -> Select[Plan]:
    """Select the plans of some governments in any state, newest change first."""
    query = select(Plan).where(Plan.government_id.in_(government_ids))
    return query.order_by(Plan.changed_at.desc(), Plan.id.desc())


def governments(ids: Collection[int]) -> Sequence[Government]:
    """Read some governments in the order of their regions."""
    query = select(Government).where(Government.id.in_(ids)).order_by(Government.region_code)
    return db.session.scalars(query).all()


def is_planned(government_id: int, year: int) -> bool:
    """Tell whether a government has a plan for a year, in any state."""
    query = select(Plan.id).where(Plan.government_id == government_id, Plan.year == year)
    return db.session.scalar(query) is not None


def authors(plan_id: int) -> frozenset[int]:
    """Tell who had a hand in a plan."""
    return frozenset(db.session.scalars(select(PlanAuthor.person_id).where(PlanAuthor.plan_id == plan_id)))


def next_number(plan_id: int) -> int:
    """Tell the number that the next line of a plan gets."""
    last = db.session.scalar(select(func.max(PlanLine.number)).where(PlanLine.plan_id == plan_id))
    return (last or 0) + 1


def plan_ids_of(line_ids: Sequence[str]) -> list[str]:
    """List the plans that some lines belong to, whether or not they may be seen."""
    numbers = [int(number) for number in line_ids if number.isdecimal()]
    return [str(number) for number in db.session.scalars(select(PlanLine.plan_id).where(PlanLine.id.in_(numbers)))]


def line_ids_of(plan_ids: Sequence[str]) -> list[str]:
    """List the lines of some plans, whether or not they may be seen."""
    numbers = [int(number) for number in plan_ids if number.isdecimal()]
    return [str(number) for number in db.session.scalars(select(PlanLine.id).where(PlanLine.plan_id.in_(numbers)))]


def once_public(plan_ids: Sequence[str]) -> frozenset[str]:
    """Tell which of some plans were ever public, though they may be hidden now."""
    query = select(Plan.id).where(Plan.id.in_([int(number) for number in plan_ids]), Plan.published_at.is_not(None))
    return frozenset(map(str, db.session.scalars(query)))


def lines_once_public(line_ids: Sequence[str]) -> frozenset[str]:
    """Tell which of some lines were ever public, with their plan."""
    of_plans = select(Plan.id).where(Plan.published_at.is_not(None))
    numbers = [int(number) for number in line_ids]
    query = select(PlanLine.id).where(PlanLine.id.in_(numbers), PlanLine.plan_id.in_(of_plans))
    return frozenset(map(str, db.session.scalars(query)))


def plan_figures(plan_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """Count the lines of many plans and add up their money (fen): one statement."""
    rows = db.session.execute(
        select(PlanLine.plan_id, func.count(), func.sum(PlanLine.budget_fen))
        .where(PlanLine.plan_id.in_(plan_ids), not_hidden(Kind.PLAN_LINE, PlanLine.id))
        .group_by(PlanLine.plan_id)
    )
    return {plan_id: (count, int(fen)) for plan_id, count, fen in rows}


def needs_for(plan: Plan) -> Sequence[Need]:
    """Read the needs that a plan may answer: of its government and of those directly below it."""
    below = db.session.scalars(select(Government.id).where(Government.parent_id == plan.government_id))
    return needs_of_governments({plan.government_id, *below})


def need_ids_of(line_ids: Collection[int]) -> Mapping[int, Sequence[int]]:
    """Read which needs many lines answer: one statement."""
    found = ring.sources(Relation.ANSWERED_BY, [str(number) for number in line_ids])
    return {int(line_id): [int(number) for number in needs] for line_id, needs in found.items()}


def needs_of_lines(line_ids: Collection[int]) -> Mapping[int, Sequence[Described]]:
    """Name the needs that many lines answer: two statements. Needs that nobody may see are left out."""
    by_line = need_ids_of(line_ids)
    named = ring.describe({(Kind.NEED, str(number)) for numbers in by_line.values() for number in numbers})
    return {
        line_id: [named[Kind.NEED, str(number)] for number in numbers if (Kind.NEED, str(number)) in named]
        for line_id, numbers in by_line.items()
    }


def needs_left_out(omissions: Sequence[PlanOmission]) -> Sequence[tuple[PlanOmission, Described]]:
    """Name the needs that a plan leaves out: one statement."""
    named = ring.describe([(Kind.NEED, str(item.need_id)) for item in omissions])
    pairs = [(item, named.get((Kind.NEED, str(item.need_id)))) for item in omissions]
    return [(item, said) for item, said in pairs if said is not None]


def evidence_of_lines(line_ids: Collection[int]) -> Mapping[int, Sequence[Evidence]]:
    """Read the published ratings that many lines rest on, through the needs they answer."""
    by_line = need_ids_of(line_ids)
    informing = ring.sources(Relation.INFORMS, {str(number) for numbers in by_line.values() for number in numbers})
    summaries = ratings.summaries_by_id({number for numbers in informing.values() for number in numbers})
    names = ratings.service_names({item.service_id for item in summaries.values()})
    found: dict[int, dict[int, Evidence]] = defaultdict(dict)
    for line_id, need_ids in by_line.items():
        for number in (number for need_id in need_ids for number in informing.get(str(need_id), ())):
            if number in summaries:
                summary = summaries[number]
                found[line_id][summary.id] = Evidence(summary, *names[summary.service_id])
    return {line_id: list(items.values()) for line_id, items in found.items()}


def processes_of_lines(line_ids: Collection[int]) -> Mapping[int, Sequence[Described]]:
    """Name the processes that many lines became: two statements."""
    by_line = ring.targets(Relation.PURCHASED_THROUGH, [str(number) for number in line_ids])
    named = ring.describe({(Kind.PROCESS, ocid) for ocids in by_line.values() for ocid in ocids})
    return {
        int(line_id): [named[Kind.PROCESS, ocid] for ocid in ocids if (Kind.PROCESS, ocid) in named]
        for line_id, ocids in by_line.items()
    }


def describe_plans(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name plans for the ring."""
    query = visible_plans().where(Plan.id.in_([int(number) for number in ids]))
    return {
        str(item.id): Described(item.title, item.title_en, "planning.show", {"plan_id": item.id})
        for item in db.session.scalars(query)
    }


def describe_plan_lines(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name plan lines for the ring."""
    query = visible_lines().where(PlanLine.id.in_([int(number) for number in ids]))
    return {
        str(item.id): Described(
            f"{item.title}（{item.plan.year}年计划第{item.number}条）",
            f"{item.title_en or item.title} (plan {item.plan.year}, line {item.number})",
            "planning.line",
            {"plan_id": item.plan_id, "number": item.number},
        )
        for item in db.session.scalars(query)
    }


def _found(plan: Plan | None) -> Plan:
    if plan is None:
        raise NotFoundError
    return plan
