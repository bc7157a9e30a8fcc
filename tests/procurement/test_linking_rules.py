"""What titles and numbers say, when two notices tell of one purchase, and what joining means."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.procurement import joining_rules
from portal.procurement.joining_rules import JoinChange
from portal.procurement.linking_rules import (
    THRESHOLD,
    Clues,
    Contrast,
    Reason,
    compare,
    contrasts,
    keys_of,
    stored_keys_of,
)
from portal.procurement.notice_titles import labelled_numbers_in, lot_key, lots_in, numbers_in, similarity, title_cores
from portal.procurement.rules import Stage

BUYER = "嵩阳市民政局"


def clues(title: str = "嵩阳市民政局社区助餐服务采购项目-公开招标公告", **said: object) -> Clues:
    return Clues(**{"title": title, "buyer": BUYER, **said})  # type: ignore[arg-type]  # a test's own words


@pytest.mark.parametrize(
    "title",
    [
        "嵩阳市民政局社区助餐服务采购项目-公开招标公告",
        "嵩阳市民政局社区助餐服务采购项目-竞争性磋商公告（二次）",
        "嵩阳市民政局社区助餐服务采购项目（二次）-中标公告",
        "嵩阳市民政局社区助餐服务采购项目（第三次）-成交结果公告",
        "嵩阳市民政局社区助餐服务采购项目-结果更正公告",
        "嵩阳市民政局社区助餐服务采购项目-废标（终止）公告",
        "嵩阳市民政局社区助餐服务采购项目（包2）采购合同",
        "嵩阳市民政局社区助餐服务采购项目第一标段-中标公告",
        "嵩阳市民政局社区助餐服务采购项目A包、B包-废标公告",
        "嵩阳市民政局社区助餐服务采购项目（包1、包2）合同公告",
        "【嵩公资采2026682号】嵩阳市民政局社区助餐服务采购项目-验收报告公示",
        "SYCG-G2026076号嵩阳市民政局“嵩阳市民政局社区助餐服务项目”-更正公告",
        "嵩阳市民政局关于社区助餐服务采购项目的公开招标公告",
        "社区助餐服务采购",
        "嵩阳市民政局　社区助餐服务采购项目",
        "嵩阳市民政局社区助餐服务2026年8至10月政府采购意向",
    ],
)
def test_a_title_is_the_same_but_for_the_kind_of_notice_the_round_and_the_lot(title: str) -> None:
    assert title_cores(title, BUYER)[1] == "社区助餐服务"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("嵩阳市民政局社区助餐服务项目（第一批）-中标公告", "嵩阳市民政局社区助餐服务项目（第二批）-中标公告"),
        ("嵩阳市民政局2025年社区助餐服务项目", "嵩阳市民政局2026年社区助餐服务项目"),
        ("嵩阳市民政局康复设备1.5T采购", "嵩阳市民政局康复设备15T采购"),
        ("嵩阳市民政局敬老院改造（一期）项目", "嵩阳市民政局敬老院改造（二期）项目"),
    ],
)
def test_batches_years_and_phases_stay_in_a_title(one: str, other: str) -> None:
    assert title_cores(one, BUYER) != title_cores(other, BUYER)


@pytest.mark.parametrize(
    "title", ["嵩阳市民政局2026年8至9月政府采购意向", "嵩阳市民政局2026年8月政府采购意向", "公告", ""]
)
def test_a_list_of_intentions_names_no_purchase(title: str) -> None:
    assert title_cores(title, BUYER) == ("", "")


def test_a_list_of_intentions_names_no_purchase_where_its_buyer_is_not_known() -> None:
    assert title_cores("嵩阳市民政局2026年8至9月政府采购意向") == ("", "")


def test_a_buyer_is_found_in_a_title_without_what_stands_in_brackets() -> None:
    assert title_cores("嵩阳市民政局社区助餐服务", "嵩阳市民政局（嵩阳市社会组织管理局）")[1] == "社区助餐服务"


@pytest.mark.parametrize(
    ("text", "project", "lot"),
    [
        ("嵩财招标采购-2026-208", "嵩财招标采购2026 208", ""),
        ("嵩财招标采购－2026－208－B", "嵩财招标采购2026 208", "b"),
        ("嵩财招标采购〔2026〕208号", "嵩财招标采购2026 208", ""),
        ("嵩财招标采购【2026】0208号", "嵩财招标采购2026 208", ""),
        ("嵩政采购-2026-07-17A", "嵩政采购2026 07-17", "a"),
        ("SYCG-G2026061号嵩阳市民政局", "sycgg2026 61", ""),
        ("嵩公资采2026795号", "嵩公资采2026 795", ""),
    ],
)
def test_a_project_number_is_read_however_it_is_written(text: str, project: str, lot: str) -> None:
    assert [(number.project, number.lot) for number in numbers_in(text)] == [(project.replace(" 07", " 7"), lot)]


@pytest.mark.parametrize(
    "text",
    ["2020-01-14", "2026年07月18日", "20260118", "T1", "2001234", "财库〔2020〕46号", "ocds-abc123-2026-12",
     "嵩阳市民政局2025-2026年社区服务项目", "开标日期2026-07-28", "第2026次"],
)  # fmt: skip
def test_days_laws_and_plain_numbers_are_no_project_numbers(text: str) -> None:
    assert numbers_in(text) == frozenset()


def test_in_a_text_only_what_is_called_a_project_number_is_one() -> None:
    text = "根据嵩财采购〔2020〕8号。一、项目编号：嵩财磋商采购-2026-75 二、名称"

    assert {number.project for number in labelled_numbers_in(text)} == {"嵩财磋商采购2026 75"}


def test_the_same_title_and_buyer_are_enough_to_be_suggested() -> None:
    verdict = compare(clues(), clues("嵩阳市民政局社区助餐服务采购项目-中标公告"))

    assert (verdict.score >= THRESHOLD, verdict.reasons) == (True, (Reason.TITLE, Reason.BUYER))


@pytest.mark.parametrize("buyer", ["嵩阳市教育局", None])
def test_a_general_title_of_another_or_unknown_buyer_is_not_suggested(buyer: str | None) -> None:
    verdict = compare(clues("保安服务采购项目"), clues("保安服务采购项目", buyer=buyer))

    assert verdict.score == 0


def test_a_long_title_is_enough_where_one_buyer_is_not_known() -> None:
    name = "嵩阳市民政局养老服务中心康复辅助器具租赁服务项目"

    assert compare(clues(name), clues(f"{name}-中标公告", buyer=None)).score >= THRESHOLD
    assert compare(clues(name), clues(f"{name}-中标公告", buyer="嵩阳市财政局")).score < THRESHOLD


def test_two_numbers_of_one_series_are_two_purchases_whatever_their_titles() -> None:
    verdict = compare(
        clues(numbers=numbers_in("嵩财招标采购-2026-1")), clues(numbers=numbers_in("嵩财招标采购-2026-2"))
    )

    assert (verdict.score, Reason.OTHER_NUMBER in verdict.reasons) == (0, True)


def test_a_nearly_equal_title_needs_the_amount_beside_it() -> None:
    one, other = "嵩阳市民政局社区老年人助餐配送服务项目", "嵩阳市民政局社区老年人助餐及配送服务项目"

    assert compare(clues(one), clues(other)).score < THRESHOLD
    assert compare(clues(one, amount_fen=100_000), clues(other, amount_fen=100_500)).score >= THRESHOLD


def test_names_that_differ_in_a_number_are_not_nearly_equal() -> None:
    assert similarity("医养结合中心第一批康复设备", "医养结合中心第二批康复设备") == 0


@pytest.mark.parametrize(("cheap", "close"), [(100_000, True), (99_000, True), (98_000, False)])
def test_amounts_within_one_per_cent_are_the_same(cheap: int, close: bool) -> None:  # noqa: FBT001 - a column
    verdict = compare(clues(amount_fen=100_000), clues(amount_fen=cheap))

    assert (Reason.AMOUNT in verdict.reasons) is close


def test_an_award_does_not_come_before_its_tender() -> None:
    tender = clues(stage=Stage.TENDER, since=date(2026, 5, 1), until=date(2026, 5, 1))
    award = clues(stage=Stage.AWARD, since=date(2026, 4, 1), until=date(2026, 4, 1))

    assert compare(tender, award).score < THRESHOLD


@pytest.mark.parametrize("ending", ["-更正公告", "（二次）-公开招标公告", "（包2）-公开招标公告"])
def test_corrections_further_rounds_and_lots_may_come_after_an_award(ending: str) -> None:
    day = date(2026, 5, 1)
    later = clues(f"嵩阳市民政局社区助餐服务采购项目{ending}", stage=Stage.TENDER, since=day, until=day)
    award = clues(stage=Stage.AWARD, since=date(2026, 4, 1), until=date(2026, 4, 1))

    assert compare(later, award).score >= THRESHOLD


def test_next_years_purchase_of_the_same_name_is_not_suggested() -> None:
    one = clues(since=date(2025, 3, 1), until=date(2025, 3, 1))
    other = clues(since=date(2026, 3, 1), until=date(2026, 3, 1))

    assert compare(one, other).score < THRESHOLD


@given(amount=st.integers(1, 10**13), share=st.floats(0.9901, 1.0))
def test_amounts_within_one_per_cent_are_looked_up_by_a_key_that_they_share(amount: int, share: float) -> None:
    stored = stored_keys_of(clues(amount_fen=amount))

    assert {key for key in stored if key[0] == "worth"} <= keys_of(clues(amount_fen=max(1, round(amount * share))))


@given(st.text(), st.text())
def test_any_text_is_taken_apart_without_a_fault(title: str, buyer: str) -> None:
    assert compare(clues(title, buyer=buyer), clues(title, buyer=buyer)).score <= 100
    numbers_in(title)


STEPS = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEF"), st.sampled_from(list(JoinChange))).filter(
        lambda step: step[0] < step[1]
    )
)


@given(STEPS)
def test_any_history_of_joins_gives_a_partition(history: list[tuple[str, str, JoinChange]]) -> None:
    pairs = joining_rules.standing(history)
    found = joining_rules.groups(pairs)

    assert all(found[one] == found[other] for one, other in pairs)
    assert set(found) == {ocid for pair in pairs for ocid in pair}
    assert all(found[name] == name for name in found.values())
    assert all(_is_reached(found[ocid], ocid, pairs) for ocid in found)


@given(STEPS)
def test_undoing_everything_gives_the_start(history: list[tuple[str, str, JoinChange]]) -> None:
    undone = [(one, other, JoinChange.UNDONE) for one, other in sorted(joining_rules.standing(history))]

    assert joining_rules.groups(joining_rules.standing([*history, *undone])) == {}


def _is_reached(start: str, goal: str, pairs: set[tuple[str, str]]) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        here = waiting.pop()
        seen.add(here)
        waiting += [b if a == here else a for a, b in pairs if here in (a, b) and not {a, b} <= seen]
    return goal in seen


@pytest.mark.parametrize(
    ("stages", "stage"),
    [
        (["tender", "award"], "award"),
        (["award", "tender"], "award"),
        (["tender", "unsuccessful"], "unsuccessful"),
        (["tender", "unsuccessful", "tender"], "tender"),
        (["unsuccessful", "contract"], "contract"),
        ([], "planning"),
    ],
)
def test_a_purchase_is_as_far_as_its_furthest_notice_of_the_present_round(stages: list[str], stage: str) -> None:
    assert joining_rules.stage_of_all(map(Stage, stages)) == stage


def test_a_contract_that_two_notices_tell_of_counts_once_and_lots_add_up() -> None:
    def told(yuan: int, supplier: str, number: str) -> dict[str, object]:
        value = {"amount": yuan, "currency": "CNY"}
        return {"contracts": [{"id": number, "value": value, "suppliers": [{"name": supplier}]}]}

    worth = joining_rules.worth_of_all([told(100, "甲", "1"), told(100, "甲", "2"), told(50, "乙", "1")])

    assert worth is not None
    assert worth.minor == 15_000


@pytest.mark.parametrize(
    ("title", "lots"),
    [
        ("助餐服务（第一包）中标公告", {"1"}), ("助餐服务包2", {"2"}), ("助餐服务第十二标段", {"12"}),
        ("助餐服务A包", {"a"}),
        ("助餐服务（第二次）采购公告", set()), ("助餐服务（重新招标）", set()), ("助餐服务", set()),
    ],
)  # fmt: skip
def test_the_lots_that_a_title_names_are_told_and_rounds_are_none(title: str, lots: set[str]) -> None:
    assert lots_in(title) == lots


@pytest.mark.parametrize(
    ("name", "key"),
    [("lot-1", "1"), ("LOT0001", "1"), ("包一", "1"), ("第二十一标段", "21"), ("包组A", "a"), ("东区", "东区")],
)
def test_a_lot_is_written_in_one_way(name: str, key: str) -> None:
    assert lot_key(name) == key


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"title": "农村公路养护项目", "buyer": "新开市交通运输局", "region_code": "410200"}, [Contrast.PURCHASE]),
        ({"title": "农村公路养护项目", "buyer": "新开市交通运输局", "region_code": "410105"}, []),
        ({"title": "农村公路养护项目", "buyer": "新开市交通运输局", "region_code": None}, [Contrast.PURCHASE]),
        ({"title": "农村公路养护项目", "region_code": "410200"}, []),
        ({"buyer": "新开市交通运输局", "region_code": "410200"}, []),
        ({"numbers": numbers_in("嵩财磋商采购-2026-9")}, [Contrast.NUMBER]),
        ({"numbers": numbers_in("嵩财谈判采购-2026-9")}, []),
        ({"amount_fen": 100_000}, [Contrast.AMOUNT]),
        ({"amount_fen": 100_001}, []),
        ({"amount_fen": 10_000, "currency": "USD"}, []),
        ({"amount_fen": None}, []),
    ],
)
def test_what_plainly_differs_is_told_and_what_is_not_known_speaks_against_nothing(
    said: dict[str, Any], found: list[Contrast]
) -> None:
    one = clues(region_code="410100", numbers=numbers_in("嵩财磋商采购-2026-8"), amount_fen=1_000_000, currency="CNY")
    other = replace(one, **({"title": "社区助餐服务采购项目-中标公告"} | said))

    assert contrasts(one, other) == contrasts(other, one) == found
