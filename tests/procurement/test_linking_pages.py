"""The office decides what is one purchase; readers see it on public pages and in data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.accounts.rules import Role
from portal.ledger.openings import openings
from portal.moderation.actions import hide
from portal.procurement import joins
from portal.procurement.link_models import LinkSuggestion, ProcessJoin
from portal.procurement.models import Release
from portal.procurement.process_page import process_page
from portal.procurement.story import StageStep
from portal.storage.database import db
from tests.factories.linking import BY, catch_up, join, make_publisher, notice, ocid_of, publish
from tests.factories.web import send, signed_in, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

MEALS = "嵩阳市民政局社区助餐服务采购项目"
A, B, C = (ocid_of(number) for number in range(1, 4))


def three() -> list[str]:
    return publish(
        notice(MEALS, ocid=A, day="2026-03-01", yuan=120_000),
        notice(MEALS, "中标公告", ocid=B, day="2026-04-01", yuan=110_000),
        notice(MEALS, "合同公告", ocid=C, day="2026-05-01", yuan=110_000),
    )


def suggestion(first: str, second: str) -> int:
    pair = (LinkSuggestion.first_ocid == first, LinkSuggestion.second_ocid == second)
    return db.session.scalars(select(LinkSuggestion.id).where(*pair)).one()


def steps() -> int:
    return db.session.scalar(select(func.count()).select_from(ProcessJoin)) or 0


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    three()
    return signed_in(app, make_publisher())


def test_the_queue_shows_both_titles_with_the_reasons(office: FlaskClient) -> None:
    page = office.get("/en/office/links").text

    assert page.count("Compare and decide") == 3
    assert "same title but for the kind of notice, same buyer" in page
    assert '<mark class="sw-hit">中标</mark>' in page


def test_one_step_joins_all_that_were_ticked(office: FlaskClient) -> None:
    answer = send(office, f"/office/links/{suggestion(A, B)}", verdict="same", also=C, reason="同一项目")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/office/links")
    found = joins.purchase_of(C)
    assert found is not None
    assert found.ocids == [A, B, C]
    assert [one.score for one in db.session.scalars(select(ProcessJoin).order_by(ProcessJoin.id))] == [80, 95]
    assert "没有等待" in office.get("/office/links").text


def test_two_purchases_stand_in_the_queue_once(office: FlaskClient) -> None:
    join(A, B)

    assert office.get("/en/office/links").text.count("Compare and decide") == 1


def test_a_decision_must_be_made(office: FlaskClient) -> None:
    answer = send(office, f"/office/links/{suggestion(A, B)}", reason="同一项目")

    assert (answer.status_code, "同一项目" in answer.text, steps()) == (422, True, 0)


def test_what_was_not_suggested_cannot_be_ticked(office: FlaskClient) -> None:
    answer = send(office, f"/office/links/{suggestion(A, B)}", verdict="same", also="ocds-test00-none")

    assert (answer.status_code, steps()) == (422, 0)


def test_different_purchases_leave_the_queue(office: FlaskClient) -> None:
    send(office, f"/en/office/links/{suggestion(A, B)}", verdict="other")

    assert office.get("/en/office/links").text.count("Compare and decide") == 2
    assert office.get("/en/office/links?kind=refused").text.count("Compare and decide") == 1


def test_what_another_official_joined_meanwhile_is_not_refused(office: FlaskClient) -> None:
    number = suggestion(A, B)
    join(A, B)
    answer = send(office, f"/office/links/{number}", verdict="other")

    assert answer.status_code == 409


def test_a_purchase_is_joined_by_its_number_or_its_address(office: FlaskClient) -> None:
    publish(notice("就餐点", ocid=ocid_of(9)))
    send(office, f"/office/links/process/{A}", ocid=f"https://example.org/en/processes/{ocid_of(9)}?x=1", reason="合并")

    found = joins.purchase_of(A)
    assert found is not None
    assert set(found.ocids) == {A, ocid_of(9)}


ROADS, OTHERS = "新开市交通运输局农村公路养护采购项目", "新开市交通运输局"


def test_what_looks_like_another_purchase_is_joined_only_by_who_has_read_how_they_differ(office: FlaskClient) -> None:
    (other,) = publish(notice(ROADS, ocid=ocid_of(9), buyer=OTHERS, yuan=9_000_000))
    said, address = {"ocid": other, "reason": "合并实施"}, f"/office/links/process/{A}"

    first = send(office, address, **said)
    before = steps()
    box = re.search(r'name="despite" type="checkbox" value="([^"]+)"', first.text)
    assert box is not None
    second = send(office, address, **said, despite=box[1])

    assert (first.status_code, before, second.status_code, steps()) == (422, 0, 303, 1)
    told = ("看起来不是同一次采购", OTHERS, "金额相差十倍以上", 'href="#despite"')
    assert [words for words in told if words not in first.text] == []
    assert db.session.scalars(select(ProcessJoin)).one().despite == ["other-purchase", "other-amount"]
    assert "经再次确认" in office.get("/office/links/history").text
    assert '"despite":"other-purchase other-amount"' in text_of(office, "/joins.jsonl").replace('": "', '":"')


def test_a_box_that_was_ticked_for_one_purchase_confirms_no_other_one(office: FlaskClient) -> None:
    (other,) = publish(notice(ROADS, ocid=ocid_of(9), buyer=OTHERS))

    answer = send(office, f"/office/links/process/{A}", ocid=other, reason="合并", despite=f"{A} {ocid_of(8)}")

    assert (answer.status_code, steps()) == (422, 0)


def test_a_suggestion_with_contradictory_amounts_asks_again_and_for_a_reason(office: FlaskClient) -> None:
    (dear,) = publish(notice(MEALS, "合同公告", ocid=ocid_of(7), day="2026-05-02", yuan=2_000_000))
    address = f"/office/links/{suggestion(A, dear)}"

    asked = send(office, address, verdict="same")
    unexplained = send(office, address, verdict="same", despite=f"{A} {dear}")
    done = send(office, address, verdict="same", despite=f"{A} {dear}", reason="总价与年度价")

    assert "金额相差十倍以上" in asked.text
    assert "请说明" in unexplained.text
    assert [one.status_code for one in (asked, unexplained, done)] == [422, 422, 303]


@pytest.mark.parametrize(("ocid", "words"), [("ocds-none", "no purchase with this number"), (A, "one process already")])
def test_a_wrong_number_is_told_beside_its_field(office: FlaskClient, ocid: str, words: str) -> None:
    answer = send(office, f"/en/office/links/process/{A}", ocid=ocid, reason="合并")

    assert (answer.status_code, words in answer.text, steps()) == (422, True, 0)


def test_a_join_is_undone_from_the_history_with_a_reason(office: FlaskClient) -> None:
    (step,) = join(A, B)
    assert f"/office/links/history/{step}/undo" in office.get("/office/links/history").text
    without = send(office, f"/office/links/history/{step}/undo")
    answer = send(office, f"/office/links/history/{step}/undo", reason="两个项目")

    assert (without.status_code, answer.status_code) == (422, 303)
    assert joins.purchase_of(A) is None
    assert f"/office/links/history/{step}/undo" not in office.get("/office/links/history").text


def test_before_undoing_it_is_told_that_other_joins_connect_them(office: FlaskClient) -> None:
    (step,) = join(A, B)
    join(B, C)
    join(A, C)

    assert "other joins connect them" in office.get(f"/en/office/links/history/{step}/undo").text


@pytest.mark.parametrize(
    "address", ["/office/links", "/office/links/history", "/office/links/history/1/undo", f"/office/links/process/{A}"]
)
def test_others_may_not_join(app: Flask, address: str) -> None:
    client = signed_in(app, make_publisher(Role.MODERATOR))

    assert client.get(address).status_code == 403


def test_the_page_that_leads_shows_every_notice_of_the_purchase(office: FlaskClient) -> None:
    join(A, B, C)
    page = text_of(office, f"/en/processes/{A}")

    assert all(f"/en/processes/{ocid}/releases/" in page for ocid in (A, B, C))
    assert "Notices of this purchase" in page


def test_the_other_pages_stay_and_name_the_purchase(office: FlaskClient) -> None:
    join(A, B, C)
    page = text_of(office, f"/en/processes/{B}")

    assert "This notice belongs to a purchase of several notices" in page
    assert re.search(rf'rel="canonical" href="http[^"]+/en/processes/{A}"', page)
    assert f"/en/processes/{C}/releases/" not in page


def test_the_history_covers_every_notice_of_the_purchase(office: FlaskClient) -> None:
    join(A, B, C)
    first, _, last = db.session.scalars(select(Release.id).order_by(Release.id))

    page = text_of(office, f"/en/processes/{A}/history")
    compared = text_of(office, f"/en/processes/{A}/history?from_release={first}&to_release={last}")
    other = text_of(office, f"/en/processes/{B}/history")

    assert all(f"/en/processes/{ocid}/releases/" in page for ocid in (A, B, C))
    assert ("Awarded amount" in compared, "Value of the contract" in compared) == (True, True)
    assert (f"/processes/{B}/releases/" in other, f"/processes/{C}/releases/" in other) == (True, False)


def test_a_notice_of_another_purchase_is_in_no_history(office: FlaskClient) -> None:
    join(A, B)
    _, _, last = db.session.scalars(select(Release.id).order_by(Release.id))

    assert office.get(f"/processes/{A}/history?to_release={last}").status_code == 404


def test_the_amounts_count_the_stages_of_every_notice(office: FlaskClient) -> None:
    join(A, B, C)

    leading, other = ([(one.label, one.amount.minor) for one in process_page(ocid).sums] for ocid in (A, B))

    assert leading == [
        ("Highest price", 12_000_000),
        ("Awarded amount", 11_000_000),
        ("Contract as signed", 11_000_000),
    ]
    assert other == [("Awarded amount", 11_000_000)]


def test_after_undoing_the_pages_are_as_before(office: FlaskClient) -> None:
    before = {ocid: text_of(office, f"/processes/{ocid}") for ocid in (A, B)}
    (step,) = join(A, B)
    send(office, f"/office/links/history/{step}/undo", reason="错了")

    assert {ocid: text_of(office, f"/processes/{ocid}") for ocid in (A, B)} == before


def test_the_list_of_purchases_and_its_files_tell_it_once_and_notices_each(office: FlaskClient) -> None:
    join(A, B, C)

    assert text_of(office, "/processes.csv").count("ocds-test00") == text_of(office, "/processes.csv").count(A)
    assert all(text_of(office, "/notices.csv").count(ocid) for ocid in (A, B, C))
    assert text_of(office, "/contracts.csv").count(C) > 0


def test_search_finds_the_purchase_once_by_what_any_of_its_notices_says(office: FlaskClient) -> None:
    join(A, B, C)
    catch_up()
    found = text_of(office, "/search.jsonl?q=社区助餐&kind=process").splitlines()

    assert len(found) == 1
    assert A in found[0]
    assert len(text_of(office, f"/search.jsonl?q={C}&kind=process").splitlines()) == 1


def test_search_finds_the_rest_of_a_purchase_whose_leading_process_is_hidden(office: FlaskClient) -> None:
    join(A, B, C)
    catch_up()
    hide("process", A, reason="test", by=None)
    assert A not in text_of(office, "/search.jsonl?q=社区助餐&kind=process")
    catch_up()

    (found,) = text_of(office, "/search.jsonl?q=社区助餐&kind=process").splitlines()
    assert B in found
    assert A not in found


def test_the_ledger_gives_out_what_a_join_said_until_a_process_is_hidden(office: FlaskClient) -> None:
    (step,) = join(A, B)
    position = db.session.get_one(ProcessJoin, step).ledger_position
    (shown,) = openings([position])
    hide("process", B, reason="test", by=None)
    (hidden,) = openings([position])

    assert shown.public is not None
    assert "同一项目" in shown.public.decode()
    assert (hidden.public, hidden.hidden_by is not None) == (None, True)


def test_joins_are_open_data_without_names_of_people(office: FlaskClient) -> None:
    (step,) = join(A, B)
    send(office, f"/office/links/history/{step}/undo", reason="错了")
    lines = text_of(office, "/joins.jsonl").splitlines()

    assert len(lines) == 2
    assert '"change": "undone"' in lines[1].replace('":"', '": "')
    assert BY not in "".join(lines)


def test_the_queue_takes_the_same_statements_for_few_and_for_many(
    office: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    office.get("/office/links")
    with count_queries() as few:
        office.get("/office/links")
    publish(*(notice(MEALS, "更正公告", ocid=ocid_of(number)) for number in range(20, 30)))
    office.get("/office/links")
    with count_queries() as many:
        office.get("/office/links")

    assert len(many) == len(few)


def test_an_intention_that_came_after_its_tender_stands_behind_it_and_says_so(office: FlaskClient) -> None:
    intention = notice(MEALS, ocid=ocid_of(6), day="2026-03-20", yuan=120_000) | {"tag": ["planning"]}
    publish(intention)
    join(A, ocid_of(6))

    page = text_of(office, f"/processes/{A}")
    titles = [step.title for step in process_page(A).steps if isinstance(step, StageStep)]

    assert titles.index("Intention published") > titles.index("Tender notice")
    assert "采购意向在采购公告之后才公开" in page
