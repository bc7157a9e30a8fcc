"""Drafting, submitting and publishing plans: each act is one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from portal.classification.queries import categories, regions
from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.planning import queries, rules
from portal.planning.models import Plan, PlanAuthor, PlanLine, PlanOmission
from portal.planning.rules import Method, OmissionReason, PlanStatus
from portal.ratings.actions import inform_need
from portal.ring.actions import add_link, remove_link
from portal.ring.queries import describe
from portal.ring.rules import Kind, Relation
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True)
class PlanText:
    """What a planner writes about a plan as a whole."""

    title: str
    title_en: str | None = None
    introduction: str = ""
    introduction_en: str | None = None


@dataclass(frozen=True)
class LineText:
    """What a planner writes about one line."""

    title: str
    category_code: str
    region_code: str
    budget_fen: int
    method: Method
    title_en: str | None = None
    beneficiaries: str = ""
    beneficiaries_en: str | None = None
    quantity: int | None = None
    unit: str = ""
    expected_month: int | None = None
    quality_target: str = ""
    quality_target_en: str | None = None
    rationale: str = ""
    rationale_en: str | None = None
    deviation: str | None = None


def draft_plan(text: PlanText, *, government_id: int, year: int, by: int) -> Plan:
    """Begin the plan of a government for a year.

    Raises:
        PlanExistsError: naming the field `year`.
    """
    with transaction():
        if queries.is_planned(government_id, year):
            raise rules.PlanExistsError(field="year")
        now = clock.now()
        plan = Plan(
            **asdict(text), government_id=government_id, year=year, drafted_by=by, status=PlanStatus.DRAFT,
            created_at=now, changed_at=now,
        )  # fmt: skip
        db.session.add(plan)
        db.session.flush()
        _sign(plan, by)
        return plan


def change_plan(plan_id: int, text: PlanText, *, by: int, governments: Collection[int]) -> None:
    """Write a draft's title and introduction anew.

    Raises:
        NotFoundError, WrongPlanStateError
    """
    with transaction():
        plan = _open_plan(plan_id, governments)
        for name, value in asdict(text).items():
            setattr(plan, name, value)
        _touch(plan, by)


def add_line(plan_id: int, text: LineText, *, needs: Sequence[int], by: int, governments: Collection[int]) -> PlanLine:
    """Add a line to a draft, with the needs that it answers.

    Raises:
        NotFoundError, WrongPlanStateError
        UnknownChoiceError, NoNeedError, BothWaysError: naming the field.
    """
    with transaction():
        plan = _open_plan(plan_id, governments)
        _check_line(plan, text, needs)
        line = PlanLine(plan_id=plan.id, number=queries.next_number(plan.id), **asdict(text))
        db.session.add(line)
        db.session.flush()
        for need_id in needs:
            add_link(Relation.ANSWERED_BY, str(need_id), str(line.id))
        _touch(plan, by)
        return line


def change_line(
    plan_id: int, number: int, text: LineText, *, needs: Sequence[int], by: int, governments: Collection[int]
) -> None:
    """Write a line of a draft anew, with the needs that it answers.

    Raises:
        NotFoundError, WrongPlanStateError
        UnknownChoiceError, NoNeedError, BothWaysError: naming the field.
    """
    with transaction():
        plan = _open_plan(plan_id, governments)
        line = queries.line_in_office(plan_id, number, government_ids=governments)
        _check_line(plan, text, needs)
        for name, value in asdict(text).items():
            setattr(line, name, value)
        _answer_only(line, needs)
        _touch(plan, by)


def remove_line(plan_id: int, number: int, *, by: int, governments: Collection[int]) -> None:
    """Take a line out of a draft.

    Raises:
        NotFoundError, WrongPlanStateError
    """
    with transaction():
        plan = _open_plan(plan_id, governments)
        line = queries.line_in_office(plan_id, number, government_ids=governments)
        _answer_only(line, ())
        db.session.delete(line)
        _touch(plan, by)


def omit_need(
    plan_id: int, need_id: int, *, reason: OmissionReason, explanation: str, by: int, governments: Collection[int],
    explanation_en: str | None = None,
) -> None:  # fmt: skip
    """Say in a draft that a need is left out, and why; said again, it replaces what was said.

    Raises:
        NotFoundError, WrongPlanStateError
        UnknownChoiceError, BothWaysError: naming the field.
    """
    with transaction():
        plan = _open_plan(plan_id, governments)
        _check_needs(plan, [need_id], field="need")
        answered = queries.need_ids_of([line.id for line in plan.lines])
        if any(need_id in needs for needs in answered.values()):
            raise rules.BothWaysError(field="need")
        _leave_in(plan, need_id)
        plan.omissions.append(
            PlanOmission(need_id=need_id, reason=reason, explanation=explanation, explanation_en=explanation_en)
        )
        add_link(Relation.LEFT_OUT_OF, str(need_id), str(plan.id), note=explanation)
        _touch(plan, by)


def undo_omission(plan_id: int, need_id: int, *, by: int, governments: Collection[int]) -> None:
    """Take back in a draft that a need is left out.

    Raises:
        NotFoundError, WrongPlanStateError
    """
    with transaction():
        plan = _open_plan(plan_id, governments)
        if not _leave_in(plan, need_id):
            raise NotFoundError
        _touch(plan, by)


def submit_plan(plan_id: int, *, by: int, governments: Collection[int]) -> None:
    """Hand a draft to the approver; from now on it cannot be changed.

    Raises:
        NotFoundError, WrongPlanStateError, EmptyPlanError
    """
    with transaction():
        plan = queries.plan_in_office(plan_id, governments)
        rules.check_move(plan.status, PlanStatus.SUBMITTED)
        if not plan.lines:
            raise rules.EmptyPlanError
        plan.status, plan.return_reason = PlanStatus.SUBMITTED, ""
        _touch(plan, by)


def return_plan(plan_id: int, reason: str, *, governments: Collection[int]) -> None:
    """Give a submitted plan back to its planners, with what is to be changed.

    Raises:
        NotFoundError, WrongPlanStateError
    """
    with transaction():
        plan = queries.plan_in_office(plan_id, governments)
        rules.check_move(plan.status, PlanStatus.DRAFT)
        plan.status, plan.return_reason, plan.changed_at = PlanStatus.DRAFT, reason, clock.now()
        plan.revision += 1


def publish_plan(plan_id: int, *, revision: int, by: int, governments: Collection[int]) -> Plan:
    """Approve and publish a submitted plan; it is remembered in the ledger.

    Args:
        plan_id: which plan.
        revision: the one that the approver has read.
        by: the approver, who must have had no hand in it.
        governments: those whose plans the approver may publish.

    Raises:
        NotFoundError, WrongPlanStateError, OwnPlanError, PlanChangedError
    """
    with transaction():
        plan = queries.plan_in_office(plan_id, governments)
        rules.check_move(plan.status, PlanStatus.PUBLISHED)
        rules.check_approver(by, {plan.drafted_by, *queries.authors(plan.id)})
        if revision != plan.revision:
            raise rules.PlanChangedError
        now = clock.now()
        plan.status, plan.approved_by, plan.published_at, plan.changed_at = PlanStatus.PUBLISHED, by, now, now
        needs = queries.need_ids_of([line.id for line in plan.lines])
        public = canonical_json(public_form(plan))
        plan.ledger_position = append_entry("plan", plan.id, action="publish", public=public, at=now)
        append_event(Kind.PLAN, plan.id, "published")
        for line in plan.lines:
            append_event(Kind.PLAN_LINE, line.id, "published")
        left_out = [omission.need_id for omission in plan.omissions]
        for need_id in sorted({*left_out, *(number for numbers in needs.values() for number in numbers)}):
            append_event(Kind.NEED, need_id, "planned")
        return plan


def link_process(plan_id: int, number: int, *, ocid: str, governments: Collection[int]) -> None:
    """Note through which process a published line is purchased.

    Raises:
        NotFoundError, WrongPlanStateError
        UnknownProcessError: naming the field.
    """
    with transaction():
        line = queries.line_in_office(plan_id, number, government_ids=governments)
        if line.plan.status is not PlanStatus.PUBLISHED:
            raise rules.WrongPlanStateError
        if not describe([(Kind.PROCESS, ocid)]):
            raise rules.UnknownProcessError(field="ocid")
        add_link(Relation.PURCHASED_THROUGH, str(line.id), ocid)
        line.plan.changed_at = clock.now()
        append_event(Kind.PLAN, plan_id)


def let_rating_inform(summary_id: int, need_id: int, *, note: str, allowed: Collection[int]) -> None:
    """Note that a need of one's own government rests on a rating.

    Args:
        summary_id: the published figures.
        need_id: the need.
        note: what the figures show, public.
        allowed: the needs that the planner may work on.

    Raises:
        NotFoundError, UnknownChoiceError
    """
    if need_id not in allowed:
        raise rules.UnknownChoiceError(field="need")
    inform_need(summary_id, need_id, note=note)


def public_form(plan: Plan) -> dict[str, object]:
    """Write a plan as it is published: what the ledger commits to. No persons are in it."""
    needs = queries.need_ids_of([line.id for line in plan.lines])
    return {
        "plan": plan.id, "government": plan.government_id, "year": plan.year, "title": plan.title,
        "title_en": plan.title_en, "introduction": plan.introduction, "introduction_en": plan.introduction_en,
        "lines": [
            {"id": line.id, "number": line.number, "needs": sorted(needs.get(line.id, ())), **asdict(_text_of(line))}
            for line in plan.lines
        ],
        "left_out": [
            {
                "need": item.need_id, "reason": item.reason.value, "explanation": item.explanation,
                "explanation_en": item.explanation_en,
            }
            for item in sorted(plan.omissions, key=lambda item: item.need_id)
        ],
    }  # fmt: skip


def _text_of(line: PlanLine) -> LineText:
    return LineText(**{name: getattr(line, name) for name in LineText.__dataclass_fields__})


def _open_plan(plan_id: int, governments: Collection[int]) -> Plan:
    plan = queries.plan_in_office(plan_id, governments)
    rules.check_open(plan.status)
    return plan


def _touch(plan: Plan, by: int) -> None:
    plan.changed_at = clock.now()
    plan.revision += 1
    _sign(plan, by)


def _sign(plan: Plan, by: int) -> None:
    db.session.merge(PlanAuthor(plan_id=plan.id, person_id=by))
    db.session.flush()
    db.session.expire(plan, ["lines", "omissions"])


def _check_line(plan: Plan, text: LineText, needs: Sequence[int]) -> None:
    if text.category_code not in categories().names:
        raise rules.UnknownChoiceError(field="category")
    if text.region_code not in regions().names:
        raise rules.UnknownChoiceError(field="region")
    left_out = [omission.need_id for omission in plan.omissions]
    rules.check_answers(needs, deviation=text.deviation or "", left_out=left_out)
    _check_needs(plan, needs, field="needs")


def _check_needs(plan: Plan, needs: Sequence[int], *, field: str) -> None:
    if set(needs) - {need.id for need in queries.needs_for(plan)}:
        raise rules.UnknownChoiceError(field=field)


def _answer_only(line: PlanLine, needs: Collection[int]) -> None:
    before = set(queries.need_ids_of([line.id]).get(line.id, ()))
    for need_id in sorted(before - set(needs)):
        remove_link(Relation.ANSWERED_BY, str(need_id), str(line.id))
    for need_id in sorted(set(needs) - before):
        add_link(Relation.ANSWERED_BY, str(need_id), str(line.id))


def _leave_in(plan: Plan, need_id: int) -> bool:
    found = next((omission for omission in plan.omissions if omission.need_id == need_id), None)
    if found is None:
        return False
    plan.omissions.remove(found)
    db.session.flush()
    remove_link(Relation.LEFT_OUT_OF, str(need_id), str(plan.id))
    return True
