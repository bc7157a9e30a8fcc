"""OCDS as files: packages of records, every release of a year as one line, and the policy that packages point to."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from portal.kernel.canonical import canonical_json
from portal.moderation.actions import hide
from portal.opendata import ocds
from portal.procurement.redacting import redact_release
from portal.ring.rules import Kind
from tests.factories.procurement import OCID, award_release, make_chain, make_release, seal, tender_release
from tests.ocds_schemas import RECORD_PACKAGE
from tests.opendata.walking import local, packages

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.ocds_schemas import Standard

OTHER = "ocds-test00-0002"


def test_packages_of_records_are_right_by_the_standard(
    client: FlaskClient, ocds_standard: Standard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocds, "RECORDS_PER_PACKAGE", 2)
    seal(*make_chain(), *(tender_release(ocid=f"{OTHER}-{number}") for number in range(3)))

    found = list(packages(client, "/ocds/records.json"))

    assert [len(package["records"]) for package in found] == [2, 2, 0]
    assert [ocds_standard.faults(package, RECORD_PACKAGE) for package in found[:2]] == [[], []]


def test_a_record_in_a_package_is_the_record_alone(client: FlaskClient) -> None:
    seal(*make_chain())

    [package] = packages(client, "/ocds/records.json")

    assert package["records"] == client.get(f"/ocds/records/{OCID}.json").get_json()["records"]


def test_a_year_has_each_of_its_releases_byte_by_byte(client: FlaskClient) -> None:
    first, second = tender_release(), award_release()
    seal(second, first, make_release("tender", ocid=OTHER, day="2025-12-31"))

    lines = client.get("/ocds/releases/2026.jsonl").data.splitlines()

    assert lines == [canonical_json(first), canonical_json(second)]


def test_the_packed_file_of_a_year_is_the_plain_one(client: FlaskClient) -> None:
    seal(*make_chain())

    plain, packed = (client.get(f"/ocds/releases/2026.jsonl{end}") for end in ("", ".gz"))

    assert gzip.decompress(packed.data) == plain.data
    assert packed.mimetype == "application/gzip"
    assert "Content-Encoding" not in packed.headers
    assert 'rel="license"' in packed.headers["Link"]


def test_a_day_belongs_to_its_year_in_shanghai(client: FlaskClient) -> None:
    seal(make_release("tender") | {"date": "2025-12-31T16:30:00Z"})

    assert client.get("/ocds/releases/2025.jsonl").text == ""
    assert client.get("/ocds/releases/2026.jsonl").text != ""


@pytest.mark.parametrize("address", ["/ocds/records.json", "/ocds/releases.json", "/ocds/releases/2026.jsonl"])
def test_what_is_hidden_is_in_no_file(app: Flask, client: FlaskClient, address: str) -> None:
    seal(*make_chain(), tender_release(ocid=OTHER))
    hide(Kind.PROCESS, OCID, reason="x", by=None)

    text = client.get(address).text

    assert OTHER in text
    assert OCID not in text.replace(OTHER, "")


@pytest.mark.parametrize("address", ["/ocds/records.json", "/ocds/releases.json", "/ocds/releases/2026.jsonl"])
def test_what_the_law_destroyed_is_in_no_file(app: Flask, client: FlaskClient, address: str) -> None:
    seal(tender_release(), award_release() | {"description": "叶蜡石"})
    before = client.get(address).text
    redact_release(OCID, str(award_release()["id"]), reason="个人信息", basis="法", by="李四", approved_by="王五")

    assert "叶蜡石" in before
    assert "叶蜡石" not in client.get(address).text


@pytest.mark.parametrize(
    ("address", "status"),
    [("/ocds/releases/1900.jsonl", 404), ("/ocds/releases/x.jsonl", 404), ("/ocds/releases/2026.jsonl", 200)],
)
def test_a_year_that_cannot_be_one_is_not_there(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize(("prefix", "words"), [("", "不会被修改"), ("/en", "never changed")])
def test_the_policy_that_packages_point_to_is_there_in_both_languages(
    client: FlaskClient, prefix: str, words: str
) -> None:
    address = local(client.get("/ocds/releases.json").get_json()["publicationPolicy"])

    page = client.get(prefix + address)

    assert page.status_code == 200
    assert words in page.text
    assert "ocds-demo00" in page.text
    assert "%(" not in page.text
