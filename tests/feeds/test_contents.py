"""What a document of a feed contains: the newest, older pages, closed parts of months; what went leaves a trace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree

from portal.demand.actions import answer_proposal
from portal.demand.rules import Verdict
from portal.feeds.listing import Listed
from portal.feeds.months import Month, Part, closed_parts
from portal.feeds.spec import Entry
from portal.kernel import clock
from portal.kernel.errors import BadFilterError
from portal.moderation.actions import hide
from portal.procurement.feeds import LISTING
from portal.web.filters import Filters
from tests.factories.demand import make_person, make_place, make_proposal
from tests.factories.procurement import OCID, award_release, seal, tender_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

ALL = Filters()
MARCH = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
ATOM = "{http://www.w3.org/2005/Atom}"


def publish(count: int, *, at: datetime = MARCH, first: int = 1) -> list[int]:
    """Publish notices of as many purchases, a minute apart."""
    sealed: list[int] = []
    for number in range(first, first + count):
        with clock.frozen(at + timedelta(minutes=number)):
            sealed += seal(tender_release(f"公告 {number}", ocid=f"{OCID}-{number}")).sealed
    return sealed


def links_of(client: FlaskClient, address: str) -> dict[str, str]:
    """Read the links of a document by their relation, without the host."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    read = feedparser.parse(answer.data)
    return {link.rel: link.href.partition("/notices")[2] for link in read.feed.links if link.rel != "alternate"}


def test_a_backdated_notice_is_among_the_newest(client: FlaskClient) -> None:
    publish(51)
    with clock.frozen(MARCH + timedelta(days=1)):
        seal(award_release(ocid=f"{OCID}-x", day="2019-05-01"))

    first = feedparser.parse(client.get("/notices.atom").data).entries[0]

    assert first.published.startswith("2019-05-01")
    assert first.updated.startswith("2026-03-11")


def test_pages_lead_from_one_to_the_next(client: FlaskClient) -> None:
    publish(51)

    first, second = links_of(client, "/notices.atom"), links_of(client, "/notices.atom?page=2")

    assert (first["first"], first["next"], first["last"]) == (".atom", ".atom?page=2", ".atom?page=2")
    assert (second["previous"], second["self"]) == (".atom", ".atom?page=2")
    assert "next" not in second
    assert client.get("/notices.atom?page=3").status_code == 404


@pytest.mark.usefixtures("app")
def test_pages_hold_every_entry_once(client: FlaskClient) -> None:
    publish(53)

    pages = [json.loads(client.get(f"/notices.feed.json?page={number}").data) for number in (1, 2)]

    ids = [item["id"] for page in pages for item in page["items"]]
    assert (len(ids), len(set(ids))) == (53, 53)
    assert pages[0]["next_url"].endswith("/notices.feed.json?page=2")


def test_archives_lead_back_to_the_first_entry(client: FlaskClient) -> None:
    publish(103)
    publish(2, at=MARCH + timedelta(days=60), first=200)
    with clock.frozen(datetime(2026, 7, 1, tzinfo=UTC)):
        found, here = [], links_of(client, "/notices.atom")
        while "prev-archive" in here:
            found.append(here["prev-archive"].partition("archive=")[2])
            here = links_of(client, "/notices" + here["prev-archive"])

    assert found == ["2026-05", "2026-03.3", "2026-03.2", "2026-03"]
    assert (here["current"], here["next-archive"]) == (".atom", ".atom?archive=2026-03.2")


def test_what_is_in_no_closed_part_is_among_the_newest(client: FlaskClient) -> None:
    publish(99)
    with clock.frozen(MARCH + timedelta(days=1)):
        newest = feedparser.parse(client.get("/notices.atom").data).entries
        [closed, open_one] = [client.get(f"/notices.atom?archive=2026-03{part}") for part in ("", ".2")]

    archived = feedparser.parse(closed.data).entries
    assert open_one.status_code == 404
    assert len({entry.id for entry in [*newest, *archived]}) == 99
    assert [entry.title for entry in archived][:2] == ["采购公告：公告 1", "采购公告：公告 2"]


