"""Working days are counted as the State Council set them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.classification import queries, rules
from portal.classification.actions import load_reference_data
from portal.classification.models import Region, Workday
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from flask import Flask

    from portal.classification.rules import Calendar


@pytest.fixture
def calendar(app: Flask) -> Calendar:
    load_reference_data()
    return queries.calendar()


def test_a_make_up_sunday_is_worked_and_the_saturday_before_is_not(calendar: Calendar) -> None:
    assert calendar.is_workday(date(2020, 1, 19))
    assert not calendar.is_workday(date(2020, 1, 18))


def test_three_working_days_from_a_friday_before_spring_festival(calendar: Calendar) -> None:
    """A real notice of 2020-01-17 says: three working days, until 01-21."""
    assert rules.after_working_days(date(2020, 1, 17), 3, calendar) == date(2020, 1, 21)
    assert rules.working_days_between(date(2020, 1, 17), date(2020, 1, 21), calendar) == 3


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_number_of_working_days(calendar: Calendar, year: int, days: int) -> None:
    assert rules.working_days_between(date(year - 1, 12, 31), date(year, 12, 31), calendar) == days


def test_days_not_yet_settled_are_provisional(calendar: Calendar) -> None:
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 1))


def test_counting_backwards_is_negative(calendar: Calendar) -> None:
    assert rules.working_days_between(date(2020, 1, 21), date(2020, 1, 17), calendar) == -3


@pytest.mark.parametrize(
    "code", ["9144030071526726XG", "53100000500019795A", "52410105MJF8123477", "N2410122MF12345678"]
)
def test_a_right_credit_code_is_recognised(code: str) -> None:
    assert rules.is_credit_code(code)


@pytest.mark.parametrize("code", ["52410105MJF8123456", "913702000209600000", "", "9144030071526726xg"])
def test_a_wrong_credit_code_is_recognised(code: str) -> None:
    assert not rules.is_credit_code(code)


def test_loading_twice_changes_nothing(app: Flask) -> None:
    assert load_reference_data() == load_reference_data()


def test_loading_again_changes_what_differs_and_keeps_what_the_files_do_not_name(app: Flask) -> None:
    load_reference_data()
    with transaction():
        db.session.add(Workday(day=date(2031, 1, 1), is_workday=False, source="an official"))
        db.session.get_one(Region, "410100").name = "别名"

    load_reference_data()

    assert queries.region_name("410100") == "郑州市"
    assert db.session.get(Workday, date(2031, 1, 1)) is not None


def test_a_region_holds_what_lies_in_it(app: Flask) -> None:
    load_reference_data()

    assert "410105" in queries.region_subtree("410100")
    assert len(queries.region_subtree("410000")) == 199


def test_an_unknown_code_is_its_own_name(app: Flask) -> None:
    load_reference_data()

    assert (queries.region_name("999999"), queries.region_name("410100")) == ("999999", "郑州市")
