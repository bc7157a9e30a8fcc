"""The story of a purchase: stages, amounts, bidders, payments, acceptance, and what is not known."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.classification.rules import Calendar
from portal.procurement import delivery, history, joining_rules, lots, story, summaries, sums
from portal.procurement.rules import Stage
from portal.procurement.story import StepState
from tests.factories.procurement import (
    OCID,
    award_release,
    contract_release,
    make_chain,
    make_release,
    money,
    seal,
    tender_release,
)
from tests.factories.web import text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient

    from portal.procurement.rules import Json

    Counting = Callable[[], AbstractContextManager[list[str]]]

TODAY = date(2026, 6, 1)
VALUES = st.sampled_from(
    [None, "x", 7, [], {}, [None], [{}], [{"id": 1, "status": "met", "measure": None}], {"amount": -1}]
)
PARTS = st.dictionaries(st.sampled_from(["id", "status", "value", "period", "implementation", "milestones"]), VALUES)
STATES = st.dictionaries(
    st.sampled_from(["tender", "awards", "contracts", "planning", "bids"]), PARTS | st.lists(PARTS, max_size=2)
)
WEEK = Calendar({}, date(2026, 12, 31))


def at(day: str) -> str:
    return f"{day}T09:00:00+08:00"


def test_the_stages_tell_what_is_done_what_is_now_and_what_is_ahead() -> None:
    said = {"contracts": [{"id": "C1", "period": {"startDate": at("2026-05-10"), "endDate": at("2026-12-31")}}]}

    steps = story.timeline([said], [("contract", date(2026, 5, 1))], Stage.CONTRACT, TODAY)

    states = {step.title: step.state for step in steps}
    assert states["Contract signed"] is StepState.DONE
    assert states["Accepted"] is StepState.NOW
    assert states["Contract ends"] is StepState.AHEAD


def test_a_planned_day_that_passed_without_the_step_is_late() -> None:
    said = {"planning": {"milestones": [{"type": "preProcurement", "dueDate": at("2026-03-01")}]}}

    steps = story.timeline([said], [("planning", date(2026, 1, 1))], Stage.PLANNING, TODAY)

    assert next(step for step in steps if step.title == "Tender notice").state is StepState.LATE


def test_a_day_to_come_is_never_told_as_done() -> None:
    evaluated = {"milestones": [{"id": "M", "type": "assessment", "dateMet": at("2026-05-11"), "status": "met"}]}
    period = {"startDate": at("2026-03-10"), "endDate": at("2026-12-31")}
    said = {"contracts": [{"id": "C1", "period": period, "implementation": evaluated}]}

    steps = story.timeline([said], [("contract", date(2026, 3, 1))], Stage.COMPLETE, date(2026, 6, 1))

    assert [(step.title, step.state) for step in steps][-2:] == [
        ("Evaluated", StepState.DONE),
        ("Contract ends", StepState.NOW),
    ]


def test_the_first_plan_stays_beside_the_day_that_came_of_it() -> None:
    states: list[Json] = [
        {"tender": {"tenderPeriod": {"endDate": at("2026-03-20")}}},
        {"tender": {"tenderPeriod": {"endDate": at("2026-04-02")}}},
    ]

    steps = story.timeline(states, [("tender", date(2026, 3, 1))], Stage.TENDER, TODAY)

    [until] = [step for step in steps if step.title == "Bids until"]
    assert (until.on, until.planned_on) == (date(2026, 4, 2), date(2026, 3, 20))


def test_what_is_done_stands_in_the_order_of_its_days_and_a_late_intention_says_so() -> None:
    said = {"contracts": [{"id": "C1", "dateSigned": at("2026-05-10")}], "awards": [{"id": "A"}]}
    published = [("tender", date(2026, 3, 1)), ("planning", date(2026, 4, 1)), ("contract", date(2026, 5, 12))]

    steps = story.timeline([said], published, Stage.CONTRACT, TODAY)

    done = [(step.title, step.on, bool(step.note)) for step in steps if step.state is StepState.DONE]
    assert done == [
        ("Tender notice", date(2026, 3, 1), False), ("Bids until", None, False), ("Supplier chosen", None, False),
        ("Intention published", date(2026, 4, 1), True), ("Contract signed", date(2026, 5, 10), False),
    ]  # fmt: skip


def test_an_intention_before_its_tender_has_nothing_to_explain() -> None:
    published = [("planning", date(2026, 2, 1)), ("tender", date(2026, 3, 1))]

    steps = story.timeline([{}], published, Stage.TENDER, TODAY)

    assert [(step.title, step.note) for step in steps][:2] == [("Intention published", ""), ("Tender notice", "")]


def test_the_stages_of_a_joined_purchase_are_those_of_all_its_processes() -> None:
    period = {"startDate": at("2026-05-20"), "endDate": at("2026-12-31")}
    histories = [
        history.states_after(
            [make_release("tender", tender={"id": "T", "tenderPeriod": {"endDate": at("2026-03-20")}})]
        ),
        history.states_after([make_release("award", awards=[{"id": "A", "date": at("2026-03-25")}])]),
        history.states_after([make_release("contract", contracts=[{"id": "C", "period": period}])]),
    ]

    together = joining_rules.states_of_all(histories)
    steps = story.timeline(together, [("tender", date(2026, 3, 1))], Stage.CONTRACT, TODAY)

    days = {step.title: step.on for step in steps}
    assert (days["Bids until"], days["Supplier chosen"]) == (date(2026, 3, 20), date(2026, 3, 25))
    assert story.next_step(together, Stage.CONTRACT, TODAY) == story.Next("Delivery goes on until", date(2026, 12, 31))


@pytest.mark.parametrize("stage", [Stage.CANCELLED, Stage.UNSUCCESSFUL, Stage.TERMINATED])
def test_a_purchase_that_ended_early_has_nothing_ahead(stage: Stage) -> None:
    steps = story.timeline([{}], [("tender", date(2026, 3, 1))], stage, TODAY)

    assert steps[-1].state is StepState.ENDED
    assert {step.state for step in steps[:-1]} <= {StepState.DONE}
    assert story.next_step([{}], stage, TODAY) is None


@given(st.lists(STATES, max_size=2), st.sampled_from(list(Stage)))
def test_a_story_is_told_of_anything_that_was_published(states: list[Json], stage: Stage) -> None:
    story.timeline(states, [], stage, TODAY)
    story.next_step(states, stage, TODAY)
    sums.sums(states)
    for state in states:
        assert 0 not in {delivery.bidders(state).submitted, delivery.bidders(state).valid}
        lots.lots(state)
        delivery.deliveries(state)


def test_amounts_go_from_the_budget_to_the_payments() -> None:
    paid = {"transactions": [{"id": "1", "value": money(30)}, {"id": "2", "value": money(40)}]}
    states = history.states_after(
        [
            make_release("planning", planning={"budget": {"amount": money(130)}}),
            make_release("tender", tender={"id": "T", "value": money(120)}),
            make_release("award", awards=[{"id": "A", "status": "active", "value": money(110)}]),
            make_release("contract", contracts=[{"id": "C", "value": money(110)}]),
            make_release("contractAmendment", contracts=[{"id": "C", "value": money(115)}]),
            make_release("implementation", contracts=[{"id": "C", "implementation": paid}]),
        ]
    )

    told = [(one.label, one.amount.minor) for one in sums.sums(states)]

    assert told == [
        ("Budget", 13000), ("Highest price", 12000), ("Awarded amount", 11000), ("Contract as signed", 11000),
        ("Contract as changed", 11500), ("Paid so far", 7000),
    ]  # fmt: skip
    assert sums.are_comparable(sums.sums(states))


def test_amounts_of_a_purchase_are_those_of_all_its_processes_told_once() -> None:
    supplier = [{"id": "S", "name": "甲"}]
    contract: Json = {"id": "C", "dateSigned": "2026-05-01T00:00:00+08:00", "value": money(110), "suppliers": supplier}
    other: Json = {"id": "C", "dateSigned": "2026-05-02T00:00:00+08:00", "value": money(40), "suppliers": supplier}
    paid = {"implementation": {"transactions": [{"id": "1", "value": money(30)}]}}
    histories = [
        history.states_after([make_release("tender", tender={"id": "T", "value": money(160)})]),
        history.states_after([make_release("contract", contracts=[contract])]),
        history.states_after([make_release("contract", contracts=[contract | {"id": "K"}])]),
        history.states_after(
            [
                make_release("contract", contracts=[other]),
                make_release("contractAmendment", contracts=[other | {"value": money(45)} | paid]),
            ]
        ),
    ]

    told = [(one.label, one.amount.minor) for one in sums.sums(*histories)]

    assert told == [
        ("Highest price", 16000), ("Contract as signed", 15000), ("Contract as changed", 15500), ("Paid so far", 3000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "minor"),
    [
        ({"relatedLots": ["lot-1"]}, {"relatedLots": ["2"]}, 20000),
        ({"relatedLots": ["lot-1"]}, {"relatedLots": ["1"]}, 10000),
        ({"relatedLots": ["lot-1"]}, {}, 10000),
        ({"title": "助餐服务（第一包）中标公告"}, {"title": "助餐服务（包2）中标公告"}, 20000),
        ({"title": "助餐服务第1标段"}, {"relatedLots": ["1"]}, 10000),
        ({"title": "助餐服务（第1次）"}, {"title": "助餐服务（第2次）"}, 10000),
    ],
)
def test_awards_of_two_lots_are_two_though_all_else_is_alike(one: Json, other: Json, minor: int) -> None:
    award: Json = {"id": "A", "value": money(100), "suppliers": [{"id": "S", "name": "甲"}], "date": at("2026-05-01")}
    histories = [history.states_after([make_release("award", awards=[award | said])]) for said in (one, other)]

    (told,) = sums.sums(*histories)

    assert (told.label, told.amount.minor) == ("Awarded amount", minor)


def test_what_one_process_tells_twice_is_two_and_the_other_adds_nothing() -> None:
    twice = [
        {"id": number, "value": money(40), "suppliers": [{"id": "S", "name": "甲"}], "date": at("2026-05-01")}
        for number in ("A", "B")
    ]
    histories = [history.states_after([make_release("award", awards=awards)]) for awards in (twice, twice[:1], twice)]

    assert [one.amount.minor for one in sums.sums(*histories)] == [8000]


def test_payments_in_two_currencies_have_no_total() -> None:
    contract: Json = {
        "implementation": {"transactions": [{"value": money(1)}, {"value": {"amount": 1, "currency": "EUR"}}]}
    }

    assert sums.paid([contract]) is None


def test_where_nothing_is_said_of_bidders_they_are_unknown_never_nought() -> None:
    for compiled in ({}, {"tender": {"numberOfTenderers": 0}}, {"bids": {"details": [{"status": "invited"}]}}):
        found = delivery.bidders(compiled)
        assert (found.submitted, found.valid, found.disqualified) == (None, None, None)


def test_bidders_are_told_with_the_reason_of_each_disqualification() -> None:
    bids = {
        "details": [
            {"id": "1", "status": "valid", "tenderers": [{"name": "甲"}], "value": money(10)},
            {"id": "2", "status": "disqualified", "tenderers": [{"name": "乙"}], "statusDetails": "缺少资格证明"},
        ]
    }

    found = delivery.bidders({"bids": bids})

    assert (found.submitted, found.valid, found.disqualified) == (2, 1, 1)
    assert [(one.names, one.reason) for one in found.bids] == [("甲", ""), ("乙", "缺少资格证明")]


def test_published_figures_of_bids_come_before_counting_names() -> None:
    bids = {
        "statistics": [
            {"measure": "bids", "value": 5},
            {"measure": "validBids", "value": 3},
            {"measure": "disqualifiedBidders", "value": 2, "notes": "两家未缴保证金"},
        ]
    }

    found = delivery.bidders({"bids": bids, "tender": {"tenderers": [{"name": "甲"}]}})

    assert (found.submitted, found.valid, found.disqualified) == (5, 3, 2)
    assert found.reasons == ["两家未缴保证金"]


def test_planned_instalments_stand_beside_what_was_paid() -> None:
    contract: Json = {
        "id": "C1",
        "milestones": [
            {"type": "financing", "title": "二期", "dueDate": at("2026-09-01")},
            {"type": "financing", "title": "一期", "dueDate": at("2026-06-01"), "value": money(30)},
        ],
        "implementation": {"transactions": [{"date": at("2026-06-05"), "value": money(30)}]},
    }

    pairs = delivery.deliveries({"contracts": [contract]})["C1"].payments

    assert [(planned and planned.title, made and made.on) for planned, made in pairs] == [
        ("一期", date(2026, 6, 5)),
        ("二期", None),
    ]


def test_lots_name_who_won_them() -> None:
    compiled: Json = {
        "tender": {"lots": [{"id": "L1", "title": "一包"}, {"id": "L2", "title": "二包"}]},
        "awards": [{"id": "A", "relatedLots": ["L2"], "suppliers": [{"name": "甲"}]}],
    }

    assert [(lot.title, lot.suppliers) for lot in lots.lots(compiled)] == [("一包", ""), ("二包", "甲")]


@pytest.mark.parametrize(
    "said", [{"relatedLots": ["2"]}, {"title": "包2 桌椅"}, {"title": "2 桌椅"}, {"title": "桌椅"}]
)
def test_a_lot_that_failed_is_told_with_its_reason(said: Json) -> None:
    compiled: Json = {
        "tender": {"lots": [{"id": "1", "title": "床"}, {"id": "2", "title": "桌椅", "status": "active"}]},
        "awards": [
            {"id": "A", "relatedLots": ["1"], "status": "active", "suppliers": [{"name": "甲"}]},
            {"id": "B", "status": "unsuccessful", "description": "有效投标人不足三家", **said},
        ],
    }

    assert [(lot.title, lot.status, lot.suppliers, lot.why) for lot in lots.lots(compiled)] == [
        ("床", None, "甲", ""),
        ("桌椅", "without a supplier", "", "有效投标人不足三家"),
    ]


def test_a_failed_award_is_told_where_no_lots_were_stated() -> None:
    award = {"id": "B", "title": "二包", "status": "unsuccessful", "description": "没有人投标"}

    assert [(lot.title, lot.why) for lot in lots.lots({"awards": [award]})] == [("二包", "没有人投标")]


@pytest.mark.parametrize(
    ("implementation", "is_told"),
    [
        ({"milestones": [{"type": "delivery", "title": "验收"}]}, False),
        ({"milestones": [{"type": "delivery", "description": "服务对象参加验收"}]}, True),
        ({"metrics": [{"id": "service-users-1", "observations": [{"id": "asked", "measure": 40}]}]}, True),
    ],
)
def test_an_acceptance_without_the_users_opinion_is_pointed_out(implementation: Json, is_told: bool) -> None:  # noqa: FBT001
    found = delivery.deliveries({"contracts": [{"id": "C1", "implementation": implementation}]})["C1"]

    assert found.is_opinion_told is is_told


def test_the_page_gives_the_answer_first(client: FlaskClient) -> None:
    seal(*make_chain())

    page = text_of(client, f"/processes/{OCID}")

    answer = page.partition("sw-answer")[2].partition("</dl>")[0]
    assert "郑州市民政局" in answer
    assert "郑州市和乐社会工作服务中心" in answer
    assert "110,000" in answer
    assert page.index("sw-answer") < page.index("sw-timeline") < page.index('id="publications"')


def test_the_page_says_unknown_where_nothing_was_published_of_bids(client: FlaskClient) -> None:
    seal(tender_release())

    bidders = text_of(client, f"/en/processes/{OCID}").partition('id="bidders"')[2].partition("</dl>")[0]

    assert bidders.count("unknown") == 3


def test_a_chart_of_the_money_has_its_table(client: FlaskClient) -> None:
    seal(*make_chain())

    money_part = text_of(client, f"/processes/{OCID}").partition('id="money"')[2]

    assert "<svg" in money_part
    assert "<table" in money_part


def test_the_law_of_another_country_is_not_told(client: FlaskClient) -> None:
    euros = {"amount": 5, "currency": "EUR"}
    seal(
        tender_release(value=euros), make_release("contract", day="2026-05-01", contracts=[{"id": "C", "value": euros}])
    )

    assert 'id="law"' not in text_of(client, f"/processes/{OCID}")


def test_the_page_of_a_process_takes_few_queries_however_many_releases(
    client: FlaskClient, count_queries: Counting
) -> None:
    seal(
        *make_chain(),
        *(award_release(day=f"2026-04-{day:02}") for day in range(2, 28)),
        contract_release("C2", day="2026-06-01"),
    )

    with count_queries() as statements:
        text_of(client, f"/processes/{OCID}")

    assert len(statements) <= 15


@pytest.mark.parametrize(
    ("code", "stage"), [("final", Stage.COMPLETE), ("interim", Stage.IMPLEMENTATION), (None, Stage.COMPLETE)]
)
def test_a_contract_goes_on_after_an_interim_acceptance(code: str | None, stage: Stage) -> None:
    milestone = {"id": "1", "type": "delivery", "status": "met", **({"code": code} if code else {})}
    compiled = {"contracts": [{"id": "1", "status": "active", "implementation": {"milestones": [milestone]}}]}

    assert summaries.stage_of(compiled, ["implementation"]) is stage
