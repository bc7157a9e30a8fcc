"""The pages of alerts: from any list to a confirmation, without an account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.factories.demand import REGION, make_place, make_proposal

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from portal.mail.backends import MemoryMailer

NEW = f"/alerts/new?feed=proposals&region={REGION}"


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_every_list_leads_to_its_mails(client: FlaskClient) -> None:
    make_proposal(make_place())
    page = client.get(f"/proposals?region={REGION}").text

    assert re.search(rf'href="/alerts/new\?feed=proposals&amp;region={REGION}"', page)


def test_the_page_of_a_thing_leads_to_its_mails(client: FlaskClient) -> None:
    number = make_proposal(make_place())

    assert f'href="/alerts/new?feed=proposals/{number}"' in client.get(f"/proposals/{number}").text
    assert client.get(f"/alerts/new?feed=proposals/{number}").status_code == 200


def test_a_reader_asks_confirms_changes_and_ends(client: FlaskClient, mailer: MemoryMailer) -> None:
    make_proposal(make_place())
    page = client.get(NEW).text
    assert "金水区" in page

    sent = client.post(NEW, data={"csrf_token": csrf(page), "email": "wang@example.org", "rhythm": "daily"})
    assert (sent.status_code, sent.location) == (303, "/alerts/asked")
    assert client.get("/alerts/asked").status_code == 200
    found = re.search(r"https?://\S+/alerts/\S+", mailer.sent[0].body)
    assert found
    path = urlsplit(found[0]).path

    assert "wang@example.org" in client.get(path).text
    assert client.post(f"{path}/confirm").status_code == 200
    changed = client.post(path, data={"rhythm": "weekly"})
    assert changed.status_code == 303
    assert "每周一早上" in client.get(changed.location).text
    assert client.post(f"{path}/end").status_code == 200
    assert client.get(path).status_code == 410


def test_a_wrong_address_is_told_beside_its_field(client: FlaskClient, mailer: MemoryMailer) -> None:
    make_place()
    page = client.get(NEW).text
    answer = client.post(NEW, data={"csrf_token": csrf(page), "email": "王", "rhythm": "daily"})

    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert mailer.sent == []


def test_an_unknown_list_or_filter_is_refused(client: FlaskClient) -> None:
    make_place()

    assert client.get("/alerts/new?feed=nothing").status_code == 404
    assert client.get("/alerts/new?feed=notices&year=0").status_code == 400
