"""Services as HSDS 3.1: they validate, what the schema cannot see is seen, every page can be walked."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from portal.demo import loader
from portal.kernel import clock
from portal.moderation.actions import hide
from portal.opendata.hsds import rules, taxonomies
from portal.ratings.actions import close_week
from portal.services.listing.statements import Place, Price
from portal.services.rules import Mode
from tests.factories.ratings import MONDAY, rate
from tests.factories.services import CENTRE, WEEKDAYS, make_bodies, make_contract, make_listing
from tests.opendata.hsds_schemas import errors, schemas, validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient


def get(client: FlaskClient, url: str) -> Any:
    with client.get(url) as answer:
        assert answer.status_code == HTTPStatus.OK, url
        return json.loads(answer.data)


def walk(client: FlaskClient, url: str) -> list[Any]:
    """Follow the pages of a list to the last one."""
    found, number, is_last = [], 1, False
    while not is_last:
        page = get(client, f"{url}{'&' if '?' in url else '?'}page={number}")
        found += page["contents"]
        number, is_last = number + 1, page["last_page"]
    assert len(found) == page["total_items"]
    return found


def lines(client: FlaskClient, url: str) -> list[Any]:
    with client.get(url) as answer:
        return [json.loads(line) for line in answer.data.splitlines()]


def whole() -> Any:
    """List a service with everything a service can have, and say what it is called outside."""
    _, buyer, supplier = make_bodies()
    contract = make_contract("ocds-test00-7", starts=-30, ends=300)
    return make_listing(
        provider_id=supplier, buyer_id=buyer, contracts=(("ocds-test00-7", contract),),
        ineligibility="已入住养老院的老人", capacity_unit="餐", available=3, maximum=30, email="office@example.org",
        schedule="节假日休息",
        places=[CENTRE, Place(Mode.HOME, hours=WEEKDAYS), Place(Mode.ONLINE, url="https://example.org/help")],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["service_full", "organization_full", "service_at_location_full", "location"])
def test_the_examples_of_the_standard_agree_with_its_schemas(shared_data: Path, name: str) -> None:
    checker = validator(f"{name.removesuffix('_full')}.json", schemas(shared_data / "hsds/schema"))

    assert errors(checker, json.loads((shared_data / f"hsds/examples/{name}.json").read_text())) == []


def test_a_service_with_everything_agrees_with_the_strict_schema_and_our_profile(
    app: Flask, client: FlaskClient, shared_data: Path
) -> None:
    service = whole()
    rate(service.id, [5] * 12)
    with clock.frozen(MONDAY + timedelta(days=7)):
        close_week(clock.today())

    said = get(client, f"/hsds/services/{service.hsds_id}")

    assert errors(validator("service.json", schemas(shared_data / "hsds/schema")), said) == []
    strict = validator("service.json", schemas(shared_data / "hsds/schema", with_profile=True, strict=True))
    assert errors(strict, said) == []
    assert rules.faults_of(said) == []
    assert said["rating_summary"]["n"] == 12
    assert {"phones", "schedules", "capacities", "funding", "contracts", "required_documents"} <= said.keys()


def test_the_strict_schema_catches_a_misspelt_field(app: Flask, client: FlaskClient, shared_data: Path) -> None:
    said = get(client, f"/hsds/services/{whole().hsds_id}") | {"minimun_age": 60}
    strict = validator("service.json", schemas(shared_data / "hsds/schema", with_profile=True, strict=True))

    assert len(errors(strict, said)) == 1


def test_every_listing_of_the_demonstration_agrees(demonstration: None, client: FlaskClient, shared_data: Path) -> None:
    known = schemas(shared_data / "hsds/schema", with_profile=True, strict=True)

    services = lines(client, "/hsds/services?format=ndjson")

    assert len(services) == loader.SERVICES
    checker = validator("service.json", known)
    assert [found for one in services for found in errors(checker, one)] == []
    assert [found for one in services for found in rules.faults_of(one)] == []
    for path, name in (
        ("organizations", "organization"), ("service_at_locations", "service_at_location"),
        ("taxonomies", "taxonomy"), ("taxonomy_terms", "taxonomy_term"),
    ):  # fmt: skip
        checker = validator(f"{name}.json", known)
        assert [found for one in walk(client, f"/hsds/{path}?per_page=100") for found in errors(checker, one)] == []
    assert {one["status"] for one in services} == {"active", "temporarily closed", "defunct"}
    assert any(len(one["service_areas"]) > 1 for one in services)
    assert any("service_at_locations" not in one for one in services)


SEEDED: list[tuple[str, Callable[[Any], object]]] = [
    ("an id that is no UUID", lambda said: said.update(id="svc-1")),
    ("a status of one's own", lambda said: said.update(status="open")),
    ("no name", lambda said: said.pop("name")),
    ("null", lambda said: said.update(url=None)),
    ("a bad address for mail", lambda said: said.update(email="office")),
    ("a day where a moment belongs", lambda said: said.update(last_modified="2026-11-01")),
    ("a daily schedule", lambda said: said["schedules"][0].update(freq="DAILY")),
    ("a zone by name", lambda said: said["schedules"][0].update(timezone="Asia/Shanghai")),
    ("an extension as text", lambda said: said["phones"][0].update(extension="801")),
    ("an organisation without description", lambda said: said["organization"].pop("description")),
    (
        "an address without postal code",
        lambda said: said["service_at_locations"][0]["location"]["addresses"][0].pop("postal_code"),
    ),
]


@pytest.mark.parametrize(("what", "spoil"), SEEDED, ids=[what for what, _ in SEEDED])
def test_the_schema_sees(
    app: Flask, client: FlaskClient, shared_data: Path, what: str, spoil: Callable[[Any], object]
) -> None:
    said = get(client, f"/hsds/services/{whole().hsds_id}")
    checker = validator("service.json", schemas(shared_data / "hsds/schema"))
    assert errors(checker, said) == []

    spoil(said)

    assert errors(checker, said) != []


UNSEEN: list[tuple[str, Callable[[Any], object]]] = [
    ("/assured_date", lambda said: said.update(assured_date="yesterday")),
    ("/schedules/0/opens_at", lambda said: said["schedules"][0].update(opens_at="9点")),
    ("/schedules/0/closes_at", lambda said: said["schedules"][0].update(closes_at="25:00:00")),
    ("/schedules/0/byday", lambda said: said["schedules"][0].update(byday="Monday")),
    ("/cost_options/0/currency", lambda said: said["cost_options"][0].update(currency="yuan")),
    ("/minimum_age", lambda said: said.update(maximum_age=10)),
    ("/capacities/0/available", lambda said: said["capacities"][0].update(available=31)),
    ("/schedules/1/id", lambda said: said["schedules"][1].update(id=said["schedules"][0]["id"])),
    ("/organization_id", lambda said: said.update(organization_id="0e6e2f5b-6a43-4d0a-8b8f-6a4f0f0f3b10")),
    ("/service_areas/0/service_id", lambda said: said["service_areas"][0].update(service_id="x")),
]


@pytest.mark.parametrize(("path", "spoil"), UNSEEN, ids=[path for path, _ in UNSEEN])
def test_our_own_rules_see_what_the_schema_does_not(
    app: Flask, client: FlaskClient, path: str, spoil: Callable[[Any], object]
) -> None:
    said = get(client, f"/hsds/services/{whole().hsds_id}")
    assert rules.faults_of(said) == []

    spoil(said)

    assert [fault.path for fault in rules.faults_of(said)] == [path]


def test_every_page_is_walked_once_and_every_id_leads_somewhere(app: Flask, client: FlaskClient) -> None:
    _, buyer, supplier = make_bodies()
    for number in range(7):
        make_listing(f"助餐{number}", provider_id=supplier, buyer_id=buyer)

    for path in ("services", "organizations", "service_at_locations", "taxonomies"):
        found = walk(client, f"/hsds/{path}?per_page=2")

        assert len({one["id"] for one in found}) == len(found) > 0
        assert all(get(client, f"/hsds/{path}/{one['id']}")["id"] == one["id"] for one in found)
    assert len(walk(client, "/hsds/services?per_page=2")) == 7


def test_a_page_without_services_is_valid(app: Flask, client: FlaskClient) -> None:
    empty = {
        "total_items": 0, "total_pages": 0, "page_number": 1, "size": 0, "first_page": True, "last_page": True,
        "empty": True, "contents": [],
    }  # fmt: skip

    assert get(client, "/hsds/services") == empty
    assert get(client, "/hsds/services?page=9")["contents"] == []


def test_parameters_narrow_together(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    supplier = make_listing("金水区助餐").provider_id
    assert supplier is None
    make_listing("二七区修轮椅", category_code="A0406", region_code="410103", areas=("410103", "410104"))
    meals, repair = (rules.term_id(f"{taxonomies.CATEGORIES}:{code}") for code in ("A0402", "A0406"))
    district = rules.term_id(f"{taxonomies.REGIONS}:410104")

    for query, names in (
        ("", ["金水区助餐", "二七区修轮椅"]),
        ("search=轮椅", ["二七区修轮椅"]),
        (f"taxonomy_term_id={meals}", ["金水区助餐"]),
        (f"taxonomy_term_id={repair}&search=助餐", []),
        (f"taxonomy_term_id={district}", ["二七区修轮椅"]),
        ("region=410105", ["金水区助餐"]),
        ("modified_after=2999-01-01", []),
    ):
        found = [one["name"] for one in walk(client, f"/hsds/services?{query}")]
        assert sorted(found) == sorted(names), query
    assert get(client, "/hsds/services?minimal=true")["contents"][0].keys() == {"id", "name", "status"}
    assert "schedules" not in get(client, "/hsds/services")["contents"][0]
    assert "service_areas" in get(client, "/hsds/services?full=true")["contents"][0]


def test_what_changed_at_the_very_moment_is_included(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    said = get(client, f"/hsds/services/{make_listing().hsds_id}")

    found = walk(client, f"/hsds/services?modified_after={said['last_modified'].replace('Z', '+00:00')}")

    assert [one["id"] for one in found] == [said["id"]]


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "per_page=101", "format=xml", "modified_after=soon", "full=perhaps", "search=" + "长" * 201],
)
def test_a_bad_value_is_told_as_a_problem(app: Flask, client: FlaskClient, query: str) -> None:
    answer = client.get(f"/hsds/services?{query}")

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.content_type.startswith("application/problem+json")


def test_hidden_services_are_nowhere(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    hidden, shown = make_listing("隐藏的"), make_listing("看得见的")
    hide("service", str(hidden.id), reason="错误", by=None)

    assert [one["name"] for one in walk(client, "/hsds/services")] == ["看得见的"]
    assert [one["name"] for one in lines(client, "/hsds/services?format=ndjson")] == ["看得见的"]
    assert {one["service_id"] for one in walk(client, "/hsds/service_at_locations")} == {shown.hsds_id}
    assert client.get(f"/hsds/services/{hidden.hsds_id}").status_code == HTTPStatus.NOT_FOUND


def test_two_exports_have_the_same_bytes(app: Flask, client: FlaskClient) -> None:
    whole()

    with client.get("/hsds/services?format=ndjson") as first, client.get("/hsds/services?format=ndjson&x=1") as second:
        assert first.data == second.data != b""


def test_free_is_a_price(app: Flask, client: FlaskClient) -> None:
    make_bodies()

    said = get(client, f"/hsds/services/{make_listing(prices=(Price(0),), fees='').hsds_id}")

    assert said["cost_options"][0]["amount"] == 0


def test_a_place_without_postal_code_has_no_address_but_a_description(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    service = make_listing(places=[Place(Mode.VISIT, name="点", address="示例路9号", region_code="410105")])

    (place,) = get(client, f"/hsds/services/{service.hsds_id}")["service_at_locations"]

    assert "addresses" not in place["location"]
    assert place["location"]["description"] == "示例路9号"


def test_any_page_may_ask_and_an_unchanged_answer_is_not_sent_again(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    make_listing()
    first = client.get("/hsds/services")

    again = client.get("/hsds/services", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Access-Control-Allow-Origin"] == again.headers["Access-Control-Allow-Origin"] == "*"
    assert again.status_code == HTTPStatus.NOT_MODIFIED


def test_the_root_leads_to_profile_and_description(app: Flask, client: FlaskClient) -> None:
    root = get(client, "/hsds/")
    paths = [root[name].removeprefix("http://localhost:8000") for name in ("profile", "openapi_url")]

    assert root["version"] == "3.1"
    told = [get(client, path[path.index("/hsds") :]) for path in paths]
    assert all(get(client, url[url.index("/hsds") :]) for url in told[0]["files"].values())
    names = [operation["get"]["operationId"] for operation in told[1]["paths"].values()]
    assert len(set(names)) == len(names)
    served = {
        rule.rule.removeprefix("/hsds").replace("<identifier>", "{id}")
        for rule in app.url_map.iter_rules("hsds.services")
    }
    assert served <= told[1]["paths"].keys()


def test_a_page_takes_as_many_statements_for_forty_services_as_for_two(
    app: Flask, client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    _, buyer, supplier = make_bodies()
    for number in range(40):
        make_listing(f"助餐{number}", provider_id=supplier, buyer_id=buyer)
    get(client, "/hsds/services?full=true&per_page=2")  # names of areas and categories are kept from then on
    counts = []
    for size in (2, 40):
        with count_queries() as statements:
            get(client, f"/hsds/services?full=true&per_page={size}")
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert counts[1] <= 16
