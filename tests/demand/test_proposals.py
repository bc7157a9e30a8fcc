"""Residents propose and support; moderators publish; officials answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from portal.demand import actions, queries, rules
from portal.demand.models import Proposal, Support
from portal.demand.rules import ProposalStatus, Verdict, Waiting
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.ledger.queries import entries_about
from portal.moderation.actions import hide, restore
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.filters import Filters
from tests.factories.demand import CATEGORY, REGION, make_person, make_place, make_proposal, proposal_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def government(app: Flask) -> int:
    return make_place()


def listed() -> list[int]:
    return [item.id for item in db.session.scalars(queries.proposals(Filters()))]


def test_a_proposal_is_public_only_after_moderation(government: int) -> None:
    submitted = actions.submit_proposal(proposal_text(), by=make_person()).id
    before = listed()

    actions.moderate_proposal(submitted, publish=True, reason="", governments=[government])

    assert (before, listed()) == ([], [submitted])


def test_a_refused_proposal_stays_away_and_its_author_is_told_why(government: int) -> None:
    author = make_person()
    submitted = actions.submit_proposal(proposal_text(), by=author).id

    actions.moderate_proposal(submitted, publish=False, reason="与公共服务无关", governments=[government])

    assert listed() == []
    assert queries.own_proposals(author)[0].refusal == "与公共服务无关"


def test_staff_of_another_government_cannot_moderate(government: int) -> None:
    submitted = actions.submit_proposal(proposal_text(), by=None).id

    with pytest.raises(NotFoundError):
        actions.moderate_proposal(submitted, publish=True, reason="", governments=[government + 1])


@pytest.mark.parametrize("old", list(ProposalStatus))
@pytest.mark.parametrize("new", list(ProposalStatus))
def test_a_proposal_moves_only_as_the_table_says(old: ProposalStatus, new: ProposalStatus) -> None:
    if new in rules.MOVES[old]:
        rules.check_move(old, new)
    else:
        with pytest.raises(rules.WrongStateError):
            rules.check_move(old, new)


def test_a_resident_supports_a_proposal_only_once(government: int) -> None:
    proposal, person = make_proposal(government), make_person()
    actions.support_proposal(proposal, by=person)

    with pytest.raises(rules.AlreadySupportedError):
        actions.support_proposal(proposal, by=person)

    assert queries.support_counts([proposal]) == {proposal: 1}


def test_a_support_can_be_taken_back(government: int) -> None:
    proposal, person = make_proposal(government), make_person()
    actions.support_proposal(proposal, by=person)

    actions.withdraw_support(proposal, by=person)

    assert queries.support_counts([proposal]) == {}
    with pytest.raises(rules.NotSupportedError):
        actions.withdraw_support(proposal, by=person)


def test_only_its_author_withdraws_a_proposal(government: int) -> None:
    author = make_person()
    proposal = make_proposal(government, by=author)

    with pytest.raises(NotFoundError):
        actions.withdraw_proposal(proposal, by=author + 1)
    actions.withdraw_proposal(proposal, by=author)

    assert listed() == []


def test_an_answer_is_public_and_in_the_ledger(government: int) -> None:
    proposal = make_proposal(government)

    answer = actions.answer_proposal(proposal, Verdict.ACCEPTED, "列入明年计划。", by=None, governments=[government])

    standing = queries.standings([queries.proposal(proposal)])[proposal]
    assert (standing.answer, standing.waiting) == (answer, Waiting.ANSWERED)
    assert [entry.position for entry in entries_about("answer", proposal)] == [answer.ledger_position]


@pytest.mark.parametrize(
    ("days", "expected"), [(30, Waiting.IN_TIME), (31, Waiting.OVERDUE), (61, Waiting.LONG_OVERDUE)]
)
def test_silence_is_counted_in_days(days: int, expected: Waiting) -> None:
    assert rules.waiting(NOW - timedelta(days=days), NOW, is_answered=False) is expected


@pytest.mark.parametrize(
    "text",
    ["电话13812345678", "１３８ １２３４ ５６７８", "138-1234-5678", "证号11010519491231002X", "11010519491231002x"],
)
def test_mobile_and_identity_numbers_are_refused_beside_their_field(text: str) -> None:
    with pytest.raises(rules.PersonalDataError) as refused:
        rules.check_text(text, field="body")

    assert refused.value.field == "body"


@pytest.mark.parametrize(
    "text", ["金额120000元", "2026年1月1日", "110105194912310021", "0371-00001000", "订单号 4101052026000123"]
)
def test_other_numbers_are_let_through(text: str) -> None:
    rules.check_text(text, field="body")


@given(st.text(), st.text())
def test_likeness_is_the_same_both_ways_and_full_with_itself(one: str, other: str) -> None:
    first, second = rules.bigrams(one), rules.bigrams(other)

    assert rules.likeness(first, second) == rules.likeness(second, first)
    assert rules.likeness(first, first) == (1.0 if first else 0.0)


def test_similar_proposals_are_found(government: int) -> None:
    near = make_proposal(government, title="希望在金水区东风路设一个老人食堂")
    make_proposal(government, title="听障人士去医院需要手语翻译")

    found = queries.similar_proposals("金水区设一个老人食堂", "", region_code=REGION)

    assert [item.id for item in found] == [near]


def test_supporters_of_a_need_are_counted_once_each(government: int) -> None:
    proposals = [make_proposal(government), make_proposal(government, title="另一个老人食堂")]
    person = make_person()
    for proposal in proposals:
        actions.support_proposal(proposal, by=person)
    need = actions.gather_into_new_need(proposals[0], "老人助餐", year=2027, governments=[government])

    actions.gather_proposals(proposals, need.id, governments=[government])

    assert queries.need_figures([need.id]) == {need.id: (2, 1)}


def test_what_is_hidden_is_hidden_everywhere_at_once(government: int, client: FlaskClient) -> None:
    proposal = make_proposal(government)
    hide("proposal", str(proposal), reason="含有他人信息", by=None)

    hidden = [client.get(path).text for path in ("/proposals", "/proposals.atom", "/proposals.csv", "/proposals.jsonl")]
    status = client.get(f"/proposals/{proposal}").status_code
    restore("proposal", str(proposal), reason="复核后恢复")

    assert all("老人食堂" not in page for page in hidden)
    assert status == 404
    assert client.get(f"/proposals/{proposal}").status_code == 200


def test_a_list_of_twenty_of_ten_thousand_takes_at_most_ten_statements(
    government: int, client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    person, now = make_person(), clock.now()
    with transaction():
        rows = [
            {
                "year": 2026, "title": f"提案{number}", "body": "内容", "beneficiaries": "", "region_code": REGION,
                "category_code": CATEGORY, "government_id": government, "status": ProposalStatus.PUBLISHED,
                "refusal": "", "created_at": now, "published_at": now, "changed_at": now,
            }
            for number in range(10_000)
        ]  # fmt: skip
        db.session.execute(insert(Proposal), rows)
        newest = listed()[:40]
        db.session.execute(insert(Support), [{"proposal_id": item, "person_id": person, "at": now} for item in newest])
        actions.gather_into_new_need(newest[0], "需求", year=2027, governments=[government])
    client.get("/proposals")

    with count_queries() as statements:
        page = client.get("/proposals").text

    asked = [statement for statement in statements if statement.startswith("SELECT")]
    assert page.count('class="sw-item"') == 20
    assert len(asked) <= 10, asked
