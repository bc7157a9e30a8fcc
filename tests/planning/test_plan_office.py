"""The office drafts plans, a second person approves them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.planning import queries
from portal.planning.rules import PlanStatus
from portal.ratings.actions import close_week
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.storage.database import db
from tests.factories.planning import (
    CATEGORY,
    REGION,
    make_approver,
    make_government,
    make_line,
    make_need,
    make_plan,
    make_planner,
    make_published_plan,
    make_submitted_plan,
)
from tests.factories.ratings import make_organization, make_resident, make_service, rate
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from flask import Flask

LINE = {"title": "社区助餐服务", "category": CATEGORY, "region": REGION, "budget": "1,200.50", "method": "open-tender"}


def test_the_office_drafts_a_plan_with_a_line_and_hands_it_on(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    client = signed_in(app, planner)

    begun = send(client, "/office/plans/new", government=government, year="２０２７", title="二〇二七年计划")
    url = begun.headers["Location"]
    added = send(client, f"{url}/lines/new", **LINE, needs=str(need), quantity="300", unit="份", month="3")
    handed = send(client, f"{url}/submit")

    assert (begun.status_code, added.status_code, handed.status_code) == (303, 303, 303)
    (plan,) = db.session.scalars(queries.plans_in_office({government}))
    assert (plan.status, plan.year) == (PlanStatus.SUBMITTED, 2027)
    (line,) = plan.lines
    assert (line.budget_fen, line.quantity, line.expected_month) == (120_050, 300, 3)
    assert queries.need_ids_of([line.id]) == {line.id: [need]}


def test_the_approver_reads_and_publishes(app: Flask) -> None:
    government = make_government()
    plan = make_submitted_plan(government)
    client = signed_in(app, make_approver(government))

    answer = send(client, f"/office/plans/{plan.id}/publish", revision=str(plan.revision))

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/plans/{plan.id}")
    assert client.get(f"/plans/{plan.id}").status_code == 200


@pytest.mark.parametrize("revision", ["", "1", "zwölf", "99999999999999999999"])
def test_an_approval_of_something_else_is_409(app: Flask, revision: str) -> None:
    government = make_government()
    plan = make_submitted_plan(government)

    answer = send(signed_in(app, make_approver(government)), f"/office/plans/{plan.id}/publish", revision=revision)

    assert answer.status_code == 409


def test_the_approver_gives_a_plan_back(app: Flask) -> None:
    government = make_government()
    plan = make_submitted_plan(government)
    client = signed_in(app, make_approver(government))

    answer = send(client, f"/office/plans/{plan.id}/return", reason="预算偏高")

    assert answer.status_code == 303
    assert "预算偏高" in client.get(f"/office/plans/{plan.id}").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", "长" * 101), ("category", "Z9"), ("region", "999999"), ("budget", "很多"),
        ("budget", "-1"), ("budget", "1.005"), ("budget", "1" * 29), ("method", "lottery"), ("month", "13"),
        ("quantity", "0"), ("quantity", "半"), ("needs", "999"), ("needs", "x"), ("needs", ""),
    ],
)  # fmt: skip
def test_a_bad_line_is_shown_again_with_what_was_typed(app: Flask, field: str, value: str) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)

    fields = {**LINE, "needs": str(need), "rationale": "理由在此", field: value}
    answer = send(signed_in(app, planner), f"/office/plans/{plan.id}/lines/new", **fields)

    assert answer.status_code == 422
    assert "理由在此" in answer.text
    assert "govuk-error-message" in answer.text
    assert not queries.plan_in_office(plan.id, {government}).lines


def test_a_line_is_changed_and_removed(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)
    make_line(plan, [need], by=planner)
    client, url = signed_in(app, planner), f"/office/plans/{plan.id}/lines/1"

    shown = client.get(url).text
    changed = send(client, url, **{**LINE, "title": "上门助餐", "needs": str(need)})
    removed = send(client, f"{url}/remove")

    assert 'value="1000.00"' in shown
    assert (changed.status_code, removed.status_code) == (303, 303)
    assert client.get(url).status_code == 404


def test_title_and_introduction_are_changed(app: Flask) -> None:
    government = make_government()
    planner = make_planner(government)
    plan = make_plan(government, by=planner)
    client = signed_in(app, planner)

    answer = send(client, f"/office/plans/{plan.id}/text", title="新标题", introduction="为谁买\n买什么")

    assert answer.status_code == 303
    assert "新标题" in client.get("/office/plans").text


def test_a_need_is_left_out_and_taken_back(app: Flask) -> None:
    government = make_government()
    planner, need = make_planner(government), make_need(government)
    plan = make_plan(government, by=planner)
    client, url = signed_in(app, planner), f"/office/plans/{plan.id}"

    left_out = send(client, f"{url}/left-out", need=str(need), reason="no-money", explanation="今年没有资金")
    shown = client.get(url).text
    back = send(client, f"{url}/left-out/{need}/undo")

    assert (left_out.status_code, back.status_code) == (303, 303)
    assert "今年没有资金" in shown
    assert "今年没有资金" not in client.get(url).text
    assert send(client, f"{url}/left-out", need="999", reason="no-money", explanation="x").status_code == 422


def test_an_unknown_process_is_said_beside_the_field(app: Flask) -> None:
    government = make_government()
    plan = make_published_plan(government, [make_need(government)])

    client = signed_in(app, make_planner(government))
    answer = send(client, f"/office/plans/{plan.id}/lines/1/process", ocid="ocds-unknown")

    assert answer.status_code == 422
    assert "ocds-unknown" in answer.text


def test_who_may_not_plan_is_refused(app: Flask) -> None:
    government, other = make_government(), make_government("洛阳市人民政府")
    plan = make_plan(government, by=make_planner(government))

    assert signed_in(app, make_resident()).get("/office/plans").status_code == 403
    assert signed_in(app, make_approver(government)).get("/office/plans/new").status_code == 403
    assert signed_in(app, make_planner(government)).get(f"/office/plans/{plan.id}/publish").status_code == 403
    assert signed_in(app, make_planner(other)).get(f"/office/plans/{plan.id}").status_code == 404


def test_a_plan_of_a_foreign_government_cannot_be_begun(app: Flask) -> None:
    government, other = make_government(), make_government("洛阳市人民政府")

    client = signed_in(app, make_planner(other))
    answer = send(client, "/office/plans/new", government=government, year="2027", title="x")

    assert answer.status_code == 422


@pytest.mark.parametrize("year", ["27", "soon", "99999", ""])
def test_a_year_that_cannot_be_meant_is_asked_again(app: Flask, year: str) -> None:
    government = make_government()

    client = signed_in(app, make_planner(government))
    answer = send(client, "/office/plans/new", government=government, year=year, title="计划")

    assert answer.status_code == 422


def test_a_second_plan_of_the_year_is_409(app: Flask) -> None:
    government = make_government()
    planner = make_planner(government)
    make_plan(government, by=planner)

    answer = send(signed_in(app, planner), "/office/plans/new", government=government, year="2027", title="又一个")

    assert answer.status_code == 409
    assert "又一个" in answer.text


def test_a_planner_lets_a_rating_inform_a_need(app: Flask) -> None:
    government = make_government()
    need, service = make_need(government), make_service(buyer_id=make_organization(government_id=government))
    rate(service.id, [1] * 12)
    (number,) = close_week(date(2026, 11, 25))
    client = signed_in(app, make_planner(government))

    listed = client.get("/office/ratings").text
    answer = send(client, f"/office/ratings/{number}/inform", need=str(need), note="饭菜凉了")

    assert f"/office/ratings/{number}/inform" in listed
    assert answer.status_code == 303
    assert [link.note for link in neighbours(Kind.NEED, str(need))] == ["饭菜凉了"]
    assert send(client, f"/office/ratings/{number}/inform", need="999").status_code == 422


def test_a_submitted_plan_says_so_in_the_office(app: Flask) -> None:
    government = make_government()
    plan = make_submitted_plan(government)

    client = signed_in(app, make_approver(government))

    assert f"/office/plans/{plan.id}/publish" in client.get("/office/plans").text
    assert client.get(f"/office/plans/{plan.id}/publish").status_code == 200
