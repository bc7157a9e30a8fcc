"""Many releases at a time are sealed, compiled and announced as if they came one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.demo.purchases import purchases
from portal.kernel import clock
from portal.ledger import checking
from portal.ledger.models import LedgerEntry
from portal.outbox.models import OutboxEvent
from portal.parties.models import Organization
from portal.procurement.actions import rebuild_processes, seal_releases
from portal.procurement.models import Contract, Process, ProcessSupplier, Release
from portal.ring.models import RingLink
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.procurement import OCID, contract_release, make_chain, make_release, seal, tender_release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from flask import Flask

    from portal.procurement.rules import Json

AT = datetime(2026, 11, 1, tzinfo=UTC)
IGNORED = {"id", "at", "made_at", "body", "leaf", "changed_at", "sealed_at"}
PARTIES = {"buyer_id", "supplier_id"}
SHAPES: dict[str, Sequence[Json]] = {
    "lives": [one for life in purchases(Random(1), 24, prefix="ocds-test00", as_of=AT) for one in life.releases],
    "late, twice, wrong and without a title": [
        *reversed(make_chain()),
        contract_release("C2", day="2026-05-02"),
        make_release("planning", day="2026-02-01"),
        tender_release("其他内容"),
        tender_release(),
        make_release("gossip"),
        *make_chain("ocds-test00-0002")[1:],
        contract_release(" C1 ", day="2026-05-03"),
    ],
}


def kept() -> dict[str, list[dict[str, object]]]:
    """Read all that an import leaves, organisations by their names: their numbers follow the order of compiling."""
    tables = {
        Release: Release.id, Process: Process.ocid, Contract: Contract.id, LedgerEntry: LedgerEntry.position,
        Organization: Organization.name, RingLink: RingLink.id,
    }  # fmt: skip
    names: dict[object, str] = dict(db.session.execute(select(Organization.id, Organization.name)).all())
    found = {
        model.__tablename__: [
            {
                column.key: names.get(value, value) if column.key in PARTIES else value
                for column in model.__table__.columns
                if column.key not in IGNORED
                for value in [getattr(row, column.key)]
            }
            for row in db.session.scalars(select(model).order_by(order))
        ]
        for model, order in tables.items()
    }
    won = select(ProcessSupplier.ocid, Organization.name).join(Organization)
    told = select(OutboxEvent.kind, OutboxEvent.object_id, OutboxEvent.change).distinct()
    told = told.where(OutboxEvent.kind != "organization")
    return found | {
        "won": sorted((dict(row) for row in db.session.execute(won).mappings()), key=str),
        "told": sorted((dict(row) for row in db.session.execute(told).mappings()), key=str),
        "bodies": [{"body": one.body} for one in db.session.scalars(select(Release).order_by(Release.id))],
    }


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("shape", SHAPES)
def test_the_result_is_that_of_one_by_one(app: Flask, other_app: Flask, shape: str) -> None:
    releases = SHAPES[shape]
    with clock.frozen(AT):
        whole = seal(*releases)
        at_once = kept()
        with other_app.app_context():
            parts = [seal(one) for one in releases]
            one_by_one = kept()

    assert at_once == one_by_one
    assert len(whole.sealed) == sum(len(part.sealed) for part in parts)
    assert whole.unchanged == sum(part.unchanged for part in parts)
    assert [one.reason for one in whole.refused] == [one.reason for part in parts for one in part.refused]


@pytest.mark.usefixtures("app")
def test_positions_in_the_ledger_follow_the_order_of_the_file() -> None:
    releases = SHAPES["lives"]

    seal(*releases)

    entries = db.session.scalars(select(LedgerEntry.object_id).order_by(LedgerEntry.position)).all()
    assert entries == [f"{one['ocid']} {one['id']}" for one in releases]
    assert [one.ledger_position for one in db.session.scalars(select(Release).order_by(Release.id))] == list(
        range(len(releases))
    )
    assert checking.check().faults == []


@pytest.mark.usefixtures("app")
def test_a_log_grown_by_uneven_batches_is_a_right_log() -> None:
    releases = list(SHAPES["lives"])
    for size in (1, 2, 7, 1, 30, 64, 200):
        seal(*(releases.pop() for _ in range(min(size, len(releases)))))

    assert checking.check().faults == []


@pytest.mark.usefixtures("app")
def test_statements_do_not_grow_with_the_releases(
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    counts = []
    for number in (2, 40):
        lives = [make_chain(f"ocds-test{number:02}-{life:04}") for life in range(number)]
        with count_queries() as statements:
            seal(*(release for life in lives for release in life))
        counts.append(len(statements))

    assert counts[1] - counts[0] <= 8  # the peaks of a larger log


@pytest.mark.usefixtures("app")
def test_what_is_compiled_is_seen_at_once_by_whoever_holds_it() -> None:
    with transaction():
        seal_releases([tender_release("早")], by="tester", source="test")
        held = db.session.get_one(Process, OCID)
        seal_releases(
            [make_release("tenderUpdate", day="2026-03-20", tender={"id": "T1", "title": "晚"})], by="t", source="s"
        )

        assert held.title == "晚"


@pytest.mark.usefixtures("app")
def test_a_rebuild_changes_nothing() -> None:
    for shape in SHAPES.values():
        seal(*shape)
    before = kept()

    rebuild_processes()

    after = kept()
    assert {name: rows for name, rows in after.items() if name != "told"} == {
        name: rows for name, rows in before.items() if name != "told"
    }


def test_a_changed_release_is_refused_and_the_difference_is_shown_field_by_field(app: Flask) -> None:
    seal(tender_release())
    changed = tender_release(value={"amount": 999, "currency": "CNY"}, numberOfTenderers=3) | {
        "date": "2026-03-02T09:00:00+08:00"
    }

    [problem] = seal(changed).refused

    assert '/date: "2026-03-01T09:00:00+08:00" -> "2026-03-02T09:00:00+08:00"' in problem.reason
    assert "/tender/value/amount: 120000 -> 999" in problem.reason
    assert "/tender/numberOfTenderers: nothing -> 3" in problem.reason
    assert "give the change an id of its own" in problem.reason
    assert db.session.scalars(select(Process.amount_fen)).one() == 12_000_000


def test_a_long_difference_is_cut_short(app: Flask) -> None:
    seal(tender_release())
    changed = tender_release(**{f"own{number}": number for number in range(20)}) | {"buyer": {"id": "长" * 200}}

    [problem] = seal(changed).refused

    assert "长" * 50 in problem.reason
    assert "长" * 100 not in problem.reason
    assert problem.reason.count(" -> ") == 8
    assert "and 14 more" in problem.reason
