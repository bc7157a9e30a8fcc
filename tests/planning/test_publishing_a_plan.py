"""A plan is written by planners, published by somebody else, and joined to the ring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.kernel.errors import NotFoundError
from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide
from portal.outbox.models import OutboxEvent
from portal.planning import actions, queries, rules
from portal.planning.actions import PlanText
from portal.planning.models import PlanLine
from portal.planning.rules import OmissionReason, PlanStatus
from portal.ratings.actions import close_week
from portal.ring.queries import describers, neighbours
from portal.ring.rules import Described, Kind, Relation
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.planning import (
    line_text,
    make_approver,
    make_government,
    make_line,
    make_need,
    make_plan,
    make_planner,
    make_published_plan,
)
from tests.factories.ratings import make_service, rate

if TYPE_CHECKING:
    from flask import Flask

OCID = "ocds-x-1"


@pytest.fixture
def processes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one process be there to be named."""
    one = {OCID: Described("助餐服务采购", None, "planning.index")}
    monkeypatch.setitem(describers, Kind.PROCESS, lambda ids: {ocid: one[ocid] for ocid in ids if ocid in one})


def test_a_published_plan_is_joined_to_the_needs_it_answers(app: Flask) -> None:
    government = make_government()
    first, second = make_need(government), make_need(government, "缺少日间照料")

    plan = make_published_plan(government, [first, second])

    lines = queries.lines_of_plan(plan.id)
    assert [(line.number, queries.need_ids_of([line.id])[line.id]) for line in lines] == [(1, [first]), (2, [second])]
    (link,) = neighbours(Kind.NEED, str(first))
    assert (link.relation, link.url) == (Relation.ANSWERED_BY, f"/plans/{plan.id}/lines/1")


def test_a_draft_shows_nowhere_in_public(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)
    line = make_line(plan, [need], by=planner)

    assert not neighbours(Kind.NEED, str(need))
    assert not queries.describe_plans([str(plan.id)])
    assert not queries.describe_plan_lines([str(line.id)])
    with pytest.raises(NotFoundError):
        queries.plan(plan.id)


def test_a_publication_is_in_the_ledger_and_told_to_the_needs(app: Flask) -> None:
    government = make_government()
    need = make_need(government)

    plan = make_published_plan(government, [need])

    entry = db.session.scalars(select(LedgerEntry)).one()
    assert (entry.type, entry.object_id, entry.position) == ("plan", str(plan.id), plan.ledger_position)
    told = {(event.kind, event.change) for event in db.session.scalars(select(OutboxEvent))}
    assert {("plan", "published"), ("plan-line", "published"), ("need", "planned")} <= told


def test_the_published_form_names_no_person(app: Flask) -> None:
    government = make_government()
    plan = make_published_plan(government, [make_need(government)])

    public = actions.public_form(plan)

    assert set(public) == {
        "plan", "government", "year", "title", "title_en", "introduction", "introduction_en", "lines", "left_out",
    }  # fmt: skip


def test_whoever_drafted_a_plan_cannot_publish_it(app: Flask) -> None:
    government = make_government()
    planner = make_planner(government)
    plan = make_plan(government, by=planner)
    make_line(plan, [make_need(government)], by=planner)
    actions.submit_plan(plan.id, by=planner, governments={government})

    with pytest.raises(rules.OwnPlanError):
        actions.publish_plan(plan.id, revision=plan.revision, by=planner, governments={government})


def test_whoever_changed_a_plan_cannot_publish_it(app: Flask) -> None:
    government = make_government()
    planner, colleague = make_planner(government), make_planner(government)
    plan = make_plan(government, by=planner)
    make_line(plan, [make_need(government)], by=colleague)
    actions.submit_plan(plan.id, by=planner, governments={government})

    with pytest.raises(rules.OwnPlanError):
        actions.publish_plan(plan.id, revision=plan.revision, by=colleague, governments={government})


def test_the_database_too_keeps_drafting_and_approving_apart(app: Flask) -> None:
    government = make_government()
    planner = make_planner(government)
    plan_id = make_plan(government, by=planner).id

    with pytest.raises(IntegrityError), transaction():
        queries.plan_in_office(plan_id, {government}).approved_by = planner


