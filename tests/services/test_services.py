"""Services are listed with the facts that people look for first."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from portal.classification.actions import load_reference_data
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.services import rules
from portal.services.actions import list_service
from portal.services.listing.statements import Listing, statement
from portal.services.rules import Freshness, ServiceStatus
from tests.factories.purchases import OCID, make_contract_release, publish

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (None, Freshness.UNKNOWN),
        (date(2026, 10, 1), Freshness.FRESH),
        (date(2026, 7, 1), Freshness.AGEING),
        (date(2026, 1, 1), Freshness.STALE),
    ],
)
def test_a_listing_is_trusted_as_long_as_it_was_checked(checked: date | None, expected: Freshness) -> None:
    assert rules.freshness(checked, TODAY) is expected


def test_a_service_is_joined_to_the_contract_it_is_delivered_under(app: Flask, client: FlaskClient) -> None:
    publish(make_contract_release())

    service = list_service(statement(Listing("社区助餐", "每日午餐", phone="0371-0000-1000"), contracts=((OCID, "C"),)))

    assert [one.kind for one in neighbours(Kind.SERVICE, str(service.id))] == [Kind.CONTRACT]
    page = client.get(f"/services/{service.id}").text
    assert f"/processes/{OCID}#contract-C" in page
    assert "tel:0371-0000-1000" in page
    assert f'href="/services/{service.id}"' in client.get(f"/processes/{OCID}").text


def test_the_list_shows_what_can_be_used_and_is_narrowed(app: Flask, client: FlaskClient) -> None:
    load_reference_data()
    list_service(statement(Listing("社区助餐", "每日午餐", region_code="410105", category_code="A0402")))
    list_service(statement(Listing("已停办", "没有了", status=ServiceStatus.DEFUNCT)))

    for query, names in (
        ("", ["社区助餐"]),
        ("?region=410100", ["社区助餐"]),
        ("?region=410300", []),
        ("?stage=defunct", ["已停办"]),
        ("?category=A04&q=午餐", ["社区助餐"]),
    ):
        page = client.get(f"/services{query}").text
        assert [name for name in ("社区助餐", "已停办") if name in page] == names, query
    assert client.get("/services?stage=x").status_code == HTTPStatus.BAD_REQUEST


def test_both_feeds_name_the_service_alike(app: Flask, client: FlaskClient) -> None:
    list_service(statement(Listing("社区助餐", "每日午餐", name_en="Community meals")))

    assert "Community meals" in client.get("/en/services.rss").text
    assert "社区助餐" in client.get("/services.atom").text
