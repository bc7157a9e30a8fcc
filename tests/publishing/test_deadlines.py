"""The days that the law sets for a notice that is being written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.classification.rules import Calendar
from portal.procurement.verdicts import Verdict
from portal.publishing.notices.deadlines import deadlines_of, deadlines_of_release, due_on
from portal.publishing.notices.model import notice_types

if TYPE_CHECKING:
    from portal.procurement.verdicts import Finding

CALENDAR = Calendar(
    {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}, date(2026, 12, 31)
)
TODAY = date(2026, 9, 30)


def findings(
    code: str, *, today: date = TODAY, published_on: date | None = None, earlier: dict[str, date] | None = None,
    **values: str,
) -> dict[str, Finding]:  # fmt: skip
    found = deadlines_of(
        notice_types()[code], values, earlier or {}, calendar=CALENDAR, today=today, published_on=published_on
    )
    return {one.rule.id: one for one in found}


def test_two_working_days_jump_over_the_holidays() -> None:
    told = findings("contract", signed_on="2026-09-30")["CON-02"]

    assert (told.verdict, told.due_on, told.margin) == (Verdict.OPEN, date(2026, 10, 9), 2)


@pytest.mark.parametrize(
    ("published", "verdict"), [(date(2026, 10, 9), Verdict.KEPT), (date(2026, 10, 10), Verdict.MISSED)]
)
def test_a_published_notice_kept_its_day_or_missed_it(published: date, verdict: Verdict) -> None:
    told = findings("contract", signed_on="2026-09-30", published_on=published, today=date(2026, 12, 1))

    assert told["CON-02"].verdict is verdict


def test_an_unpublished_notice_is_late_once_its_day_is_over() -> None:
    told = findings("award", decided_on="2026-09-28", today=date(2026, 10, 10))["AWD-01"]

    assert (told.verdict, told.due_on, told.margin) == (Verdict.MISSED, date(2026, 9, 30), -3)


def test_an_earlier_notice_of_the_same_kind_does_not_make_this_one_published() -> None:
    earlier = {"contract_published": date(2026, 9, 1)}

    told = findings("contract", signed_on="2026-09-28", today=date(2026, 10, 10), earlier=earlier)

    assert told["CON-02"].verdict is Verdict.MISSED


@pytest.mark.parametrize("code", list(notice_types()))
def test_a_missing_day_is_unknown(code: str) -> None:
    assert {one.verdict for one in findings(code, method="consultation").values()} <= {Verdict.UNKNOWN}


def test_the_time_for_bids_follows_the_method() -> None:
    days = {"documents_from": "2026-09-01", "bid_deadline": "2026-09-12T09:30"}

    assert findings("tender", method="consultation", **days)["NOT-04"].verdict is Verdict.KEPT
    assert findings("tender", method="open_tender", **days)["NOT-01"].verdict is Verdict.MISSED
    assert findings("tender", method="open_tender", **days)["NOT-01"].margin == -9
    assert "NOT-01" not in findings("tender", method="consultation", **days)
    assert "NOT-01" not in findings("tender", **days)


def test_a_tender_waits_thirty_days_after_its_intention() -> None:
    too_early = findings("tender", earlier={"intention_published": date(2026, 9, 10)})["INT-01"]
    in_time = findings("tender", earlier={"intention_published": date(2026, 8, 1)})["INT-01"]

    assert (too_early.verdict, too_early.due_on) == (Verdict.OPEN, date(2026, 10, 10))
    assert in_time.verdict is Verdict.KEPT


def test_single_source_publicity_lasts_five_working_days() -> None:
    told = findings("single-source", publicity_from="2026-09-28", publicity_until="2026-10-08")["SSO-01"]

    assert (told.verdict, told.days, told.margin) == (Verdict.MISSED, 3, -2)


def test_days_of_a_year_without_calendar_are_provisional() -> None:
    assert findings("contract", signed_on="2027-03-01")["CON-02"].is_provisional


def test_urgency_is_the_first_day_of_publication() -> None:
    found = findings("contract", signed_on="2026-09-30", earlier={"award_published": date(2026, 9, 20)})

    assert due_on(notice_types()["contract"], list(found.values())) == date(2026, 10, 9)


def test_every_notice_that_the_law_sets_a_day_for_tells_what_it_is() -> None:
    ends = {code: [one.rule.ends for one in findings(code, method="open_tender").values()] for code in notice_types()}

    assert {code for code, some in ends.items() if some} == {
        "tender", "single-source", "award", "failed", "contract", "contract-change", "acceptance",
    }  # fmt: skip


def told_by_release(code: str, release: dict[str, object], *others: dict[str, object], is_published: bool = False,
                    today: date = TODAY) -> list[Finding]:  # fmt: skip
    return deadlines_of_release(
        notice_types()[code], release, others, calendar=CALENDAR, today=today, is_published=is_published
    )


def release_of(tag: str, on: str, **said: object) -> dict[str, object]:
    return {"ocid": "ocds-x-1", "id": f"{tag}-{on}", "date": f"{on}T09:00:00+08:00", "tag": [tag]} | said


def contract_of(number: str, signed: str, **said: object) -> dict[str, object]:
    return {"id": number, "awardID": "A", "title": f"合同{number}", "dateSigned": f"{signed}T00:00:00+08:00"} | said


def test_a_whole_release_tells_its_days_itself() -> None:
    release = release_of("contract", "2026-09-30", contracts=[contract_of("1", "2026-09-30")])

    (told,) = [one for one in told_by_release("contract", release) if one.rule.id == "CON-02"]

    assert (told.verdict, told.begun_on, told.due_on, told.margin) == (
        Verdict.OPEN, date(2026, 9, 30), date(2026, 10, 9), 2,
    )  # fmt: skip
    assert due_on(notice_types()["contract"], [told]) == date(2026, 10, 9)


def test_a_release_that_was_published_elsewhere_before_kept_its_day_or_missed_it_and_is_not_due() -> None:
    release = release_of("contract", "2026-09-30", contracts=[contract_of("1", "2026-09-21")])

    (told,) = [
        one for one in told_by_release("contract", release, is_published=True) if one.rule.ends == "contract_published"
    ]

    assert (told.verdict, told.ended_on) == (Verdict.MISSED, date(2026, 9, 30))
    assert due_on(notice_types()["contract"], [told]) is None


def test_each_contract_of_a_release_has_its_own_day_and_those_of_other_releases_are_left_out() -> None:
    before = release_of("contract", "2026-09-01", contracts=[contract_of("1", "2026-09-01")])
    release = release_of(
        "contract", "2026-09-30", contracts=[contract_of("2", "2026-09-28"), contract_of("3", "2026-09-30")]
    )

    found = [one for one in told_by_release("contract", release, before) if one.rule.id == "CON-02"]

    assert [(one.course.name, one.begun_on) for one in found] == [
        ("合同2", date(2026, 9, 28)), ("合同3", date(2026, 9, 30)),
    ]  # fmt: skip


def test_a_release_is_set_beside_what_its_purchase_published_before() -> None:
    intention = release_of("planning", "2026-09-10")
    tender = release_of("tender", "2026-09-30", tender={"id": "T"})

    (told,) = [one for one in told_by_release("tender", tender, intention) if one.rule.id == "INT-01"]

    assert (told.verdict, told.begun_on, told.due_on) == (Verdict.OPEN, date(2026, 9, 10), date(2026, 10, 10))


def test_a_change_of_a_contract_has_two_working_days_from_its_own_date() -> None:
    change = {"id": "1", "date": "2026-09-28T00:00:00+08:00"}
    release = release_of(
        "contractAmendment", "2026-09-30", contracts=[contract_of("1", "2026-03-01", amendments=[change])]
    )

    (told,) = told_by_release("contract-change", release, is_published=True)

    assert (told.rule.id, told.verdict, told.begun_on) == ("CON-02-C", Verdict.KEPT, date(2026, 9, 28))


def test_the_law_of_the_table_is_not_set_beside_purchases_in_other_currencies() -> None:
    value = {"amount": 1, "currency": "GBP"}
    release = release_of("contract", "2026-09-30", contracts=[contract_of("1", "2026-09-21", value=value)])

    assert told_by_release("contract", release) == []