def test_only_what_was_read_can_be_approved(app: Flask) -> None:
    government = make_government()
    planner, approver, need = make_planner(government), make_approver(government), make_need(government)
    plan = make_plan(government, by=planner)
    make_line(plan, [need], by=planner)
    actions.submit_plan(plan.id, by=planner, governments={government})
    read = plan.revision
    actions.return_plan(plan.id, "预算偏高", governments={government})
    actions.change_line(plan.id, 1, line_text(yuan=1), needs=[need], by=planner, governments={government})
    actions.submit_plan(plan.id, by=planner, governments={government})

    with pytest.raises(rules.PlanChangedError):
        actions.publish_plan(plan.id, revision=read, by=approver, governments={government})


def test_a_submitted_plan_cannot_be_changed(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)
    make_line(plan, [need], by=planner)
    actions.submit_plan(plan.id, by=planner, governments={government})

    with pytest.raises(rules.WrongPlanStateError):
        make_line(plan, [need], by=planner)
    with pytest.raises(rules.WrongPlanStateError):
        actions.remove_line(plan.id, 1, by=planner, governments={government})
    with pytest.raises(rules.WrongPlanStateError):
        actions.change_plan(plan.id, PlanText("改"), by=planner, governments={government})


def test_an_empty_plan_cannot_be_submitted(app: Flask) -> None:
    government = make_government()
    planner = make_planner(government)
    plan = make_plan(government, by=planner)

    with pytest.raises(rules.EmptyPlanError):
        actions.submit_plan(plan.id, by=planner, governments={government})


def test_a_government_has_one_plan_a_year(app: Flask) -> None:
    government = make_government()
    planner = make_planner(government)
    make_plan(government, by=planner)

    with pytest.raises(rules.PlanExistsError):
        make_plan(government, by=planner)
    assert make_plan(government, by=planner, year=2028).status is PlanStatus.DRAFT


def test_the_plan_of_another_government_is_not_found(app: Flask) -> None:
    government, other = make_government(), make_government("洛阳市人民政府")
    planner = make_planner(government)
    plan = make_plan(government, by=planner)

    with pytest.raises(NotFoundError):
        actions.add_line(plan.id, line_text(), needs=[make_need(government)], by=planner, governments={other})


def test_a_plan_answers_the_needs_of_its_own_government_only(app: Flask) -> None:
    government, other = make_government(), make_government("洛阳市人民政府")
    planner = make_planner(government)
    plan = make_plan(government, by=planner)

    with pytest.raises(rules.UnknownChoiceError):
        make_line(plan, [make_need(other)], by=planner)
    with pytest.raises(rules.UnknownChoiceError):
        make_line(plan, [999], by=planner)


def test_a_plan_may_answer_the_needs_of_governments_below(app: Flask) -> None:
    province = make_government("河南省人民政府")
    city = make_government("洛阳市人民政府", parent=province)
    planner, need = make_planner(province), make_need(city)
    plan = make_plan(province, by=planner)

    line = make_line(plan, [need], by=planner)

    assert queries.need_ids_of([line.id]) == {line.id: [need]}


def test_a_removed_line_leaves_no_link(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)
    number = make_line(plan, [need], by=planner).id

    actions.remove_line(plan.id, 1, by=planner, governments={government})

    assert db.session.get(PlanLine, number) is None
    assert not queries.need_ids_of([number])


def test_a_changed_line_answers_what_it_now_says(app: Flask) -> None:
    government = make_government()
    planner, old, new = make_planner(government), make_need(government), make_need(government, "缺少护理")
    plan = make_plan(government, by=planner)
    line = make_line(plan, [old], by=planner)

    actions.change_line(plan.id, 1, line_text("护理服务"), needs=[new], by=planner, governments={government})

    assert (queries.need_ids_of([line.id])[line.id], line.title) == ([new], "护理服务")


