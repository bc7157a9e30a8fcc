"""Writes of plans."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.demand.models import Need
from portal.demand.queries import visible_needs
from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.planning import queries, rules
from portal.planning.models import Plan, PlanLine, PlanOmission
from portal.planning.rules import OmissionReason, PlanStatus
from portal.procurement.queries import process
from portal.ring.actions import add_link, remove_link
from portal.ring.queries import sources
from portal.ring.rules import Kind, Relation
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True)
class LineText:
    """What a planner writes of a line."""

    title: str
    category_code: str
    region_code: str
    budget_fen: int
    method: str = "open"
    title_en: str | None = None
    quantity: int | None = None
    unit: str = ""
    beneficiaries: str = ""
    quality_target: str = ""
    rationale: str = ""


def draft_plan(
    government_id: int, year: int, title: str, *, by: int | None, title_en: str | None = None,
    introduction: str = "", introduction_en: str | None = None,
) -> Plan:  # fmt: skip
    """Begin a plan; a government has one for a year.

    Raises:
        PlanExistsError
    """
    with transaction():
        query = select(Plan.id).where(Plan.government_id == government_id, Plan.year == year)
        if db.session.scalar(query) is not None:
            raise rules.PlanExistsError(field="year")
        now = clock.now()
        plan = Plan(
            government_id=government_id, year=year, title=title, title_en=title_en, introduction=introduction,
            introduction_en=introduction_en, drafted_by_id=by, created_at=now, changed_at=now,
        )  # fmt: skip
        db.session.add(plan)
        db.session.flush()
        return plan


def add_line(plan_id: int, text: LineText, *, need_ids: Sequence[int], governments: Collection[int]) -> PlanLine:
    """Add a line that answers needs.

    Raises:
        NotFoundError, WrongPlanStateError, NothingAnsweredError
    """
    if not need_ids:
        raise rules.NothingAnsweredError(field="needs")
    with transaction():
        plan = _draft(plan_id, governments)
        number = (db.session.scalar(select(func.max(PlanLine.number)).where(PlanLine.plan_id == plan_id)) or 0) + 1
        line = PlanLine(plan_id=plan_id, number=number, changed_at=clock.now(), **asdict(text))
        db.session.add(line)
        db.session.flush()
        for need in _needs(need_ids, plan):
            add_link(Relation.ANSWERED_BY, str(need.id), str(line.id))
        plan.changed_at = clock.now()
        return line


def remove_line(plan_id: int, number: int, *, governments: Collection[int]) -> None:
    """Take a line out of a draft."""
    with transaction():
        plan = _draft(plan_id, governments)
        line = queries.line(plan_id, number)
        for need_id in sources(Relation.ANSWERED_BY, [str(line.id)]).get(str(line.id), []):
            remove_link(Relation.ANSWERED_BY, need_id, str(line.id))
        db.session.delete(line)
        plan.changed_at = clock.now()


def omit_need(
    plan_id: int, need_id: int, reason: OmissionReason, *, explanation: str, governments: Collection[int]
) -> None:
    """Say why no line answers a need."""
    with transaction():
        plan = _draft(plan_id, governments)
        _needs([need_id], plan)
        query = select(PlanOmission).where(PlanOmission.plan_id == plan_id, PlanOmission.need_id == need_id)
        omission = db.session.scalar(query) or PlanOmission(plan_id=plan_id, need_id=need_id)
        omission.reason, omission.explanation = reason, explanation
        db.session.add(omission)
        plan.changed_at = clock.now()


def submit_plan(plan_id: int, *, governments: Collection[int]) -> None:
    """Hand a draft to the second person.

    Raises:
        EmptyPlanError: it has no line.
    """
    with transaction():
        plan = _draft(plan_id, governments)
        if not queries.lines(plan_id):
            raise rules.EmptyPlanError
        rules.check_move(plan.status, PlanStatus.SUBMITTED)
        plan.status, plan.changed_at = PlanStatus.SUBMITTED, clock.now()


def publish_plan(plan_id: int, *, by: int, governments: Collection[int]) -> None:
    """Publish a plan that another person drafted; it is remembered in the ledger.

    Raises:
        NotFoundError, WrongPlanStateError, OwnDraftError
    """
    with transaction():
        plan = queries.plan_in_office(plan_id, governments)
        rules.check_move(plan.status, PlanStatus.PUBLISHED)
        rules.check_second_person(plan.drafted_by_id, by)
        now = clock.now()
        plan.status, plan.approved_by_id, plan.published_at, plan.changed_at = PlanStatus.PUBLISHED, by, now, now
        plan.ledger_position = append_entry("plan", plan_id, action="publish", public=public_bytes(plan), at=now)
        append_event(Kind.PLAN, plan_id, "published")
        for items in queries.needs_of_lines(queries.lines(plan_id)).values():
            for need in items:
                append_event(Kind.NEED, need.id)


def link_process(line_id: int, ocid: str) -> None:
    """Say through which purchase a line of a published plan is carried out."""
    with transaction():
        line = db.session.get(PlanLine, line_id)
        if line is None:
            raise NotFoundError
        process(ocid)
        add_link(Relation.PURCHASED_THROUGH, str(line_id), ocid)


def public_bytes(plan: Plan) -> bytes:
    """Write a plan as the canonical bytes that its ledger entry commits to."""
    items = queries.lines(plan.id)
    needs = queries.needs_of_lines(items)
    return canonical_json({
        "government": plan.government_id,
        "year": plan.year,
        "title": plan.title,
        "lines": [
            {
                "number": item.number, "title": item.title, "category": item.category_code,
                "region": item.region_code, "quantity": item.quantity, "unit": item.unit,
                "budget_fen": item.budget_fen, "method": item.method, "needs": [need.id for need in needs[item.id]],
            }
            for item in items
        ],
        "omissions": [
            {"need": need.id, "reason": omission.reason.value, "explanation": omission.explanation}
            for omission, need in queries.omissions(plan.id)
        ],
    })  # fmt: skip


def _draft(plan_id: int, governments: Collection[int]) -> Plan:
    plan = queries.plan_in_office(plan_id, governments)
    if plan.status is not PlanStatus.DRAFT:
        raise rules.WrongPlanStateError
    return plan


def _needs(ids: Sequence[int], plan: Plan) -> list[Need]:
    """Read needs of the plan's own government; any other is not found."""
    query = visible_needs().where(Need.id.in_(ids), Need.government_id == plan.government_id)
    found = list(db.session.scalars(query.order_by(Need.id)))
    if len(found) < len(set(ids)):
        raise NotFoundError
    return found
