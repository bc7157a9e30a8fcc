"""The front page of the office says what waits, and only what the signed-in official may do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.accounts.rules import Role
from portal.kernel import clock
from portal.parties.actions import add_government
from portal.publishing import actions
from portal.publishing.erasures import actions as erasing
from tests.factories.drafts import make_draft, make_offices, make_published, make_staff, make_submitted
from tests.factories.uploads import keep
from tests.factories.web import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask

PACKAGE = (
    b'{"releases": [{"ocid": "ocds-test00-9", "id": "1", "date": "2026-01-01T09:00:00+08:00", "tag": ["tender"],'
    b' "initiationType": "tender"}]}'
)


def waiting(app: Flask, person: int) -> str:
    return signed_in(app, person).get("/en/office").text.partition('id="waiting"')[2].partition("</ul>")[0]


def test_the_office_counts_what_waits_and_leads_there(app: Flask) -> None:
    government, publisher, approver = make_offices()
    make_submitted("intention", government, by=publisher)
    back = make_submitted("intention", government, by=publisher)
    actions.return_draft(back.id, "标题不清楚", by=approver, governments={government})
    keep("一月.json", PACKAGE, government, publisher)

    writes, approves = waiting(app, publisher), waiting(app, approver)

    assert "Notices that were given back" in writes
    assert "一月.json" in writes
    assert "wait for approval" not in writes
    assert "/en/office/releases?stage=submitted" in approves
    assert "一月.json" not in approves


def test_a_legal_day_that_is_over_or_near_is_told_first(app: Flask) -> None:
    government, publisher, _ = make_offices()
    today = clock.today()
    make_draft("award", government, by=publisher, decided_on=(today - timedelta(20)).isoformat())
    make_draft("award", government, by=publisher, decided_on=today.isoformat())

    page = waiting(app, publisher)

    assert page.index("legal day is over") < page.index("being written")


def test_an_erasure_waits_for_the_second_official_until_it_is_decided(app: Flask) -> None:
    government, publisher, approver = make_offices()
    release = make_published("intention", government, by=publisher, approver=approver).release_id
    told = {"basis": "《个人信息保护法》第四十七条", "reason": "公告中误写了老人的个人信息"}
    proposed = erasing.propose_erasure(str(release), **told, by=publisher, governments={government})
    before = waiting(app, approver)

    erasing.confirm_erasure(proposed.id, by=approver, governments={government})

    assert re.search(r'href="/en/office/erasures">Erasures by law that wait for a second official</a>[^/]*>1<', before)
    assert "Erasures by law" not in waiting(app, publisher)
    assert "Erasures by law" not in waiting(app, approver)


def test_the_drafts_of_another_government_do_not_wait_here(app: Flask) -> None:
    government, publisher, _ = make_offices()
    make_submitted("intention", government, by=publisher)
    other = add_government("开封市人民政府", name_en="Kaifeng Government", region_code="410100").id

    assert waiting(app, make_staff(other, Role.APPROVER)) == ""
    assert "Nothing waits for you" in signed_in(app, make_staff(other, Role.APPROVER)).get("/en/office").text


def test_what_waits_is_counted_by_one_statement(
    app: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    government, publisher, approver = make_offices()
    for _ in range(3):
        make_submitted("intention", government, by=publisher)
    client = signed_in(app, approver)

    with count_queries() as statements:
        client.get("/office")

    assert sum("FROM draft" in one for one in statements) == 1
    assert len(statements) <= 7
