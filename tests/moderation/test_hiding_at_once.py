"""What is hidden can be found nowhere from the moment of its mark, though the index still has its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.moderation.actions import hide, restore
from portal.outbox.actions import drain
from portal.planning.models import PlanLine
from portal.search import keeping
from portal.search.port import SearchQuery
from portal.services.models import Service
from portal.storage.database import db
from tests.factories.planning import (
    make_government,
    make_need,
    make_published_plan,
    make_reference_data,
)
from tests.factories.purchases import make_release, publish
from tests.factories.ratings import make_service

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

SECRET = "误公开的叶蜡石"


@pytest.fixture
def notices(app: Flask) -> list[int]:
    """Give two notices of one purchase, the second with words that must go; the index has followed."""
    plain = make_release(1, tender={"id": "T", "title": "甲项目", "description": "普通说明", "status": "active"})
    spoilt = make_release(2, tender={"id": "T", "title": "甲项目", "description": SECRET, "status": "active"})
    numbers = publish(plain, spoilt)
    drain(app.extensions["outbox_consumers"])
    return numbers


@pytest.mark.parametrize("address", ["/search?q={}", "/search.csv?q={}", "/search.rss?q={}", "/processes?q={}"])
def test_the_words_of_a_hidden_notice_are_not_found_through_its_process(
    client: FlaskClient, notices: list[int], address: str
) -> None:
    before = client.get(address.format(SECRET)).text
    hide("notice", str(notices[1]), reason="误公开", by=None)

    after = client.get(address.format(SECRET)).text

    assert "甲项目" in before
    assert "甲项目" not in after


def test_a_process_says_in_the_moment_of_the_mark_what_is_left_of_it(client: FlaskClient, notices: list[int]) -> None:
    hide("notice", str(notices[1]), reason="误公开", by=None)

    hidden = client.get("/processes.csv").text
    restore("notice", str(notices[1]), reason="更正")
    restored = client.get("/processes.csv").text

    assert SECRET not in hidden
    assert "甲项目" in hidden
    assert "甲项目" in restored


def test_a_process_is_found_again_by_what_is_left_once_the_index_has_followed(
    app: Flask, client: FlaskClient, notices: list[int]
) -> None:
    hide("notice", str(notices[1]), reason="误公开", by=None)
    drain(app.extensions["outbox_consumers"])

    page, secret = client.get("/search.csv?q=普通说明").text, client.get(f"/search.csv?q={SECRET}").text

    assert "process" in page
    assert "甲项目" not in secret


def test_a_hidden_line_is_not_found_through_its_plan_at_once_nor_later(app: Flask, client: FlaskClient) -> None:
    make_reference_data()
    government = make_government()
    make_published_plan(government, [make_need(government)])
    line = db.session.scalars(select(PlanLine)).one()
    number, title = line.id, line.title
    drain(app.extensions["outbox_consumers"])
    asked = SearchQuery(f'"{title}"', filters={"kind": {"plan"}})
    assert keeping.search(asked).total == 1

    hide("plan-line", str(number), reason="误公开", by=None)
    at_once = client.get("/search.csv", query_string={"q": title, "kind": "plan"}).text
    drain(app.extensions["outbox_consumers"])

    assert title not in at_once
    assert "plan," not in at_once
    assert keeping.search(asked).total == 0
    assert client.get("/plans.csv", query_string={"q": title}).text.count("\n") == 1


def test_the_name_of_a_hidden_thing_is_not_suggested(app: Flask, client: FlaskClient) -> None:
    number = make_service().id
    name = db.session.get_one(Service, number).name
    drain(app.extensions["outbox_consumers"])
    assert name in client.get("/search/suggestions.json", query_string={"q": name[:3]}).get_json()[1]

    hide("service", str(number), reason="核实中", by=None)

    assert name not in client.get("/search/suggestions.json", query_string={"q": name[:3]}).get_json()[1]
    assert name not in client.get("/search/suggestions", query_string={"q": name[:3]}).text.partition("<main")[2]
