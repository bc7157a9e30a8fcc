"""The pages of demand take what people type, and refuse the rest with a message and a 4xx."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.demand import queries
from portal.demand.actions import submit_proposal
from portal.demand.models import Proposal
from portal.storage.database import db
from tests.factories.demand import make_person, make_place, make_proposal, proposal_text
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

GOOD = {"title": "希望设一个老人食堂", "body": "独居老人做饭不方便。", "region": "410105", "category": "A04"}
LONG = "很" * 5000


@pytest.fixture
def government(app: Flask) -> int:
    return make_place()


@pytest.fixture
def resident(app: Flask, government: int) -> FlaskClient:
    return signed_in(app, make_person())


@pytest.fixture
def official(app: Flask, government: int) -> FlaskClient:
    person = make_person("official")
    for role in (Role.MODERATOR, Role.PLANNER):
        grant_role(person, role, government_id=government)
    return signed_in(app, person)


def proposals() -> int:
    return db.session.scalar(select(func.count()).select_from(Proposal)) or 0


def test_a_resident_proposes_and_is_told_the_reference(resident: FlaskClient) -> None:
    answer = send(resident, "/proposals/new", **GOOD)

    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "P20" in resident.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", "   "), ("title", LONG), ("body", LONG), ("body", "\x00\x0b"),
        ("region", "999999"), ("region", ""), ("category", "../../etc"), ("people_count", "many"),
        ("people_count", "-5"), ("people_count", "9" * 30), ("body", "我的电话13812345678"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_bad_input_is_told_beside_its_field_and_keeps_what_was_typed(
    resident: FlaskClient, prefix: str, field: str, value: str
) -> None:
    answer = send(resident, f"{prefix}/proposals/new", **(GOOD | {field: value}))

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="{field}-error"' in answer.text
    assert all(text in answer.text for name, text in GOOD.items() if name in {"title", "body"} and name != field)
    assert proposals() == 0


def test_half_a_character_breaks_nothing(resident: FlaskClient, client: FlaskClient) -> None:
    """What is no UTF-8 reaches us as its percent codes: a strange text, but a text."""
    typed = GOOD | {"title": GOOD["title"].encode() + b"\xed\xa0\x80", "body": b"\xff\xfe" + GOOD["body"].encode()}

    answer = send(resident, "/proposals/new", **typed)

    assert answer.status_code == HTTPStatus.SEE_OTHER
    stored = db.session.scalars(select(Proposal)).one()
    assert stored.title.encode().decode() == stored.title


def test_markup_is_shown_and_never_run(resident: FlaskClient, government: int, client: FlaskClient) -> None:
    proposal = make_proposal(government, title="<script>alert(1)</script>")

    page = client.get(f"/proposals/{proposal}").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_stale_form_keeps_what_was_typed(resident: FlaskClient) -> None:
    answer = resident.post("/proposals/new", data=GOOD | {"csrf_token": "old"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert GOOD["title"] in answer.text
    assert proposals() == 0


def test_ten_megabytes_of_text_are_refused(resident: FlaskClient) -> None:
    answer = resident.post("/proposals/new", data={"body": "x" * 10_000_000})

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_similar_proposals_are_shown_on_the_same_page(resident: FlaskClient, government: int) -> None:
    make_proposal(government, title=GOOD["title"])

    first = send(resident, "/proposals/new", **GOOD)
    second = send(resident, "/proposals/new", **GOOD, is_different="y")

    assert first.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "/support" in first.text
    assert second.status_code == HTTPStatus.SEE_OTHER


def test_a_support_is_given_and_taken_back_on_its_page(resident: FlaskClient, government: int) -> None:
    proposal = make_proposal(government)

    given = send(resident, f"/proposals/{proposal}/support")
    counted = queries.support_counts([proposal])
    token = (
        resident.get(f"/proposals/{proposal}/support")
        .text.split('name="csrf_token"')[1]
        .split('value="')[1]
        .split('"')[0]
    )
    taken = resident.post(f"/proposals/{proposal}/support?back=1", data={"csrf_token": token})

    assert (given.status_code, taken.status_code) == (HTTPStatus.SEE_OTHER, HTTPStatus.SEE_OTHER)
    assert counted == {proposal: 1}
    assert queries.support_counts([proposal]) == {}


@pytest.mark.parametrize(
    "path", ["/proposals/999", "/proposals/999/support", "/needs/999", "/proposals/0", "/proposals/x"]
)
def test_what_is_not_there_is_not_found(resident: FlaskClient, path: str) -> None:
    assert resident.get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "/proposals?page=-1",
        "/proposals?stage=x",
        "/proposals?sort=x",
        "/needs?page=0",
        "/proposals?region=" + "9" * 200,
    ],
)
def test_a_bad_filter_is_refused(client: FlaskClient, path: str, government: int) -> None:
    assert client.get(path).status_code == HTTPStatus.BAD_REQUEST


def test_an_official_takes_a_proposal_all_the_way_to_a_need(official: FlaskClient, government: int, app: Flask) -> None:
    proposal = submit_proposal(proposal_text(), by=None).id
    for path, fields in (
        ("moderate", {"decision": "publish"}),
        ("answer", {"verdict": "accepted", "reason": "列入明年计划。"}),
        ("gather", {"title": "金水区老人助餐"}),
    ):
        answer = send(official, f"/office/proposals/{proposal}/{path}", **fields)
        assert answer.status_code == HTTPStatus.SEE_OTHER, path

    page = official.get(f"/proposals/{proposal}").text
    assert "列入明年计划。" in page
    assert "金水区老人助餐" in page


def test_refusing_needs_a_reason(official: FlaskClient, government: int) -> None:
    proposal = submit_proposal(proposal_text(), by=None).id

    answer = send(official, f"/office/proposals/{proposal}/moderate", decision="refuse")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_the_demand_summary_is_for_officials_only(
    official: FlaskClient, client: FlaskClient, app: Flask, government: int, ending: str
) -> None:
    make_proposal(government)
    got = official.get(f"/office/demand-summary.{ending}")
    status, length = got.status_code, len(got.data)
    plain = signed_in(app, make_person("somebody"))

    assert (status, length > 100) == (HTTPStatus.OK, True)
    assert plain.get(f"/office/demand-summary.{ending}").status_code == HTTPStatus.FORBIDDEN
    assert official.get("/office/demand-summary").status_code in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}


@pytest.mark.parametrize(
    "path", ["/office/proposals", "/office/proposals?stage=moderation", "/office", "/office/hidden"]
)
def test_the_office_shows_what_waits(official: FlaskClient, government: int, path: str) -> None:
    make_proposal(government)

    assert official.get(path).status_code == HTTPStatus.OK
