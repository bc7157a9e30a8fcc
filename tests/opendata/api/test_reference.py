"""The page for people: everything that a program may ask, in both languages, true to the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from portal.opendata.api import listing, reference, schemas
from tests.factories.procurement import make_chain, seal

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_reference_names_everything_that_may_be_asked(app: Flask, client: FlaskClient, prefix: str) -> None:
    seal(*make_chain())
    page = client.get(f"{prefix}/data/api").text
    found = listing.datasets()
    fields = [f'id="{dataset.name}-{name}" name="{name}"' for dataset in found for name in dataset.filters]

    assert len(found) > 8
    assert [one for one in fields if one not in page] == []
    assert [one.code for one in reference.PROBLEMS if f'id="problem-{one.code}"' not in page] == []
    assert [one for one in (*schemas.PAGING, *schemas.FILTERS) if f">{one}</code></dt>" not in page] == []
    assert "%(" not in page


def test_every_call_of_the_reference_works_as_it_is(app: Flask, client: FlaskClient) -> None:
    seal(*make_chain())
    calls = re.findall(r"curl &#39;([^\s]+?)&#39;|curl '([^']+)'", client.get("/data/api").text)
    paths = ["".join(one).replace("&amp;", "&").removeprefix("http://127.0.0.1:8000") for one in calls]

    assert len(paths) > 10
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


@pytest.mark.usefixtures("app")
def test_a_form_that_is_sent_empty_gives_the_whole_list(client: FlaskClient) -> None:
    for dataset in listing.datasets():
        empty = "&".join(f"{name}=" for name in (*dataset.filters, "limit"))

        assert client.get(f"/api/v1/{dataset.name}?{empty}").status_code == 200, dataset.name


@pytest.mark.usefixtures("app")
def test_an_error_leads_to_where_it_is_explained(client: FlaskClient) -> None:
    problem = client.get("/api/v1/notices?limit=x").get_json(force=True)
    address = urlsplit(problem["type"])

    assert f'id="{address.fragment}"' in client.get(address.path).text
    assert client.get("/api/v1/a/b/c/").get_json(force=True)["code"] == "not-found"
    assert client.post("/api/v1/notices").get_json(force=True)["type"] == "about:blank"


@pytest.mark.usefixtures("app")
def test_a_browser_is_led_to_the_page_for_people_and_a_program_is_not(client: FlaskClient) -> None:
    browser = client.get("/api/v1/", headers={"Sec-Fetch-Dest": "document"})
    programs = [
        client.get("/api/v1/", headers={"Accept": accept}) for accept in ("*/*", "application/json", "text/html")
    ]

    assert (browser.status_code, browser.headers["Location"]) == (303, "/data/api")
    assert [answer.status_code for answer in programs] == [200, 200, 200]
    assert programs[0].get_json()["links"]["documentation"] == "http://127.0.0.1:8000/data/api"
    assert 'href="/en/data/api"' in client.get("/en/data").text
