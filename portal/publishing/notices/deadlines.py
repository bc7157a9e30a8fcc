"""What the law says about when a notice must be published: rules as data, counted by the working-day calendar."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from portal.classification.rules import after_working_days, working_days_between
from portal.publishing.notices.model import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.classification.rules import Calendar

PUBLISHED = "published"


class Verdict(StrEnum):
    """How a time limit stands; a missing date is unknown, never kept."""

    UNKNOWN = "unknown"
    OPEN = "open"
    KEPT = "kept"
    MISSED = "missed"


@dataclass(frozen=True)
class Limit:
    """One rule: from which event to which, at least or at most so many days."""

    rule_id: str
    notice_type: str
    event: str
    until: str
    relation: str
    days: int | None
    unit: str
    methods: frozenset[str]
    event_name: str
    event_name_en: str
    legal_source: str
    legal_source_en: str
    valid_from: date
    valid_to: date | None
    verification: str


@dataclass(frozen=True)
class Deadline:
    """A rule beside one notice: the day of the event, the day that the law sets, and how it stands.

    `days_left` counts in the rule's own unit, below nought when it is over.
    """

    limit: Limit
    on: date | None
    due_on: date | None
    verdict: Verdict
    days_left: int | None
    is_provisional: bool


@cache
def limits() -> Sequence[Limit]:
    """Read the rules."""
    with (DATA / "deadlines.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(_limit(row) for row in csv.DictReader(handle))


def deadlines_of(
    notice_type: str, events: Mapping[str, date], *, method: str, calendar: Calendar, today: date
) -> list[Deadline]:
    """Tell how every rule about a notice stands.

    Args:
        notice_type: its code.
        events: days of what happened, by name; `published` where it is public already.
        method: the procurement method; rules about other methods are left out.
        calendar: which days are worked.
        today: the present day in Shanghai.
    """
    return [
        _deadline(limit, events, calendar, today)
        for limit in limits()
        if limit.notice_type == notice_type and (not limit.methods or method in limit.methods)
        and _is_in_force(limit, events.get(limit.event) or today)
    ]  # fmt: skip


def due_on(deadlines: Sequence[Deadline]) -> date | None:
    """Tell the first day by which a notice must be published."""
    return min((one.due_on for one in deadlines if one.due_on and _is_until_publication(one.limit)), default=None)


def _is_until_publication(limit: Limit) -> bool:
    return limit.relation == "max" and limit.until == PUBLISHED


def _deadline(limit: Limit, events: Mapping[str, date], calendar: Calendar, today: date) -> Deadline:
    on, until = events.get(limit.event), events.get(limit.until)
    if on is None or limit.days is None:
        return Deadline(limit, on, None, Verdict.UNKNOWN, None, is_provisional=False)
    due = _after(on, limit, calendar)
    reached = until or (today if limit.until == PUBLISHED else None)
    left = None if reached is None else _between(reached, due, limit, calendar)
    return Deadline(
        limit, on, due, _verdict(limit, reached, due, is_done=until is not None), left, calendar.is_provisional(due)
    )


def _verdict(limit: Limit, reached: date | None, due: date, *, is_done: bool) -> Verdict:
    if reached is None:
        return Verdict.UNKNOWN
    if limit.relation == "max":
        late = reached > due
        return Verdict.MISSED if late else Verdict.KEPT if is_done else Verdict.OPEN
    return Verdict.KEPT if reached >= due else Verdict.MISSED if is_done else Verdict.OPEN


def _after(on: date, limit: Limit, calendar: Calendar) -> date:
    days = limit.days or 0
    return after_working_days(on, days, calendar) if limit.unit == "working" else on + timedelta(days)


def _between(reached: date, due: date, limit: Limit, calendar: Calendar) -> int:
    return working_days_between(reached, due, calendar) if limit.unit == "working" else (due - reached).days


def _is_in_force(limit: Limit, on: date) -> bool:
    return limit.valid_from <= on and (limit.valid_to is None or on <= limit.valid_to)


def _limit(row: Mapping[str, str]) -> Limit:
    return Limit(
        rule_id=row["rule_id"], notice_type=row["notice_type"], event=row["event"], until=row["until"],
        relation=row["relation"], days=int(row["days"]) if row["days"] else None, unit=row["unit"],
        methods=frozenset(filter(None, row["methods"].split("|"))), event_name=row["event_name"],
        event_name_en=row["event_name_en"], legal_source=row["legal_source"], legal_source_en=row["legal_source_en"],
        valid_from=date.fromisoformat(row["valid_from"]), verification=row["verification"],
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )  # fmt: skip
