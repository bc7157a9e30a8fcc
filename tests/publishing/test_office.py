"""The office writes, checks, submits and approves notices, without scripts and without a word retyped."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.rules import Role
from portal.kernel import clock
from portal.outbox.actions import drain
from portal.parties.actions import add_government
from portal.procurement import queries as procurement
from portal.publishing.models import Draft
from portal.publishing.notices.model import notice_types
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.drafts import make_draft, make_offices, make_published, make_staff, make_submitted
from tests.factories.web import send, signed_in, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

ROUTES = (
    "", "/steps/1", "/steps/3", "/steps/7/rows/0", "/check", "/documents", "/sent", "/discard", "/approve", "/return",
)  # fmt: skip


def test_a_contract_notice_is_written_step_by_step_and_published(app: Flask) -> None:
    government, publisher, approver = make_offices()
    client = signed_in(app, publisher)

    begun = send(client, "/office/releases/new/contract", government=str(government), ocid="new")
    draft = db.session.scalars(select(Draft)).one()
    url = f"/office/releases/{draft.id}"
    steps = [
        {"project_number": "郑财-1", "title": "助餐服务", "title_en": "Meals"},
        {"buyer": "郑州市民政局", "buyer__code": "11410100005252012G", "region": "410100",
         "buyer_phone": "0371-67180000"},
        {"category": "A0201", "method": "consultation"},
        {"contract_number": "HT-1", "contract_title": "助餐服务合同"},
        {"supplier": "和乐中心", "supplier__code": "52410105MJF8123477"},
        {"amount": "１２．５", "amount__unit": "wan", "signed_on": "2026年3月3日", "starts_on": "2026-03-05",
         "ends_on": "2027-03-04", "description": "为独居老人送餐。"},
    ]  # fmt: skip
    kept = [send(client, f"{url}/steps/{number}", **fields).status_code for number, fields in enumerate(steps, start=1)]
    row = send(client, f"{url}/steps/8/rows/0", year="2026", amount="12.5", amount__unit="wan")
    checked = client.get(f"{url}/check")
    handed = send(client, f"{url}/check")
    sent = client.get(f"{url}/sent")

    assert (begun.status_code, begun.headers["Location"]) == (303, f"{url}/steps/1")
    assert kept == [303] * 6
    assert (row.status_code, checked.status_code, handed.status_code) == (303, 200, 303)
    assert f"{draft.ocid} / {draft.id}" in sent.text

    chief = signed_in(app, approver)
    assert "12.5 万元" in chief.get(f"{url}/approve").text
    approved = send(chief, f"{url}/approve", revision=str(db.session.get_one(Draft, draft.id).revision))
    assert approved.headers["Location"] == f"{url}/approved"
    done = chief.get(f"{url}/approved").text
    assert all(told in done for told in (f"{draft.ocid} / {draft.id}", "已发布</h1>"))
    (contract,) = procurement.contracts_of(draft.ocid)
    assert (contract.amount_fen, str(contract.signed_on)) == (12_500_000, "2026-03-03")


def test_the_history_names_who_acted(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_published("contract", government, by=publisher, approver=approver)
    names = {publisher: "发布员甲", approver: "审批员乙"}
    with transaction():
        for number, name in names.items():
            db.session.get_one(Person, number).name = name

    page = text_of(signed_in(app, publisher), f"/office/releases/{draft.id}")

    assert all(f"· {name}" in page for name in names.values())


def test_a_confirmation_is_shown_for_what_was_approved_only(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("contract", government, by=publisher)

    answer = signed_in(app, approver).get(f"/office/releases/{draft.id}/approved")

    assert answer.headers["Location"] == f"/office/releases/{draft.id}"


def test_attaching_nothing_asks_for_a_file(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher)

    answer = send(signed_in(app, publisher), f"/office/releases/{draft.id}/documents")

    assert answer.status_code == 422
    assert "请先选择文件" in answer.text


@pytest.mark.parametrize(
    ("step", "field", "value"),
    [
        (6, "amount", "-1"), (6, "amount", "很多"), (6, "amount", "9" * 40), (6, "amount__unit", "斤"),
        (6, "signed_on", "2026-02-31"), (6, "signed_on", "明天"), (6, "rate", "长" * 400),
        (2, "buyer__code", "52410105MJF8123456"), (2, "region", "999999"), (2, "buyer_phone", "13812345678"),
        (3, "category", "Z9"), (3, "method", "抓阄"), (1, "title", "长" * 201), (4, "contract_number", "x" * 100),
    ],
)  # fmt: skip
def test_a_bad_answer_is_shown_again_with_what_to_do(app: Flask, step: int, field: str, value: str) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher)
    before = dict(draft.values)

    answer = send(signed_in(app, publisher), f"/office/releases/{draft.id}/steps/{step}", **{field: value})

    assert answer.status_code == 422
    assert "govuk-error-message" in answer.text
    assert db.session.get_one(Draft, draft.id).values == before


def test_too_much_text_is_413(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher)

    answer = send(signed_in(app, publisher), f"/office/releases/{draft.id}/steps/6", description="长" * 4_000_000)

    assert answer.status_code == 413


def test_control_characters_are_left_out(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("intention", government, by=publisher)

    send(
        signed_in(app, publisher),
        f"/office/releases/{draft.id}/steps/1",
        title="助\u200b餐\x07",
        description="一\x00二",
    )

    values = db.session.get_one(Draft, draft.id).values
    assert (values["title"], values["description"]) == ("助餐", "一二")


def test_what_is_missing_is_asked_for_at_the_check(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    draft = make_draft("contract", government, by=publisher, signed_on=None, ends_on="2020-01-01")

    shown, handed = client.get(f"/office/releases/{draft.id}/check"), send(client, f"/office/releases/{draft.id}/check")

    assert "合同签订日期</a>：请填写此项" in shown.text or "合同签订日期" in shown.text
    assert "早于“履约开始日期”" in shown.text
    assert handed.status_code == 422


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("code", list(notice_types()))
def test_every_step_of_every_notice_can_be_opened(app: Flask, code: str, language: str) -> None:
    government, publisher, approver = make_offices()
    ocid = None
    if not notice_types()[code].begins:
        ocid = make_published("tender", government, by=publisher, approver=approver).ocid
        make_published("contract", government, by=publisher, approver=approver, ocid=ocid)
    draft = make_draft(code, government, by=publisher, ocid=ocid)
    client, url = signed_in(app, publisher), f"{language}/office/releases/{draft.id}"

    pages = [f"{url}/steps/{number}" for number in range(1, len(notice_types()[code].steps) + 1)]
    pages += [url, f"{url}/check", f"{url}/documents", f"{language}/office/releases/new/{code}"]

    assert [client.get(page).status_code for page in pages] == [200] * len(pages)


def test_the_deadline_is_told_while_there_is_time(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher, signed_on="2026-03-03")
    client = signed_in(app, publisher)

    assert "Publish by 5 March 2026" in client.get(f"/en/office/releases/{draft.id}").text
    assert "2026年3月5日" in client.get("/office/releases").text


def test_the_last_day_is_told_as_such_and_not_as_no_days_left(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher, signed_on="2026-03-03")

    with clock.frozen(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        page = signed_in(app, publisher).get(f"/office/releases/{draft.id}").text

    assert "今天是最后一天" in page
    assert "还剩0个" not in page


def test_a_moment_after_the_legal_day_is_warned_of_and_one_before_it_is_not(app: Flask) -> None:
    government, publisher, approver = make_offices()
    with clock.frozen(datetime(2026, 3, 4, 2, tzinfo=UTC)):
        drafts = [make_submitted("contract", government, by=publisher, signed_on="2026-03-03") for _ in range(2)]
        chief = signed_in(app, approver)
        pages = []
        for draft, moment in zip(drafts, ("2026-03-05 23:30", "2026-03-06 00:30"), strict=True):
            url = f"/office/releases/{draft.id}"
            done = send(chief, f"{url}/approve", revision=str(draft.revision), publish_at=moment).headers["Location"]
            pages.append([chief.get(done).text, chief.get(url).text])

    assert [["最迟应于2026年3月5日" in page for page in each] for each in pages] == [[False, False], [True, True]]


def test_rows_are_added_changed_and_removed(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft, client = make_draft("contract", government, by=publisher), signed_in(app, publisher)
    url = f"/office/releases/{draft.id}/steps/8"

    send(client, f"{url}/rows/0", year="2027", amount="5", amount__unit="wan")
    send(client, f"{url}/rows/1", year="2026", amount="7", amount__unit="wan")
    rows = db.session.get_one(Draft, draft.id).values["instalments"]
    send(client, f"{url}/rows/1/remove")

    assert [(row["year"], row["amount"]["fen"]) for row in rows] == [("2026", 7_000_000), ("2027", 5_000_000)]
    assert [row["year"] for row in db.session.get_one(Draft, draft.id).values["instalments"]] == ["2027"]
    assert client.get(f"{url}/rows/9").status_code == 404


def test_a_draft_is_given_back_with_its_reason(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)

    answer = send(signed_in(app, approver), f"/office/releases/{draft.id}/return", reason="预算偏高")

    assert answer.status_code == 303
    assert "预算偏高" in signed_in(app, publisher).get(f"/office/releases/{draft.id}").text


def test_a_second_approver_is_told_that_somebody_was_quicker(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)
    url, revision = f"/office/releases/{draft.id}/approve", str(draft.revision)
    second = make_staff(government, Role.APPROVER)
    slow = signed_in(app, second)
    token = re.findall(r'name="csrf_token" type="hidden" value="([^"]+)"', slow.get(url).text)[0]
    send(signed_in(app, approver), url, revision=revision)

    signed_in(app, second)
    late = slow.post(url, data={"csrf_token": token, "revision": revision})

    assert late.status_code == 409
    assert db.session.get_one(Draft, draft.id).approved_by == approver


def test_a_published_notice_is_corrected_and_withdrawn_from_its_page(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first, client = make_published("intention", government, by=publisher, approver=approver), signed_in(app, publisher)
    url = f"/office/releases/published/{first.release_id}"

    corrected, withdrawn = send(client, f"{url}/correct", reason="笔误"), send(client, f"{url}/withdraw", reason="误发")

    assert (corrected.status_code, withdrawn.status_code) == (303, 303)
    assert client.get(corrected.headers["Location"]).status_code == 200
    assert client.get(withdrawn.headers["Location"]).status_code == 200
    assert send(client, f"{url}/correct").status_code == 422


def test_a_correction_that_changes_nothing_yet_says_so(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first, client = make_published("intention", government, by=publisher, approver=approver), signed_in(app, publisher)
    check = send(client, f"/office/releases/published/{first.release_id}/correct", reason="笔误").headers["Location"]

    before = client.get(check).text
    send(client, check.replace("/check", "/steps/1"), title="改正后的名称", description="为独居老人送餐。")
    after = client.get(check).text

    assert ("与已发布的公告没有任何不同" in before, "与已发布的公告没有任何不同" in after) == (True, False)


def test_a_withdrawal_shows_what_it_withdraws_and_ends_by_saying_that_it_is_gone(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first, client = make_published("intention", government, by=publisher, approver=approver), signed_in(app, publisher)
    check = send(client, f"/office/releases/published/{first.release_id}/withdraw", reason="误发").headers["Location"]

    asked = client.get(check).text
    send(client, check)
    draft = db.session.scalars(select(Draft).order_by(Draft.id.desc())).first()
    assert draft is not None
    chief = signed_in(app, approver)
    read = chief.get(f"/office/releases/{draft.id}/approve").text
    done = chief.get(
        send(chief, f"/office/releases/{draft.id}/approve", revision=str(draft.revision)).headers["Location"]
    )

    link = f'href="/notices/{first.release_id}">{first.title}</a>'
    assert [link in page for page in (asked, read)] == [True, True]
    assert "批准撤回" in read
    assert ("已撤回</h1>" in done.text, "人人都能看到这份公告" in done.text) == (True, False)
    assert f'href="/notices/{first.release_id}"' in done.text


@pytest.mark.parametrize("path", ROUTES)
def test_a_draft_is_shown_to_its_own_government_only(app: Flask, path: str) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher)
    other = make_offices("开封市人民政府")[0]
    stranger, resident = make_staff(other, Role.PUBLISHER, Role.APPROVER), make_staff(other)
    url = f"/office/releases/{draft.id}{path}"

    assert signed_in(app, stranger).get(url).status_code == 404
    assert signed_in(app, resident).get(url).status_code == 403


@pytest.mark.parametrize(
    ("path", "role"),
    [(path, Role.APPROVER) for path in ("/steps/1", "/check", "/documents", "/discard")]
    + [(path, Role.PUBLISHER) for path in ("/approve", "/return")]
    + [("", Role.MODERATOR), ("", Role.PLANNER), ("", Role.ADMINISTRATOR)],
)
def test_each_role_does_its_own_part(app: Flask, path: str, role: Role) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher)

    assert signed_in(app, make_staff(government, role)).get(f"/office/releases/{draft.id}{path}").status_code == 403


def test_the_list_takes_the_same_number_of_statements_for_one_and_for_many(
    app: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    make_draft("contract", government, by=publisher)
    first = _statements(client, count_queries)
    for _ in range(5):
        make_draft("contract", government, by=publisher)

    assert _statements(client, count_queries) == first <= 12


def _statements(client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]) -> int:
    client.get("/office/releases")
    with count_queries() as statements:
        assert client.get("/office/releases").status_code == 200
    return len([one for one in statements if one.startswith("SELECT")])


def test_a_new_notice_is_told_which_purchase_it_may_belong_to_and_continues_it(app: Flask) -> None:
    government, publisher, approver = make_offices()
    tender = make_published("tender", government, by=publisher, approver=approver)
    drain(app.extensions["outbox_consumers"])
    draft = make_draft("award", government, by=publisher)
    began = draft.ocid
    client = signed_in(app, publisher)

    asked = client.get(f"/office/releases/{draft.id}/check").text
    foreign = send(client, f"/office/releases/{draft.id}/continue/ocds-nowhere-1")
    chosen = send(client, f"/office/releases/{draft.id}/continue/{tender.ocid}")
    after = client.get(f"/office/releases/{draft.id}/check").text

    assert f"/office/releases/{draft.id}/continue/{tender.ocid}" in asked
    assert foreign.status_code == 422
    assert chosen.status_code == 303
    assert db.session.get_one(Draft, draft.id).ocid == tender.ocid != began
    assert "/continue/" not in after


def test_a_purchase_of_another_government_is_never_offered(app: Flask) -> None:
    government, publisher, approver = make_offices()
    make_published("tender", government, by=publisher, approver=approver)
    drain(app.extensions["outbox_consumers"])
    other = add_government("洛阳市人民政府", name_en="Luoyang", region_code="410300").id
    stranger = make_staff(other, Role.PUBLISHER)
    draft = make_draft("award", other, by=stranger)

    page = signed_in(app, stranger).get(f"/office/releases/{draft.id}/check").text

    assert "/continue/" not in page
