"""Two organisations become one where a person says so, and two again where that is undone."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide
from portal.outbox import actions as outbox
from portal.pages.merging import merge_organizations, undo_merge
from portal.parties.actions import register_party
from portal.parties.models import Organization, OrganizationMerge
from portal.parties.rules import (
    DifferentCodesError,
    DuplicateReason,
    Named,
    SameOrganizationError,
    UnknownOrganizationError,
    possible_duplicates,
)
from portal.procurement.actions import rebuild_processes
from portal.ratings.queries import is_rated_party
from portal.services.queries import service
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.linking import make_publisher
from tests.factories.procurement import OCID, make_chain, make_release, money, seal
from tests.factories.ratings import make_organization, make_resident, make_service
from tests.factories.web import send, signed_in, status_of, text_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

OTHER = "ocds-test00-0002"
LONG, SHORT = "郑州市和乐社会工作服务中心", "郑州和乐社工中心"
BY, WHY = "person:1", "同一机构，名称写法不同"


def two() -> tuple[int, int]:
    """Let the same supplier win twice, under two names; give the numbers of the short and the long one."""
    seal(*make_chain(), *renamed(make_chain(OTHER)))
    return numbered(SHORT), numbered(LONG)


def renamed(releases: list[dict[str, object]]) -> list[dict[str, object]]:
    award = {
        "id": "A1", "status": "active", "date": "2026-04-01T09:00:00+08:00", "value": money(110_000),
        "suppliers": [{"id": "S9", "name": SHORT}],
    }  # fmt: skip
    won = make_release(
        "award",
        ocid=OTHER,
        day="2026-04-01",
        parties=[{"id": "S9", "name": SHORT, "roles": ["supplier"]}],
        awards=[award],
    )
    return [releases[0], won, releases[2]]


def numbered(name: str) -> int:
    return db.session.scalars(select(Organization.id).where(Organization.name == name)).one()


def lists(client: FlaskClient, query: str) -> tuple[bool, bool]:
    page = text_of(client, f"/processes?{query}")
    return OCID in page, OTHER in page


def test_a_merged_organisation_leads_to_the_one_kept_for_good(client: FlaskClient) -> None:
    short, long = two()

    merge_organizations(short, long, by=BY, reason=WHY)

    for prefix in ("", "/en"):
        answer = client.get(f"{prefix}/organizations/{short}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{prefix}/organizations/{long}")
        assert answer.headers["Cache-Control"] == "no-cache"


def test_its_purchases_and_contracts_count_for_the_one_kept(client: FlaskClient) -> None:
    short, long = two()

    merge_organizations(short, long, by=BY, reason=WHY)

    page = text_of(client, f"/organizations/{long}")
    assert f"/processes/{OCID}" in page
    assert f"/processes/{OTHER}" in page
    assert SHORT in page
    assert text_of(client, f"/contracts.csv?supplier={long}").count(f",{long},") == 2


def test_addresses_with_the_old_number_still_work(client: FlaskClient) -> None:
    short, long = two()
    before = lists(client, f"supplier={short}")

    merge_organizations(short, long, by=BY, reason=WHY)

    assert before == (False, True)
    assert lists(client, f"supplier={short}") == lists(client, f"supplier={long}") == (True, True)
    rows = csv.DictReader(io.StringIO(text_of(client, f"/notices.csv?supplier={short}")))
    assert sorted(row["id"] for row in rows) == ["1", "2", "3", "4", "5", "6"]


def test_it_is_gone_from_lists_and_data(client: FlaskClient) -> None:
    short, long = two()

    merge_organizations(short, long, by=BY, reason=WHY)

    listed = text_of(client, "/organizations?kind=supplier")
    exported = text_of(client, "/organizations.csv")
    assert (f"/organizations/{long}" in listed, f'/organizations/{short}"' in listed) == (True, False)
    assert (LONG in exported, SHORT in exported) == (True, False)


def test_search_follows_a_merge(client: FlaskClient) -> None:
    short, long = two()
    consumers = client.application.extensions["outbox_consumers"]
    outbox.drain(consumers)
    before = text_of(client, "/search?q=和乐&kind=organization")

    merge_organizations(short, long, by=BY, reason=WHY)
    outbox.drain(consumers)

    after = text_of(client, "/search?q=和乐&kind=organization")
    assert f'/organizations/{short}"' in before
    assert f'/organizations/{short}"' not in after
    assert f'/organizations/{long}"' in after


@pytest.mark.parametrize("role", ["supplier", "buyer"])
def test_search_its_feed_and_its_exports_find_by_the_old_number(client: FlaskClient, role: str) -> None:
    old, kept = two() if role == "supplier" else (make_organization("郑州民政局"), the_buyer())
    consumers = client.application.extensions["outbox_consumers"]
    merge_organizations(old, kept, by=BY, reason=WHY)
    outbox.drain(consumers)

    for path in ("/search", "/search.atom", "/search.csv"):
        by_old, by_kept = (text_of(client, f"{path}?kind=process&{role}={number}") for number in (old, kept))
        assert OCID in by_old, path
        assert by_old.count(OCID) == by_kept.count(OCID), path
        assert by_old.count(OTHER) == by_kept.count(OTHER), path


def the_buyer() -> int:
    seal(*make_chain(), *renamed(make_chain(OTHER)))
    return db.session.scalars(select(Organization.id).where(Organization.is_buyer)).one()


def works_for(person: int, organization: int) -> bool:
    """Tell whether somebody may not rate a service of an organisation: they represent it."""
    return is_rated_party(person, make_service(provider_id=organization))


def test_roles_follow_a_merge_and_return(app: Flask) -> None:
    kept, merged = make_organization("甲中心"), make_organization("甲服务中心")
    one, both, other = make_resident(), make_resident(), make_resident()
    for person, organization in ((one, merged), (both, merged), (both, kept), (other, kept)):
        grant_role(person, Role.REPRESENTATIVE, organization_id=organization)

    step = merge_organizations(merged, kept, by=BY, reason=WHY)
    during = [works_for(person, kept) for person in (one, both, other)]
    undo_merge(step, by=BY, reason="不是同一机构")

    assert during == [True, True, True]
    assert [works_for(person, kept) for person in (one, both, other)] == [False, True, True]
    assert [works_for(person, merged) for person in (one, both, other)] == [True, True, False]


def test_what_was_merged_on_returns_when_the_first_merge_is_undone(client: FlaskClient) -> None:
    short, long = two()
    third, person = make_organization("和乐总会"), make_resident()
    grant_role(person, Role.REPRESENTATIVE, organization_id=short)
    first = merge_organizations(short, long, by=BY, reason=WHY)
    merge_organizations(long, third, by=BY, reason=WHY)

    undo_merge(first, by=BY, reason="不是同一机构")

    assert (works_for(person, short), works_for(person, third)) == (True, False)
    assert (lists(client, f"supplier={short}"), lists(client, f"supplier={third}")) == ((False, True), (True, False))


def test_services_count_for_the_one_kept_and_go_back(app: Flask) -> None:
    kept, merged = make_organization("甲中心"), make_organization("甲服务中心")
    number = make_service(provider_id=merged).id

    step = merge_organizations(merged, kept, by=BY, reason=WHY)
    there = service(number).provider_id
    undo_merge(step, by=BY, reason="不是同一机构")

    assert (there, service(number).provider_id) == (kept, merged)


def test_what_is_published_later_under_the_other_name_counts_for_the_one_kept(client: FlaskClient) -> None:
    short, long = two()
    merge_organizations(short, long, by=BY, reason=WHY)

    seal(
        *[release | {"id": f"{release['id']}-3", "ocid": "ocds-test00-0003"} for release in renamed(make_chain(OTHER))]
    )

    assert "ocds-test00-0003" in text_of(client, f"/organizations/{long}")
    assert rebuild_processes() == 3
    assert "ocds-test00-0003" in text_of(client, f"/organizations/{long}")


def test_undoing_brings_everything_back(client: FlaskClient) -> None:
    short, long = two()
    before = [text_of(client, f"/organizations/{number}") for number in (short, long)]
    step = merge_organizations(short, long, by=BY, reason=WHY)

    undo_merge(step, by=BY, reason="不是同一机构")

    assert [text_of(client, f"/organizations/{number}") for number in (short, long)] == before
    assert (lists(client, f"supplier={short}"), lists(client, f"supplier={long}")) == ((False, True), (True, False))
    assert undo_merge(step, by=BY, reason="再撤销一次") is None


def test_a_merge_into_a_merged_one_is_refused_and_chains_hold(client: FlaskClient) -> None:
    a, b, c = (make_organization(name) for name in ("甲", "乙", "丙"))
    merge_organizations(a, b, by=BY, reason=WHY)

    with pytest.raises(UnknownOrganizationError):
        merge_organizations(c, a, by=BY, reason=WHY)
    merge_organizations(b, c, by=BY, reason=WHY)

    assert client.get(f"/organizations/{a}").headers["Location"] == f"/organizations/{c}"


def test_an_organisation_is_not_merged_into_itself_or_into_a_hidden_one(app: Flask) -> None:
    a, b = make_organization("甲"), make_organization("乙")
    hide("organization", str(b), reason="personal-data", by=make_resident())

    with pytest.raises(SameOrganizationError):
        merge_organizations(a, a, by=BY, reason=WHY)
    with pytest.raises(UnknownOrganizationError):
        merge_organizations(a, b, by=BY, reason=WHY)

    assert db.session.scalar(select(func.count()).select_from(OrganizationMerge)) == 0


def test_two_right_codes_that_differ_are_two_organisations(app: Flask) -> None:
    codes = ("52410105MJF8123477", "53100000500019795A")
    a, b = (register_party({"name": code, "identifier": {"scheme": "CN-USCI", "id": code}}).id for code in codes)

    with pytest.raises(DifferentCodesError):
        merge_organizations(a, b, by=BY, reason=WHY)


def test_every_step_is_in_the_ledger_and_cannot_be_changed(app: Flask) -> None:
    a, b = make_organization("甲"), make_organization("乙")
    undo_merge(merge_organizations(a, b, by=BY, reason=WHY), by=BY, reason="不是")

    entries = db.session.execute(
        select(LedgerEntry.object_id, LedgerEntry.type).where(LedgerEntry.type == "organization-merge")
    ).all()
    assert entries == [(str(a), "organization-merge")] * 2
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE organization_merge SET reason = 'x'"))


def test_the_office_merges_and_undoes(app: Flask) -> None:
    short, long = two()
    client = signed_in(app, make_publisher())

    assert f"/organizations/{short}/merge?into={long}" in text_of(client, "/office/organizations")
    refused = send(client, f"/office/organizations/{short}/merge", kept_id=str(short), reason=WHY)
    done = send(client, f"/office/organizations/{short}/merge", kept_id=str(long), reason=WHY)
    listed = text_of(client, "/office/organizations")
    step = db.session.scalars(select(OrganizationMerge.id)).one()
    undone = send(client, f"/office/organizations/merges/{step}/undo", reason="不是同一机构")

    assert (refused.status_code, done.status_code, undone.status_code) == (422, 303, 303)
    assert WHY in listed
    assert status_of(client, f"/organizations/{short}") == 200


def test_who_is_no_official_may_not_merge(client: FlaskClient) -> None:
    number = make_organization("甲")

    assert status_of(client, "/office/organizations") in {303, 401, 403}
    assert status_of(client, f"/office/organizations/{number}/merge") in {303, 401, 403}


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("郑州市民政局", "郑州市民政局（本级）"), DuplicateReason.SHORT_NAME),
        (("郑州市民政局", "郑州民政局"), DuplicateReason.SHORT_NAME),
        (("和乐（郑州）中心", "和乐(郑州) 中心"), DuplicateReason.SAME_NAME),
        (("ＡＢ中心", "ab中心"), DuplicateReason.SAME_NAME),
    ],
)
def test_names_that_differ_by_their_writing_are_listed(names: tuple[str, str], reason: DuplicateReason) -> None:
    [pair] = possible_duplicates(Named(number, name, None) for number, name in enumerate(names, start=1))

    assert (pair.first, pair.second, pair.reason) == (1, 2, reason)


def test_the_same_code_in_other_letters_is_listed_and_two_codes_are_not() -> None:
    same = [Named(1, "甲", "52410105MJF8123477"), Named(2, "乙", "52410105mjf8123477")]
    other = [Named(1, "甲", "52410105MJF8123477"), Named(2, "甲", "53100000500019795A")]

    assert [pair.reason for pair in possible_duplicates(same)] == [DuplicateReason.SAME_CODE]
    assert possible_duplicates(other) == []


@given(st.lists(st.builds(Named, st.integers(1, 9), st.text("甲乙市(） ", max_size=4), st.none()), max_size=6))
def test_a_pair_is_listed_once_whatever_the_order(organizations: list[Named]) -> None:
    unique = list({one.id: one for one in organizations}.values())

    forth, back = possible_duplicates(unique), possible_duplicates(reversed(unique))

    assert {(one.first, one.second) for one in forth} == {(one.first, one.second) for one in back}
    assert len({(one.first, one.second) for one in forth}) == len(forth)
    assert all(one.first < one.second for one in forth)
