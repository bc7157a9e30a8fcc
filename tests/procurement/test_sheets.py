"""Spreadsheets become releases, or are refused by row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from portal.procurement.mapping import MappingError, SheetMapping, read_mapping
from portal.procurement.reading import UnreadableError
from portal.procurement.rules import Problem
from portal.procurement.sheets import read_sheet
from portal.procurement.standard import faults_of

if TYPE_CHECKING:
    from pathlib import Path

    from portal.procurement.rules import Json

COLUMNS = "number,kind,published,title,office,budget"
GOOD = "7,采购公告,2026-03-01 09:30,社区助餐服务,郑州市民政局,12.5"
MAPPING = """
name = "invented"
key = ["number"]
required = ["title"]
[tag]
column = "kind"
[tag.values]
"采购公告" = "tender"
"合同公告" = "contract"
[date]
column = "published"
formats = ["%Y-%m-%d %H:%M", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S"]
[constants]
"parties/0/roles" = ["buyer"]
"tender/id" = "1"
[[field]]
column = "title"
path = "tender/title"
kind = "line"
[[field]]
column = "office"
path = "parties/0/name"
[[field]]
column = "office"
path = "parties/0/id"
[[field]]
column = "budget"
path = "tender/value/amount"
kind = "amount"
unit = "wan"
"""


@pytest.fixture
def mapping(tmp_path: Path) -> SheetMapping:
    path = tmp_path / "invented.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return read_mapping(path)


def rows_of(folder: Path, mapping: SheetMapping, *lines: str, encoding: str = "utf-8") -> list[Json | Problem]:
    path = folder / "sheet.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return [row.found for row in read_sheet(path, mapping, ocid_prefix="ocds-test00")]


def test_a_row_becomes_a_release_with_its_own_date_in_shanghai(tmp_path: Path, mapping: SheetMapping) -> None:
    [release] = rows_of(tmp_path, mapping, COLUMNS, GOOD)

    assert not isinstance(release, Problem)
    assert faults_of(release) == []
    assert release["date"] == "2026-03-01T09:30:00+08:00"
    assert release["tag"] == ["tender"]
    assert release["tender"] == {"id": "1", "title": "社区助餐服务", "value": {"amount": 125_000, "currency": "CNY"}}
    assert release["parties"] == [{"roles": ["buyer"], "name": "郑州市民政局", "id": "郑州市民政局"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_is_read_in_the_encodings_of_offices(tmp_path: Path, mapping: SheetMapping, encoding: str) -> None:
    [release] = rows_of(tmp_path, mapping, COLUMNS, GOOD, encoding=encoding)

    assert not isinstance(release, Problem)
    assert release["tag"] == ["tender"]


def test_headers_that_come_again_and_empty_rows_are_left_out(tmp_path: Path, mapping: SheetMapping) -> None:
    found = rows_of(tmp_path, mapping, "公告一览", "", COLUMNS, GOOD, "", COLUMNS, GOOD.replace("7", "8", 1))

    assert [isinstance(one, Problem) for one in found] == [False, False]


def test_a_workbook_is_read_with_its_dates(tmp_path: Path, mapping: SheetMapping) -> None:
    path = tmp_path / "sheet.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS.split(","))
        sheet.write_row(1, 0, [7, "采购公告", "", "社区助餐服务", "郑州市民政局", 12.5])
        sheet.write_number(1, 2, 46082.5, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))

    [row] = read_sheet(path, mapping, ocid_prefix="ocds-test00")

    assert not isinstance(row.found, Problem)
    assert row.found["date"] == "2026-03-01T12:00:00+08:00"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (GOOD.replace("采购公告", "喜讯"), "row 3: column kind: '喜讯' is none of 采购公告, 合同公告"),
        (GOOD.replace("2026-03-01", "2026-02-30"), "row 3: column published: '2026-02-30 09:30' is no date like"),
        (GOOD.replace("社区助餐服务", " "), "row 3: column title: is empty"),
        (GOOD.replace("12.5", "约12万"), "row 3: column budget: '约12万' is no amount"),
        (GOOD.replace("12.5", "-1"), "row 3: column budget: '-1' is below nought"),
        (GOOD.replace("12.5", "9" * 400), "is no amount"),
        (GOOD.replace("7", "", 1), "row 3: column number: is empty, so that the row has no identifier"),
        (GOOD + ",shifted", "row 3: has 7 cells where the header has 6"),
        ("7,采购公告", "row 3: has 2 cells where the header has 6"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_are_kept(
    tmp_path: Path, mapping: SheetMapping, line: str, said: str
) -> None:
    good, bad, also_good = rows_of(tmp_path, mapping, COLUMNS, GOOD, line, GOOD.replace("7", "9", 1))

    assert isinstance(bad, Problem)
    assert said in str(bad)
    assert not isinstance(good, Problem)
    assert not isinstance(also_good, Problem)


@pytest.mark.parametrize(
    ("cell", "yuan"), [("3", 30_000), ("3元", 3), ("3万元", 30_000), ("０.5亿", 50_000_000), ('"1,200"', 12_000_000)]
)
def test_a_unit_in_the_cell_goes_before_the_units_of_the_column(
    tmp_path: Path, mapping: SheetMapping, cell: str, yuan: int
) -> None:
    [release] = rows_of(tmp_path, mapping, COLUMNS, GOOD.replace("12.5", cell))

    assert not isinstance(release, Problem)
    assert release["tender"]["value"]["amount"] == yuan  # type: ignore[index]


def test_what_the_standard_refuses_is_named_by_its_column(tmp_path: Path, mapping: SheetMapping) -> None:
    [found] = rows_of(tmp_path, mapping, COLUMNS, GOOD.replace("2026-", "0001-"))

    assert isinstance(found, Problem)
    assert str(found).startswith("row 2: column published: ")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,b", "1,2"], "has no header with the columns"),
        ([""], "has no header with the columns"),
        ([COLUMNS.replace(",budget", ""), GOOD], "lacks the columns budget"),
        ([COLUMNS + ",title", GOOD + ",x"], "has the column title twice"),
    ],
)
def test_a_sheet_with_other_columns_is_refused_whole(
    tmp_path: Path, mapping: SheetMapping, lines: list[str], said: str
) -> None:
    with pytest.raises(UnreadableError, match=said):
        rows_of(tmp_path, mapping, *lines)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0nothing", b"\x80" * 9])
def test_what_is_no_sheet_is_refused(tmp_path: Path, mapping: SheetMapping, data: bytes) -> None:
    path = tmp_path / "sheet.xls"
    path.write_bytes(data)

    with pytest.raises(UnreadableError):
        list(read_sheet(path, mapping, ocid_prefix="ocds-test00"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "invented"', "", "name: Field required"),
        ('name = "invented"', 'name = "In Vented"', "name: String should match"),
        ('"合同公告" = "contract"', '"合同公告" = "deal"', "tag/values/合同公告: Input should be"),
        ('column = "kind"', "", "tag: needs either constant, or column and values"),
        ('unit = "wan"', 'unit = "jiao"', "field/3/unit"),
        ('kind = "amount"', 'kind = "amount"\nnonsense = 1', "field/3/nonsense"),
        ('kind = "amount"', 'kind = "moment"', "a moment needs formats"),
        ('kind = "amount"', 'kind = "code"', "a code needs values"),
        ('path = "tender/value/amount"', 'path = "tender/value"', "ends with /amount"),
        ('path = "parties/0/name"', 'path = "tender/title/0"', "does not agree with the others"),
        ('path = "parties/0/name"', 'path = "parties/9999999/name"', "does not agree with the others"),
        ('kind = "line"', 'kind = "line"\npattern = "("', "pattern: "),
        ('kind = "line"', 'kind = "line"\npattern = "x"', "exactly one group"),
        ("[tag]", "[tag", "invented.toml: "),
    ],
)
def test_a_wrong_mapping_is_refused_before_any_row(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "invented.toml"
    path.write_text(MAPPING.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(MappingError) as refusal:
        read_mapping(path)

    assert said in str(refusal.value)
