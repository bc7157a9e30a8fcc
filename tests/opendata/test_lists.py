"""The same address with an extension is the same list in another format."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree

from tests.opendata.conftest import SPOILT

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.opendata.conftest import Things


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_a_list_is_a_feed(client: FlaskClient, indexed: Things, extension: str) -> None:
    read = feedparser.parse(client.get(f"/things.{extension}").data)

    assert not read.bozo
    assert [entry.title for entry in read.entries] == list(indexed.titles.values())[::-1]
    assert read.feed.language == "zh-Hans"


def test_a_feed_has_the_filters_of_its_page(client: FlaskClient, indexed: Things) -> None:
    read = feedparser.parse(client.get("/things.atom?q=郑州").data)

    assert len(read.entries) == 1
    assert indexed.titles["1"] == read.entries[0].title
    hrefs = {link.rel: link.href for link in read.feed.links}
    assert hrefs["self"].endswith("/things.atom?q=%E9%83%91%E5%B7%9E")


def test_entries_have_the_same_identifiers_in_both_languages(client: FlaskClient, indexed: Things) -> None:
    chinese, english = (feedparser.parse(client.get(path).data) for path in ("/things.rss", "/en/things.rss"))

    assert [entry.id for entry in chinese.entries] == [entry.id for entry in english.entries]
    assert "/en/" in english.entries[0].link
    assert len(indexed.titles) == len(english.entries)


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("path", ["/things.rss", "/things.csv", "/search?q=养老", "/data", "/feeds"])
def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)

    second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, second.status_code) == (200, 304)
    assert "Set-Cookie" not in first.headers


def test_a_list_is_a_file_with_all_rows(client: FlaskClient, indexed: Things) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/things.csv").text)))
    lines = [json.loads(line) for line in client.get("/things.jsonl").text.splitlines()]

    assert [row["title"] for row in rows] == list(indexed.titles.values())
    assert [line["title"] for line in lines] == list(indexed.titles.values())
    assert rows[0]["updated_at"] == "2026-03-01T09:00:00+08:00"


@pytest.mark.usefixtures("indexed")
def test_a_file_says_its_name_and_its_licence(client: FlaskClient) -> None:
    answer = client.get("/data/things.xlsx")

    assert answer.headers["Content-Disposition"].endswith("things.xlsx")
    assert 'rel="license"' in answer.headers["Link"]
    assert answer.data.startswith(b"PK")


def test_the_excel_variant_is_asked_for(client: FlaskClient, things: Things) -> None:
    things.titles = {"1": "=1+1"}

    plain, marked = client.get("/things.csv"), client.get("/things.csv?bom=1")

    assert "=1+1" in plain.text
    assert marked.data.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in marked.text


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(
    "path",
    [
        "/none.rss",
        "/things.doc",
        "/things.",
        "/none.csv",
        "/secret-things.csv",
        "/data/secret-things.csv",
        "/things.feed",
    ],
)
def test_an_unknown_list_or_format_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(
    "path", ["/things.csv?page=-1", "/things.rss?year=x", "/things.csv?bom=x", "/things.csv?from=1"]
)
def test_a_bad_filter_is_refused_in_every_format(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.usefixtures("indexed")
def test_an_officials_dataset_asks_for_a_sign_in(client: FlaskClient) -> None:
    answer = client.get("/office/secret-things.xlsx")

    assert answer.status_code == 303
    assert "no-store" in answer.headers["Cache-Control"]


def test_stored_control_characters_cost_no_format(client: FlaskClient, things: Things) -> None:
    things.titles = {"1": SPOILT}

    answers = [client.get(f"/things.{extension}") for extension in ("rss", "atom", "csv", "jsonl", "xlsx")]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert feedparser.parse(answers[0].data).entries[0].title == "养老服务公告"


@pytest.mark.usefixtures("indexed")
def test_every_feed_can_be_found(client: FlaskClient) -> None:
    page, opml = client.get("/feeds").text, etree.fromstring(client.get("/feeds.opml").data)

    assert "/things.rss" in page
    assert [line.get("xmlUrl").rpartition("/")[2] for line in opml.findall("body/outline")] == [
        "things.rss",
        "search.rss",
    ]


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_data_page_explains_every_column(client: FlaskClient, prefix: str) -> None:
    page = client.get(f"{prefix}/data").text

    assert "/data/things.csv" in page
    assert "updated_at" in page
    assert "ocds-demo00" in page
    assert "CC BY 4.0" in page
    assert "secret-things" not in page
