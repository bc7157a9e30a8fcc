"""Releases are sealed once and for good; processes are compiled from them."""

from __future__ import annotations

from time import monotonic

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from portal.ledger.models import LedgerEntry
from portal.outbox.models import OutboxEvent
from portal.parties.models import Organization
from portal.procurement import queries
from portal.procurement.actions import rebuild_processes
from portal.procurement.models import Contract, Process, Release
from portal.procurement.rules import Stage
from portal.ring.queries import links_from
from portal.ring.rules import Kind
from portal.storage.database import db
from tests.factories.procurement import (
    OCID,
    award_release,
    contract_release,
    make_chain,
    make_release,
    seal,
    tender_release,
)

pytestmark = pytest.mark.usefixtures("app")


def test_a_chain_of_releases_becomes_one_process() -> None:
    report = seal(*make_chain())

    process = queries.process(OCID)
    assert (len(report.sealed), report.unchanged, report.refused) == (3, 0, [])
    assert process.stage is Stage.CONTRACT
    assert process.title == "社区助餐服务"
    assert (process.amount_fen, process.currency) == (11_000_000, "CNY")
    assert process.compiled["tag"] == ["compiled"]
    assert process.compiled["id"] == f"{OCID}-2026-05-01T09:00:00+08:00"
    assert [release.tag for release in queries.releases_of(OCID)] == ["tender", "award", "contract"]


def test_buyer_and_supplier_are_kept_once_each() -> None:
    seal(*make_chain(), *make_chain("ocds-test00-0002"))

    names = db.session.scalars(select(Organization.name)).all()
    assert sorted(names) == ["郑州市和乐社会工作服务中心", "郑州市民政局"]


def test_a_contract_is_linked_to_its_process() -> None:
    seal(*make_chain())

    assert [link.to_id for link in links_from(Kind.PROCESS, OCID)] == [f"{OCID}#C1"]
    described = queries.describe_contracts([f"{OCID}#C1", f"{OCID}#C2", "nothing"])
    assert list(described) == [f"{OCID}#C1"]


def test_every_release_has_its_ledger_entry_and_its_events() -> None:
    report = seal(*make_chain())

    entries = db.session.scalars(select(LedgerEntry).where(LedgerEntry.type == "release")).all()
    events = db.session.execute(select(OutboxEvent.kind, OutboxEvent.object_id)).all()
    assert [entry.position for entry in entries] == [release.ledger_position for release in queries.releases_of(OCID)]
    assert {("notice", str(number)) for number in report.sealed} <= set(map(tuple, events))
    assert ("process", OCID) in set(map(tuple, events))


def test_the_same_releases_again_change_nothing() -> None:
    seal(*make_chain())
    before = counts()

    again = seal(*make_chain(), by="李四", source="another file")

    assert (again.sealed, again.unchanged, again.refused) == ([], 3, [])
    assert counts() == before
    assert {release.sealed_by for release in queries.releases_of(OCID)} == {"张三"}


def test_other_content_under_a_sealed_id_is_refused() -> None:
    seal(tender_release())

    report = seal(tender_release("另一个项目"))

    assert report.sealed == []
    assert "other content" in str(report.refused[0])
    assert queries.process(OCID).title == "社区助餐服务"


def test_a_bad_release_is_refused_and_the_good_ones_are_sealed() -> None:
    report = seal(make_release("gossip"), tender_release(), make_release(tender={"title": "no id"}, day="2026-03-02"))

    assert len(report.sealed) == 1
    assert len(report.refused) == 2


def test_a_release_cannot_be_changed_even_by_sql() -> None:
    seal(tender_release())

    for statement in ("UPDATE release SET title = 'x'", "DELETE FROM release"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_releases_that_come_late_are_compiled_in_the_order_of_their_dates() -> None:
    early, late = (
        tender_release("早"),
        make_release("tenderUpdate", day="2026-03-20", tender={"id": "T1", "title": "晚"}),
    )

    seal(late)
    seal(early)

    assert queries.process(OCID).title == "晚"


def test_everything_compiled_can_be_made_anew() -> None:
    seal(*make_chain(), *make_chain("ocds-test00-0002"))
    before = state()

    assert rebuild_processes() == 2
    assert state() == before


@pytest.mark.parametrize("identifier", ["合同 №1 / 2026", "C" * 99, "a#b", "<b>"])
def test_a_contract_may_have_any_identifier(identifier: str) -> None:
    report = seal(tender_release(), award_release(), contract_release(identifier))

    assert report.refused == []
    assert [one.contract_id for one in queries.contracts_of(OCID)] == [identifier]


@pytest.mark.parametrize(
    "said",
    [
        {"date": "2026-03-01"},
        {"date": "2026-03-01T09:00:00"},
        {"date": "2026-W09-1T09:00:00Z"},
        {"date": "0001-01-01T00:00:00+08:00"},
        {"date": "2026-02-30T00:00:00Z"},
        {"ocid": ""},
        {"ocid": "字" * 500},
        {"ocid": "a#b"},
        {"ocid": 7},
        {"id": None},
        {"id": "x" * 500},
        {"tag": []},
        {"tag": ["tender", "gossip"]},
        {"tag": "tender"},
        {"initiationType": "auction"},
        {"own": "half \ud800 a character"},
        {"own": {"nul\x00": 1}},
        {"own": float("inf")},
        {"tender": []},
        {"tender": {"id": "1", "items": [{"description": "no id"}]}},
        {"awards": [{"title": "no id"}]},
        {"contracts": [{"id": "1"}]},
        {"contracts": [{"id": "C" * 300, "awardID": "1"}]},
        {"parties": ["somebody"]},
        {"contracts": None},
    ],
)
def test_what_is_no_release_is_refused_with_its_place(said: dict[str, object]) -> None:
    report = seal(tender_release() | said)

    assert report.sealed == []
    assert report.refused


@pytest.mark.parametrize(
    "tender",
    [
        {"numberOfTenderers": 10**30},
        {"value": {"amount": 10**40, "currency": "CNY"}},
        {"value": {"amount": 1e300, "currency": "CNY"}},
        {"value": {"amount": -1, "currency": "CNY"}},
        {"title": "长" * 5000},
        {"procurementMethodDetails": "长" * 5000},
        {"tenderPeriod": {"endDate": "9999-12-31T23:59:59-12:00"}},
    ],
)
def test_extreme_values_are_sealed_or_refused_and_never_break_anything(tender: dict[str, object]) -> None:
    report = seal(tender_release(**tender))

    assert len(report.sealed) + bool(report.refused) == 1


@pytest.mark.timeout(60)
def test_a_thousand_releases_are_sealed_in_seconds() -> None:
    releases = [release for number in range(334) for release in make_chain(f"ocds-test00-{number:05}")]
    started = monotonic()

    report = seal(*releases)

    assert len(report.sealed) == len(releases)
    assert monotonic() - started < 30  # a few seconds here; slow machines may take longer


def counts() -> list[int | None]:
    tables = (Release, Process, Contract, Organization, LedgerEntry, OutboxEvent)
    return [db.session.scalar(select(func.count()).select_from(table)) for table in tables]


def state() -> list[tuple[object, ...]]:
    return [
        (one.ocid, one.title, one.stage, one.amount_fen, one.buyer_id, one.compiled)
        for one in db.session.scalars(select(Process).order_by(Process.ocid))
    ]
