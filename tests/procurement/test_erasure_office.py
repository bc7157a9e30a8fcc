"""The office erases what was published by law: one official proposes, another one reads it and confirms."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING

import pytest
from flask import request
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from portal.accounts.permissions import SignedInActor
from portal.accounts.queries import person
from portal.accounts.rules import Role
from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide
from portal.parties.actions import add_government
from portal.procurement.models import Release
from portal.procurement.queries import NOTICE
from portal.procurement.redacting import redact_release
from portal.publishing import uploads
from portal.publishing.erasures.models import Erasure
from portal.publishing.erasures.rules import ErasureStatus, Named, UnknownReleaseError, named
from portal.publishing.models import Draft
from portal.publishing.notices.model import notice_types
from portal.publishing.rules import DraftStatus
from portal.publishing.sheet_templates import xlsx_template
from portal.publishing.upload_models import Upload, UploadedRow
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.drafts import make_offices, make_published, make_staff, publish_draft
from tests.factories.procurement import tender_release
from tests.factories.sheets import fill, typed
from tests.factories.uploads import keep
from tests.factories.web import send, signed_in, status_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from werkzeug.test import TestResponse

SAID = "为独居老人送餐上门。"
BASIS, REASON = "《个人信息保护法》第四十七条", "公告中误写了老人的个人信息"
OFFICE = "/office/erasures"


def make_release() -> tuple[Release, int, int, int]:
    """Publish a notice: (release, government, publisher, approver)."""
    government, publisher, approver = make_offices()
    draft = make_published("contract", government, by=publisher, approver=approver)
    return db.session.get_one(Release, draft.release_id), government, publisher, approver


def propose(app: Flask, by: int, name: object, *, basis: str = BASIS, reason: str = REASON) -> TestResponse:
    return send(signed_in(app, by), f"{OFFICE}/new", release=str(name), basis=basis, reason=reason)


def proposed(app: Flask, by: int, release: Release) -> int:
    """Propose an erasure, and give its number."""
    answer = propose(app, by, release.id)
    assert answer.status_code == 303
    return int(answer.headers["Location"].rsplit("/", 1)[-1])


def erasure(number: int) -> Erasure:
    db.session.rollback()
    return db.session.get_one(Erasure, number)


def entries() -> int:
    return db.session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def test_a_notice_is_erased_by_two_officials_and_stays_withheld(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    number, ocid, title = release.id, release.ocid, release.title
    page = f"/processes/{ocid}/releases/{number}"
    clerk = signed_in(app, publisher)
    assert f"{OFFICE}/new?release={number}" in clerk.get(f"/office/releases/published?q={ocid}").text
    assert OFFICE in clerk.get("/office").text

    sent = send(clerk, f"{OFFICE}/new?release={number}", release=page, basis=BASIS, reason=REASON)
    shown = clerk.get(sent.headers["Location"])
    chief = signed_in(app, approver)
    waiting = chief.get(OFFICE).text
    read = chief.get(f"{sent.headers['Location']}/confirm")
    before = chief.get(page).status_code
    confirmed = send(chief, f"{sent.headers['Location']}/confirm")
    done = chief.get(confirmed.headers["Location"]).text

    assert (sent.status_code, shown.status_code, before, confirmed.status_code) == (303, 200, 200, 303)
    assert title in waiting
    assert all(words in read.text for words in (title, SAID, BASIS, REASON, "2026", "0371-67180000"))
    kept = db.session.scalars(select(Erasure)).one()
    assert f"/ledger/entries/{kept.ledger_position}" in done
    assert SAID not in done + chief.get(OFFICE).text
    assert title not in done + chief.get(OFFICE).text
    gone = app.test_client().get(page)
    assert gone.status_code == 410
    assert REASON in gone.text
    assert SAID not in gone.text
    assert status_of(app.test_client(), f"{page}.json") == 410
    successor = db.session.scalars(select(Release).where(Release.ocid == ocid).order_by(Release.id.desc())).first()
    assert successor is not None
    assert (successor.id != number, successor.sealed_by) == (True, "郑州市人民政府")
    assert (kept.status, kept.proposed_by, kept.approved_by) == (ErasureStatus.DONE, publisher, approver)


@pytest.mark.parametrize("form", ["{id}", "#{id}", "{address}", "{address}.json", "{address}?lang=en#top", "{both}"])
def test_a_notice_is_named_by_address_number_or_identifier(app: Flask, form: str) -> None:
    release, _, publisher, _ = make_release()
    address = f"https://portal.example/en/processes/{release.ocid}/releases/{release.id}"

    answer = propose(
        app, publisher, form.format(id=release.id, address=address, both=f"{release.ocid} {release.release_id}")
    )

    assert answer.status_code == 303
    assert db.session.scalars(select(Erasure)).one().release_id == release.id


def test_a_notice_has_an_address_of_its_own_too() -> None:
    assert named("https://portal.example/notices/17") == Named(17)
    for wrong in ("", "ocds-demo-1", "https://portal.example/notices/17x", "9" * 30, "/releases/" + "9" * 30):
        with pytest.raises(UnknownReleaseError):
            named(wrong)


@pytest.mark.parametrize("name", ["999999", "ocds-x-1 r1", "ocds-x-1", "明天", "/notices/77777", "9" * 400])
def test_an_unknown_notice_is_told_beside_its_field(app: Flask, name: str) -> None:
    _, _, publisher, _ = make_release()

    answer = propose(app, publisher, name)

    assert answer.status_code == 422
    assert 'id="release-error"' in answer.text
    assert name in answer.text
    assert REASON in answer.text
    assert db.session.scalar(select(func.count()).select_from(Erasure)) == 0


@pytest.mark.parametrize("field", ["basis", "reason"])
@pytest.mark.parametrize(
    "words", ["电话13812345678的信息", "证件410101194912311239", "电话 138 1234 5678", "联系人：张三丰"]
)
def test_personal_data_in_what_becomes_public_is_refused(app: Flask, field: str, words: str) -> None:
    release, _, publisher, _ = make_release()

    answer = propose(app, publisher, release.id, **{field: words})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "身份证" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Erasure)) == 0


def test_what_is_missing_or_too_long_is_told(app: Flask) -> None:
    release, _, publisher, _ = make_release()

    empty = propose(app, publisher, "", basis="", reason=" ")
    long = propose(app, publisher, release.id, reason="长" * 151)

    assert (empty.status_code, long.status_code) == (422, 422)
    assert all(f'id="{name}-error"' in empty.text for name in ("release", "basis", "reason"))
    assert 'id="reason-error"' in long.text


def test_nobody_confirms_or_refuses_what_they_proposed(app: Flask) -> None:
    release, government, _, _ = make_release()
    both = make_staff(government, Role.PUBLISHER, Role.APPROVER)
    number = proposed(app, both, release)
    client = signed_in(app, both)
    token = re.search(r'csrf_token" type="hidden" value="([^"]+)', client.get(f"{OFFICE}/{number}/withdraw").text)
    assert token is not None

    page = client.get(f"{OFFICE}/{number}/confirm").text
    acts = [
        client.post(f"{OFFICE}/{number}/{act}", data={"csrf_token": token[1], "reason": "不符合法律规定"}).status_code
        for act in ("confirm", "refuse")
    ]

    assert acts == [403, 403]
    assert '<button type="submit" class="govuk-button govuk-button--warning"' not in page
    assert erasure(number).status is ErasureStatus.PROPOSED
    assert not db.session.get_one(Release, release.id).is_withheld


def test_the_database_keeps_proposer_and_approver_apart(app: Flask) -> None:
    release, _, publisher, _ = make_release()
    number = proposed(app, publisher, release)

    for values in (f"approved_by = {publisher}", "status = 'done'"):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(text(f"UPDATE erasure SET {values} WHERE id = {number}"))  # noqa: S608 - a number
    assert erasure(number).status is ErasureStatus.PROPOSED


def test_a_publisher_may_propose_but_not_decide(app: Flask) -> None:
    release, government, publisher, _ = make_release()
    number = proposed(app, publisher, release)
    other = signed_in(app, make_staff(government, Role.PUBLISHER))

    assert other.get(f"{OFFICE}/{number}").status_code == 200
    assert [other.get(f"{OFFICE}/{number}/{act}").status_code for act in ("confirm", "refuse")] == [403, 403]
    assert send(other, f"{OFFICE}/{number}/withdraw").status_code == 403
    assert send(signed_in(app, publisher), f"{OFFICE}/{number}/withdraw").status_code == 303
    assert erasure(number).status is ErasureStatus.WITHDRAWN


def test_a_foreign_government_finds_neither_the_proposal_nor_the_notice(app: Flask) -> None:
    release, _, publisher, _ = make_release()
    number = proposed(app, publisher, release)
    elsewhere = add_government("新乡市人民政府", name_en="Xinxiang Government", region_code="410700").id
    stranger = make_staff(elsewhere, Role.PUBLISHER, Role.APPROVER)
    client = signed_in(app, stranger)

    pages = [client.get(f"{OFFICE}/{number}{act}").status_code for act in ("", "/confirm", "/refuse", "/withdraw")]

    assert pages == [404] * 4
    assert client.get(f"{OFFICE}/{number + 1}").status_code == 404
    assert propose(app, stranger, release.id).status_code == 404
    assert release.title not in client.get(OFFICE).text


def test_residents_and_guests_do_not_get_in(app: Flask) -> None:
    for url in (OFFICE, f"{OFFICE}/new", f"{OFFICE}/1", f"{OFFICE}/1/confirm"):
        assert app.test_client().get(url).status_code in {302, 303, 401, 403}


def test_what_is_erased_or_proposed_already_is_not_proposed_again(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    number = proposed(app, publisher, release)

    twice = propose(app, approver, release.id)
    send(signed_in(app, approver), f"{OFFICE}/{number}/confirm")
    again = propose(app, publisher, release.id)

    assert (twice.status_code, again.status_code) == (409, 409)
    assert "已经提出" in twice.text
    assert "已经依法销毁" in again.text


def test_a_notice_that_the_command_erased_meanwhile_is_told(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    number = proposed(app, publisher, release)
    client = signed_in(app, approver)
    token = re.search(r'csrf_token" type="hidden" value="([^"]+)', client.get(f"{OFFICE}/{number}/confirm").text)
    assert token is not None
    redact_release(release.ocid, release.release_id, reason="命令", basis=BASIS, by="甲", approved_by="乙")
    before = entries()

    answer = client.post(f"{OFFICE}/{number}/confirm", data={"csrf_token": token[1]})
    refused = send(client, f"{OFFICE}/{number}/refuse", reason="已经由运营者执行")

    assert (answer.status_code, refused.status_code, entries()) == (409, 303, before)
    assert "已经依法销毁" in answer.text
    assert SAID not in answer.text


def test_a_refused_proposal_leaves_the_notice_and_says_why(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    number = proposed(app, publisher, release)
    chief = signed_in(app, approver)

    personal = send(chief, f"{OFFICE}/{number}/refuse", reason="请致电13812345678")
    empty = send(chief, f"{OFFICE}/{number}/refuse", reason="")
    refused = send(chief, f"{OFFICE}/{number}/refuse", reason="公告依法应当公开")
    late = send(chief, f"{OFFICE}/{number}/refuse", reason="再次拒绝")

    assert [one.status_code for one in (personal, empty, refused, late)] == [422, 422, 303, 409]
    assert "公告依法应当公开" in signed_in(app, publisher).get(f"{OFFICE}/{number}").text
    assert not db.session.get_one(Release, release.id).is_withheld
    assert propose(app, publisher, release.id).status_code == 303


def test_an_erasure_empties_what_earlier_proposals_said(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    first = proposed(app, publisher, release)
    send(signed_in(app, approver), f"{OFFICE}/{first}/refuse", reason="请写明条款")
    second = proposed(app, publisher, release)

    send(signed_in(app, approver), f"{OFFICE}/{second}/confirm")

    assert (erasure(first).reason, erasure(first).basis, erasure(first).refusal) == ("", "", "")
    assert (erasure(second).reason, erasure(second).basis) == (REASON, BASIS)
    assert signed_in(app, publisher).get(f"{OFFICE}/{first}").status_code == 200


def test_a_stale_form_is_shown_again_and_nothing_is_erased(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    number = proposed(app, publisher, release)

    answer = signed_in(app, approver).post(f"{OFFICE}/{number}/confirm", data={"csrf_token": "old"})

    assert answer.status_code == 422
    assert "csrf_token" in answer.text
    assert not db.session.get_one(Release, release.id).is_withheld


def test_of_two_approvers_at_once_one_erases_and_one_is_told(app: Flask) -> None:
    release, government, publisher, approver = make_release()
    number, second = proposed(app, publisher, release), make_staff(government, Role.APPROVER)
    grants = {one: tuple(person(one).grants) for one in (approver, second)}
    actors = {str(one): SignedInActor(one, is_staff=True, grants=theirs) for one, theirs in grants.items()}
    db.session.remove()
    app.extensions["actor_source"] = lambda: actors[request.headers["X-Person"]]
    answers: list[TestResponse] = []
    start = threading.Barrier(2)

    def confirm(by: int) -> None:
        client, headers = app.test_client(), {"X-Person": str(by)}
        page = client.get(f"{OFFICE}/{number}/confirm", headers=headers).text
        token = re.search(r'csrf_token" type="hidden" value="([^"]+)', page)
        start.wait()
        assert token is not None
        answers.append(client.post(f"{OFFICE}/{number}/confirm", data={"csrf_token": token[1]}, headers=headers))

    threads = [threading.Thread(target=confirm, args=(by,)) for by in (approver, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.status_code for one in answers) == [303, 409]
    told = next(one.text for one in answers if one.status_code == 409)
    assert "已有人处理" in told
    assert SAID not in told
    redacted = [one.position for one in db.session.scalars(select(LedgerEntry)) if b'"redacts"' in one.body]
    assert redacted == [erasure(number).ledger_position]


def test_drafts_forget_what_was_erased(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    number, client = proposed(app, publisher, release), signed_in(app, publisher)
    title = release.title
    send(client, f"/office/releases/published/{release.id}/correct", reason="写错了金额")
    send(client, f"/office/releases/published/{release.id}/withdraw", reason="不应公开")
    held = select(Draft).where((Draft.release_id == release.id) | (Draft.corrects_id == release.id))
    assert SAID in str([one.values for one in db.session.scalars(held)])

    send(signed_in(app, approver), f"{OFFICE}/{number}/confirm")

    db.session.rollback()
    found = db.session.scalars(held.order_by(Draft.id)).all()
    assert [one.status for one in found] == [DraftStatus.PUBLISHED, DraftStatus.DISCARDED, DraftStatus.DISCARDED]
    for one in found:
        assert (one.values, one.body) == ({}, None)
        assert title not in one.title
        page = signed_in(app, publisher).get(f"/office/releases/{one.id}")
        assert page.status_code == 200
        assert SAID not in page.text
    assert title not in signed_in(app, publisher).get("/office/releases").text


def test_files_forget_what_was_erased(app: Flask) -> None:
    government, publisher, approver = make_offices()
    sheet = fill(xlsx_template(notice_types()["intention"]), [typed("intention"), typed("intention", title="另一项")])
    upload = keep("名单.xlsx", sheet, government, publisher, "intention")
    uploads.confirm_upload(upload.id, by=publisher, governments={government}, submits=True)
    first, other = db.session.scalars(select(Draft).order_by(Draft.id)).all()
    publish_draft(first, by=approver)
    release = db.session.get_one(Release, first.release_id)

    number = proposed(app, publisher, release)
    send(signed_in(app, approver), f"{OFFICE}/{number}/confirm")

    db.session.rollback()
    assert db.session.scalars(select(Upload)).all() == []
    assert [one.draft_id for one in db.session.scalars(select(UploadedRow))] == [other.id]
    assert other.values["title"] == "另一项"
    assert first.source == "withheld by law"


def test_files_of_another_name_that_say_what_was_erased_are_forgotten_too(app: Flask) -> None:
    government, publisher, approver = make_offices()
    sheet = fill(xlsx_template(notice_types()["intention"]), [typed("intention")])
    upload = keep("名单.xlsx", sheet, government, publisher, "intention")
    uploads.confirm_upload(upload.id, by=publisher, governments={government}, submits=True)
    draft = publish_draft(db.session.scalars(select(Draft)).one(), by=approver)
    keep("名单 (副本).xlsx", sheet, government, publisher, "intention")
    keep("别的.xlsx", fill(xlsx_template(notice_types()["tender"]), [typed("tender")]), government, publisher)

    number = proposed(app, publisher, db.session.get_one(Release, draft.release_id))
    send(signed_in(app, approver), f"{OFFICE}/{number}/confirm")

    db.session.rollback()
    assert set(db.session.scalars(select(Upload.filename))) == {"别的.xlsx"}


def test_a_release_of_an_ocds_file_without_a_buyer_is_erased_with_its_file(app: Flask) -> None:
    government, publisher, approver = make_offices()
    data = json.dumps({"releases": [tender_release("含有个人信息")]}).encode()
    upload = keep("package.json", data, government, publisher)
    uploads.confirm_upload(upload.id, by=publisher, governments={government}, submits=True)
    draft = publish_draft(db.session.scalars(select(Draft)).one(), by=approver)
    release = db.session.get_one(Release, draft.release_id)

    number = proposed(app, publisher, release)
    send(signed_in(app, approver), f"{OFFICE}/{number}/confirm")

    db.session.rollback()
    assert (draft.body, draft.values, db.session.scalars(select(Upload)).all()) == (None, {}, [])
    assert "含有个人信息" not in draft.title
    page = signed_in(app, publisher).get(f"/office/releases/{draft.id}")
    assert page.status_code == 200
    assert "含有个人信息" not in page.text


def test_a_withdrawn_notice_can_be_erased_too(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    hide(NOTICE, str(release.id), reason="写错了", by=approver, withdraws=True)

    number = proposed(app, publisher, release)
    confirmed = send(signed_in(app, approver), f"{OFFICE}/{number}/confirm")

    assert confirmed.status_code == 303
    db.session.rollback()
    assert release.is_withheld


def test_pages_are_never_kept_and_speak_both_languages(app: Flask) -> None:
    release, _, publisher, approver = make_release()
    number = proposed(app, publisher, release)
    chief = signed_in(app, approver)

    for path in ("", "/new", f"/{number}", f"/{number}/confirm", f"/{number}/refuse", f"/{number}/withdraw"):
        chinese, english = chief.get(f"{OFFICE}{path}"), chief.get(f"/en{OFFICE}{path}")
        assert (chinese.status_code, english.status_code) == (200, 200)
        assert chinese.headers["Cache-Control"] == english.headers["Cache-Control"] == "private, no-store"
        assert "依法销毁" in chinese.text
        assert "rasure" in english.text


def test_the_list_takes_few_statements(
    app: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    government, publisher, approver = make_offices()
    for _ in range(2):
        draft = make_published("intention", government, by=publisher, approver=approver)
        proposed(app, publisher, db.session.get_one(Release, draft.release_id))
    client = signed_in(app, publisher)
    client.get(OFFICE)
    with count_queries() as few:
        client.get(OFFICE)
    draft = make_published("intention", government, by=publisher, approver=approver)
    proposed(app, publisher, db.session.get_one(Release, draft.release_id))
    client = signed_in(app, publisher)

    with count_queries() as more:
        client.get(OFFICE)

    assert len(more) == len(few)
