"""The days that the law sets, counted by the working-day calendar; a missing date is unknown."""

from __future__ import annotations

from datetime import date

import pytest

from portal.classification.rules import Calendar
from portal.publishing.notices.deadlines import PUBLISHED, Verdict, deadlines_of, due_on, limits
from portal.publishing.notices.model import notice_types

CALENDAR = Calendar(
    {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}, date(2026, 12, 31)
)
TODAY = date(2026, 9, 30)


def verdicts(
    code: str, *, method: str = "", today: date = TODAY, **events: date
) -> dict[str, tuple[Verdict, date | None]]:
    found = deadlines_of(code, events, method=method, calendar=CALENDAR, today=today)
    return {one.limit.rule_id: (one.verdict, one.due_on) for one in found}


def test_two_working_days_jump_over_the_holidays() -> None:
    told = verdicts("contract", signed_on=date(2026, 9, 30))

    assert told["CON-02"] == (Verdict.OPEN, date(2026, 10, 9))


@pytest.mark.parametrize(
    ("published", "verdict"), [(date(2026, 10, 9), Verdict.KEPT), (date(2026, 10, 10), Verdict.MISSED)]
)
def test_a_published_notice_kept_its_day_or_missed_it(published: date, verdict: Verdict) -> None:
    told = verdicts("contract", signed_on=date(2026, 9, 30), **{PUBLISHED: published}, today=date(2026, 12, 1))

    assert told["CON-02"][0] is verdict


def test_an_unpublished_notice_is_late_once_its_day_is_over() -> None:
    told = deadlines_of(
        "award", {"decided_on": date(2026, 9, 28)}, method="", calendar=CALENDAR, today=date(2026, 10, 10)
    )

    assert (told[0].verdict, told[0].due_on, told[0].days_left) == (Verdict.MISSED, date(2026, 9, 30), -3)


@pytest.mark.parametrize("code", list(notice_types()))
def test_a_missing_day_is_unknown(code: str) -> None:
    assert {verdict for verdict, _ in verdicts(code, method="consultation").values()} <= {Verdict.UNKNOWN}


def test_the_time_for_bids_follows_the_method() -> None:
    days = {"documents_from": date(2026, 9, 1), "bid_deadline": date(2026, 9, 12)}

    assert verdicts("tender", method="consultation", **days)["NOT-04"][0] is Verdict.KEPT
    assert verdicts("tender", method="open_tender", **days)["NOT-01"][0] is Verdict.MISSED
    assert "NOT-01" not in verdicts("tender", method="consultation", **days)


def test_a_tender_waits_thirty_days_after_its_intention() -> None:
    assert verdicts("tender", intention_published=date(2026, 9, 10))["INT-01"] == (Verdict.OPEN, date(2026, 10, 10))
    assert verdicts("tender", intention_published=date(2026, 8, 1))["INT-01"][0] is Verdict.KEPT


def test_days_of_a_year_without_calendar_are_provisional() -> None:
    found = deadlines_of("contract", {"signed_on": date(2027, 3, 1)}, method="", calendar=CALENDAR, today=TODAY)

    assert {one.limit.rule_id: one.is_provisional for one in found}["CON-02"]


def test_urgency_is_the_first_day_of_publication() -> None:
    found = deadlines_of("contract", {"signed_on": date(2026, 9, 30)}, method="", calendar=CALENDAR, today=TODAY)

    assert due_on(found) == date(2026, 10, 9)


def test_every_rule_names_a_notice_type_its_fields_and_its_source() -> None:
    for limit in limits():
        fields = {field.name for field in notice_types()[limit.notice_type].fields}
        assert limit.event in fields | {"intention_published", "award_published"}
        assert limit.until in fields | {PUBLISHED}
        assert limit.legal_source
        assert limit.verification
