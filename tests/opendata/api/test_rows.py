"""Lists in pages, and single rows: complete, in the same words as the files, and clear where something is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.moderation.actions import hide
from portal.procurement import queries
from portal.procurement.redacting import redact_release
from portal.services.rules import ServiceStatus
from tests.factories.procurement import OCID, make_chain, seal, tender_release
from tests.factories.services import close, make_bodies, make_listing
from tests.opendata.api.conftest import make_organizations

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.opendata.api.conftest import Reader

NAMES = ("notices", "processes", "contracts", "organizations")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("app")
def test_a_walk_gives_the_same_rows_as_the_file(api: Reader, client: FlaskClient, name: str) -> None:
    seal(*make_chain(), *make_chain("ocds-test00-0002"), tender_release(ocid="ocds-test00-0003"))
    with client.get(f"/{name}.jsonl") as file:
        told = [json.loads(line) for line in file.data.splitlines()]

    walked = api.walk(f"/api/v1/{name}?limit=1")

    assert len(told) >= 2
    assert sorted(walked, key=str) == sorted(told, key=str)
    assert [api.get(f"/api/v1/{name}/{quote(str(row['id']), safe='')}")["data"] for row in walked] == walked


@pytest.mark.usefixtures("app")
def test_a_walk_keeps_its_filters_and_columns(api: Reader) -> None:
    make_organizations("养老一", "养老二", "养老三", "助残")

    pages = list(api.pages(f"/api/v1/organizations?q={quote('养老')}&limit=2&fields=name,id"))

    assert [page["data"] for page in pages] == [
        [{"id": 1, "name": "养老一"}, {"id": 2, "name": "养老二"}], [{"id": 3, "name": "养老三"}],
    ]  # fmt: skip
    assert pages[1]["links"]["next"] is None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 4), writes=st.lists(st.integers(0, 3), max_size=6))
def test_a_walk_gives_each_thing_once_while_others_write(
    app: Flask, api: Reader, limit: int, writes: list[int]
) -> None:
    before = make_organizations(*(f"机构{number}" for number in range(7)))
    found: list[int] = []
    coming = iter(writes)
    for page in api.pages(f"/api/v1/organizations?limit={limit}&fields=id"):
        found += [row["id"] for row in page["data"]]
        make_organizations(*(f"0 新机构{number}" for number in range(next(coming, 0))))

    assert len(found) == len(set(found))
    assert set(before) <= set(found)


@pytest.mark.usefixtures("app")
def test_a_service_that_is_over_is_in_no_list_but_is_there(api: Reader) -> None:
    make_bodies()
    service = make_listing()
    close(service.id, "停办", for_good=True)

    assert api.ids("/api/v1/services") == []
    assert api.ids("/api/v1/services?stage=defunct") == ["1"]
    assert api.get("/api/v1/services/1")["data"]["status"] == ServiceStatus.DEFUNCT.value


@pytest.mark.usefixtures("app")
def test_what_is_gone_says_so_where_its_page_does(api: Reader) -> None:
    seal(*make_chain())
    redact_release(
        OCID, str(tender_release()["id"]), reason="个人信息", basis="第四十七条", by="李四", approved_by="王五"
    )
    hide(queries.NOTICE, "2", reason="误发", by=None, withdraws=True)
    hide(queries.NOTICE, "3", reason="举报", by=None)

    erased, withdrawn = (api.get(f"/api/v1/notices/{number}", status=410) for number in (1, 2))
    hidden, unknown = (api.get(f"/api/v1/notices/{number}", status=404) for number in (3, 99))

    assert (erased["code"], withdrawn["code"]) == ("payload-withheld", "withdrawn")
    assert "误发" in withdrawn["title"]
    assert hidden == unknown
    assert {"2", "3"}.isdisjoint(api.ids("/api/v1/notices"))


@pytest.mark.parametrize(("asked", "code", "told"), [
    ("limit=1001", "bad-limit", "limit=1000"), ("limit=0", "bad-limit", "limit=1000"),
    ("limit=١", "bad-limit", "limit=1000"), ("limit=" + "9" * 5000, "bad-limit", "limit=1000"),
    ("limit=-1", "bad-limit", "limit=1000"), ("fields=id,naem", "unknown-field", "naem"),
    ("fields=id%00", "unknown-field", "identifier"), ("stage=active", "unused-filter", "region"),
    ("page=2", "unused-filter", "page"), ("kind=nobody", "bad-filter", "kind"), ("after=x", "bad-cursor", "after"),
    ("after=%F0%9F%98%80", "bad-cursor", "after"), ("after=" + "A" * 6000, "bad-cursor", "after"),
    ("q=" + "x" * 600, "bad-filter", "q"),
])  # fmt: skip
@pytest.mark.usefixtures("app")
def test_a_question_that_cannot_be_meant_is_refused_with_what_to_do(
    api: Reader, asked: str, code: str, told: str
) -> None:
    problem = api.get(f"/api/v1/organizations?{asked}", status=400)

    assert problem["code"] == code
    assert told in problem["title"]
    assert told in problem["title_en"]


@pytest.mark.usefixtures("app")
def test_a_place_is_taken_back_only_by_the_list_that_gave_it(api: Reader) -> None:
    make_organizations("甲", "乙", "丙")
    seal(*make_chain(), *make_chain("ocds-test00-0002"))
    following = api.get("/api/v1/organizations?limit=1")["links"]["next"]
    place = following.partition("after=")[2]

    assert api.get(f"/api/v1/organizations?after={place}&limit=2")["data"][0]["name"] == "乙"
    for other in (f"organizations?kind=buyer&after={place}", f"notices?after={place}", f"processes?after={place}"):
        assert api.get(f"/api/v1/{other}", status=400)["code"] == "bad-cursor"
    damaged = place[:-3] + ("AAA" if place[-3:] != "AAA" else "BBB")
    assert api.get(f"/api/v1/organizations?after={damaged}", status=400)["code"] == "bad-cursor"


@pytest.mark.parametrize("address", [
    "organizations/0", "organizations/01", "organizations/+1", "organizations/%EF%BC%91", "organizations/1.0",
    "organizations/99999999999999999999", "organizations/1%00", "processes/%00", "processes/%ED%A0%80", "contracts/1",
    "contracts/%23%23%23", "contracts/" + "%23" * 200, "organizations/", "nothing", "nothing/1", "demand-summary",
    "search/1", "organizations/1/", "ORGANIZATIONS", "%ED%A0%80",
])  # fmt: skip
@pytest.mark.usefixtures("app")
def test_what_names_nothing_is_not_found(api: Reader, address: str) -> None:
    make_organizations("甲")

    assert api.get(f"/api/v1/{address}", status=404)["code"] in {"not-found", "http-404"}


@pytest.mark.parametrize("spoilt", ["%0B", "%ED%A0%80", "%00", "%FF", "%E2%80%AE"])
@pytest.mark.usefixtures("app")
def test_characters_that_nobody_sees_do_not_break_a_filter(api: Reader, spoilt: str) -> None:
    make_organizations("养老")

    assert api.ids(f"/api/v1/organizations?q=%E5%85%BB{spoilt}%E8%80%81&region={spoilt}") in (["1"], [])


@pytest.mark.parametrize("name", NAMES)
def test_a_page_costs_the_same_however_long_it_is(
    app: Flask, client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]], name: str
) -> None:
    counts = []
    for number in range(2):
        for more in range(1 + 8 * number):
            seal(*make_chain(f"ocds-test00-{number}{more}"))
        with count_queries() as statements:
            assert client.get(f"/api/v1/{name}").status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 8


@pytest.mark.usefixtures("app")
def test_any_page_may_ask_and_read_what_matters(client: FlaskClient) -> None:
    make_organizations("甲", "乙")
    answers = [client.get(f"/api/v1/{path}") for path in ("organizations?limit=1", "organizations?limit=x", "a/b/c")]
    asked_first = client.options("/api/v1/organizations")
    refused = client.post("/api/v1/organizations")

    assert [answer.status_code for answer in answers] == [200, 400, 404]
    for answer in (*answers, asked_first, refused):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "RateLimit-Remaining" in answer.headers["Access-Control-Expose-Headers"]
    assert asked_first.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answers[0].headers["Link"].startswith("<http://127.0.0.1:8000/api/v1/organizations?limit=1&after=")
    assert 'rel="license"' in answers[0].headers["Link"]


@pytest.mark.usefixtures("app")
def test_what_is_unchanged_is_not_sent_again(client: FlaskClient) -> None:
    make_organizations("甲")
    first = client.get("/api/v1/organizations")
    tag = {"If-None-Match": first.headers["ETag"]}

    again, head = client.get("/api/v1/organizations", headers=tag), client.head("/api/v1/organizations")
    make_organizations("乙")
    changed = client.get("/api/v1/organizations", headers=tag)

    assert (again.status_code, again.data, head.status_code, head.data) == (304, b"", 200, b"")
    assert head.headers["ETag"] == first.headers["ETag"] == again.headers["ETag"]
    assert (changed.status_code, len(changed.get_json()["data"])) == (200, 2)
    assert "Set-Cookie" not in first.headers


@pytest.mark.usefixtures("app")
def test_a_star_stands_for_whatever_answer_there_is(client: FlaskClient) -> None:
    make_organizations("甲")
    star = {"If-None-Match": "*"}
    asked = ("organizations", "organizations/1", "organizations/2", "organizations?limit=x")

    assert [client.get(f"/api/v1/{path}", headers=star).status_code for path in asked] == [304, 304, 404, 400]
