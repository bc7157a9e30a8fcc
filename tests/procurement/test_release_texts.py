"""The searched text of a release is kept beside it, and is never anything but what its payload says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from portal.procurement import texts
from portal.procurement.exports import NOTICES
from portal.procurement.models import ReleaseText
from portal.procurement.redacting import redact_release
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.filters import Filters
from tests.factories.procurement import OCID, award_release, seal, tender_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient


def kept_texts() -> list[str]:
    return list(db.session.scalars(select(ReleaseText.text).order_by(ReleaseText.release_id)))


def exported_texts() -> list[object]:
    return [row["text"] for row in NOTICES.rows(Filters(sort="updated"))]


@pytest.mark.usefixtures("app")
def test_an_export_carries_the_kept_texts() -> None:
    seal(tender_release(), award_release())

    assert exported_texts() == kept_texts()
    assert "社区助餐服务" in kept_texts()[0]


@pytest.mark.usefixtures("app")
def test_a_release_sealed_before_texts_were_kept_is_exported_with_its_text() -> None:
    seal(tender_release(), award_release())
    before = exported_texts()
    with transaction():
        db.session.execute(delete(ReleaseText).where(ReleaseText.release_id == 1))

    assert exported_texts() == before


def test_portal_rebuild_writes_every_text_anew(app: Flask) -> None:
    seal(tender_release(), award_release())
    before = kept_texts()
    with transaction():
        db.session.execute(delete(ReleaseText))
    done = app.test_cli_runner().invoke(args=["portal", "rebuild"])

    assert "2 texts written" in done.output
    assert kept_texts() == before


@pytest.mark.usefixtures("app")
def test_what_the_law_destroyed_has_no_text_and_a_rebuild_brings_none_back() -> None:
    seal(tender_release(), award_release())
    redact_release(OCID, str(award_release()["id"]), reason="个人信息", basis="法", by="李四", approved_by="王五")
    texts.rebuild()

    assert exported_texts()[1] == ""
    assert list(db.session.scalars(select(ReleaseText.release_id))) == [1, 3]


def test_a_text_is_kept_without_characters_that_nothing_can_hold() -> None:
    assert texts.text_of({"tender": {"title": "甲\x00乙\ud800项\x0b目"}}) == "甲乙项目"


@pytest.mark.usefixtures("app")
def test_a_row_says_when_it_was_sealed_and_when_it_is_dated() -> None:
    seal(tender_release())
    [row] = NOTICES.rows(Filters())

    assert row["updated_at"] != row["date"]
    assert str(row["date"]).startswith("2026-03-01")


def test_a_row_costs_no_query_of_its_own(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    seal(*(tender_release(ocid=f"ocds-test00-{number}") for number in range(20)))

    with count_queries() as statements:
        lines = client.get("/notices.jsonl").text.splitlines()

    assert len(lines) == 20
    assert json.loads(lines[0])["url"].startswith("http://127.0.0.1:8000/processes/ocds-test00-")
    assert len([one for one in statements if "release" in one]) == 1
