"""Grades of social organisations are imported with their source, shown with their validity, and rank nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.parties.actions import register_party
from portal.parties.files import five_years_after
from portal.parties.models import OrganizationGrade
from portal.storage.database import db
from tests.factories.web import text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from flask import Flask
    from flask.testing import FlaskClient

CODE = "52410105MJF8123477"
HEAD = "credit_code,grade,awarded_on,source\n"
GOOD = f"{CODE},4A,2024-03-01,河南省民政厅公告2024年第3号\n"


@pytest.fixture
def import_grades(app: Flask, tmp_path: Path) -> Callable[[str], Result]:
    """Give a way to import the text of a file."""

    def run(content: str, encoding: str = "utf-8") -> Result:
        path = tmp_path / "grades.csv"
        path.write_bytes(content.encode(encoding))
        return app.test_cli_runner().invoke(args=["portal", "import", "grades", str(path)])

    return run


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(OrganizationGrade)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_of_grades_is_taken_in_once(import_grades: Callable[..., Result], encoding: str) -> None:
    first, second = import_grades(HEAD + GOOD, encoding), import_grades(HEAD + GOOD, encoding)

    assert (first.exit_code, second.exit_code, kept()) == (0, 0, 1)
    assert "1 new or changed" in first.output
    assert "0 new or changed" in second.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{CODE},6A,2024-03-01,x\n", "row 3, grade"),
        (f"{CODE},4A,2024-13-01,x\n", "row 3, awarded_on"),
        (f"{CODE},4A,2024-03-01,\n", "row 3, source"),
        ("52410105MJF8123456,4A,2024-03-01,x\n", "row 3, credit_code"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(import_grades: Callable[[str], Result], line: str, told: str) -> None:
    answer = import_grades(HEAD + GOOD + line)

    assert (answer.exit_code, kept()) == (1, 0)
    assert told in answer.output


def test_a_file_without_a_column_is_refused(import_grades: Callable[[str], Result]) -> None:
    answer = import_grades("credit_code,grade\n")

    assert answer.exit_code == 1
    assert "column awarded_on is missing" in answer.output


@pytest.mark.parametrize(
    ("begun", "until"), [(date(2024, 3, 1), date(2029, 2, 28)), (date(2024, 2, 29), date(2029, 2, 28))]
)
def test_a_grade_is_valid_for_five_years(begun: date, until: date) -> None:
    assert five_years_after(begun) == until


def test_the_record_shows_the_grade_and_that_it_ranks_nothing(
    client: FlaskClient, import_grades: Callable[[str], Result]
) -> None:
    number = register_party({"name": "和谐社工中心", "identifier": {"scheme": "CN-USCI", "id": CODE}}).id
    import_grades(HEAD + GOOD)

    with clock.frozen(datetime(2026, 6, 1, tzinfo=UTC)):
        today = text_of(client, f"/en/organizations/{number}")
    with clock.frozen(datetime(2031, 6, 1, tzinfo=UTC)):
        later = text_of(client, f"/en/organizations/{number}")

    assert "4A" in today
    assert "河南省民政厅公告2024年第3号" in today
    assert "never used for ranking" in today
    assert "not valid today" not in today
    assert "not valid today" in later
