"""Sheets as offices really make them: what does not fit is named by row and column, and nothing is guessed."""

from __future__ import annotations

import resource
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter

from portal.procurement import sheets, unpacking
from portal.procurement.cells import is_garbled
from portal.procurement.mapping import read_mapping
from portal.procurement.sheet_lines import Limits
from portal.procurement.unpacking import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from portal.procurement.mapping import SheetMapping

LIMITS = Limits(rows=100_000, bytes=100_000_000)
COLUMNS = ["number", "kind", "published", "title", "office", "budget"]
GOOD: list[object] = [7, "采购公告", "2026-03-01 09:30", "社区助餐服务", "郑州市民政局", 12.5]
MAPPING = """
name = "messy"
key = ["number"]
[tag]
constant = "tender"
[date]
column = "published"
formats = ["%Y-%m-%d %H:%M", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S"]
[constants]
"tender/id" = "1"
[[field]]
column = "title"
path = "tender/title"
kind = "line"
[[field]]
column = "kind"
path = "tender/description"
[[field]]
column = "office"
path = "buyer/name"
[[field]]
column = "budget"
path = "tender/value/amount"
kind = "amount"
unit = "wan"
"""


@pytest.fixture
def mapping(tmp_path: Path) -> SheetMapping:
    path = tmp_path / "messy.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return read_mapping(path)


def rows(path: Path, mapping: SheetMapping) -> list[sheets.Row]:
    return list(sheets.read_sheet(path, mapping, ocid_prefix="ocds-test00", limits=LIMITS))


