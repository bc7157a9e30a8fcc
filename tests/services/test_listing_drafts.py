"""What is published of a service is drafted by one person and approved by another."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.ledger.models import LedgerEntry
from portal.parties.actions import add_government
from portal.publishing.rules import DraftChangedError, DraftStatus, OwnDraftError, WrongDraftStateError
from portal.services import queries, rules
from portal.services.drafts import actions as draft_actions
from portal.services.drafts import queries as draft_queries
from portal.services.listing import statements
from portal.services.listing.hours import Span
from portal.services.listing.statements import Listing, Place, Price, Statement, act_of
from portal.services.rules import Mode, ServiceStatus
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.services import (
    CENTRE,
    deliver_under,
    facts,
    make_approver,
    make_bodies,
    make_checked,
    make_contract,
    make_listing,
    make_publisher,
    say_anew,
)
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from portal.services.drafts.models import ListingDraft

FORM = {
    "name": "金水区社区助餐", "description": "每日午餐", "category": "A0402", "areas": "410105",
    "eligibility": "六十岁以上老人",
    "application_process": "打电话\n带身份证", "amount_1": "10", "option_1": "每餐", "phone": "0371-0000-1000",
}  # fmt: skip
ALL = {**FORM, "name_en": "Community meals", "minimum_age": "60", "application_process": "打电话登记\n带身份证",
       "documents": "身份证", "languages": "zh", "fees": "每餐十元"}  # fmt: skip


def begun(service_id: int, government: int) -> tuple[ListingDraft, int]:
    """Begin a change; give the draft and whoever began it."""
    author = make_publisher(government)
    return draft_actions.begin_change(service_id, by=author, governments={government}), author


def submitted(service_id: int, government: int, **said: Any) -> ListingDraft:
    """Begin and submit a change of the facts."""
    draft, author = begun(service_id, government)
    listing = replace(draft_queries.statement_in(draft).listing, **said)
    draft_actions.state_facts(draft.id, listing, by=author, governments={government})
    draft_actions.submit_draft(draft.id, by=author, governments={government})
    return draft


def test_a_new_service_is_public_only_when_a_second_person_has_approved_it(app: Flask, client: FlaskClient) -> None:
    government, buyer, _ = make_bodies()
    office = signed_in(app, make_publisher(government))

    begun = send(office, "/office/services/new", **FORM, buyer=str(buyer)).headers["Location"]
    assert "请至少添加一种使用方式" in office.get(f"{begun}/submit").text
    placed = send(office, f"{begun}/places/new", mode="visit", name="助餐点", address="示例路1号", day_1="8:30—12:00")
    checked = send(office, f"{begun}/check", on=clock.today().isoformat())
    assert "请至少添加一种使用方式" not in office.get(f"{begun}/submit").text
    sent = send(office, f"{begun}/submit")
    assert [answer.status_code for answer in (placed, checked, sent)] == [HTTPStatus.SEE_OTHER] * 3
    assert "金水区社区助餐" not in client.get("/services").text
    assert send(office, f"{begun}/approve").status_code == HTTPStatus.FORBIDDEN

    approver = signed_in(app, make_approver(government))
    read = approver.get(f"{begun}/approve").text
    assert [told for told in ("助餐点", "08:30-12:00", "10元（每餐）", "六十岁以上老人") if told not in read] == []
    done = send(approver, f"{begun}/approve", revision=_revision(read)).headers["Location"]

    listed = re.search(r'href="(/services/\d+)"', approver.get(done).text)
    assert listed is not None
    page = client.get(listed[1]).text
    assert [told for told in ("08:30-12:00", "10元", "已核实") if told not in page] == []


def test_handing_in_and_approving_a_listing_end_on_a_page_with_the_reference(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    draft, author = begun(service, government)
    draft_actions.remove_place(draft.id, 1, by=author, governments={government})
    url = f"/en/office/services/drafts/{draft.id}"

    office = signed_in(app, author)
    sent = send(office, f"{url}/submit").headers["Location"]
    told = office.get(sent).text
    approver = signed_in(app, make_approver(government))
    early = approver.get(f"{url}/approved")
    done = send(approver, f"{url}/approve", revision=str(draft.revision)).headers["Location"]

    assert (sent, done) == (f"{url}/sent", f"{url}/approved")
    assert early.headers["Location"] == url
    assert f"listing {service}, draft {draft.id}" in told
    page = approver.get(done).text
    assert f"listing {service}, draft {draft.id}" in page
    assert f'href="/en/services/{service}"' in page
    assert office.get(sent).headers["Location"] == url


def test_a_small_correction_shows_only_what_it_changes_and_is_one_entry_of_the_ledger(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    office = signed_in(app, make_publisher(government))

    begun = send(office, f"/office/services/{service}/change", to="change").headers["Location"]
    send(office, begun, **(ALL | {"phone": "0371-0000-9999"}), buyer=str(buyer))
    submit = office.get(begun.replace("/facts", "/submit")).text

    assert "0371-0000-9999" in submit
    assert "0371-0000-1000" in submit
    assert "示例路1号" not in submit
    assert queries.service(service).phone == "0371-0000-1000"
    send(office, begun.replace("/facts", "/submit"))
    (draft,) = draft_queries.open_drafts({government})
    draft_actions.approve_draft(
        draft.id, revision=draft.revision, by=make_approver(government), governments={government}
    )
    assert queries.service(service).phone == "0371-0000-9999"
    assert [version.act for version in queries.versions_of(service)] == ["amend", "publish"]
    assert db.session.query(LedgerEntry).filter_by(type="service", object_id=str(service)).count() == 2


def test_nobody_approves_what_they_had_a_hand_in(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    draft, author = begun(make_listing(buyer_id=buyer).id, government)
    helper = make_approver(government)
    draft_actions.state_check(draft.id, on=clock.today(), by=author, governments={government})
    draft_actions.remove_place(draft.id, 1, by=helper, governments={government})
    draft_actions.submit_draft(draft.id, by=author, governments={government})

    for person in (author, helper):
        with pytest.raises(OwnDraftError):
            draft_actions.approve_draft(draft.id, revision=draft.revision, by=person, governments={government})

    assert draft.status is DraftStatus.SUBMITTED


def test_the_database_itself_keeps_author_and_approver_apart(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    draft, author = begun(make_listing(buyer_id=buyer).id, government)

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text("UPDATE listing_draft SET approved_by = :by"), {"by": author})
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("DELETE FROM listing_draft_event"))

    assert draft_queries.history(draft.id) != []


def test_what_was_changed_after_the_approver_read_it_is_not_published(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    draft = submitted(service, government, name="新名")
    read = draft.revision
    approver = make_approver(government)
    draft_actions.return_draft(draft.id, "再改一处", by=approver, governments={government})
    draft_actions.submit_draft(draft.id, by=draft.drafted_by, governments={government})

    with pytest.raises(DraftChangedError):
        draft_actions.approve_draft(draft.id, revision=read, by=approver, governments={government})

    assert queries.service(service).name == "金水区社区助餐"


def test_a_listing_published_anew_meanwhile_is_not_overwritten(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    draft = submitted(service, government, name="新名")
    say_anew(service, phone="0371-0000-7777")

    with pytest.raises(rules.ListingMovedError):
        draft_actions.approve_draft(
            draft.id, revision=draft.revision, by=make_approver(government), governments={government}
        )

    assert (queries.service(service).name, queries.service(service).phone) == ("金水区社区助餐", "0371-0000-7777")


def test_a_draft_that_changes_nothing_is_not_submitted_and_may_be_thrown_away(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    draft, author = begun(service, government)

    with pytest.raises(rules.NothingChangedError):
        draft_actions.submit_draft(draft.id, by=author, governments={government})
    assert begun(service, government)[0] is draft
    draft_actions.discard_draft(draft.id, by=author, governments={government})

    assert begun(service, government)[0] is not draft
    assert len(queries.versions_of(service)) == 1


def test_a_submitted_draft_is_changed_by_nobody(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    draft = submitted(make_listing(buyer_id=buyer).id, government, name="新名")
    office = signed_in(app, draft.drafted_by)

    with pytest.raises(WrongDraftStateError):
        draft_actions.remove_place(draft.id, 1, by=draft.drafted_by, governments={government})

    assert office.get(f"/office/services/drafts/{draft.id}/facts").status_code == HTTPStatus.CONFLICT


def test_closing_opening_and_checking_wait_for_approval_too(app: Flask, client: FlaskClient) -> None:
    government, buyer, _ = make_bodies()
    service = make_checked("助餐", 100, buyer_id=buyer).id
    approver = make_approver(government)

    draft, author = begun(service, government)
    draft_actions.state_closed(draft.id, "装修", for_good=False, by=author, governments={government})
    assert queries.service(service).status is ServiceStatus.ACTIVE
    draft_actions.submit_draft(draft.id, by=author, governments={government})
    draft_actions.approve_draft(draft.id, revision=draft.revision, by=approver, governments={government})
    assert "装修" in client.get(f"/services/{service}").text
    for state in (draft_actions.state_open, draft_actions.state_check):
        draft, author = begun(service, government)
        said: dict[str, Any] = {"on": clock.today()} if state is draft_actions.state_check else {}
        state(draft.id, **said, by=author, governments={government})
        draft_actions.submit_draft(draft.id, by=author, governments={government})
        draft_actions.approve_draft(draft.id, revision=draft.revision, by=approver, governments={government})

    assert [version.act for version in queries.versions_of(service)] == ["check", "reopen", "close", "publish"]
    assert queries.service(service).assured_on == clock.today()


def test_an_edit_of_the_facts_is_no_check(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_checked("助餐", 100, buyer_id=buyer)
    day = service.assured_on
    draft, author = begun(service.id, government)

    draft_actions.state_facts(draft.id, facts("助餐二", buyer_id=buyer), by=author, governments={government})

    assert draft_queries.statement_in(draft).listing.assured_on == day


def test_a_contract_is_recorded_and_taken_back_in_a_draft(app: Flask) -> None:
    government, buyer, supplier = make_bodies()
    service = make_listing(buyer_id=buyer).id
    contract = make_contract("ocds-test00-1", starts=-10, ends=10)
    approver = make_approver(government)

    draft, author = begun(service, government)
    draft_actions.add_contract(draft.id, "ocds-test00-1", contract, by=author, governments={government})
    draft_actions.submit_draft(draft.id, by=author, governments={government})
    draft_actions.approve_draft(draft.id, revision=draft.revision, by=approver, governments={government})
    assert (queries.service(service).ocid, queries.service(service).provider_id) == ("ocds-test00-1", supplier)
    draft, author = begun(service, government)
    draft_actions.remove_contract(draft.id, "ocds-test00-1", contract, by=author, governments={government})
    draft_actions.submit_draft(draft.id, by=author, governments={government})
    draft_actions.approve_draft(draft.id, revision=draft.revision, by=approver, governments={government})

    assert queries.contracts_of(service) == []
    assert [version.act for version in queries.versions_of(service)] == ["contract", "contract", "publish"]


def test_a_contract_of_another_government_is_refused(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    contract = make_contract("ocds-test00-1", starts=-10, ends=10)
    deliver_under(service, "ocds-test00-1", contract)
    draft, author = begun(service, government)

    with pytest.raises(rules.UnknownContractError):
        draft_actions.add_contract(draft.id, "ocds-test00-9", "C", by=author, governments={government})
    with pytest.raises(rules.ForeignContractError):
        draft_actions.add_contract(draft.id, "ocds-test00-1", contract, by=author, governments={other_government()})


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("facts", {"minimum_age": "70", "maximum_age": "60"}),
        ("facts", {"amount_1": "十元"}),
        ("facts", {"amount_1": ""}),
        ("facts", {"available": "31", "maximum": "30"}),
        ("facts", {"email": "office"}),
        ("facts", {"category": "X"}),
        ("places/1", {"mode": "visit", "day_1": "9点"}),
        ("places/1", {"mode": "visit", "latitude": "34.7", "longitude": ""}),
        ("check", {"on": "2999-01-01"}),
        ("close", {"alert": ""}),
        ("contracts/new", {"ocid": "x", "contract": "y"}),
    ],
)
def test_wrong_input_is_refused_beside_its_field(app: Flask, path: str, wrong: dict[str, str]) -> None:
    government, buyer, _ = make_bodies()
    draft, author = begun(make_listing(buyer_id=buyer).id, government)
    before = draft.revision
    office = signed_in(app, author)
    form = {**FORM, "buyer": str(buyer)} if path == "facts" else {}

    answer = send(office, f"/office/services/drafts/{draft.id}/{path}", **(form | wrong))

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "govuk-error-message" in answer.text
    assert draft.revision == before


def test_a_form_that_is_sent_as_it_came_changes_nothing(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    draft, author = begun(make_listing(buyer_id=buyer, fees_en="ten yuan").id, government)
    before = draft_queries.statement_in(draft)
    office = signed_in(app, author)

    send(office, f"/office/services/drafts/{draft.id}/facts", **ALL, buyer=str(buyer))

    assert draft_queries.statement_in(draft) == before


def test_another_governments_listings_and_drafts_are_not_there(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer, places=[CENTRE]).id
    draft, _ = begun(service, government)
    elsewhere = other_government()
    stranger = signed_in(app, make_approver(elsewhere))

    for path in ("", "/change"):
        assert stranger.get(f"/office/services/{service}{path}").status_code == HTTPStatus.NOT_FOUND, path
    for path in (
        "",
        "/facts",
        "/places/1",
        "/check",
        "/close",
        "/contracts/new",
        "/submit",
        "/sent",
        "/approve",
        "/return",
        "/approved",
    ):
        assert stranger.get(f"/office/services/drafts/{draft.id}{path}").status_code == HTTPStatus.NOT_FOUND, path
    with pytest.raises(NotFoundError):
        draft_actions.begin_change(service, by=make_publisher(elsewhere), governments={elsewhere})


def test_a_number_of_a_removed_place_is_not_given_to_another_one(app: Flask) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer, places=[CENTRE])
    first = service.places[0].hsds_id
    draft, author = begun(service.id, government)
    draft_actions.remove_place(draft.id, 1, by=author, governments={government})
    draft_actions.state_place(draft.id, None, Place(Mode.HOME), by=author, governments={government})
    draft_actions.submit_draft(draft.id, by=author, governments={government})

    draft_actions.approve_draft(
        draft.id, revision=draft.revision, by=make_approver(government), governments={government}
    )

    (place,) = queries.service(service.id).places
    assert (place.number, place.mode) == (2, Mode.HOME)
    assert place.hsds_id != first


TEXTS = st.text(max_size=12)
MAYBE = st.none() | TEXTS
PLACES = st.builds(
    Place, mode=st.sampled_from(Mode), name=TEXTS, address_en=MAYBE, latitude=st.none() | st.floats(-90, 90),
    hours=st.lists(st.just(Span(1, "09:00", "12:00")), max_size=2).map(tuple),
)  # fmt: skip
LISTINGS = st.builds(
    Listing, name=TEXTS, description=TEXTS, prices=st.lists(st.builds(Price, st.integers(0, 10**9), TEXTS)).map(tuple),
    areas=st.lists(TEXTS, max_size=3).map(tuple), status=st.sampled_from(ServiceStatus),
    assured_on=st.none() | st.dates(), minimum_age=st.none() | st.integers(0, 120),
)  # fmt: skip
STATEMENTS = st.builds(
    Statement, LISTINGS, st.dictionaries(st.integers(1, 9), PLACES, max_size=3), TEXTS, MAYBE,
    st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
)  # fmt: skip


@given(STATEMENTS)
def test_a_statement_that_was_kept_as_json_is_read_as_it_was(said: Statement) -> None:
    assert statements.read(json.loads(json.dumps(statements.written(said)))) == said


@pytest.mark.parametrize(
    ("change", "act"),
    [
        ({"assured_on": date(2026, 11, 2)}, "check"),
        ({"status": ServiceStatus.DEFUNCT}, "close"),
        ({"name": "别的"}, "amend"),
        ({"name": "别的", "assured_on": date(2026, 11, 2)}, "amend"),
    ],
)
def test_a_publication_is_called_by_what_it_does(change: dict[str, Any], act: str) -> None:
    old = Statement(Listing("社区助餐", "每日午餐"))

    assert act_of(old, replace(old, listing=replace(old.listing, **change))) == act


def other_government() -> int:
    return add_government("洛阳市人民政府", name_en="Luoyang", region_code="410300").id


def _revision(page: str) -> str:
    return page.split('name="revision"')[1].split('value="')[1].split('"', maxsplit=1)[0]
