"""A feed says the same in every format, whatever its texts hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import feedparser
import pytest
from lxml import etree

from portal.feeds.formats import FORMATS
from portal.feeds.identifiers import tag_id
from portal.feeds.jsonfeed import write_json
from portal.feeds.opml import Outline, write_opml
from portal.feeds.render import write_atom, write_rss
from portal.feeds.spec import Category, Enclosure, Entry, Feed, Gone, Link

ATOM = "{http://www.w3.org/2005/Atom}"
MORNING = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
EVENING = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def make_entry(**said: object) -> Entry:
    plain = Entry(
        kind="notice",
        object_id="12",
        title="养老服务采购公告",
        url="https://portal.test/notices/12",
        updated_at=MORNING,
    )
    return replace(plain, **said)  # type: ignore[arg-type]  # tests name fields of Entry only


def make_feed(*entries: Entry, **said: object) -> Feed:
    plain = Feed(
        identity="notices", title="公告", description="所有公告", page_url="https://portal.test/notices",
        self_url="https://portal.test/notices.rss", language="zh-Hans", host="portal.test", publisher="三问",
        licence_url="https://creativecommons.org/licenses/by/4.0/", entries=entries, empty_updated_at=MORNING,
    )  # fmt: skip
    return replace(plain, **said)  # type: ignore[arg-type]  # tests name fields of Feed only


@pytest.fixture(params=["atom", "rss"])
def extension(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_reader_understands_every_entry(extension: str) -> None:
    feed = make_feed(make_entry(summary="郑州市", author="郑州市民政局"), make_entry(object_id="11", title="第二条"))

    read = feedparser.parse(FORMATS[extension].write(feed))

    assert not read.bozo
    assert [entry.title for entry in read.entries] == ["养老服务采购公告", "第二条"]
    assert read.entries[0].link == "https://portal.test/notices/12"
    assert read.entries[0].author == "郑州市民政局"


def test_an_entry_has_the_same_identifier_in_every_format() -> None:
    feed = make_feed(make_entry())

    ids = {
        *(feedparser.parse(write(feed)).entries[0].id for write in (write_rss, write_atom)),
        json.loads(write_json(feed))["items"][0]["id"],
    }

    assert ids == {"tag:portal.test,2026:notice:12"}


def test_identifiers_hold_only_what_an_address_may_hold() -> None:
    made = tag_id("portal.test", "contract", "ocds-demo00-1#合同 1")

    assert made == "tag:portal.test,2026:contract:ocds-demo00-1%23%E5%90%88%E5%90%8C%201"


def test_unchanged_data_give_the_same_bytes(extension: str) -> None:
    feed = make_feed(make_entry())

    first, second = FORMATS[extension].write(feed), FORMATS[extension].write(feed)

    assert first == second


def test_a_feed_was_updated_when_its_newest_entry_was() -> None:
    feed = make_feed(make_entry(), make_entry(object_id="13", updated_at=EVENING))

    atom = etree.fromstring(write_atom(feed))

    assert atom.findtext(f"{ATOM}updated") == "2026-03-01T12:00:00+00:00"


def test_a_feed_without_entries_is_still_a_feed(extension: str) -> None:
    read = feedparser.parse(FORMATS[extension].write(make_feed()))

    assert not read.bozo
    assert read.entries == []
    assert read.feed.title == "公告"


@pytest.mark.parametrize("spoilt", ["a\x0bb", "a\x00b", "a\ud800b", "a\ufffeb", "a\x1bb"])
def test_one_broken_character_does_not_cost_the_feed(extension: str, spoilt: str) -> None:
    entry = make_entry(title=spoilt, summary=spoilt, author=spoilt, categories=[Category(spoilt)])

    read = feedparser.parse(FORMATS[extension].write(make_feed(entry, title=spoilt)))

    assert not read.bozo
    assert read.entries[0].title == "ab"


def test_markup_in_a_text_stays_text(extension: str) -> None:
    entry = make_entry(summary="<script>alert(1)</script> 5 < 6 & 7")

    written = FORMATS[extension].write(make_feed(entry)).decode()
    read = feedparser.parse(written)

    assert "<script" not in written
    assert "5 &lt; 6" in read.entries[0].summary or "5 < 6" in read.entries[0].summary


def test_links_of_an_atom_entry_keep_their_attributes() -> None:
    data = Link("https://portal.test/ocds/records/1.json", rel="alternate", type="application/json")

    atom = etree.fromstring(write_atom(make_feed(make_entry(links=[data]))))

    found = [dict(link.attrib) for link in atom.find(f"{ATOM}entry").findall(f"{ATOM}link")]
    assert found == [
        {"href": "https://portal.test/notices/12", "rel": "alternate", "type": "text/html", "hreflang": "zh-Hans"},
        {"href": "https://portal.test/ocds/records/1.json", "rel": "alternate", "type": "application/json"},
    ]


def test_both_formats_carry_self_paging_hub_and_licence_links(extension: str) -> None:
    paging = [
        Link("https://portal.test/notices.rss?page=2", rel="next", type=""),
        Link("https://hub.test/", rel="hub", type=""),
    ]

    root = etree.fromstring(FORMATS[extension].write(make_feed(make_entry(), links=paging)))

    parent = root if extension == "atom" else root[0]
    relations = [link.get("rel") for link in parent.findall(f"{ATOM}link")]
    assert relations == ["self", "alternate", "license", "next", "hub"]


def test_the_channel_of_rss_links_to_the_page_of_the_list() -> None:
    rss = etree.fromstring(write_rss(make_feed(make_entry())))

    assert rss[0].findtext("link") == "https://portal.test/notices"
    assert len(rss[0].find("item").findall("description")) == 0


def test_files_of_an_entry_are_enclosures(extension: str) -> None:
    entry = make_entry(enclosures=[Enclosure("https://portal.test/documents/1/original", "application/pdf", 2048)])

    read = feedparser.parse(FORMATS[extension].write(make_feed(entry)))

    assert [(file.href, file.type, file.length) for file in read.entries[0].enclosures] == [
        ("https://portal.test/documents/1/original", "application/pdf", "2048")
    ]


def test_a_narrowed_feed_has_an_identifier_of_its_own() -> None:
    whole, narrowed = make_feed(), make_feed(identity="notices?region=410100")

    ids = [etree.fromstring(write_atom(feed)).findtext(f"{ATOM}id") for feed in (whole, narrowed)]

    assert ids == ["tag:portal.test,2026:feed:notices", "tag:portal.test,2026:feed:notices?region=410100"]


def test_the_list_of_feeds_can_be_imported() -> None:
    outline = Outline("公告\x0b", "所有公告", "https://portal.test/notices.rss", "https://portal.test/notices")

    root = etree.fromstring(write_opml("三问", [outline], language="zh-Hans"))

    assert root.find("body/outline").get("xmlUrl") == "https://portal.test/notices.rss"
    assert root.find("body/outline").get("text") == "公告"


@pytest.mark.parametrize("spoilt", ["a\x0bb", "a\x00b", "a\ud800b", "a\ufffeb", "a\x1bb", "a\u202eb"])
def test_one_broken_character_does_not_cost_the_json(spoilt: str) -> None:
    file = Enclosure(f"https://portal.test/{spoilt}", spoilt, 1)
    entry = make_entry(title=spoilt, summary=spoilt, author=spoilt, categories=[Category(spoilt)], enclosures=[file])
    gone = Gone("notice", spoilt, MORNING, note=spoilt)

    read = json.loads(write_json(make_feed(entry, title=spoilt, gone=[gone])))

    [stone, item] = read["items"]
    assert (read["title"], item["title"], item["content_text"], stone["title"]) == ("ab", "ab", "ab", "ab")
    assert (item["authors"], item["tags"]) == ([{"name": "ab"}], ["ab"])


def test_json_leads_to_the_next_page_and_to_the_hub() -> None:
    links = [Link("https://portal.test/notices.feed.json?page=2", rel="next"), Link("https://hub.test/", rel="hub")]

    read = json.loads(write_json(make_feed(make_entry(), links=links)))

    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert read["next_url"] == "https://portal.test/notices.feed.json?page=2"
    assert read["hubs"] == [{"type": "WebSub", "url": "https://hub.test/"}]
    assert read["items"][0]["date_published"].endswith("+00:00")


def test_entries_of_one_act_are_told_apart_by_their_moments() -> None:
    feed = make_feed(*(make_entry(object_id=str(number)) for number in range(50)))

    moments = {entry.findtext(f"{ATOM}updated") for entry in etree.fromstring(write_atom(feed)).findall(f"{ATOM}entry")}

    assert len(moments) == 50
    assert all(moment is not None and moment.startswith("2026-03-01T01:00:00") for moment in moments)
