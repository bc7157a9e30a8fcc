"""The pages of ratings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.kernel import clock
from portal.parties.actions import add_government
from portal.ratings import actions, queries
from portal.ratings.actions import Opinion
from tests.factories.ratings import MONDAY, make_organization, make_resident, make_service, rate
from tests.factories.web import send, signed_in, status_of, text_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

NEXT_WEEK = date(2026, 11, 25)


def figures_of(levels: list[int]) -> str:
    """Publish the figures of a new service; give the address of their page."""
    service = make_service()
    rate(service.id, levels)
    (number,) = actions.close_week(NEXT_WEEK)
    return f"/services/{service.id}/ratings/{number}"


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: FlaskClient) -> None:
    service = make_service()

    answer = client.get(f"/services/{service.id}/rate")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/account/sign-in?next=")


def test_one_answer_is_enough(app: Flask) -> None:
    actions.load_dimensions()
    service, resident = make_service(), make_resident()

    answer = send(signed_in(app, resident), f"/services/{service.id}/rate", level="4")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/services/{service.id}/rate/done")
    own = queries.own_rating(service.id, resident)
    assert own is not None
    assert (own.level, own.promise_kept, own.is_by_family) == (4, None, False)


def test_everything_said_is_kept_and_shown_for_changing(app: Flask) -> None:
    actions.load_dimensions()
    service, resident = make_service(), make_resident()
    client = signed_in(app, resident)

    send(
        client, f"/services/{service.id}/rate", level="2", promise_kept="partly", skill="3", comment="饭菜偏凉",
        is_by_family="y",
    )  # fmt: skip
    page = client.get(f"/services/{service.id}/rate")

    assert "饭菜偏凉" in page.text
    assert 'value="2" checked' in page.text
    assert 'value="partly" checked' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("level", ["", "0", "6", "五", "5.0"])
def test_what_is_none_of_the_five_answers_is_asked_again_with_what_was_typed(app: Flask, level: str) -> None:
    service, resident = make_service(), make_resident()

    answer = send(signed_in(app, resident), f"/services/{service.id}/rate", level=level, comment="热心\x00周到")

    assert answer.status_code == 422
    assert "热心周到" in answer.text
    assert "govuk-error-message" in answer.text


def test_a_long_comment_is_refused_and_kept(app: Flask) -> None:
    service, resident = make_service(), make_resident()

    answer = send(signed_in(app, resident), f"/services/{service.id}/rate", level="5", comment="好" * 1001)

    assert answer.status_code == 422
    assert "好" * 1001 in answer.text


def test_a_stale_form_is_shown_again_with_what_was_typed(app: Flask) -> None:
    service = make_service()
    client = signed_in(app, make_resident())

    answer = client.post(f"/services/{service.id}/rate", data={"csrf_token": "old", "level": "5", "comment": "很好"})

    assert answer.status_code == 422
    assert "很好" in answer.text


def test_the_provider_is_refused(app: Flask) -> None:
    from_provider, organization = make_resident(), make_organization()
    service = make_service(provider_id=organization)
    client = signed_in(app, from_provider)
    grant_role(from_provider, Role.REPRESENTATIVE, organization_id=organization)
    answer = send(client, f"/services/{service.id}/rate", level="5")

    assert answer.status_code == 403


def test_an_unknown_service_cannot_be_rated(app: Flask) -> None:
    assert signed_in(app, make_resident()).get("/services/999/rate").status_code == 404


def test_it_is_confirmed_and_told_when_it_counts(app: Flask) -> None:
    service = make_service()
    client = signed_in(app, make_resident())

    with clock.frozen(MONDAY):
        page = client.get(f"/services/{service.id}/rate/done")

    assert "2026年11月23日" in page.text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_figures_show_answers_share_interval_and_chart(app: Flask, client: FlaskClient, prefix: str) -> None:
    url = figures_of([5] * 8 + [4] * 8 + [1] * 4)

    page = client.get(prefix + url)

    assert page.status_code == 200
    assert "80 %" in page.text
    assert "58.4" in page.text
    assert "<svg" in page.text
    assert "<table" in page.text
    assert "Set-Cookie" not in page.headers


def test_under_ten_answers_only_their_number_is_shown(app: Flask, client: FlaskClient) -> None:
    page = client.get("/en" + figures_of([5] * 7))

    assert "7 answers: too few for a score" in page.text
    assert "sw-stack" not in page.text


def test_figures_stand_only_under_their_own_service(app: Flask, client: FlaskClient) -> None:
    number = figures_of([5] * 5).rsplit("/", 1)[1]
    other = make_service("日间照料")

    assert client.get(f"/services/{other.id}/ratings/{number}").status_code == 404
    assert client.get(f"/services/{other.id}/ratings/999").status_code == 404


def test_the_dataset_has_no_score_under_ten_answers(app: Flask, client: FlaskClient) -> None:
    figures_of([5] * 7)

    lines = text_of(client, "/ratings.csv").splitlines()

    row = dict(zip(lines[0].lstrip("\ufeff").split(","), lines[1].split(","), strict=True))
    assert (row["answers"], row["step"], row["score"], row["level_5"]) == ("7", "too-few", "", "")


def test_the_dataset_takes_the_filters_of_services(app: Flask, client: FlaskClient) -> None:
    figures_of([5] * 7)

    assert len(text_of(client, "/ratings.csv?q=社区").splitlines()) == 2
    assert len(text_of(client, "/ratings.csv?q=不存在").splitlines()) == 1
    assert len(text_of(client, "/ratings.csv?from=2026-11-23").splitlines()) == 1
    assert status_of(client, "/ratings.csv?from=yesterday") == 400


def test_the_newest_figures_of_many_services_are_one_statement(app: Flask) -> None:
    services = [make_service(f"服务{number}") for number in range(3)]
    for service in services:
        rate(service.id, [5] * 5)
    actions.close_week(NEXT_WEEK)

    found = queries.latest_summaries([service.id for service in services])

    assert {number: item.n for number, item in found.items()} == {service.id: 5 for service in services}


def test_weeks_are_closed_from_the_command_line(app: Flask) -> None:
    rate(make_service().id, [5] * 5)
    runner = app.test_cli_runner()

    first = runner.invoke(args=["portal", "ratings", "close", "--as-of", "2026-11-25"])
    second = runner.invoke(args=["portal", "ratings", "close", "--as-of", "2026-11-25"])
    loaded = runner.invoke(args=["portal", "ratings", "load-questions"])

    assert (first.output, second.output, loaded.output) == ("summaries: 1\n", "summaries: 0\n", "questions: 6\n")


def test_comments_reach_only_the_government_that_pays(app: Flask) -> None:
    government = add_government("郑州市人民政府", name_en=None, region_code="410100").id
    service = make_service(buyer_id=make_organization(government_id=government))
    with clock.frozen(MONDAY):
        for number in range(5):
            actions.rate_service(service.id, Opinion(3, comment="乙" if number else "甲"), by=make_resident())
    (number,) = actions.close_week(NEXT_WEEK)
    summary = queries.summary(number)

    assert list(queries.comments(summary, governments={government})) == ["乙", "乙", "乙", "乙", "甲"]
    assert not queries.comments(summary, governments={government + 1})


def test_the_dataset_has_every_level_from_ten_answers_on(app: Flask, client: FlaskClient) -> None:
    figures_of([5] * 9 + [1])

    heading, line = text_of(client, "/ratings.csv?to=2026-11-22").lstrip("\ufeff").splitlines()

    row = dict(zip(heading.split(","), line.split(","), strict=True))
    assert (row["step"], row["level_5"], row["level_2"], row["level_1"]) == ("score", "9", "0", "1")
    assert (row["satisfied_share"], row["mean"]) == ("0.9", "4.6")
