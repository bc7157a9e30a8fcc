"""Suggestions, joins and undoing, with a database behind them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide, restore
from portal.outbox.models import OutboxEvent
from portal.procurement import joins, queries
from portal.procurement.actions import rebuild_processes
from portal.procurement.joining_rules import SameProcessError, SuggestionState, UnknownProcessError
from portal.procurement.link_actions import join_processes, put_off, refuse, undo_join
from portal.procurement.link_models import LinkSuggestion, ProcessClue, ProcessJoin, PurchaseMember
from portal.procurement.linking import clues_of, likely_processes
from portal.procurement.linking_rules import Reason
from portal.procurement.models import Process, ProcessSupplier
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.filters import Filters
from tests.factories.linking import BY, catch_up, join, notice, ocid_of, publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

MEALS = "嵩阳市民政局社区助餐服务采购项目"
A, B, C, D = (ocid_of(number) for number in range(1, 5))


def three() -> list[str]:
    """Publish tender, award and contract of one purchase, each under an ocid of its own."""
    return publish(
        notice(MEALS, ocid=A, day="2026-03-01", yuan=120_000),
        notice(MEALS, "中标公告", ocid=B, day="2026-04-01", yuan=110_000),
        notice(MEALS, "合同公告", ocid=C, day="2026-05-01", yuan=110_000),
    )


def suggested() -> list[tuple[str, str]]:
    rows = select(LinkSuggestion).where(LinkSuggestion.state == SuggestionState.OPEN)
    return [
        (one.first_ocid, one.second_ocid)
        for one in db.session.scalars(rows.order_by(LinkSuggestion.first_ocid, LinkSuggestion.second_ocid))
    ]


def suggestion(first: str, second: str) -> int:
    found = db.session.scalar(
        select(LinkSuggestion.id).where(LinkSuggestion.first_ocid == first, LinkSuggestion.second_ocid == second)
    )
    assert found is not None
    return found


def listed() -> list[str]:
    return sorted(one.ocid for one in db.session.scalars(queries.processes(Filters())))


def purchase(ocid: str) -> list[str]:
    found = joins.purchase_of(ocid)
    return found.ocids if found else [ocid]


def state() -> dict[str, dict[str, object]]:
    """Tell everything that is compiled, but for the moment of compiling."""
    columns = [column for column in Process.__table__.columns if column.name != "changed_at"]
    rows = {row.ocid: dict(row._mapping) for row in db.session.execute(select(*columns))}  # noqa: SLF001 - public in SQLAlchemy
    for ocid, organization in db.session.execute(select(ProcessSupplier.ocid, ProcessSupplier.organization_id)):
        rows[ocid].setdefault("suppliers", []).append(organization)  # type: ignore[union-attr, attr-defined]
    return rows


def test_notices_of_one_purchase_are_suggested_to_each_other(app: Flask) -> None:
    three()
    publish(notice("嵩阳市民政局殡葬服务采购项目", ocid=D))

    assert suggested() == [(A, B), (A, C), (B, C)]


def test_a_draft_is_told_the_processes_that_it_may_belong_to(app: Flask) -> None:
    publish(notice(MEALS, ocid=A, yuan=120_000))
    draft = notice(MEALS, "中标公告", ocid=B, day="2026-04-01", yuan=119_500)

    found = likely_processes(clues_of(draft))

    assert [(one.ocid, one.verdict.score) for one in found] == [(A, 95)]
    assert found[0].verdict.reasons == (Reason.TITLE, Reason.BUYER, Reason.AMOUNT)


def test_a_project_number_finds_a_purchase_of_another_name(app: Flask) -> None:
    publish(notice(MEALS, ocid=A, description="项目编号：嵩财磋商采购-2026-75 名称：助餐"))
    draft = notice("老年人就餐", "中标公告", ocid=B, buyer="嵩阳市财政局")
    draft["tender"]["id"] = "嵩财磋商采购〔2026〕75号"  # type: ignore[index]  # written by the factory

    assert likely_processes(clues_of(draft)) == []
    draft["buyer"] = {"id": "B"}
    draft["parties"] = []

    assert [one.ocid for one in likely_processes(clues_of(draft))] == [A]


def test_a_draft_is_told_the_leading_process_of_a_purchase(app: Flask) -> None:
    three()
    join(C, B)
    join(A, B)

    assert [one.ocid for one in likely_processes(clues_of(notice(MEALS, "更正公告", ocid=D)))] == [A]


def test_what_very_many_share_tells_nothing(app: Flask) -> None:
    publish(*(notice("保安服务", ocid=ocid_of(number)) for number in range(80)))

    assert likely_processes(clues_of(notice("保安服务", ocid="ocds-test00-new"))) == []


def test_suggesting_takes_few_statements_however_much_there_is(
    app: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    publish(*(notice(f"社区服务{number}号点位", ocid=ocid_of(number), yuan=1000 + number) for number in range(60)))
    draft = clues_of(notice("社区服务7号点位", "中标公告", ocid="ocds-test00-new", yuan=1007))

    with count_queries() as statements:
        found = likely_processes(draft)

    assert [one.ocid for one in found] == [ocid_of(7)]
    assert len([one for one in statements if "SELECT" in one]) <= 6


def test_clues_are_searched_by_their_index(app: Flask) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    if not is_sqlite:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
    query = "SELECT ocid FROM process_clue WHERE kind = 'title' AND value = 'x'"
    plan = db.session.execute(text(("EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ") + query)).all()

    assert "ix_process_clue_value" in str(plan)


def test_publishing_the_same_again_leaves_clues_and_suggestions_as_they_were(app: Flask) -> None:
    three()
    before = (suggested(), db.session.scalar(select(func.count()).select_from(ProcessClue)))
    rebuild_processes()
    catch_up()

    assert (suggested(), db.session.scalar(select(func.count()).select_from(ProcessClue))) == before


def test_a_joined_purchase_is_listed_once_under_its_oldest_notice(app: Flask) -> None:
    three()
    join(C, B, A)

    assert listed() == [A]
    assert purchase(B) == [A, B, C]
    assert sum(queries.stage_counts().values()) == 1


def test_lists_tell_of_a_purchase_what_all_its_notices_tell(app: Flask) -> None:
    three()
    join(A, B, C)

    found = db.session.get_one(Process, A)
    assert (found.stage.value, found.amount_fen, found.last_release_at.day) == ("contract", 11_000_000, 1)
    assert [one.ocid for one in db.session.scalars(queries.processes(Filters(stage="contract")))] == [A]


def test_the_releases_and_the_record_of_each_ocid_stay_as_they_were(app: Flask, client: FlaskClient) -> None:
    three()
    before = {ocid: client.get(f"/ocds/records/{ocid}.json").json for ocid in (A, B, C)}
    join(A, B, C)

    assert {ocid: client.get(f"/ocds/records/{ocid}.json").json for ocid in (A, B, C)} == before


def test_undoing_a_join_restores_everything_exactly(app: Flask) -> None:
    three()
    before = state()
    steps = join(A, B, C)
    changed = state()
    for step in steps:
        undo_join(step, by=BY, reason="不是同一项目")

    assert changed != before
    assert state() == before
    assert listed() == [A, B, C]


def test_the_same_join_twice_changes_nothing(app: Flask) -> None:
    three()
    join(A, B)
    entries = db.session.scalar(select(func.count()).select_from(LedgerEntry))

    assert join(B, A) == []
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry)) == entries


def test_undoing_twice_changes_nothing(app: Flask) -> None:
    three()
    (step,) = join(A, B)
    undo_join(step, by=BY, reason="错了")

    assert undo_join(step, by=BY, reason="错了") is None
    assert db.session.scalar(select(func.count()).select_from(ProcessJoin)) == 2


def test_undoing_the_middle_of_a_chain_leaves_two_purchases(app: Flask) -> None:
    three()
    publish(notice(MEALS, "更正公告", ocid=D, day="2026-06-01"))
    join(A, B)
    join(C, D)
    (middle,) = join(B, C)
    undo_join(middle, by=BY, reason="两个项目")

    assert (purchase(A), purchase(D)) == ([A, B], [C, D])
    assert listed() == [A, C]


def test_undoing_one_side_of_a_cycle_leaves_one_purchase(app: Flask) -> None:
    three()
    join(A, B)
    join(B, C)
    (side,) = join(A, C)
    undo_join(side, by=BY, reason="重复")

    assert purchase(A) == [A, B, C]


def test_a_join_after_an_undo_counts_again(app: Flask) -> None:
    three()
    (step,) = join(A, B)
    undo_join(step, by=BY, reason="错了")
    join(A, B)

    assert purchase(B) == [A, B]


def test_each_step_has_its_ledger_entry_and_its_event(app: Flask) -> None:
    three()
    (step,) = join(A, B)
    undone = undo_join(step, by=BY, reason="错了")

    kept = list(db.session.scalars(select(ProcessJoin).order_by(ProcessJoin.id)))
    entries = [db.session.get_one(LedgerEntry, one.ledger_position) for one in kept]
    assert [(entry.type, entry.object_id) for entry in entries] == [("join", A), ("join", A)]
    events = db.session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "join").order_by(OutboxEvent.id))
    assert [(one.object_id, one.change) for one in events] == [(str(step), "joined"), (str(undone), "undone")]


def test_nobody_who_joined_is_told_in_the_ledger(app: Flask) -> None:
    three()
    join(A, B)

    assert all(b"person" not in entry.body for entry in db.session.scalars(select(LedgerEntry)))


def test_the_history_cannot_be_changed(app: Flask) -> None:
    three()
    join(A, B)

    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE process_join SET reason = 'x'"))


def test_a_process_is_not_joined_to_itself(app: Flask) -> None:
    three()

    with pytest.raises(SameProcessError):
        join(A, A)


def test_a_join_to_what_is_not_there_leaves_no_trace(app: Flask) -> None:
    three()

    with pytest.raises(UnknownProcessError):
        join(A, B, "ocds-test00-none")
    assert db.session.scalar(select(func.count()).select_from(ProcessJoin)) == 0
    assert listed() == [A, B, C]


def test_where_the_leading_process_is_hidden_the_next_one_leads(app: Flask) -> None:
    three()
    join(A, B, C)
    hide("process", A, reason="test", by=None)

    assert listed() == [B]
    catch_up()
    assert (purchase(C), db.session.get_one(Process, B).stage.value) == ([B, C], "contract")
    restore("process", A, reason="test")
    catch_up()
    assert listed() == [A]


def test_a_new_release_of_a_follower_is_told_by_the_leading_process(app: Flask) -> None:
    three()
    join(A, B)
    changed = notice(MEALS, "合同公告", ocid=B, day="2026-07-01", yuan=105_000)
    publish({**changed, "id": f"{B}-2"})

    assert db.session.get_one(Process, A).stage.value == "contract"
    assert listed() == [A, C]


def test_a_rebuild_changes_nothing(app: Flask) -> None:
    three()
    join(A, B, C)
    before = state()
    rebuild_processes()

    assert state() == before


def test_what_was_refused_is_not_suggested_again(app: Flask) -> None:
    three()
    refuse(suggestion(A, B), by=BY)
    rebuild_processes()
    catch_up()

    assert (A, B) not in suggested()


def test_refusing_a_purchase_refuses_all_its_notices(app: Flask) -> None:
    three()
    join(A, B)
    refuse(suggestion(A, C), by=BY)

    assert suggested() == [(A, B)]


def test_what_was_put_off_keeps_being_put_off(app: Flask) -> None:
    three()
    put_off(suggestion(A, B), by=BY)
    rebuild_processes()
    catch_up()

    found = db.session.get_one(LinkSuggestion, suggestion(A, B))
    assert found.state is SuggestionState.LATER


def test_two_officials_who_join_at_once_make_one_step(app: Flask) -> None:
    three()
    gate = threading.Barrier(2)

    def act() -> None:
        with app.app_context():
            gate.wait()
            join_processes([(A, B)], by=BY, reason="同一项目")
            db.session.remove()

    officials = [threading.Thread(target=act) for _ in range(2)]
    for official in officials:
        official.start()
    for official in officials:
        official.join()

    assert db.session.scalar(select(func.count()).select_from(ProcessJoin)) == 1


STEPS = st.lists(st.tuples(st.sampled_from([A, B, C, D]), st.sampled_from([A, B, C, D])), max_size=8)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_joins_undone_in_any_order_restore_the_start(app: Flask, steps: list[tuple[str, str]]) -> None:
    if not db.session.scalar(select(func.count()).select_from(Process)):
        three()
        publish(notice(MEALS, "更正公告", ocid=D, day="2026-06-01"))
    before = state()
    made = [step for one, other in steps if one != other for step in join(one, other)]
    members = dict(db.session.execute(select(PurchaseMember.ocid, PurchaseMember.purchase)).all())
    assert set(listed()) == {purchase(ocid)[0] for ocid in (A, B, C, D)}
    assert {frozenset(purchase(ocid)) for ocid in members} == {
        frozenset(one for one in members if members[one] == name) for name in members.values()
    }
    for step in sorted(made, key=hash):
        undo_join(step, by=BY, reason="恢复")

    assert state() == before
    assert db.session.scalar(select(func.count()).select_from(PurchaseMember)) == 0
