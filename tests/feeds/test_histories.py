"""What becomes of a thing stands in its feed; what went leaves a tombstone in the list that it was in."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree

from portal.demand.actions import answer_proposal, withdraw_proposal
from portal.demand.rules import Verdict
from portal.disclosure.actions import add_document
from portal.kernel import clock
from portal.moderation.actions import hide, restore
from tests.factories import linking
from tests.factories.demand import make_person, make_place, make_proposal
from tests.factories.planning import make_need, make_published_plan
from tests.factories.procurement import OCID, award_release, seal, tender_release
from tests.feeds.conftest import MARCH

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


def gone_from(client: FlaskClient, path: str) -> list[str]:
    """List what a feed says to be gone, without the authority of its identifiers."""
    root = etree.fromstring(client.get(path).data)
    return [str(stone.get("ref")).partition("2026:")[2] for stone in root.iter(TOMBSTONE)]


def titles_in(client: FlaskClient, path: str) -> list[str]:
    return [entry.title for entry in feedparser.parse(client.get(path).data).entries]


def test_a_purchase_of_joined_processes_is_followed_as_one(client: FlaskClient) -> None:
    one, other = (linking.ocid_of(number) for number in (1, 2))
    linking.publish(linking.notice("助餐", ocid=one), linking.notice("助餐", "中标公告", ocid=other, day="2026-04-01"))

    alone = titles_in(client, f"/processes/{one}.atom")
    linking.join(one, other)

    assert (len(alone), len(titles_in(client, f"/processes/{one}.atom"))) == (1, 2)


def test_the_answer_to_a_proposal_is_in_its_feed(client: FlaskClient) -> None:
    government = make_place()
    proposal = make_proposal(government, by=make_person())

    answer_proposal(proposal, Verdict.ACCEPTED, "明年安排。", by=None, governments=[government])

    assert any(
        "采纳" in title or "接受" in title or "政府答复" in title
        for title in titles_in(client, f"/proposals/{proposal}.rss")
    )
    assert "明年安排。" in client.get(f"/proposals/{proposal}.feed.json").text


def test_the_plan_line_that_answers_a_need_is_in_both_feeds(client: FlaskClient) -> None:
    government = make_place()
    need = make_need(government, "助餐点太少")
    plan = make_published_plan(government, [need]).id

    told = [titles_in(client, path) for path in (f"/needs/{need}.atom", f"/plans/{plan}.atom")]

    assert [len(titles) for titles in told] == [2, 2]
    assert any("助餐点太少" in title for title in told[1])


@pytest.mark.parametrize("way", ["hidden", "withdrawn"])
def test_a_proposal_that_went_leaves_a_tombstone(client: FlaskClient, way: str) -> None:
    author = make_person()
    proposal = make_proposal(make_place(), by=author, title="绝密词语")

    if way == "hidden":
        hide("proposal", str(proposal), reason="测试", by=None)
    else:
        withdraw_proposal(proposal, by=author)

    assert gone_from(client, "/proposals.atom") == [f"proposal:{proposal}"]
    assert "绝密词语" not in client.get("/proposals.rss").text
    assert client.get(f"/proposals/{proposal}.atom").status_code == 404


def test_what_is_restored_is_an_entry_again(client: FlaskClient) -> None:
    proposal = make_proposal(make_place(), by=make_person())
    hide("proposal", str(proposal), reason="测试", by=None)

    restore("proposal", str(proposal), reason="测试")

    assert (gone_from(client, "/proposals.atom"), len(titles_in(client, "/proposals.atom"))) == ([], 1)


def test_a_document_comes_with_its_file(client: FlaskClient) -> None:
    seal(tender_release())
    made = add_document("说明".encode(), ocid=OCID, title="附件一", filename="附件.txt")

    [entry] = feedparser.parse(client.get("/documents.rss").data).entries
    [item] = json.loads(client.get("/en/documents.feed.json").data)["items"]

    assert entry.title == "附件一"
    assert [(file.type, file.length) for file in entry.enclosures] == [(made.media_type, str(made.size))]
    assert item["attachments"][0]["url"].endswith(f"/documents/{made.id}/original")


@pytest.mark.parametrize("kind", ["document", "notice", "process"])
def test_a_document_goes_with_what_it_belongs_to(client: FlaskClient, kind: str) -> None:
    [release] = seal(tender_release()).sealed
    made = add_document("说明".encode(), ocid=OCID, title="附件一", filename="附件.txt")
    thing = {"document": str(made.id), "notice": str(release), "process": OCID}[kind]

    hide(kind, thing, reason="测试", by=None)

    is_gone = kind != "notice" or made.release_id == release
    assert gone_from(client, "/documents.atom") == ([f"document:{made.id}"] if is_gone else [])
    assert ("附件一" in client.get("/documents.rss").text) is not is_gone


def test_the_notices_of_a_hidden_purchase_are_gone_together(client: FlaskClient) -> None:
    sealed = seal(tender_release(), tender_release(ocid=f"{OCID}-2")).sealed

    hide("process", OCID, reason="测试", by=None)

    assert gone_from(client, "/notices.atom") == [f"notice:{sealed[0]}"]


def test_a_purchase_with_news_comes_first_whatever_days_its_notices_tell(client: FlaskClient) -> None:
    with clock.frozen(MARCH):
        seal(tender_release("甲"))
    with clock.frozen(MARCH + timedelta(hours=1)):
        seal(tender_release("乙", ocid=f"{OCID}-2"))
    with clock.frozen(MARCH + timedelta(hours=2)):
        seal(award_release(day="2019-05-01"))

    assert titles_in(client, "/processes.atom") == ["甲", "乙"]


def test_a_hidden_purchase_and_a_hidden_organisation_leave_tombstones(client: FlaskClient) -> None:
    seal(tender_release("绝密词语"))

    hide("process", OCID, reason="测试", by=None)
    hide("organization", "1", reason="测试", by=None)

    assert gone_from(client, "/processes.atom") == [f"process:{OCID}"]
    assert gone_from(client, "/organizations.atom") == ["organization:1"]
    assert "绝密词语" not in client.get("/processes.rss").text
