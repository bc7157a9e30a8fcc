"""One person drafts, another approves; then the release is sealed, all of it or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from portal.accounts.rules import Role
from portal.disclosure.actions import Received, receive
from portal.disclosure.actions import publish as publish_document
from portal.disclosure.models import Document
from portal.disclosure.rules import OwnDocumentError
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide, restore
from portal.moderation.rules import WithdrawnForGoodError
from portal.procurement import queries as procurement
from portal.procurement.models import Process, Release
from portal.procurement.rules import Stage, WithdrawnError
from portal.publishing import actions, draft_documents, due, queries, rules
from portal.publishing.models import Draft
from portal.publishing.notices.model import notice_types
from portal.publishing.rules import DraftStatus, Purpose
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.drafts import make_draft, make_offices, make_published, make_staff, make_submitted, publish_draft

if TYPE_CHECKING:
    from flask import Flask

CODES = list(notice_types())
BEGINNING = [code for code, notice in notice_types().items() if notice.begins]


def sealed() -> int:
    return db.session.scalar(select(func.count()).select_from(Release)) or 0


def entries() -> int:
    return db.session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


@pytest.mark.parametrize("code", BEGINNING)
def test_a_notice_is_drafted_approved_and_public(app: Flask, code: str) -> None:
    government, publisher, approver = make_offices()

    draft = make_published(code, government, by=publisher, approver=approver)

    release = procurement.release(draft.release_id or 0)
    assert draft.status is DraftStatus.PUBLISHED
    assert release.title == "社区助餐服务"
    assert release.sealed_by == "郑州市人民政府"
    assert (sealed(), entries()) == (1, 1)


def test_a_whole_purchase_goes_from_intention_to_termination(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("intention", government, by=publisher, approver=approver)
    rest = [code for code in CODES if code not in {"intention", "failed", "single-source"}]

    for code in rest:
        make_published(code, government, by=publisher, approver=approver, ocid=first.ocid)

    process = procurement.process(first.ocid)
    assert (sealed(), entries()) == (10, 10)
    assert process.stage is Stage.COMPLETE
    assert process.region_code == "410100"
    assert [contract.contract_id for contract in procurement.contracts_of(first.ocid)] == ["HT-2026-15"]
    assert procurement.contracts_of(first.ocid)[0].amount_fen == 12_050_050


def test_nobody_retypes_what_is_published(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("tender", government, by=publisher, approver=approver)

    draft = actions.begin_draft(actions.Begin("award", government, publisher, ocid=first.ocid))

    assert draft.values["title"] == "社区助餐服务"
    assert draft.values["project_number"] == "郑财磋商采购-2026-15"
    assert draft.values["method"] == "consultation"
    assert draft.values["buyer"] == {"name": "郑州市民政局", "code": "11410100005252012G"}


@pytest.mark.parametrize("code", ["contract-change", "acceptance", "evaluation", "termination", "correction"])
def test_what_continues_a_purchase_needs_one(app: Flask, code: str) -> None:
    government, publisher, approver = make_offices()
    first = make_published("intention", government, by=publisher, approver=approver)

    with pytest.raises(rules.CannotFollowError):
        actions.begin_draft(actions.Begin(code, government, publisher))
    if code != "correction":
        with pytest.raises(rules.CannotFollowError):
            actions.begin_draft(actions.Begin(code, government, publisher, ocid=first.ocid))


def test_the_purchase_of_another_government_is_not_continued(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("tender", government, by=publisher, approver=approver)
    with transaction():
        db.session.execute(
            text("INSERT INTO government (id, name, region_code) VALUES (99, '开封市人民政府', '410200')")
        )
    stranger = make_staff(99, Role.PUBLISHER)

    with pytest.raises(rules.UnknownPurchaseError):
        actions.begin_draft(actions.Begin("award", 99, stranger, ocid=first.ocid))
    with pytest.raises(NotFoundError):
        actions.correct_release(
            first.release_id or 0, purpose=Purpose.CORRECT, reason="x", by=stranger, governments={99}
        )
    with pytest.raises(NotFoundError):
        queries.draft_in_office(first.id, {99})


def test_nobody_approves_what_they_had_a_hand_in(app: Flask) -> None:
    government, publisher, _ = make_offices()
    both = make_staff(government, Role.PUBLISHER, Role.APPROVER)
    draft = make_draft("intention", government, by=publisher)
    actions.change_draft(draft.id, {"title": "改过的标题"}, by=both, governments={government})
    actions.submit_draft(draft.id, by=publisher, governments={government})

    with pytest.raises(rules.OwnDraftError):
        publish_draft(draft, by=both)

    assert sealed() == 0


def test_the_database_refuses_one_pair_of_eyes(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft = make_submitted("intention", government, by=publisher)

    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE draft SET approved_by = drafted_by WHERE id = :id"), {"id": draft.id})
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE draft SET status = 'published' WHERE id = :id"), {"id": draft.id})
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE draft_event SET note = 'x'"))


def test_an_incomplete_draft_is_not_submitted(app: Flask) -> None:
    government, publisher, _ = make_offices()
    draft = make_draft("contract", government, by=publisher, signed_on=None)

    with pytest.raises(rules.IncompleteDraftError):
        actions.submit_draft(draft.id, by=publisher, governments={government})

    assert [fault.field.name for fault in actions.faults_of(draft)] == ["signed_on"]


def test_a_returned_draft_is_changed_and_submitted_again(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)

    actions.return_draft(draft.id, "预算偏高", by=approver, governments={government})
    actions.change_draft(draft.id, {"remarks": "已核减"}, by=publisher, governments={government})
    actions.submit_draft(draft.id, by=publisher, governments={government})
    publish_draft(draft, by=approver)

    assert [event.act.value for event in queries.history(draft.id)] == [
        "begun", "changed", "submitted", "returned", "changed", "submitted", "approved", "published",
    ]  # fmt: skip


def test_an_approval_of_another_revision_is_refused(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)

    with pytest.raises(rules.DraftChangedError):
        actions.approve_draft(draft.id, revision=draft.revision - 1, by=approver, governments={government})


def test_a_second_approval_seals_nothing(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft, other = make_submitted("intention", government, by=publisher), make_staff(government, Role.APPROVER)
    publish_draft(draft, by=approver)

    with pytest.raises(rules.WrongDraftStateError):
        publish_draft(draft, by=other)

    assert (sealed(), entries()) == (1, 1)


def test_a_failure_while_sealing_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)
    monkeypatch.setattr(queries, "documents_of", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        publish_draft(draft, by=approver)

    monkeypatch.undo()
    assert (sealed(), entries()) == (0, 0)
    assert db.session.get_one(Draft, draft.id).status is DraftStatus.SUBMITTED
    assert publish_draft(draft, by=approver).status is DraftStatus.PUBLISHED


def test_a_scheduled_notice_is_published_when_its_moment_comes(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft, later = make_submitted("intention", government, by=publisher), clock.now() + timedelta(hours=3)
    actions.approve_draft(draft.id, revision=draft.revision, by=approver, governments={government}, publish_at=later)

    assert (due.publish_due(), sealed()) == (0, 0)
    with clock.frozen(later + timedelta(minutes=1)):
        assert (due.publish_due(), due.publish_due(), sealed()) == (1, 0, 1)


def test_a_moment_that_is_over_is_refused(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)

    with pytest.raises(rules.PastMomentError):
        actions.approve_draft(
            draft.id, revision=draft.revision, by=approver, governments={government},
            publish_at=datetime(2020, 1, 1, tzinfo=UTC),
        )  # fmt: skip


def test_a_correction_is_a_new_release_with_its_reason(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("contract", government, by=publisher, approver=approver)

    with pytest.raises(rules.NoReasonError):
        actions.correct_release(
            first.release_id or 0, purpose=Purpose.CORRECT, reason=" ", by=publisher, governments={government}
        )
    draft = actions.correct_release(
        first.release_id or 0, purpose=Purpose.CORRECT, reason="金额写错", by=publisher, governments={government}
    )
    money = {"fen": 11_000_000, "unit": "yuan"}
    actions.change_draft(draft.id, {"amount": money}, by=publisher, governments={government})
    actions.submit_draft(draft.id, by=publisher, governments={government})
    publish_draft(draft, by=approver)

    corrected = procurement.release(draft.release_id or 0)
    assert corrected.tag == "contractUpdate"
    assert corrected.body["contracts"][0]["amendments"][0]["rationale"] == "金额写错"
    assert (
        corrected.body["contracts"][0]["amendments"][0]["amendsReleaseID"]
        == procurement.release(first.release_id or 0).release_id
    )
    assert procurement.contracts_of(first.ocid)[0].amount_fen == 11_000_000
    assert sealed() == 2


def test_a_withdrawn_notice_leaves_a_tombstone(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("intention", government, by=publisher, approver=approver)
    tender = make_published("tender", government, by=publisher, approver=approver, ocid=first.ocid)
    draft = actions.correct_release(
        tender.release_id or 0, purpose=Purpose.WITHDRAW, reason="误发", by=publisher, governments={government}
    )
    actions.submit_draft(draft.id, by=publisher, governments={government})
    publish_draft(draft, by=approver)

    with pytest.raises(WithdrawnError, match="误发"):
        procurement.release(tender.release_id or 0)
    answer = app.test_client().get(f"/processes/{tender.ocid}/releases/{tender.release_id}")
    today = clock.today()
    told = f"{today.year}年{today.month}月{today.day}日" in answer.text and "误发" in answer.text
    assert (answer.status_code, told) == (410, True)
    assert procurement.process(first.ocid).stage is Stage.PLANNING
    assert (sealed(), entries()) == (2, 3)
    with pytest.raises(WithdrawnForGoodError):
        restore("notice", str(tender.release_id), reason="x")


def withdraw(notice: Draft, government: int, *, by: int, approver: int, reason: str) -> None:
    draft = actions.correct_release(
        notice.release_id or 0, purpose=Purpose.WITHDRAW, reason=reason, by=by, governments={government}
    )
    actions.submit_draft(draft.id, by=by, governments={government})
    publish_draft(draft, by=approver)


def test_a_withdrawn_notice_stays_in_the_story_of_its_purchase(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("intention", government, by=publisher, approver=approver)
    tender = make_published("tender", government, by=publisher, approver=approver, ocid=first.ocid)
    withdraw(tender, government, by=publisher, approver=approver, reason="预算写错，重新公告")

    page = app.test_client().get(f"/processes/{first.ocid}").text
    history = app.test_client().get(f"/processes/{first.ocid}/history").text

    stages, _, published = page.partition('id="publications"')
    assert "预算写错，重新公告" in stages.partition("sw-timeline")[2]
    assert "预算写错，重新公告" in published
    assert "预算写错，重新公告" in history


def test_a_purchase_of_which_all_was_withdrawn_says_so(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("intention", government, by=publisher, approver=approver)
    withdraw(first, government, by=publisher, approver=approver, reason="误发")

    answer = app.test_client().get(f"/processes/{first.ocid}")

    assert (answer.status_code, "误发" in answer.text) == (410, True)


def test_documents_are_published_with_the_notice(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_draft("tender", government, by=publisher)
    draft_documents.hand_in_document(
        draft.id, "采购文件".encode(), filename="文件.txt", title="采购文件", by=publisher, governments={government}
    )
    actions.submit_draft(draft.id, by=publisher, governments={government})
    publish_draft(draft, by=approver)

    (document,) = db.session.scalars(select(Document)).all()
    body = procurement.release(draft.release_id or 0).body
    assert (document.published_at is not None, document.release_id) == (True, draft.release_id)
    assert body["tender"]["documents"][0]["title"] == "采购文件"


def test_whoever_handed_a_document_in_does_not_publish_it_with_a_notice(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_draft("tender", government, by=publisher)
    told = Received(draft.ocid, "文件.txt", "采购文件", is_announced=False, by=f"person:{approver}")
    document = receive("采购文件".encode(), told)
    draft_documents.attach_document(draft.id, document.id, by=publisher, governments={government})
    actions.submit_draft(draft.id, by=publisher, governments={government})

    with pytest.raises(OwnDocumentError):
        publish_draft(draft, by=approver)

    assert db.session.get_one(Draft, draft.id).status is DraftStatus.SUBMITTED
    assert db.session.get_one(Document, document.id).published_at is None


def test_a_document_that_became_public_meanwhile_hinders_nobody(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_draft("tender", government, by=publisher)
    said = {"filename": "文件.txt", "title": "采购文件", "by": publisher, "governments": {government}}
    draft_documents.hand_in_document(draft.id, "采购文件".encode(), **said)
    actions.submit_draft(draft.id, by=publisher, governments={government})
    publish_document(db.session.scalars(select(Document)).one().id, by="somebody")

    assert publish_draft(draft, by=approver).status is DraftStatus.PUBLISHED


def test_what_cannot_be_published_at_its_moment_is_given_back(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("contract", government, by=publisher, approver=approver)
    draft = actions.correct_release(
        first.release_id or 0, purpose=Purpose.CORRECT, reason="笔误", by=publisher, governments={government}
    )
    actions.submit_draft(draft.id, by=publisher, governments={government})
    later = clock.now() + timedelta(hours=1)
    actions.approve_draft(draft.id, revision=draft.revision, by=approver, governments={government}, publish_at=later)
    hide("notice", str(first.release_id), reason="x", by=None)

    with clock.frozen(later + timedelta(minutes=1)):
        assert due.publish_due() == 0

    again = db.session.get_one(Draft, draft.id)
    assert (again.status, again.return_reason != "") == (DraftStatus.DRAFTING, True)


def test_an_ocds_release_is_approved_as_it_is(app: Flask) -> None:
    government, publisher, approver = make_offices()
    body = {
        "ocid": "ocds-x-1", "id": "r1", "date": "2026-03-01T09:00:00+08:00", "tag": ["tender"],
        "initiationType": "tender", "tender": {"id": "T", "title": "来自文件"},
    }  # fmt: skip
    draft = actions.begin_draft(actions.Begin("tender", government, publisher, body=body, source="package.json"))
    actions.submit_draft(draft.id, by=publisher, governments={government})
    publish_draft(draft, by=approver)

    release = procurement.release(draft.release_id or 0)
    assert (release.body, release.source, draft.title) == (body, "package.json", "来自文件")


def test_the_most_urgent_draft_stands_first(app: Flask) -> None:
    government, publisher, _ = make_offices()
    calm = make_draft("contract", government, by=publisher, signed_on="2026-06-01")
    urgent = make_draft("contract", government, by=publisher, signed_on="2026-03-03")
    none = make_draft("intention", government, by=publisher)

    found = db.session.scalars(queries.drafts({government})).all()

    assert [one.id for one in found] == [urgent.id, calm.id, none.id]
    assert str(urgent.due_on) == "2026-03-05"


def test_the_processes_of_a_government_are_found_by_number_and_title(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("tender", government, by=publisher, approver=approver)
    governments = queries.governments({government})

    for words in ("社区助餐", first.ocid):
        assert [one.ocid for one in queries.purchases_like(words, governments)] == [first.ocid]
    assert queries.purchases_like("没有这个", governments) == []
    assert db.session.scalar(select(func.count()).select_from(Process)) == 1
