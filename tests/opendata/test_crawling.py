"""What search engines are led to: every public page, once, in both languages, and nothing else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest
from flask import render_template
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from lxml import etree

from portal.demo import loader
from portal.moderation.actions import hide
from portal.opendata import crawled, crawling
from portal.storage.database import db
from portal.web import access
from tests.factories.services import make_bodies, make_listing

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

SITE = "http://127.0.0.1:8000"
NOT_LISTED = {
    "disclosure.original", "disclosure.rendition", "procurement.notice", "procurement.history", "ledger.entry",
    "ledger.consistency", "opendata.search", "opendata.suggestions",
}  # fmt: skip
PER_KIND = 2


class Head(HTMLParser):
    """Reads the links and properties of a page's head, and its things in the words of schema.org."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.canonical: list[str] = []
        self.spoken: dict[str, str] = {}
        self.told: dict[str, str] = {}
        self.things: list[dict[str, object]] = []
        self._in_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "link" and said["rel"] == "canonical":
            self.canonical.append(said["href"])
        if tag == "link" and "hreflang" in said:
            self.spoken[said["hreflang"]] = said["href"]
        if tag == "meta":
            self.told[said.get("property") or said.get("name", "")] = said.get("content", "")
        self._in_data = tag == "script" and said.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.things.append(json.loads(data))

    def handle_endtag(self, tag: str) -> None:
        self._in_data = self._in_data and tag != "script"


@pytest.fixture
def demonstration(app: Flask) -> Flask:
    loader.load()
    db.session.remove()
    return app


def files(client: FlaskClient) -> list[str]:
    index = etree.fromstring(client.get("/sitemap.xml").data)
    return [str(place.text).removeprefix(SITE) for place in index.iter("{*}loc")]


def addresses(client: FlaskClient, file: str) -> dict[str, dict[str, str]]:
    """Read one file of the sitemap: the address of each page, and its other languages."""
    root = etree.fromstring(client.get(file).data)
    return {
        str(entry.findtext("{*}loc")): {link.get("hreflang", ""): link.get("href", "") for link in entry[-3:]}
        for entry in root
    }


def everything(client: FlaskClient) -> dict[str, dict[str, str]]:
    return {url: spoken for file in files(client) for url, spoken in addresses(client, file).items()}


def test_every_page_of_the_sitemap_names_itself_and_the_others_name_it(
    demonstration: Flask, client: FlaskClient
) -> None:
    few = {}
    for file in files(client):
        listed = addresses(client, file)
        few |= listed if "/lists-" in file else dict(list(listed.items())[: 2 * PER_KIND])
    routes = demonstration.url_map.bind("localhost")

    seen = set()
    for url, spoken in few.items():
        answer = client.get(url.removeprefix(SITE))
        head = Head(answer.text)
        assert answer.status_code == 200, url
        assert head.canonical == [url]
        assert head.spoken == spoken
        assert url in (head.spoken["zh-Hans"], head.spoken["en"])
        assert head.spoken["x-default"] == head.spoken["zh-Hans"]
        assert "robots" not in head.told, url
        assert head.told["og:url"] == url
        assert head.told["og:locale"] == ("en_GB" if "/en" in url else "zh_CN")
        assert all(head.told[f"og:{name}"] for name in ("title", "description", "type", "image"))
        seen.add(routes.match(unquote(url.removeprefix(SITE).removeprefix("/en")) or "/")[0])

    assert seen == pages(demonstration) - NOT_LISTED