def book(folder: Path, lines: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Path:
    """Write a workbook as openpyxl does, formulas without results."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for line in lines:
        sheet.append(list(line))
    for cells in merged:
        sheet.merge_cells(cells)
    made.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def changed(**said: object) -> list[object]:
    return [said.get(name, value) for name, value in zip(COLUMNS, GOOD, strict=True)]


def test_a_header_whose_cells_are_merged_over_two_rows_is_found(tmp_path: Path, mapping: SheetMapping) -> None:
    upper: list[object] = ["number", "kind", "published", "project", None, "budget"]
    lower: list[object] = [None, None, None, "title", "office", None]
    merged = ("A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3", "A1:F1")

    [row] = rows(book(tmp_path, [["一览表"], upper, lower, GOOD], merged), mapping)

    assert (row.number, row.problems) == (4, ())
    assert row.release is not None
    assert row.release["tender"] == {
        "id": "1", "title": "社区助餐服务", "description": "采购公告", "value": {"amount": 125_000, "currency": "CNY"},
    }  # fmt: skip


def test_a_formula_that_was_never_computed_is_no_empty_cell(tmp_path: Path, mapping: SheetMapping) -> None:
    path = book(tmp_path, [COLUMNS, changed(budget="=5*2.5"), changed(number=8)])

    bad, good = rows(path, mapping)

    assert [str(problem) for problem in bad.problems] == [
        "row 2: cell F2 holds a formula without its result; open the file, save it and bring it again"
    ]
    assert good.release is not None


def test_errors_in_cells_are_named_and_computed_formulas_are_read(tmp_path: Path, mapping: SheetMapping) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        for number, line in enumerate([COLUMNS, GOOD, changed(number=8)]):
            sheet.write_row(number, 0, line)
        sheet.write_formula(1, 5, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 5, "=1+1", None, 2)

    bad, good = rows(path, mapping)

    assert [str(problem) for problem in bad.problems] == ["row 2: cell F2 holds the error #DIV/0!"]
    assert good.release is not None
    assert good.release["tender"]["value"]["amount"] == 20_000  # type: ignore[index]  # any JSON


def test_the_rows_that_a_workbook_declares_without_filling_them_are_passed_over(
    tmp_path: Path, mapping: SheetMapping
) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet, bold = made.add_worksheet(), made.add_format({"bold": True})
        for number, line in enumerate([COLUMNS, GOOD]):
            sheet.write_row(number, 0, line)
        for number in range(2, 65_536):
            sheet.write_blank(number, 0, None, bold)

    assert [row.number for row in rows(path, mapping)] == [2]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"published": "46082"}, "column published: '46082' is no date like"),
        ({"published": "二〇二六年三月一日"}, "column published"),
        ({"budget": -1}, "is below nought"),
        ({"budget": "－3万元"}, "is below nought"),
        ({"budget": 10**9}, "This is more than a trillion yuan; is the unit right?"),
        ({"budget": 1e30}, "column budget"),
        ({"title": "社区助餐服务".encode().decode("latin-1")}, "column title"),
        ({"title": "社区助餐服务项目".encode().decode("gb18030", errors="replace")}, "is garbled"),
        ({"title": "社区助餐服务采购".encode("gb18030").decode("latin-1")}, "column title"),
        ({"title": "社区\ufffd\ufffd服务"}, "is garbled"),
        ({"office": "锟斤拷锟斤拷"}, "column office"),
        ({"title": "长" * 501}, "column title: has 501 characters; a line has at most 500"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_column(
    tmp_path: Path, mapping: SheetMapping, said: dict[str, object], reason: str
) -> None:
    [row] = rows(book(tmp_path, [COLUMNS, changed(**said)]), mapping)

    assert row.release is None
    assert reason in str(row.problems[0])


def test_a_date_as_text_is_read_where_its_form_is_known(tmp_path: Path, mapping: SheetMapping) -> None:
    [row] = rows(book(tmp_path, [COLUMNS, changed(published="2026年3月1日")]), mapping)

    assert row.release is not None
    assert row.release["date"] == "2026-03-01T00:00:00+08:00"


@pytest.mark.parametrize(
    "text",
    [
        "社区助餐服务项目",
        "Résumé naïve café",
        "ação não é útil",
        "①②③④",
        "——，。“”",
        "Élan coût 12 €",
        "服务",
        "助餐····10元",
        "×××° ±½¼¾",
    ],
)
def test_what_is_written_right_is_not_taken_for_garbled(text: str) -> None:
    assert not is_garbled(text)


def test_a_workbook_that_is_a_bomb_is_refused(
    tmp_path: Path, mapping: SheetMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)

    with pytest.raises(UnreadableError, match="times its size"):
        rows(path, mapping)
    monkeypatch.setattr(unpacking, "LARGEST_FILE", 1000)
    with pytest.raises(UnreadableError, match="larger"):
        rows(path, mapping)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_long_csv_is_read_as_a_stream_and_tells_its_progress(
    tmp_path: Path, mapping: SheetMapping, encoding: str
) -> None:
    path, told = tmp_path / "long.csv", [0]
    line = ",".join(map(str, GOOD))
    path.write_text("\n".join([",".join(COLUMNS), *[line] * 5000]), encoding=encoding)

    found = sheets.read_sheet(path, mapping, ocid_prefix="ocds-test00", limits=LIMITS, advance=told.append)

    assert sum(row.release is not None for row in found) == 5000
    assert sum(told) == path.stat().st_size
    assert len(told) > 3


@pytest.mark.timeout(120)
@pytest.mark.skipif(not hasattr(resource, "RUSAGE_SELF"), reason="needs the memory of a process")
def test_a_long_sheet_needs_little_memory(tmp_path: Path, mapping: SheetMapping) -> None:
    path, rest = tmp_path / "long.csv", ",".join(map(str, GOOD))[1:]
    path.write_text("\n".join([",".join(COLUMNS), *(f"{number}{rest}" for number in range(20_000))]))
    code = (
        "import resource, sys; from pathlib import Path; from portal.procurement import mapping, sheets;"
        "from portal.procurement.sheet_lines import Limits;"
        "m, l = mapping.read_mapping(Path(sys.argv[2])), Limits(100_000, 100_000_000);"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "found = sheets.read_sheet(Path(sys.argv[1]), m, ocid_prefix='ocds-test00', limits=l);"
        "count = sum(1 for _ in found);"
        "print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )

    command = [sys.executable, "-c", code, str(path), str(tmp_path / "messy.toml")]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    count, megabytes = map(int, said.split())
    assert count == 20_000
    assert megabytes < 40


def test_a_workbook_with_a_cell_far_away_is_refused_before_it_fills_the_memory(
    tmp_path: Path, mapping: SheetMapping
) -> None:
    path = tmp_path / "far.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(COLUMNS)
    sheet["XFD1048576"] = "x"
    book.save(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(UnreadableError, match="cell XFD1048576"):
        rows(path, mapping)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