def test_a_closed_part_says_so_and_keeps_its_bytes(client: FlaskClient) -> None:
    publish(50)
    with clock.frozen(MARCH + timedelta(days=1)):
        before = [client.get(f"/notices.{form}?archive=2026-03").data for form in ("rss", "atom", "feed.json")]
        publish(10, at=MARCH + timedelta(days=2), first=100)
        after = [client.get(f"/notices.{form}?archive=2026-03").data for form in ("rss", "atom", "feed.json")]

    assert before == after
    assert all(b"http://purl.org/syndication/history/1.0" in one for one in before[:2])
    assert json.loads(before[2])["_sanwen"]["archive"] is True


def test_what_was_hidden_leaves_a_tombstone_and_its_place(client: FlaskClient) -> None:
    numbers = publish(51)
    before = client.get("/notices.atom?archive=2026-03.2").data

    hide("notice", str(numbers[3]), reason="测试", by=None)

    newest = etree.fromstring(client.get("/notices.atom").data)
    assert [stone.get("ref") for stone in newest.iter(TOMBSTONE)] == [f"tag:127.0.0.1,2026:notice:{numbers[3]}"]
    assert client.get("/notices.atom?archive=2026-03.2").data == before
    archived = etree.fromstring(client.get("/notices.atom?archive=2026-03").data)
    assert (len(archived.findall(f"{ATOM}entry")), len(list(archived.iter(TOMBSTONE)))) == (49, 1)


@pytest.mark.parametrize(
    "path", ["/notices.rss", "/notices.feed.json", "/notices.atom", "/en/notices.rss?archive=2026-03"]
)
def test_a_tombstone_says_nothing_of_what_was_hidden(client: FlaskClient, path: str) -> None:
    [number] = seal_in_march("绝密词语")
    hide("notice", str(number), reason="因故", by=None)

    said = client.get(path).text

    assert f"notice:{number}" in said
    assert "绝密词语" not in said
    assert "因故" not in said


def test_asking_for_words_tells_nothing_of_what_was_hidden(client: FlaskClient) -> None:
    [number] = seal_in_march("绝密词语")
    hide("notice", str(number), reason="因故", by=None)

    assert f"notice:{number}" not in client.get("/notices.atom?q=绝密").text


def seal_in_march(title: str) -> list[int]:
    with clock.frozen(MARCH):
        return list(seal(tender_release(title)).sealed)


@pytest.mark.usefixtures("app")
def test_a_listing_gives_what_is_new_since_a_moment_once() -> None:
    publish(3)
    later = MARCH + timedelta(minutes=2)

    first = LISTING.since(ALL, MARCH, until=later, limit=50)
    second = LISTING.since(ALL, later, until=MARCH + timedelta(days=1), limit=50)

    assert [[entry.title[-1] for entry in found] for found in (first, second)] == [["1", "2"], ["3"]]
    assert list(LISTING.since(ALL, MARCH, until=later, limit=1)) == list(first[1:])


@pytest.mark.parametrize(
    "asked",
    [
        "2026-13",
        "2026",
        "2026-3",
        "x",
        "2026-03.1",
        "2026-03.0",
        "9999-01",
        "2026-03-01",
        "２０２６-03",
        "2026-03.9999999",
    ],
)
@pytest.mark.parametrize("form", ["rss", "atom", "feed.json"])
def test_an_archive_that_cannot_be_meant_is_refused(client: FlaskClient, asked: str, form: str) -> None:
    assert client.get(f"/notices.{form}?archive={asked}").status_code == 400


@pytest.mark.parametrize(
    "asked", ["archive=2020-01", "archive=2026-03.2", "archive=2026-03.999999", "page=2", "page=2147483647"]
)
def test_a_document_that_there_is_not_is_not_found(client: FlaskClient, asked: str) -> None:
    publish(1)

    assert client.get(f"/notices.atom?{asked}").status_code == 404


