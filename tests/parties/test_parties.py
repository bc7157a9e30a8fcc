"""An organisation is kept once, whoever names it and however."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.parties import queries
from portal.parties.actions import add_government, register_party
from portal.parties.models import Organization
from portal.storage.database import db
from tests.factories.purchases import OCID, make_contract_release, publish

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

CODE = "52410105MJF8123477"
WITH_CODE = {"name": "和谐社会工作服务中心", "identifier": {"scheme": "CN-USCI", "id": CODE}, "roles": ["supplier"]}


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Organization)) or 0


def test_the_same_credit_code_is_the_same_organisation(app: Flask) -> None:
    first, second = register_party(WITH_CODE), register_party(WITH_CODE | {"name": "和谐社工中心", "roles": ["buyer"]})

    assert (first.id, count()) == (second.id, 1)
    assert (second.is_buyer, second.is_supplier, second.type_code) == (True, True, "service-agency")


def test_without_a_code_the_folded_name_decides(app: Flask) -> None:
    first, second = register_party({"name": "郑州市 民政局（本级）"}), register_party({"name": "郑州市民政局(本级)"})

    assert first.id == second.id


def test_a_name_that_gets_its_code_later_stays_one_organisation(app: Flask) -> None:
    first = register_party({"name": WITH_CODE["name"]})

    assert register_party(WITH_CODE).id == first.id
    assert first.identifier == CODE


@pytest.mark.parametrize("party", [{}, {"name": None}, {"name": 7, "identifier": "x", "roles": "buyer", "address": []}])
def test_a_party_without_sense_still_has_a_name(app: Flask, party: dict[str, object]) -> None:
    assert register_party(party).name != ""


def test_the_record_of_an_organisation_shows_what_it_bought_and_won(app: Flask, client: FlaskClient) -> None:
    publish(make_contract_release())
    ids = db.session.scalars(select(Organization.id)).all()

    pages = [client.get(f"/organizations/{number}").text for number in ids]

    assert all(f"/processes/{OCID}" in page for page in pages)
    assert client.get("/organizations?kind=x").status_code == HTTPStatus.BAD_REQUEST
    assert client.get("/organizations?q=民政&kind=buyer").text.count('class="sw-item"') == 1


def test_the_nearest_government_above_a_region_is_found(app: Flask) -> None:
    province = add_government("河南省人民政府", name_en=None, region_code="410000").id
    city = add_government("郑州市人民政府", name_en=None, region_code="410100", parent_id=province).id

    found = [queries.government_of_region(code) for code in ("410105", "410300", "990000")]

    assert [government and government.id for government in found] == [city, province, None]
