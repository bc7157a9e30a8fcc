"""The public pages of plans, in every format."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from portal.planning import actions, indexing
from portal.planning.rules import OmissionReason
from portal.ratings.actions import close_week
from portal.storage.database import db
from tests.factories.planning import (
    CATEGORY,
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
from tests.factories.web import status_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture
def reads(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that read."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.extend([statement] * statement.startswith("SELECT"))

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_plan_shows_its_lines_with_needs_money_and_what_was_left_out(
    app: Flask, client: FlaskClient, prefix: str
) -> None:
    government = make_government()
    planner, approver = make_planner(government), make_approver(government)
    answered, left_out = make_need(government), make_need(government, "加装电梯")
    plan = make_plan(government, by=planner)
    make_line(plan, [answered], by=planner)
    make_line(plan, [], by=planner, text=line_text("年度审计", yuan=500, deviation="法定项目"))
    why = {"reason": OmissionReason.NOT_ALLOWED, "explanation": "属于工程"}
    actions.omit_need(plan.id, left_out, **why, by=planner, governments={government})
    actions.submit_plan(plan.id, by=planner, governments={government})
    actions.publish_plan(plan.id, revision=plan.revision, by=approver, governments={government})

    page = client.get(f"{prefix}/plans/{plan.id}")

    assert page.status_code == 200
    wanted = {"社区助餐服务", f"{prefix}/needs/{answered}", "法定项目", "1,500", "加装电梯", "属于工程", "<svg"}
    assert {words for words in wanted if words in page.text} == wanted
    assert "Set-Cookie" not in page.headers


def test_a_line_shows_its_needs_its_ratings_and_the_ring(app: Flask, client: FlaskClient) -> None:
    government = make_government()
    need, service = make_need(government), make_service()
    rate(service.id, [1] * 12)
    (number,) = close_week(date(2026, 11, 25))
    actions.let_rating_inform(number, need, note="饭菜凉了", allowed={need})
    plan = make_published_plan(government, [need])

    page = client.get(f"/plans/{plan.id}/lines/1")

    assert page.status_code == 200
    assert f"/services/{service.id}/ratings/{number}" in page.text
    assert f"/needs/{need}" in page.text
    assert client.get(f"/plans/{plan.id}/lines/2").status_code == 404


def test_drafts_are_not_found_in_public(app: Flask, client: FlaskClient) -> None:
    government = make_government()
    plan = make_plan(government, by=make_planner(government))

    assert client.get(f"/plans/{plan.id}").status_code == 404
    assert plan.title not in client.get("/plans").text


@pytest.mark.parametrize(
    "url", ["/plans", "/en/plans?year=2027", "/plans.csv", "/plans.jsonl", "/plans.atom", "/plans.rss"]
)
def test_plans_are_listed_in_every_format(app: Flask, client: FlaskClient, url: str) -> None:
    government = make_government()
    plan = make_published_plan(government, [make_need(government)])

    assert f"/plans/{plan.id}" in text_of(client, url)


def test_lines_are_data_too(app: Flask, client: FlaskClient) -> None:
    government = make_government()
    need = make_need(government)
    plan = make_published_plan(government, [need])

    heading, row = text_of(client, "/plan-lines.csv?q=助餐").lstrip("\ufeff").splitlines()

    said = dict(zip(heading.split(","), row.split(","), strict=True))
    assert (said["plan"], said["needs"], said["budget_fen"], said["method"]) == (
        str(plan.id), str(need), "100000", "open-tender",
    )  # fmt: skip
    assert status_of(client, "/plan-lines.xlsx") == status_of(client, "/plans.xlsx") == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("region=410100", 1), ("region=410300", 0), (f"category={CATEGORY}", 1), ("category=B", 0), ("year=2026", 0),
        ("q=助餐", 1), ("q=不存在", 0),
    ],
)  # fmt: skip
def test_plans_are_narrowed(app: Flask, client: FlaskClient, query: str, count: int) -> None:
    government = make_government()
    make_published_plan(government, [make_need(government)])

    assert len(text_of(client, f"/plans.csv?{query}").splitlines()) == 1 + count
    assert client.get(f"/plans?{query}").status_code == 200


def test_a_bad_year_is_400(client: FlaskClient) -> None:
    assert client.get("/plans?year=soon").status_code == 400


def test_a_plan_is_found_by_the_words_of_its_lines(app: Flask) -> None:
    government = make_government()
    plan = make_published_plan(government, [make_need(government)])

    (document,) = indexing.PLANS.documents(None)

    assert (document.key, document.amount_fen, "社区助餐服务" in document.body) == (f"plan:{plan.id}", 100_000, True)
    assert not list(indexing.PLANS.documents(["999"]))


def test_a_page_of_many_plans_takes_few_statements(app: Flask, client: FlaskClient, reads: list[str]) -> None:
    government = make_government()
    planner, approver, need = make_planner(government), make_approver(government), make_need(government)
    for year in range(2000, 2022):
        plan = make_plan(government, by=planner, year=year)
        make_line(plan, [need], by=planner)
        actions.submit_plan(plan.id, by=planner, governments={government})
        actions.publish_plan(plan.id, revision=plan.revision, by=approver, governments={government})
    db.session.remove()
    reads.clear()

    answer = client.get("/plans")

    assert (answer.status_code, len(reads) <= 10) == (200, True)


def test_a_plan_of_many_lines_takes_few_statements(app: Flask, client: FlaskClient, reads: list[str]) -> None:
    government = make_government()
    plan_id = make_published_plan(government, [make_need(government, f"需求{number}") for number in range(20)]).id
    db.session.remove()
    reads.clear()

    answer = client.get(f"/plans/{plan_id}")

    assert (answer.status_code, len(reads) <= 12) == (200, True)


@pytest.mark.parametrize(
    ("query", "count"),
    [("region=410100", 1), ("region=410300", 0), (f"category={CATEGORY}", 1), ("year=2027", 1), ("year=2026", 0)],
)
def test_lines_are_narrowed(app: Flask, client: FlaskClient, query: str, count: int) -> None:
    government = make_government()
    make_published_plan(government, [make_need(government)])

    assert len(text_of(client, f"/plan-lines.csv?{query}").splitlines()) == 1 + count