def pages(app: Flask) -> set[str]:
    """List the public endpoints that answer with a page: their addresses have a language and no extension."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (declared := access.declared(app, rule.endpoint)) is not None
        and declared.is_public
        and not re.search(
            r"\.\w+$|\.<|^/(hsds|ocds|api|static|catalog|sitemaps|healthz|readyz|metrics)|/tile/", rule.rule
        )
        and rule.rule not in {"/ledger/checkpoint", "/ledger/checkpoint/<int:size>", "/ledger/key"}
    }


def test_a_picture_stands_for_pages_that_are_passed_on(client: FlaskClient) -> None:
    picture = Head(client.get("/").text).told["og:image"].removeprefix(SITE)

    answer = client.get(picture)

    assert answer.content_type == "image/png"
    answer.close()


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/services?sort=name&page=1&q=&x=1", "/services"),
        ("/en/services?sort=name", "/en/services"),
        ("/services?region=410100&sort=name", "/services?region=410100"),
        ("/help?page=2", "/help"),
        ("/ledger?page=1", "/ledger"),
    ],
)
def test_one_page_has_one_address(client: FlaskClient, path: str, canonical: str) -> None:
    assert Head(client.get(path).text).canonical == [SITE + canonical]


@pytest.mark.parametrize(
    ("path", "is_listed"),
    [
        ("/services", True),
        ("/services?region=410100", True),
        ("/services?region=410100&page=1", True),
        ("/services?region=410100&category=A0402", False),
        ("/services?q=x", False),
        ("/notices?from=2026-01-01", False),
        ("/search", False),
        ("/search?q=x", False),
        ("/account/sign-in", False),
        ("/none", False),
    ],
)
def test_searches_and_combinations_are_followed_but_not_listed(
    client: FlaskClient, path: str, *, is_listed: bool
) -> None:
    told = Head(client.get(path).text).told

    assert told.get("robots") == (None if is_listed else "noindex, follow")


def test_a_page_that_repeats_another_names_that_one_in_both_languages(app: Flask) -> None:
    with app.test_request_context("/en/x"):
        head = app.jinja_env.globals["page_head"](same_as="/processes/a%20b")

    assert set(head.alternates.values()) == {f"{SITE}/processes/a%20b", f"{SITE}/en/processes/a%20b"}


def test_what_is_hidden_is_in_no_sitemap(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    numbers = [make_listing(f"服务{number}").id for number in range(2)]
    before = everything(client)
    hide("service", str(numbers[0]), reason="误公开", by=None)

    gone = before.keys() - everything(client).keys()

    assert gone == {f"{SITE}/services/{numbers[0]}", f"{SITE}/en/services/{numbers[0]}"}


@pytest.mark.parametrize("source", crawled.SOURCES, ids=lambda source: source.name)
def test_every_source_rests_on_what_may_be_seen(app: Flask, source: crawled.Source) -> None:
    """A mark of its kind is asked for by the query of every source."""
    said = str(source.things().compile(db.engine))

    assert "hidden_mark" in said


def test_a_long_list_is_parted_and_nothing_is_lost(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bodies()
    numbers = [make_listing(f"服务{number}").id for number in range(5)]
    monkeypatch.setattr(crawling, "THINGS_IN_FILE", 2)

    parts = [addresses(client, file) for file in files(client) if "/services-" in file]

    assert [len(part) for part in parts] == [4, 4, 2]
    assert [url for part in parts for url in part if "/en/" not in url] == [f"{SITE}/services/{n}" for n in numbers]
    assert client.get("/sitemaps/services-3.xml").status_code == 404
    assert client.get("/sitemaps/none-0.xml").status_code == 404
    assert client.get("/sitemaps/lists-1.xml").status_code == 404


def test_the_index_is_counted_once_until_something_changes(
    app: Flask,
    client: FlaskClient,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crawling, "THINGS_IN_FILE", 1)
    make_bodies()
    make_listing("服务一")
    first = client.get("/sitemap.xml").data
    with count_queries() as statements:
        again = client.get("/sitemap.xml").data
    make_listing("服务二")

    assert again == first
    assert len([one for one in statements if one != "BEGIN"]) <= 2  # for the tag of the page, and of the index
    assert client.get("/sitemap.xml").data != first


def closed(robots: str, path: str) -> bool:
    rules = re.findall(r"^Disallow: (.+)$", robots, re.MULTILINE)
    return any(re.match(re.escape(rule).replace(r"\*", ".*"), path) for rule in rules)


def test_crawlers_are_kept_out_of_circles_and_nowhere_else(client: FlaskClient) -> None:
    robots = client.get("/robots.txt").text
    circles = [
        "/search?q=x",
        "/en/search?q=x",
        "/notices?region=1&year=2026",
        "/en/services?sort=name",
        "/office/plans",
    ]
    ways = [
        "/",
        "/en/",
        "/notices?page=2",
        "/services/1",
        "/data",
        "/notices.rss",
        "/services?region=410100",
        "/search",
    ]

    assert [path for path in circles if not closed(robots, path)] == []
    assert [path for path in ways if closed(robots, path)] == []
    assert f"Sitemap: {SITE}/sitemap.xml" in robots


def test_a_service_and_its_bodies_are_told_in_the_words_of_schema_org(app: Flask, client: FlaskClient) -> None:
    _, buyer, supplier = make_bodies()
    number = make_listing(buyer_id=buyer, provider_id=supplier).id

    service, trail = Head(client.get(f"/en/services/{number}").text).things
    body, _ = Head(client.get(f"/organizations/{buyer}").text).things

    assert (service["@context"], service["@type"], service["name"]) == (
        "https://schema.org", "GovernmentService", "Community meals",
    )  # fmt: skip
    assert service["url"] == f"{SITE}/en/services/{number}"
    assert service["areaServed"]
    assert body["@type"] == "GovernmentOrganization"
    assert [one["item"] for one in trail["itemListElement"]] == [  # type: ignore[attr-defined]
        f"{SITE}/en/", f"{SITE}/en/services", f"{SITE}/en/services/{number}",
    ]  # fmt: skip


def test_every_dataset_is_told_with_its_files(client: FlaskClient) -> None:
    (catalog,) = Head(client.get("/data").text).things

    assert catalog["@type"] == "DataCatalog"
    for dataset in catalog["dataset"]:  # type: ignore[attr-defined]
        assert all(dataset[name] for name in ("name", "description", "license", "publisher", "url"))
        assert all(
            client.head(one["contentUrl"].removeprefix(SITE)).status_code == 200 for one in dataset["distribution"]
        )
        assert all("/" in one["encodingFormat"] for one in dataset["distribution"])


@drawn(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(text=st.text() | st.sampled_from(["</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u2028"]))
def test_no_text_ends_the_data_of_a_page(app: Flask, text: str) -> None:
    with app.test_request_context("/services"):
        head = app.jinja_env.globals["page_head"]()
        page = render_template(
            "layout/_structured.html",
            head=head,
            page_title=text,
            structured_data=[{"name": text}],
            crumbs=[("x", "/x")],
        )

    found = Head(page)
    assert re.findall(r"</?script", page) == ["<script", "</script"] * 2
    assert found.things[0]["name"] == text


def test_addresses_are_written_as_links_write_them() -> None:
    assert quote("a b/采购", safe=crawling.heads.UNRESERVED) == "a%20b/%E9%87%87%E8%B4%AD"


def test_a_page_is_described_in_its_own_words(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    number = make_listing("服务一", description="每日午餐。" * 100).id

    told = Head(client.get(f"/services/{number}").text).told

    assert told["description"].startswith("每日午餐。")
    assert len(told["description"]) <= 160
    assert told["og:description"] == told["description"]


def test_the_page_of_a_dataset_tells_it_in_the_words_of_schema_org(client: FlaskClient) -> None:
    (catalog,) = Head(client.get("/data").text).things
    told = {one["name"]: one["url"].removeprefix(SITE) for one in catalog["dataset"]}  # type: ignore[attr-defined]

    for name, path in told.items():
        dataset = Head(client.get(path).text).things[0]
        assert (dataset["@type"], dataset["name"]) == ("Dataset", name)