@pytest.mark.usefixtures("app")
def test_the_search_has_archives_too(client: FlaskClient) -> None:
    assert client.get("/search.atom?q=x").status_code == 200
    assert client.get("/search.atom?q=x&archive=2026-03").status_code == 404


@pytest.mark.parametrize("path", ["/notices.atom", "/notices.atom?archive=2026-03", "/notices.feed.json?page=2"])
def test_a_feed_takes_few_statements_however_many_entries_it_has(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]], path: str
) -> None:
    publish(51)
    with clock.frozen(datetime(2026, 5, 1, tzinfo=UTC)), count_queries() as queries:
        assert client.get(path).status_code == 200

    assert len(queries) <= 18


def test_a_month_is_one_of_shanghai() -> None:
    assert Month.of(datetime(2026, 2, 28, 17, 0, tzinfo=UTC)) == Month(2026, 3)
    assert Month(2025, 12).ends_at == Month(2026, 1).starts_at


def test_parts_of_a_month_are_closed_when_they_are_full_or_the_month_is_over() -> None:
    assert [closed_parts(count, is_over=False) for count in (0, 49, 50, 99, 100)] == [0, 0, 1, 1, 2]
    assert [closed_parts(count, is_over=True) for count in (0, 49, 50, 99, 100)] == [0, 1, 1, 2, 2]


def test_the_name_of_a_part_is_read_as_it_is_written() -> None:
    parts = [Part(Month(2026, 3)), Part(Month(2026, 3), 12)]

    with clock.frozen(MARCH):
        assert [Part.read(str(part)) for part in parts] == parts
        with pytest.raises(BadFilterError):
            Part.read("2026-03.01")


def test_a_history_is_read_like_a_table(app: Flask) -> None:
    history = Listed(
        lambda _filters: [
            Entry("answer", str(n), f"第 {n} 次", "https://portal.test/", MARCH + timedelta(days=20 * n))
            for n in range(4)
        ]
    )

    with app.app_context():
        assert [one.object_id for one in history.newest(ALL, limit=2, offset=1)] == ["2", "1"]
        assert (history.month_before(ALL), history.month_after(ALL, Month(2026, 3))) == (Month(2026, 5), Month(2026, 4))
        assert [one.object_id for one in history.part(ALL, Part(Month(2026, 3)))[0]] == ["0", "1"]
        assert history.count_of_month(ALL, Month(2026, 5)) == 1


def test_what_is_in_no_closed_part_is_told_though_much_else_changed(client: FlaskClient) -> None:
    government, author = make_place(), make_person()
    proposals = [make_proposal(government, by=author, title=f"希望{number}") for number in range(55)]
    for proposal in proposals[:50]:
        answer_proposal(proposal, Verdict.ACCEPTED, "明年安排。", by=None, governments=[government])

    [newest] = [feedparser.parse(client.get("/proposals.atom").data).entries]

    assert {entry.id.rpartition(":")[2] for entry in newest} == {str(proposal) for proposal in proposals}


def test_the_only_part_of_an_archive_leads_on_to_the_feed(client: FlaskClient) -> None:
    publish(1)
    with clock.frozen(datetime(2026, 5, 1, tzinfo=UTC)):
        links = links_of(client, "/notices.atom?archive=2026-03")

    assert (links["current"], links["next-archive"]) == (".atom", ".atom")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("filters", [ALL, Filters(kind="tender"), Filters(q="公告"), Filters(region="410100")])
def test_counting_by_what_went_is_counting_what_may_be_seen(filters: Filters) -> None:
    numbers = publish(6)
    hide("notice", str(numbers[0]), reason="测试", by=None)
    hide("notice", str(numbers[1]), reason="测试", by=None, withdraws=True)
    hide("process", f"{OCID}-3", reason="测试", by=None)

    assert LISTING.count(filters) == replace(LISTING, knows_all_gone=False).count(filters)
    assert filters.region or LISTING.count(filters) == 3
