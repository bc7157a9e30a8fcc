"""A feed is sent again only when it changed, and made again only when something public did."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portal.kernel import clock
from portal.web.bodies import Bodies, Kept
from tests.factories.demand import make_person, make_place, make_proposal
from tests.factories.procurement import OCID, make_chain, seal, tender_release
from tests.feeds.conftest import MARCH

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient

PATHS = ["/notices.rss", "/notices.atom", "/notices.feed.json", f"/en/processes/{OCID}.atom", "/feeds.opml"]


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> str:
    seal(*make_chain())
    return str(request.param)


def test_an_unchanged_feed_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["ETag"].startswith('"')


def test_a_change_elsewhere_leaves_a_feed_as_it_is(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    make_proposal(make_place(), by=make_person())

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, client.get(path).data) == (304, first.data)


@pytest.mark.parametrize("form", ["rss", "atom", "feed.json"])
def test_a_new_notice_is_in_the_feed_at_once(client: FlaskClient, form: str) -> None:
    seal(*make_chain())
    first = client.get(f"/notices.{form}")
    [number] = seal(tender_release(ocid=f"{OCID}-new")).sealed

    again = client.get(f"/notices.{form}", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200
    assert f"notice:{number}" in again.text


def test_whoever_knows_any_version_gets_none(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304
    assert client.get("/none.atom", headers={"If-None-Match": "*"}).status_code == 404
    assert client.get("/notices.atom?page=9", headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("form", ["rss", "atom", "feed.json"])
def test_a_feed_tells_when_it_last_changed(client: FlaskClient, form: str) -> None:
    seal(*make_chain())
    changed = client.get(f"/notices.{form}").headers["Last-Modified"]

    statuses = [
        client.get(f"/notices.{form}", headers={"If-Modified-Since": moment}).status_code
        for moment in (changed, "Sat, 01 Jan 2000 00:00:00 GMT", "nonsense")
    ]

    assert statuses == [304, 200, 200]


def test_a_packed_answer_has_a_tag_of_its_own(client: FlaskClient, path: str) -> None:
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path)

    body = gzip.decompress(packed.data) if packed.headers.get("Content-Encoding") == "gzip" else packed.data
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert (body, again.status_code) == (plain.data, 304)
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_kept_answer_takes_one_statement(
    client: FlaskClient, path: str, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    first = client.get(path)

    with count_queries() as queries:
        again = client.get(path)

    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert len(queries) <= 1


def test_rows_of_the_api_are_kept_in_the_same_way(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    [number, *_] = seal(*make_chain()).sealed
    first = client.get(f"/api/v1/notices/{number}")

    with count_queries() as queries:
        again = client.get(f"/api/v1/notices/{number}")

    assert (first.status_code, again.data) == (200, first.data)
    assert len(queries) <= 1


def test_a_reader_and_a_browser_are_not_given_each_others_answer(client: FlaskClient, path: str) -> None:
    document = client.get(path)
    page = client.get(path, headers={"Sec-Fetch-Dest": "document"})

    assert "text/html" not in document.content_type
    assert ("text/html" in page.content_type) is (path != "/feeds.opml")
    assert client.get(path).data == document.data
    assert path == "/feeds.opml" or "Sec-Fetch-Dest" in document.headers["Vary"]


def test_bytes_do_not_depend_on_the_day(client: FlaskClient, path: str) -> None:
    bodies = []
    for day in (MARCH, MARCH + timedelta(days=1)):
        with clock.frozen(day):
            bodies.append(client.get(path).data)

    assert bodies[0] == bodies[1]


def test_bodies_are_bounded_in_bytes() -> None:
    bodies = Bodies(most=5_000)

    for number in range(10):
        bodies.put(str(number), Kept(b"x" * 500, ()))
    bodies.put("huge", Kept(b"x" * 6_000, ()))

    assert bodies.size <= 5_000
    assert bodies.get("9") is not None
    assert (bodies.get("0"), bodies.get("huge")) == (None, None)


def test_the_body_asked_for_last_stays_longest() -> None:
    bodies = Bodies(most=3_200)
    for name in ("a", "b"):
        bodies.put(name, Kept(b"x" * 500, ()))

    bodies.get("a")
    bodies.put("c", Kept(b"x" * 500, ()))

    assert (bodies.get("a") is not None, bodies.get("b")) == (True, None)
