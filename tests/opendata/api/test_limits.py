"""How often one address may ask: generous, told in every answer, and forgotten when the time is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from limits import parse

from portal.web.limiting import OwnCounter, SharedCounter
from tests.opendata.api.conftest import portal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings
    from portal.web.limiting import Counter


@pytest.fixture
def limited(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Give a portal that answers three requests an hour, fifty seconds after the hour began."""
    monkeypatch.setattr("portal.web.limiting.time", lambda: 3600 * 500_000 + 50)
    with portal_of(replace(settings, api_limit="3 per hour")) as made:
        yield made


def ask(client: FlaskClient, address: str = "192.0.2.1", path: str = "/api/v1/organizations") -> tuple[int, str]:
    answer = client.get(path, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.headers.get("RateLimit-Remaining", "")


def test_who_asks_too_often_is_told_how_long_to_wait(limited: Flask) -> None:
    client = limited.test_client()
    answered = [ask(client) for _ in range(3)]
    refused = client.get("/api/v1/", environ_base={"REMOTE_ADDR": "192.0.2.1"})

    assert answered == [(200, "2"), (200, "1"), (200, "0")]
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.get_json(force=True)["code"] == "too-many"
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]
    assert refused.headers["Retry-After"] == "3550"
    assert refused.headers["RateLimit-Limit"] == "3"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.headers["Cache-Control"] == "private, no-store"


def test_each_address_has_its_own_limit_and_a_network_of_ipv6_one(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(3):
        ask(client)

    assert ask(client, "192.0.2.2") == (200, "2")
    assert ask(client, "2001:db8::1") == (200, "2")
    assert ask(client, "2001:db8::ffff") == (200, "1")
    assert ask(client, "2001:db8:0:1::1") == (200, "2")


def test_only_what_is_for_programs_is_limited(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(4):
        ask(client)

    assert ask(client)[0] == 429
    assert ask(client, path="/hsds/services")[0] == 429
    assert ask(client, path="/organizations.jsonl") == (200, "")
    assert client.options("/api/v1/organizations").status_code == 200


def test_unchanged_answers_count_too(limited: Flask) -> None:
    client = limited.test_client()
    tag = client.get("/api/v1/").headers["ETag"]
    unchanged = client.get("/api/v1/", headers={"If-None-Match": tag})

    assert (unchanged.status_code, unchanged.headers["RateLimit-Remaining"]) == (304, "1")


def test_an_operator_may_set_no_limit(settings: Settings) -> None:
    with portal_of(replace(settings, api_limit="")) as free:
        assert ask(free.test_client()) == (200, "")


@pytest.mark.parametrize("made", [OwnCounter(3600), SharedCounter(parse("3 per hour"), "memory://")])
def test_both_counters_count_alike(made: Counter) -> None:
    counts = [made.count("192.0.2.1")[0] for _ in range(5)]

    assert counts[:4] == [1, 2, 3, 4]
    assert counts[4] > 3  # how far over the limit does not matter
    assert made.count("192.0.2.2")[0] == 1


def test_what_was_counted_is_forgotten_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    counter, now = OwnCounter(60), 6_000_000.0
    monkeypatch.setattr("portal.web.limiting.time", lambda: now)
    counted = [counter.count("192.0.2.1") for _ in range(3)]
    now += 60

    assert counted[-1] == (3, 6_000_060.0)
    assert counter.count("192.0.2.2") == (1, 6_000_120.0)
    assert counter.count("192.0.2.1") == (1, 6_000_120.0)
