"""Every list calls a purchase by its name, also where a notice says only what kind of notice it is."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.outbox.actions import drain
from portal.procurement.link_consumer import LinkSuggester
from portal.procurement.models import Contract, Process, Release
from portal.procurement.notice_titles import says_only_kind
from portal.procurement.titling import spare_title_in, title_in
from portal.storage.database import db
from tests.factories.linking import catch_up, ocid_of
from tests.factories.procurement import make_release, seal
from tests.factories.web import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.procurement.rules import Json

NAME = "嵩阳市民政局社区助餐服务采购项目"
FIELDS = st.sampled_from(["tender", "awards", "contracts", "title", "items", "description", "planning", "budget"])
SAID = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "title",
    [
        "中标",
        "中标公告",
        "成交结果公告",
        "合同",
        "合同公告",
        "采购合同（包1）",
        "第一包 中标",
        "A包",
        "001",
        "/",
        "无",
        "Award",
        "CONTRACT AWARD",
        "N/A",
    ],
)
def test_a_kind_of_notice_is_no_name(title: str) -> None:
    assert says_only_kind(title)


@pytest.mark.parametrize(
    "title", [NAME, "助餐", f"{NAME}-中标公告", "2026年8月政府采购意向 民政局", "Award of bus lanes", "合同能源管理"]
)
def test_what_says_more_than_its_kind_is_a_name(title: str) -> None:
    assert not says_only_kind(title)


def sealed(*releases: Json) -> list[str]:
    seal(*releases)
    return list(db.session.scalars(select(Release.title).order_by(Release.id)))


def test_an_award_that_is_called_only_award_bears_the_name_of_its_purchase_everywhere(
    app: Flask, client: FlaskClient
) -> None:
    ocid = ocid_of(1)
    tender = make_release("tender", ocid=ocid, tender={"id": "T", "title": NAME})
    award = make_release("award", ocid=ocid, awards=[{"id": "A", "title": "中标", "status": "active"}])
    contract = make_release("contract", ocid=ocid, contracts=[{"id": "C", "awardID": "A", "title": "合同"}])

    titles = sealed(tender, award, contract)
    catch_up()

    assert titles == [NAME] * 3
    assert db.session.scalars(select(Contract.title)).all() == [NAME]
    assert text_of(client, "/notices.csv").count(f",{NAME},") == 3
    assert text_of(client, "/notices.rss").count(NAME) >= 3
    found = [json.loads(line)["title"] for line in text_of(client, f"/search.jsonl?q={NAME}").splitlines()]
    assert set(found) == {NAME}


def test_without_any_name_a_description_stands_for_it_and_else_the_word_that_is_there(app: Flask) -> None:
    goods: Json = {"id": "A", "title": "中标", "items": [{"id": "1", "description": "为独居老人送餐"}]}

    described = sealed(make_release("award", ocid=ocid_of(1), awards=[goods]))
    bare = sealed(make_release("award", ocid=ocid_of(2), awards=[{"id": "A", "title": "中标"}]))

    assert (described, bare[1:]) == (["为独居老人送餐"], ["中标"])


@given(SAID)
def test_anything_can_be_asked_for_its_name(said: object) -> None:
    release: Json = said if isinstance(said, dict) else {"tender": said}

    assert "\n" not in title_in(release) + spare_title_in(release)


def test_real_notices_without_titles_are_called_by_what_they_describe(app: Flask, shared_data: Path) -> None:
    packages = json.loads((shared_data / "ocds/portugal/base_gov_pt_release_packages.json").read_text("utf-8"))
    releases = [release for package in packages for release in package["releases"]]

    titles = sealed(*releases)

    assert len(titles) == len(releases)
    assert [title for title in titles if title.startswith("ocds-") or says_only_kind(title)] == []
    assert [one.ocid for one in db.session.scalars(select(Process)) if one.title == one.ocid] == []


def test_real_titles_of_notices_all_name_something(shared_data: Path) -> None:
    lines = (shared_data / "zh/notices_henan_2026_text.jsonl").read_text("utf-8").splitlines()
    rows = csv.DictReader((shared_data / "zh/notices_henan_2026_meta.csv").read_text("utf-8-sig").splitlines())
    titles = [json.loads(line)["title"] for line in lines] + [row["title"] for row in rows]

    assert [title for title in titles if says_only_kind(title)] == []


def test_a_real_award_whose_file_calls_it_only_award_is_called_by_its_tender(app: Flask, shared_data: Path) -> None:
    lines = (shared_data / "zh/notices_henan_2026_text.jsonl").read_text("utf-8").splitlines()
    notices = [one for line in lines if (one := json.loads(line))["type"] == "结果公告"]
    releases = []
    for number, one in enumerate(notices, start=1):
        releases += [
            make_release("tender", ocid=ocid_of(number), tender={"id": "T", "title": one["title"]}),
            make_release("award", ocid=ocid_of(number), awards=[{"id": "A", "title": "中标（成交）结果公告"}]),
        ]

    titles = sealed(*releases)
    drain([LinkSuggester()])

    assert len(notices) > 10
    assert titles[::2] == titles[1::2]
