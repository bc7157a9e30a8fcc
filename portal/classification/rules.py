"""Counting working days, and checking unified social credit codes: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

WEEKEND = 5
CREDIT_CODE_LENGTH = 18
CREDIT_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Calendar:
    """Which days are worked: the exceptions to the week, and the last day that is settled.

    Days after `settled_until` follow the week alone; whatever rests on them is provisional.
    """

    exceptions: Mapping[date, bool]
    settled_until: date

    def is_workday(self, day: date) -> bool:
        """Tell whether people work on a day: the exception if there is one, else Monday to Friday."""
        return self.exceptions.get(day, day.weekday() < WEEKEND)

    def is_provisional(self, day: date) -> bool:
        """Tell whether the State Council has not yet said how this day is worked."""
        return day > self.settled_until


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Count the working days after `start` up to and including `end`; the first day does not count.

    Source: Civil Code of the PRC (2020), art. 201: the day of the beginning is not counted.
    """
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.is_workday(start + timedelta(days)) for days in range(1, (end - start).days + 1))


def after_working_days(start: date, count: int, calendar: Calendar) -> date:
    """Find the day that is `count` working days after `start`."""
    day = start
    while count > 0:
        day += timedelta(1)
        count -= calendar.is_workday(day)
    return day


def is_credit_code(code: str) -> bool:
    """Tell whether a unified social credit code has the right form and check character (GB 32100-2015)."""
    if len(code) != CREDIT_CODE_LENGTH or not set(code) <= set(CREDIT_CODE_LETTERS):
        return False
    return code[-1] == credit_code_check(code[:-1])


def credit_code_check(first_17: str) -> str:
    """Compute the check character of a unified social credit code from the 17 before it.

    Source: GB 32100-2015, section 5: weights 3^(i-1) mod 31.
    """
    total = sum(CREDIT_CODE_LETTERS.index(letter) * pow(3, at, 31) for at, letter in enumerate(first_17))
    return CREDIT_CODE_LETTERS[-total % 31]


def organization_type_of(credit_code: str) -> str:
    """Tell the kind of organisation from the first two characters of its credit code (unverified prefixes)."""
    if credit_code.startswith("N"):
        return "rural-collective"
    return {
        "11": "organ", "12": "institution", "31": "law-firm", "51": "association", "52": "service-agency",
        "53": "foundation", "81": "mass-organisation", "91": "company", "92": "sole-trader", "93": "cooperative",
    }.get(credit_code[:2], "other")  # fmt: skip
