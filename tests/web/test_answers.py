"""How the portal answers: language, conditions, cookies, errors, headers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from portal.outbox.actions import append_event
from portal.storage.transactions import transaction
from portal.web import links

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def test_the_language_is_in_the_address(client: FlaskClient) -> None:
    assert 'lang="zh-Hans"' in client.get("/ledger").text
    assert 'lang="en"' in client.get("/en/ledger").text


def test_links_stay_in_the_language_of_the_page(client: FlaskClient) -> None:
    assert 'href="/en/ledger"' in client.get("/en/ledger").text


def test_addresses_for_machines_have_no_language(client: FlaskClient) -> None:
    assert client.get("/en/healthz").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/en/ledger/checkpoint").status_code == HTTPStatus.NOT_FOUND
    assert "/en/ledger/checkpoint" not in client.get("/en/ledger").text


@pytest.mark.parametrize("path", ["/fr/ledger", "/zh/ledger", "/en/en/ledger", "/enx"])
def test_an_unknown_language_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


def test_the_other_language_is_never_on_another_site(client: FlaskClient) -> None:
    page = client.get("/en//evil.example/").text

    assert 'href="//evil.example' not in page


def test_an_unchanged_page_is_answered_with_304(client: FlaskClient) -> None:
    first = client.get("/ledger")

    again = client.get("/ledger", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (HTTPStatus.NOT_MODIFIED, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_compressed_page_is_answered_with_304_too(client: FlaskClient) -> None:
    first = client.get("/ledger", headers={"Accept-Encoding": "gzip"})

    again = client.get("/ledger", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})

    assert again.status_code == HTTPStatus.NOT_MODIFIED


def test_a_change_makes_every_page_new(client: FlaskClient) -> None:
    first = client.get("/ledger")
    with transaction():
        append_event("service", 1)

    again = client.get("/ledger", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == HTTPStatus.OK


def test_a_public_page_carries_no_cookie(client: FlaskClient) -> None:
    client.get("/account/sign-in")

    answer = client.get("/ledger")

    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("path", ["/ledger?page=-1", "/ledger?page=x"])
def test_a_bad_value_in_the_address_is_told(client: FlaskClient, path: str) -> None:
    answer = client.get("/en" + path)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "“page”" in answer.text


def test_a_page_beyond_the_last_is_not_found(client: FlaskClient) -> None:
    assert client.get("/ledger?page=2").status_code == HTTPStatus.NOT_FOUND


def test_a_number_too_large_for_the_database_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/ledger/entries/{10**30}").status_code == HTTPStatus.NOT_FOUND


def test_machines_are_told_of_errors_as_problem_json(client: FlaskClient) -> None:
    answer = client.get("/ledger/tile/nonsense")

    assert answer.content_type.startswith("application/problem+json")
    assert answer.get_json(force=True)["code"] == "not-found"


def test_text_beyond_a_megabyte_is_refused(client: FlaskClient) -> None:
    answer = client.post("/account/sign-in", data={"email": "x" * 10_000_000})

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_a_fault_is_told_without_its_details(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "ledger.checkpoint", fail)
    monkeypatch.setattr(fail, "portal_access", app.view_functions["ledger.index"].portal_access, raising=False)

    answer = client.get("/ledger/checkpoint")

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "ZeroDivision" not in answer.text


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/ledger", "/account/sign-in", "/nowhere"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_absolute_links_come_from_the_setting(app: Flask) -> None:
    assert links.absolute("ledger.index", locale="en") == "http://127.0.0.1:8000/en/ledger"
    assert links.absolute("ledger.checkpoint", locale="en") == "http://127.0.0.1:8000/ledger/checkpoint"


@pytest.mark.parametrize("target", ["/a", "/a?b=c#d"])
def test_local_targets_are_recognised(target: str) -> None:
    assert links.is_local(target)
