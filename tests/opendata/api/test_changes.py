"""What changed since: each thing once, what is gone named, nothing skipped while others write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.demand.actions import submit_proposal, withdraw_proposal
from portal.kernel import clock
from portal.moderation.actions import hide, restore
from portal.outbox.actions import append_event, give_positions
from portal.parties.models import Organization
from portal.procurement import queries
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.demand import make_person, make_place, make_proposal, proposal_text
from tests.factories.planning import make_government, make_need, make_published_plan, make_reference_data
from tests.factories.procurement import OCID, contract_release, make_chain, seal
from tests.factories.services import close, make_bodies, make_listing
from tests.opendata.api.conftest import make_organizations

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask

    from tests.opendata.api.conftest import Reader

ORGANIZATIONS = "/api/v1/organizations"


def position(api: Reader, name: str = "organizations") -> int:
    """Tell how far the portal is, as a program that has read a list knows."""
    give_positions()
    return int(api.get(f"/api/v1/{name}")["meta"]["position"])


def since(api: Reader, name: str, reached: object, *, more: str = "") -> tuple[list[Any], list[Any]]:
    """Read what changed: which things are there, and which are not any more."""
    give_positions()
    pages = list(api.pages(f"/api/v1/{name}?updated_since={quote(str(reached))}{more}"))
    there = [row["id"] for page in pages for row in page["data"]]
    return there, [one for page in pages for one in page["meta"]["removed"]]


def rename(number: int) -> None:
    with transaction():
        db.session.get_one(Organization, number).name += "改"
        append_event("organization", number)


@pytest.mark.usefixtures("app")
def test_only_what_changed_is_told_and_each_thing_once(api: Reader) -> None:
    make_organizations("甲", "乙", "丙")
    before = position(api)
    for number in (3, 1, 3, 3):
        rename(number)

    assert since(api, "organizations", before) == ([1, 3], [])
    assert since(api, "organizations", position(api)) == ([], [])


@pytest.mark.usefixtures("app")
def test_what_is_hidden_is_named_and_what_comes_back_is_there(api: Reader) -> None:
    make_organizations("甲", "乙")
    before = position(api)
    hide("organization", "1", reason="举报", by=None)
    hidden, between = since(api, "organizations", before), position(api)
    restore("organization", "1", reason="查明")

    assert hidden == ([], [1])
    assert since(api, "organizations", between) == ([1], [])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 3), writes=st.lists(st.lists(st.integers(1, 9), max_size=4), max_size=8))
def test_a_copy_kept_by_changes_is_the_list(app: Flask, api: Reader, limit: int, writes: list[list[int]]) -> None:
    if not api.ids(ORGANIZATIONS):
        make_organizations(*(f"机构{number}" for number in range(9)))
    copy, coming = {}, iter(writes)
    reached: int | None = None
    for question in ("", "&updated_since=", "&updated_since=", "&updated_since="):
        seen: list[int] = []
        asked = question and f"{question}{reached}"
        for page in api.pages(f"{ORGANIZATIONS}?limit={limit}{asked}"):
            copy |= {row["id"]: row for row in page["data"]}
            for gone in page["meta"].get("removed", []):
                copy.pop(gone, None)
            seen += [row["id"] for row in page["data"]] + page["meta"].get("removed", [])
            reached = page["meta"]["position"]
            for number in next(coming, []):
                rename(number) if number < 9 else make_organizations("新机构")
            give_positions()
        assert len(seen) == len(set(seen))
    _, gone = since(api, "organizations", reached)
    copy |= {row["id"]: row for row in api.walk(f"{ORGANIZATIONS}?updated_since={reached}")}

    assert gone == []
    assert len(copy) >= 9
    assert sorted(copy.values(), key=lambda row: row["id"]) == api.walk(ORGANIZATIONS)


@pytest.mark.postgresql_only
def test_who_commits_late_is_not_skipped(app: Flask, api: Reader) -> None:
    make_organizations("甲", "乙")
    before = position(api)
    with db.engine.connect() as late:
        late.exec_driver_sql(
            "INSERT INTO outbox_event (kind, object_id, change, at) VALUES ('organization', '1', 'changed', now())"
        )
        rename(2)
        first, between = since(api, "organizations", before), position(api)
        late.commit()

    assert first == ([2], [])
    assert since(api, "organizations", between) == ([1], [])


@pytest.mark.usefixtures("app")
def test_a_moment_and_a_day_can_be_named_too(api: Reader) -> None:
    for day in (1, 5):
        with clock.frozen(datetime(2026, 11, day, 1, tzinfo=UTC)):
            make_organizations(f"机构{day}")

    for moment in ("2026-11-05", "2026-11-05T09:00:00+08:00", "2026-11-05T01:00:00Z", "2026-11-05T09:00"):
        assert since(api, "organizations", moment)[0] == [2], moment
    assert api.get(f"{ORGANIZATIONS}?updated_since=2026-11-05T09:00:00+08:00")["data"][0]["id"] == 2
    assert since(api, "organizations", "2026-11-06") == ([], [])


@pytest.mark.usefixtures("app")
def test_a_hidden_purchase_takes_its_notices_and_contracts_out(api: Reader) -> None:
    seal(*make_chain())
    before = position(api)
    hide(Kind.PROCESS, OCID, reason="举报", by=None)

    assert since(api, "processes", before) == ([], [OCID])
    assert since(api, "notices", before) == ([], [1, 2, 3])
    assert since(api, "contracts", before) == ([], [f"{OCID}#C1"])


@pytest.mark.usefixtures("app")
def test_a_new_notice_changes_its_purchase_and_contracts_but_no_other_notice(api: Reader) -> None:
    seal(*make_chain())
    before = position(api)
    seal(contract_release(day="2026-06-01"))
    withdrawn = position(api)
    hide(queries.NOTICE, "4", reason="误发", by=None, withdraws=True)

    assert since(api, "notices", before) == ([], [4])
    assert since(api, "processes", before) == ([OCID], [])
    assert since(api, "contracts", withdrawn) == ([f"{OCID}#C1"], [])


@pytest.mark.usefixtures("app")
def test_a_closed_service_leaves_the_list_that_asks_for_open_ones(api: Reader) -> None:
    make_bodies()
    service = make_listing()
    before = position(api)
    close(service.id, "停办", for_good=True)

    assert since(api, "services", before) == ([], [1])
    assert since(api, "services", before, more="&stage=defunct") == ([1], [])


@pytest.mark.usefixtures("app")
def test_of_a_proposal_that_was_never_public_nobody_hears(api: Reader) -> None:
    government, author = make_place(), make_person()
    make_proposal(government, by=author)
    before = position(api)
    never = submit_proposal(proposal_text("希望有人接送孩子"), by=author).id
    withdraw_proposal(1, by=author)
    withdraw_proposal(never, by=author)

    assert since(api, "proposals", before) == ([], [1])


@pytest.mark.usefixtures("app")
def test_a_hidden_plan_takes_its_lines_out(api: Reader) -> None:
    make_reference_data()
    government = make_government()
    plan = make_published_plan(government, [make_need(government), make_need(government, "上门护理太少")])
    before = position(api)
    hide(Kind.PLAN, str(plan.id), reason="误发", by=None)

    assert since(api, "plans", before) == ([], [plan.id])
    assert since(api, "plan-lines", before) == ([], [1, 2])


@pytest.mark.parametrize(("asked", "code"), [
    ("1", "unknown-position"), ("9" * 18, "unknown-position"), ("9" * 19, "bad-filter"), ("-1", "bad-filter"),
    ("gestern", "bad-filter"), ("2026-13-01", "bad-filter"), ("0001-01-01T00:00:00+23:59", "bad-filter"),
    ("9999-12-31T23:59:59-23:59", "bad-filter"), ("١", "bad-filter"), ("%00", "bad-filter"),
])  # fmt: skip
@pytest.mark.usefixtures("app")
def test_a_position_or_moment_that_cannot_be_meant_is_refused(api: Reader, asked: str, code: str) -> None:
    assert api.get(f"{ORGANIZATIONS}?updated_since={asked}", status=400)["code"] == code


def test_a_page_of_changes_costs_the_same_however_long_it_is(
    app: Flask, api: Reader, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for number in range(2):
        for more in range(1 + 8 * number):
            seal(*make_chain(f"ocds-test00-{number}{more}"))
        give_positions()
        with count_queries() as statements:
            for name in ("notices", "processes", "contracts"):
                api.get(f"/api/v1/{name}?updated_since=0")
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 24


def test_so_much_that_reading_all_is_less_work_is_said(
    app: Flask, api: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.opendata.api.rules.MOST_CHANGED", 2)
    make_organizations("甲", "乙", "丙")
    give_positions()

    assert api.get(f"{ORGANIZATIONS}?updated_since=0", status=400)["code"] == "too-far-back"
    assert api.get(f"{ORGANIZATIONS}?updated_since=1")["meta"]["count"] == 2