def test_a_need_left_out_shows_the_reason_from_both_ends(app: Flask) -> None:
    government = make_government()
    planner, approver = make_planner(government), make_approver(government)
    answered, left_out = make_need(government), make_need(government, "加装电梯")
    plan = make_plan(government, by=planner)
    make_line(plan, [answered], by=planner)
    why = {"reason": OmissionReason.NOT_ALLOWED, "explanation": "属于工程"}
    actions.omit_need(plan.id, left_out, **why, by=planner, governments={government})
    actions.submit_plan(plan.id, by=planner, governments={government})
    actions.publish_plan(plan.id, revision=plan.revision, by=approver, governments={government})

    (link,) = neighbours(Kind.NEED, str(left_out))
    assert (link.relation, link.note, link.url) == (Relation.LEFT_OUT_OF, "属于工程", f"/plans/{plan.id}")
    ((omission, said),) = queries.needs_left_out(queries.plan(plan.id).omissions)
    assert (omission.reason, said.title) == (OmissionReason.NOT_ALLOWED, "加装电梯（2027年）")


def test_an_omission_said_again_replaces_the_first_and_can_be_undone(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)
    for reason in (OmissionReason.LATER, OmissionReason.NO_MONEY):
        actions.omit_need(plan.id, need, reason=reason, explanation=reason.value, by=planner, governments={government})

    assert [item.reason for item in plan.omissions] == [OmissionReason.NO_MONEY]
    actions.undo_omission(plan.id, need, by=planner, governments={government})
    assert plan.omissions == []
    with pytest.raises(NotFoundError):
        actions.undo_omission(plan.id, need, by=planner, governments={government})


def test_an_answered_need_is_not_left_out(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)
    make_line(plan, [need], by=planner)

    with pytest.raises(rules.BothWaysError):
        actions.omit_need(
            plan.id, need, reason=OmissionReason.LATER, explanation="明年", by=planner, governments={government}
        )


def test_a_line_leads_to_the_process_it_became(app: Flask, processes: None) -> None:
    government = make_government()
    plan = make_published_plan(government, [make_need(government)])

    actions.link_process(plan.id, 1, ocid=OCID, governments={government})

    (line,) = queries.lines_of_plan(plan.id)
    assert [said.title for said in queries.processes_of_lines([line.id])[line.id]] == ["助餐服务采购"]


def test_an_unknown_process_or_a_draft_is_not_linked(app: Flask, processes: None) -> None:
    government = make_government()
    plan = make_published_plan(government, [make_need(government)])
    planner = make_planner(government)
    draft = make_plan(government, by=planner, year=2028)
    make_line(draft, [], by=planner, text=line_text(deviation="法定项目"))

    with pytest.raises(rules.UnknownProcessError):
        actions.link_process(plan.id, 1, ocid="ocds-unknown", governments={government})
    with pytest.raises(rules.WrongPlanStateError):
        actions.link_process(draft.id, 1, ocid=OCID, governments={government})


def test_a_line_rests_on_the_ratings_that_inform_its_needs(app: Flask) -> None:
    government = make_government()
    need, service = make_need(government), make_service()
    rate(service.id, [1] * 12)
    (number,) = close_week(date(2026, 11, 25))
    actions.let_rating_inform(number, need, note="饭菜凉了", allowed={need})

    plan = make_published_plan(government, [need])

    (line,) = queries.lines_of_plan(plan.id)
    (item,) = queries.evidence_of_lines([line.id])[line.id]
    assert (item.summary.id, item.name) == (number, "社区助餐")


def test_a_rating_informs_only_ones_own_needs(app: Flask) -> None:
    government = make_government()
    rate(make_service().id, [1] * 12)
    (number,) = close_week(date(2026, 11, 25))

    with pytest.raises(rules.UnknownChoiceError):
        actions.let_rating_inform(number, make_need(government), note="", allowed=set())


def test_a_hidden_plan_is_hidden_with_its_lines(app: Flask) -> None:
    government = make_government()
    plan = make_published_plan(government, [make_need(government)])
    (line,) = queries.lines_of_plan(plan.id)
    number = str(line.id)

    hide(Kind.PLAN, str(plan.id), reason="核实中", by=None)

    assert not queries.describe_plan_lines([number])
    with pytest.raises(NotFoundError):
        queries.line(plan.id, 1)


@pytest.mark.parametrize(("field", "code"), [("category_code", "Z9"), ("region_code", "999999")])
def test_a_line_has_a_known_category_and_region(app: Flask, field: str, code: str) -> None:
    government = make_government()
    planner = make_planner(government)
    plan = make_plan(government, by=planner)

    with pytest.raises(rules.UnknownChoiceError):
        make_line(plan, [make_need(government)], by=planner, text=replace(line_text(), **{field: code}))
