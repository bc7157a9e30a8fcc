"""Every thing that has a history has a feed of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree

from portal.classification.actions import load_reference_data
from portal.feeds import registry
from portal.feeds.formats import FORMATS
from portal.moderation.actions import hide
from portal.opendata.feed_routes import FOLDERS
from tests.factories.procurement import OCID, make_chain, seal, tender_release
from tests.factories.services import make_listing

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def test_every_kind_of_thing_with_a_feed_has_an_address(app: Flask) -> None:
    with app.app_context():
        assert {feed.folder for feed in registry.thing_feeds()} == set(FOLDERS)


@pytest.mark.parametrize("extension", sorted(FORMATS))
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_purchase_is_followed_by_its_notices(client: FlaskClient, prefix: str, extension: str) -> None:
    sealed = seal(*make_chain(), tender_release(ocid=f"{OCID}-other")).sealed

    answer = client.get(f"{prefix}/processes/{OCID}.{extension}")

    assert answer.status_code == 200
    assert [f"notice:{number}" in answer.text for number in sealed] == [True, True, True, False]
    assert answer.content_type.startswith(FORMATS[extension].media_type)


def test_an_organisation_is_followed_as_buyer_and_as_supplier(client: FlaskClient) -> None:
    seal(*make_chain())
    found = [json.loads(line)["id"] for line in client.get("/organizations.jsonl").text.splitlines()]

    feeds = [feedparser.parse(client.get(f"/organizations/{number}.atom").data) for number in found]

    assert [len(feed.entries) for feed in feeds] == [3, 3]


@pytest.mark.parametrize("path", ["/processes/{}", "/en/processes/{}"])
def test_the_page_of_a_thing_leads_to_its_feeds(client: FlaskClient, path: str) -> None:
    seal(*make_chain())

    page = etree.HTML(client.get(path.format(OCID)).text)

    announced = {link.get("type"): link.get("href") for link in page.iterfind(".//link[@rel='alternate']")}
    shown = [link.get("href") for link in page.iterfind(".//aside//a")]
    for made in FORMATS.values():
        assert announced[made.media_type] == f"{path.format(OCID)}.{made.extension}"
        assert client.get(announced[made.media_type]).status_code == 200
        assert announced[made.media_type] in shown


def test_what_is_hidden_has_no_feed_and_its_page_announces_none(client: FlaskClient) -> None:
    seal(*make_chain())
    hide("process", OCID, reason="测试", by=None)

    assert client.get(f"/processes/{OCID}.atom").status_code == 404
    assert f"{OCID}.atom" not in client.get(f"/processes/{OCID}").text


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", ["0", "99999999999999999999", "x", "1/2", "１", "%00"])
def test_a_thing_that_there_is_not_has_no_feed(client: FlaskClient, folder: str, name: str) -> None:
    assert client.get(f"/{folder}/{name}.rss").status_code == 404


@pytest.mark.parametrize("form", ["rss", "atom", "feed.json"])
def test_an_area_and_a_field_are_followed_across_all_lists(client: FlaskClient, form: str) -> None:
    load_reference_data()
    seal(tender_release())
    make_listing("社区助餐")

    answers = [client.get(f"{path}.{form}") for path in ("/regions/410100", "/en/categories/A0402", "/regions/410100")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert ["service:1" in answer.text for answer in answers[:2]] == [True, True]
    assert answers[0].data == answers[2].data


@pytest.mark.parametrize(
    "asked", ["page=0", "page=-1", "page=x", "page=1.5", "page=１", "page=99999999999", "archive=x"]
)
@pytest.mark.parametrize(
    "path", ["/notices.rss", "/notices.feed.json", f"/processes/{OCID}.atom", "/regions/410100.rss"]
)
def test_a_page_that_cannot_be_meant_is_refused(client: FlaskClient, path: str, asked: str) -> None:
    load_reference_data()
    seal(*make_chain())

    assert client.get(f"{path}?{asked}").status_code == 400


@pytest.mark.parametrize(("prefix", "told"), [("", "这是一个订阅源"), ("/en", "This is a feed")])
def test_who_opens_a_feed_is_told_what_it_is_and_what_is_new(client: FlaskClient, prefix: str, told: str) -> None:
    seal(tender_release("<b>新</b>公告"))

    page = client.get(f"{prefix}/notices.atom?kind=tender", headers={"Sec-Fetch-Dest": "document"}).text

    shown = etree.HTML(page)
    assert told in page
    assert shown.findtext(".//textarea") == f"http://127.0.0.1:8000{prefix}/notices.atom?kind=tender"
    links = {link.get("href") for link in shown.iterfind(".//main//a")}
    assert f"http://127.0.0.1:8000{prefix}/notices.feed.json?kind=tender" in links
    assert any(link.endswith(f"/processes/{OCID}/releases/1") for link in links)
    assert "<b>新" not in page
