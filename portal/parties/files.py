"""Files of grades of social organisations, read and checked."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from portal.kernel.text import clean_line
from portal.parties.models import OrganizationGrade
from portal.parties.rules import CodeState, check_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GRADES = ("5A", "4A", "3A", "2A", "1A")
# 社会组织评估管理办法 (Ministry of Civil Affairs, Order 39, 2010), art. 28: a grade is valid for five years.
VALID_YEARS = 5
COLUMNS = ("credit_code", "grade", "awarded_on", "source")
LARGEST_FILE = 20_000_000
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class GradeRow:
    """One grade as a file tells it."""

    credit_code: str
    grade: str
    awarded_on: date
    valid_until: date
    source: str


@dataclass(frozen=True)
class GradeFile:
    """What a file tells, and what is wrong with it: `row 3, grade: …`."""

    rows: Sequence[GradeRow]
    problems: Sequence[str]


def read_grades(path: Path) -> GradeFile:
    """Read a CSV file of grades (UTF-8 or GB18030); nothing of it is used when anything is wrong."""
    if path.stat().st_size > LARGEST_FILE:
        return GradeFile([], [f"file: larger than {LARGEST_FILE} bytes"])
    text = _decoded(path.read_bytes())
    if text is None:
        return GradeFile([], ["file: neither UTF-8 nor GB18030"])
    lines = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (lines.fieldnames or ())]
    if missing:
        return GradeFile([], [f"row 1: column {name} is missing" for name in missing])
    rows: list[GradeRow] = []
    problems: list[str] = []
    for number, line in enumerate(lines, start=2):
        said = {name: clean_line(str(line.get(name) or "")) for name in (*COLUMNS, "valid_until")}
        faults = _faults(said)
        problems += [f"row {number}, {fault}" for fault in faults]
        if not faults:
            rows.append(_row(said))
    return GradeFile([] if problems else rows, problems)


def five_years_after(day: date) -> date:
    """Tell the last day on which a grade is valid that was given on a day."""
    try:
        return day.replace(year=day.year + VALID_YEARS) - timedelta(1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + VALID_YEARS, day=28)


def _faults(said: dict[str, str]) -> list[str]:
    faults = []
    report = check_code(said["credit_code"])
    if report.state is not CodeState.RIGHT:
        faults.append(f"credit_code: {said['credit_code']!r} is not right ({report.state.value})")
    if said["grade"] not in GRADES:
        faults.append(f"grade: {said['grade']!r} is none of {', '.join(GRADES)}")
    begun = _day(said["awarded_on"])
    if begun is None:
        faults.append(f"awarded_on: {said['awarded_on']!r} is no day such as 2024-03-01")
    until = _day(said["valid_until"])
    if said["valid_until"] and (until is None or (begun is not None and until < begun)):
        faults.append(f"valid_until: {said['valid_until']!r} is no day after awarded_on")
    if not said["source"] or len(said["source"]) > OrganizationGrade.source.type.length:
        faults.append("source: say where the grade was published, in at most 500 characters")
    return faults


def _row(said: dict[str, str]) -> GradeRow:
    begun = date.fromisoformat(said["awarded_on"])
    until = _day(said["valid_until"]) or five_years_after(begun)
    return GradeRow(said["credit_code"], said["grade"], begun, until, said["source"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _decoded(raw: bytes) -> str | None:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
