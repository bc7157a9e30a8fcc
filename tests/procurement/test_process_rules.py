"""The rules of the law as a table, and how each stands: kept, missed, open, not applicable, unknown."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.classification.rules import Calendar, after_working_days
from portal.procurement.process_events import History, courses
from portal.procurement.process_rules import RULES, Condition, Method, Operator, ProcessRuleError, process_rules
from portal.procurement.verdicts import Course, Verdict, evaluate, methods_of

if TYPE_CHECKING:
    from pathlib import Path

    from portal.procurement.process_rules import ProcessRule
    from portal.procurement.rules import Json
    from portal.procurement.verdicts import Finding

WEEK = Calendar({}, date(2026, 12, 31))
TODAY = date(2026, 11, 25)
BEGIN = date(2026, 9, 1)
RULES_BY_ID = {rule.id: rule for rule in process_rules()}
INTERVALS = [rule for rule in process_rules() if rule.operator is not Operator.MUST_EXIST]


def finding(rule: ProcessRule, days: dict[str, date], *, today: date = TODAY, **said: object) -> Finding:
    course = Course(**{"days": days, "methods": rule.methods or frozenset(Method), "is_public": True} | said)
    return evaluate(course, calendar=WEEK, today=today, rules=[rule])[0]


def due(rule: ProcessRule) -> date:
    return after_working_days(BEGIN, rule.days, WEEK) if rule.unit == "working" else BEGIN + timedelta(rule.days)


@pytest.mark.parametrize("rule", INTERVALS, ids=lambda rule: rule.id)
def test_every_limit_is_kept_on_its_last_day_and_missed_beside_it(rule: ProcessRule) -> None:
    beside = due(rule) + timedelta(1 if rule.operator is Operator.MAX else -1)

    kept = finding(rule, {rule.begins[0]: BEGIN, rule.ends: due(rule)})
    missed = finding(rule, {rule.begins[0]: BEGIN, rule.ends: beside})

    assert (kept.verdict, kept.margin) == (Verdict.KEPT, 0)
    assert (missed.verdict, missed.margin) == (Verdict.MISSED, -1)


@pytest.mark.parametrize("rule", process_rules(), ids=lambda rule: rule.id)
def test_no_rule_is_kept_without_a_date(rule: ProcessRule) -> None:
    assert finding(rule, {}).verdict is Verdict.UNKNOWN
    assert finding(rule, {rule.begins[0]: BEGIN}, today=BEGIN).verdict in {Verdict.OPEN, Verdict.UNKNOWN}
    if rule.operator is not Operator.MUST_EXIST:
        assert finding(rule, {rule.ends: BEGIN}).verdict is Verdict.UNKNOWN


def test_what_must_be_published_is_open_and_then_missed() -> None:
    rule = RULES_BY_ID["CON-02"]
    days = {"contract_signed": date(2026, 11, 23)}

    told = [finding(rule, days, today=date(2026, 11, day)) for day in (23, 25, 26)]

    assert [(one.verdict, one.margin) for one in told] == [
        (Verdict.OPEN, 2), (Verdict.OPEN, 0), (Verdict.MISSED, -1),
    ]  # fmt: skip


def test_what_nobody_told_of_is_open_and_then_unknown() -> None:
    rule = RULES_BY_ID["CON-01"]
    days = {"award_published": date(2026, 10, 26)}

    assert finding(rule, days, today=date(2026, 11, 25)).verdict is Verdict.OPEN
    assert finding(rule, days, today=date(2026, 11, 26)).verdict is Verdict.UNKNOWN


def test_days_that_contradict_each_other_are_unknown() -> None:
    rule = RULES_BY_ID["CON-02"]

    told = finding(rule, {"contract_signed": BEGIN, "contract_published": BEGIN - timedelta(9)})

    assert told.verdict is Verdict.UNKNOWN


def test_a_rule_holds_from_the_day_on_which_the_law_came_into_force() -> None:
    rule = RULES_BY_ID["CON-02"]
    before = date(2015, 2, 27)

    assert finding(rule, {"contract_signed": before}).verdict is Verdict.NOT_APPLICABLE
    assert finding(rule, {"contract_signed": rule.valid_from}).verdict is Verdict.MISSED


def test_a_rule_is_about_its_methods_only() -> None:
    rule = RULES_BY_ID["NOT-01"]
    days = {"document_sale_start": BEGIN, "bid_deadline": BEGIN + timedelta(5)}

    assert finding(rule, days, methods={Method.OPEN_TENDER}).verdict is Verdict.MISSED
    assert finding(rule, days, methods={Method.CONSULTATION}).verdict is Verdict.NOT_APPLICABLE
    doubtful = finding(rule, days, methods={Method.INVITED_TENDER, Method.CONSULTATION})
    assert (doubtful.verdict, doubtful.tells_something) == (Verdict.UNKNOWN, False)


def test_services_for_the_public_alone_must_publish_their_acceptance() -> None:
    rule = next(one for one in process_rules() if one.condition is Condition.PUBLIC_SERVICE)
    days = {"service_delivered": BEGIN}

    assert finding(rule, days).verdict is Verdict.OPEN
    assert finding(rule, days | {"acceptance_published": TODAY}).verdict is Verdict.KEPT
    assert finding(rule, days, is_public=False).verdict is Verdict.NOT_APPLICABLE
    assert finding(rule, days, is_public=None).is_doubtful


@pytest.mark.parametrize(
    ("code", "details", "methods"),
    [
        ("selective", "竞争性磋商", {Method.CONSULTATION}),
        ("limited", "竞争性谈判（采购）", {Method.NEGOTIATION}),
        ("open", None, {Method.OPEN_TENDER}),
        ("direct", "", {Method.SINGLE_SOURCE}),
    ],
)
def test_the_method_is_read_from_its_name_and_else_from_its_code(
    code: str, details: str | None, methods: set[Method]
) -> None:
    assert methods_of(code, details) == methods


def test_a_code_without_a_name_leaves_several_methods() -> None:
    assert Method.OPEN_TENDER not in methods_of("selective", None)
    assert len(methods_of("selective", None)) > 1
    assert methods_of(None, None) == frozenset(Method)


def test_the_late_contract_notices_of_henan_are_found(shared_data: Path) -> None:
    with (shared_data / "zh/henan_contract_lag.csv").open(encoding="utf-8-sig") as handle:
        rows = [dict(row) for row in csv.DictReader(handle)]

    told = [
        finding(RULES_BY_ID["CON-02"], {
            "contract_signed": date.fromisoformat(row["signed"]),
            "contract_published": date.fromisoformat(row["published"][:10]),
        }).verdict
        for row in rows
    ]  # fmt: skip

    assert (told.count(Verdict.KEPT), len(told)) == (20, 51)


def test_the_days_of_a_purchase_are_found_in_what_was_published_of_it() -> None:
    told = courses([history(NOTICE, AWARD, signed("C1", "2026-05-07", on="2026-05-12"))])

    found = {one.rule.id: one for one in evaluate(told[0], calendar=WEEK, today=TODAY) if one.tells_something}

    assert (found["CON-02"].verdict, found["CON-02"].margin) == (Verdict.MISSED, -1)
    assert (found["AWD-01"].verdict, found["CON-01"].verdict) == (Verdict.KEPT, Verdict.MISSED)
    assert (found["NOT-04"].verdict, found["NOT-04"].days) == (Verdict.KEPT, 11)
    assert "NOT-01" not in found


def test_each_of_several_contracts_is_told_by_itself() -> None:
    told = courses(
        [history(AWARD, signed("C1", "2026-05-07", on="2026-05-08"), signed("C2", "2026-06-01", on="2026-07-01"))]
    )

    found = [
        (one.course.name, one.verdict)
        for course in told
        for one in evaluate(course, calendar=WEEK, today=TODAY)
        if one.rule.id == "CON-02"
    ]
    assert found == [("C1", Verdict.KEPT), ("C2", Verdict.MISSED)]


def test_the_contract_of_a_joined_notice_is_told_too() -> None:
    told = courses([history(NOTICE, AWARD), history(signed("C1", "2026-05-07", on="2026-05-12"))])

    found = {one.rule.id: one.verdict for one in evaluate(told[0], calendar=WEEK, today=TODAY)}

    assert (len(told), found["CON-02"]) == (1, Verdict.MISSED)


def at(day: str) -> str:
    return f"{day}T09:00:00+08:00"


NOTICE = ("tender", "2026-03-02", {"tender": {
    "procurementMethod": "selective", "procurementMethodDetails": "竞争性磋商",
    "tenderPeriod": {"startDate": at("2026-03-02"), "endDate": at("2026-03-13")},
}})  # fmt: skip
AWARD = ("award", "2026-04-02", {"awards": [{"id": "A1", "date": at("2026-04-01")}]})


def signed(number: str, day: str, *, on: str) -> tuple[str, str, Json]:
    return "contract", on, {"contracts": [{"id": number, "awardID": "A1", "dateSigned": at(day)}]}


def history(*releases: tuple[str, str, Json]) -> History:
    states: list[Json] = []
    for _, _, said in releases:
        earlier = states[-1] if states else {}
        contracts = [*earlier.get("contracts", []), *said.get("contracts", [])]
        states.append(earlier | said | ({"contracts": contracts} if contracts else {}))
    return History(states, [([tag], date.fromisoformat(on)) for tag, on, _ in releases])


def test_a_rule_of_an_official_is_read_and_applied(tmp_path: Path) -> None:
    table = tmp_path / "rules.csv"
    table.write_text(RULES.read_text("utf-8") + ROW, "utf-8")
    rule = process_rules(table)[-1]

    told = finding(rule, {"contract_signed": BEGIN, "contract_published": BEGIN + timedelta(6)})

    assert (told.verdict, told.margin) == (Verdict.MISSED, -1)


ROW = (
    'LOCAL-1,contract_signed,contract_published,max,,5,calendar,,,某市规定第1条,"City rule, art. 1",text seen,low,'
    "2026-01-01,2026-12-31,5日内公告,Within 5 days\n"
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",max,,5", ",most,,5", "operator"),
        (",max,,5", ",max,,five", "max"),
        (",max,,5", ",max,,-5", "max"),
        (",calendar,", ",weeks,", "unit"),
        ("contract_signed,", "contract_sung,", "event_from"),
        (",low,", ",terrible,", "severity"),
        ("2026-01-01,2026-12-31", "2026-01-01,2025-12-31", "effective_to"),
        ("2026-01-01,2026-12-31", "this year,", "effective_from"),
        ("某市规定第1条", "", "legal_source"),
        (",calendar,,", ",calendar,auction,", "methods"),
        (",calendar,,,", ",calendar,,on_mondays,", "condition"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    table = tmp_path / "rules.csv"
    lines = RULES.read_text("utf-8").splitlines()
    table.write_text(f"{lines[0]}\n{ROW.replace(old, new, 1)}", "utf-8")

    with pytest.raises(ProcessRuleError, match=rf"row 2 \(LOCAL-1\), {told}:"):
        process_rules(table)


def test_two_rows_of_one_name_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "rules.csv"
    table.write_text(f"{RULES.read_text('utf-8').splitlines()[0]}\n{ROW}{ROW}", "utf-8")

    with pytest.raises(ProcessRuleError, match="one rule_id"):
        process_rules(table)


DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))


@given(
    st.dictionaries(st.sampled_from([*(name for rule in process_rules() for name in (*rule.begins, rule.ends))]), DAYS),
    DAYS,
)
def test_no_days_whatever_make_the_rules_fail_or_contradict_themselves(days: dict[str, date], today: date) -> None:
    for one in evaluate(Course(days), calendar=WEEK, today=today):
        if one.verdict is Verdict.MISSED:
            assert one.margin is not None
            assert one.margin < 0 or one.due_on is None
        if one.verdict is Verdict.KEPT and one.margin is not None:
            assert one.margin >= 0
