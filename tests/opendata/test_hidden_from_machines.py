"""What nobody may see is in nothing that is told to machines; nor is anybody's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from portal.moderation.actions import hide
from portal.parties.models import Organization
from portal.procurement.models import Release
from portal.procurement.redacting import redact_release
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.usage.actions import add_counts
from portal.usage.rules import Key, Use
from tests.factories.procurement import OCID, make_chain, seal
from tests.factories.services import make_bodies, make_listing
from tests.opendata.test_crawling import Head, everything

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

MOBILE, CITIZEN = "13812345678", "410105199003070018"
LAW = {"reason": "个人信息", "basis": "个人信息保护法第四十七条", "by": "李四", "approved_by": "王五"}
pytestmark = pytest.mark.usefixtures("app")


def paths(client: FlaskClient) -> set[str]:
    return {"/" + url.split("/", 3)[3] for url in everything(client)}


def test_a_withdrawn_notice_leaves_the_sitemap_and_its_purchase_stays(client: FlaskClient) -> None:
    tender, *_ = seal(*make_chain()).sealed
    before = paths(client)
    hide("notice", str(tender), reason="发布有误", by=None, withdraws=True)

    assert before - paths(client) == {f"{spoken}/processes/{OCID}/releases/{tender}" for spoken in ("", "/en")}


def test_a_hidden_purchase_leaves_the_sitemap_with_everything_published_of_it(client: FlaskClient) -> None:
    seal(*make_chain())
    hide("process", OCID, reason="误公开", by=None)

    assert not [path for path in paths(client) if path.startswith(("/processes/", "/en/processes/"))]


def test_a_notice_whose_content_was_destroyed_leaves_the_sitemap(client: FlaskClient) -> None:
    tender, *_ = seal(*make_chain()).sealed
    release = f"/processes/{OCID}/releases/{tender}"
    before = paths(client)
    redact_release(OCID, str(db.session.get_one(Release, tender).release_id), **LAW)

    answer = client.get(release)
    head = Head(answer.text)

    assert release in before
    assert release not in paths(client)
    assert answer.status_code == 410
    assert (head.canonical, head.spoken, head.things) == ([], {}, [])
    assert head.told["robots"] == "noindex, follow"


def test_the_page_of_a_hidden_thing_tells_machines_nothing(client: FlaskClient) -> None:
    make_bodies()
    number = make_listing("误公开的服务").id
    hide("service", str(number), reason="误公开", by=None)

    answer = client.get(f"/services/{number}")

    assert answer.status_code == 404
    assert Head(answer.text).things == []
    assert Head(answer.text).canonical == []
    assert "误公开的服务" not in answer.text


def test_nobodys_number_is_told_to_machines(app: Flask, client: FlaskClient) -> None:
    _, buyer, supplier = make_bodies()
    with transaction():
        db.session.execute(update(Organization).values(phone=MOBILE))
    number = make_listing("服务一", phone=MOBILE, buyer_id=buyer, provider_id=supplier, eligibility=CITIZEN).id
    add_counts({Key(Use.VIEW, "service", str(number)): 9}, months_kept=13)

    told = [
        str(Head(client.get(path).text).things) for path in (f"/services/{number}", f"/organizations/{buyer}", "/data")
    ]
    told += [client.get(f"/catalog.{form}").text for form in ("ttl", "jsonld")]
    told += [client.get(path).text for path in ("/sitemaps/services-0.xml", "/data/usage.csv", "/statistics")]

    assert all(told)
    assert not [text for text in told if MOBILE in text or CITIZEN in text]
