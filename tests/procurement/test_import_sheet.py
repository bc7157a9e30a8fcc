"""`portal import sheet` makes releases of rows, or refuses them by row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from sqlalchemy import func, select

from portal.outbox.models import OutboxEvent
from portal.procurement.models import Process, Release
from portal.procurement.queries import process
from portal.procurement.standard import faults_of
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from portal.procurement.rules import Json

    Import = Callable[..., Result]

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
HENAN = "info_id,announce_type,channel_code,city,region,agency,title,pub_time,views,detail_url,has_body"
HENAN_ROWS = (
    "9001,采购公告,X1,郑州,郑州市政府,虚构市民政局,虚构市社区助餐服务项目,2026-08-13 19:22,7,https://example.org/1,0",
    "9002,更正公告,X1,郑州,郑州市政府,虚构市民政局,虚构市社区助餐服务项目-更正公告,2026-08-14 07:27,7,https://example.org/2,0",
    "9003,单一来源公示,X1,郑州,郑州市政府,虚构市教育局,虚构市托管服务项目,2026-08-15 07:27,7,https://example.org/3,0",
)
SHANDONG = "region,title,published,no,project,need,budget_wan_yuan,sme_reserved,planned_month,remark,link"
SHANDONG_ROWS = (
    "山东省本级,虚构学校2026年01月(至)06月政府采购意向,2026-01-30 09:07:01,1,助餐服务,每日午餐。,65.000000,是,2026年03月,,https://example.org/1",
    "山东省本级,虚构学校2026年01月(至)06月政府采购意向,2026-01-30 09:07:01,2,保洁服务,,1.5,否,2026年04月,,https://example.org/1",
)


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "invented.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Give a way to write a CSV file."""

    def write(*lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "sheet.csv"
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return write


def bodies() -> list[Json]:
    return [release.body for release in db.session.scalars(select(Release).order_by(Release.id))]


def test_a_row_becomes_a_release_with_its_own_date_in_shanghai(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path]
) -> None:
    result = import_sheet(sheet(COLUMNS, GOOD), mapping)

    [release] = bodies()
    assert result.exit_code == 0, result.output
    assert faults_of(release) == []
    assert release["date"] == "2026-03-01T09:30:00+08:00"
    assert release["tag"] == ["tender"]
    assert release["tender"] == {"id": "1", "title": "社区助餐服务", "value": {"amount": 125_000, "currency": "CNY"}}
    assert release["parties"] == [{"roles": ["buyer"], "name": "郑州市民政局", "id": "郑州市民政局"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_is_read_in_the_encodings_of_offices(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path], encoding: str
) -> None:
    import_sheet(sheet(COLUMNS, GOOD, encoding=encoding), mapping)

    assert [release["tag"] for release in bodies()] == [["tender"]]


def test_headers_that_come_again_and_empty_rows_are_passed_over(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path]
) -> None:
    result = import_sheet(sheet("公告一览", "", COLUMNS, GOOD, "", COLUMNS, GOOD.replace("7", "8", 1)), mapping)

    assert (result.exit_code, len(bodies())) == (0, 2), result.output


def test_a_workbook_is_read_with_its_dates(import_sheet: Import, mapping: Path, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    with xlsxwriter.Workbook(path) as book:
        made = book.add_worksheet()
        made.write_row(0, 0, COLUMNS.split(","))
        made.write_row(1, 0, [7, "采购公告", "", "社区助餐服务", "郑州市民政局", 12.5])
        made.write_number(1, 2, 46082.5, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))

    import_sheet(path, mapping)

    assert [release["date"] for release in bodies()] == ["2026-03-01T12:00:00+08:00"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (GOOD.replace("采购公告", "喜讯"), "row 3: column kind: '喜讯' is none of 采购公告, 合同公告"),
        (GOOD.replace("2026-03-01", "2026-02-30"), "row 3: column published: '2026-02-30 09:30' is no date like"),
        (GOOD.replace("2026", "0001"), "row 3"),
        (GOOD.replace("社区助餐服务", " "), "row 3: column title: is empty"),
        (GOOD.replace("12.5", "约12万"), "row 3: column budget: '约12万': This is no amount"),
        (GOOD.replace("12.5", "-1"), "row 3: column budget: '-1': This amount is below nought"),
        (GOOD.replace("7", "", 1), "row 3: column number: is empty, so that the row has no identifier"),
        (GOOD + ",shifted", "row 3: has 7 cells"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_are_kept(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path], line: str, said: str
) -> None:
    result = import_sheet(sheet(COLUMNS, GOOD, line, GOOD.replace("7", "9", 1)), mapping)

    assert result.exit_code == 1
    assert "sheet.csv: refused " + said in result.output
    assert len(bodies()) == 2


@pytest.mark.parametrize("line", [GOOD.replace("12.5", "9" * 400), GOOD.replace("12.5", "1e999"), "7,采购公告"])
def test_a_row_that_cannot_be_meant_breaks_nothing(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path], line: str
) -> None:
    result = import_sheet(sheet(COLUMNS, line), mapping)

    assert result.exit_code == 1, result.output
    assert bodies() == []


@pytest.mark.parametrize(("cell", "yuan"), [("3", 30_000), ("3元", 3), ("3万元", 30_000), ('"1,200"', 12_000_000)])
def test_a_unit_in_the_cell_goes_before_the_unit_of_the_column(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path], cell: str, yuan: int
) -> None:
    import_sheet(sheet(COLUMNS, GOOD.replace("12.5", cell)), mapping)

    assert db.session.scalars(select(Process.amount_fen)).all() == [yuan * 100]


def test_a_row_that_changed_under_the_same_key_is_refused_by_its_row(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path]
) -> None:
    import_sheet(sheet(COLUMNS, GOOD), mapping)

    result = import_sheet(sheet(COLUMNS, GOOD.replace("助餐", "助浴")), mapping)

    assert result.exit_code == 1
    assert "refused row 2" in result.output
    assert len(bodies()) == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,b", "1,2"], "columns"),
        ([""], "columns"),
        ([COLUMNS.replace(",budget", ""), GOOD], "budget"),
    ],
)
def test_a_sheet_with_other_columns_is_refused_whole(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path], lines: list[str], said: str
) -> None:
    result = import_sheet(sheet(*lines), mapping)

    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0nothing", b"\x80" * 9, b"\x00" * 9, b'"' * 9]
)
def test_what_is_no_sheet_is_refused(import_sheet: Import, mapping: Path, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "sheet.xls"
    path.write_bytes(data)

    result = import_sheet(path, mapping)

    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "invented"', ""),
        ('name = "invented"', 'name = "In Vented"'),
        ('"合同公告" = "contract"', '"合同公告" = "deal"'),
        ('column = "kind"', ""),
        ('unit = "wan"', 'unit = "jiao"'),
        ('kind = "amount"', 'kind = "amount"\nnonsense = 1'),
        ('kind = "amount"', 'kind = "moment"'),
        ('kind = "amount"', 'kind = "code"'),
        ('path = "tender/value/amount"', 'path = "tender/value"'),
        ('path = "parties/0/name"', 'path = "parties/9999999/name"'),
        ('kind = "line"', 'kind = "line"\npattern = "("'),
        ('kind = "line"', 'kind = "line"\npattern = "x"'),
        ("[tag]", "[tag"),
    ],
)
def test_a_wrong_mapping_is_refused_before_any_row(
    import_sheet: Import, mapping: Path, sheet: Callable[..., Path], old: str, new: str
) -> None:
    mapping.write_text(MAPPING.replace(old, new, 1), encoding="utf-8")

    result = import_sheet(sheet(COLUMNS, GOOD), mapping)

    assert (result.exit_code, bodies()) == (2, [])
    assert "invented.toml" in result.output


def test_a_mapping_that_is_not_there_is_refused(import_sheet: Import, sheet: Callable[..., Path]) -> None:
    assert import_sheet(sheet(COLUMNS, GOOD), "nothing").exit_code == 2


def test_notices_of_henan_are_read_by_their_mapping(import_sheet: Import, sheet: Callable[..., Path]) -> None:
    result = import_sheet(sheet(HENAN, *HENAN_ROWS), "henan_notices")

    assert result.exit_code == 0, result.output
    assert [release["tag"] for release in bodies()] == [["tender"], ["tenderUpdate"], ["tender"]]
    assert process(str(bodies()[2]["ocid"])).method == "direct"


def test_intentions_of_shandong_are_read_by_their_mapping(import_sheet: Import, sheet: Callable[..., Path]) -> None:
    result = import_sheet(sheet(SHANDONG, *SHANDONG_ROWS), "shandong_intentions")

    found = db.session.scalars(select(Process).order_by(Process.amount_fen)).all()
    assert result.exit_code == 0, result.output
    assert [(one.title, one.amount_fen) for one in found] == [("保洁服务", 1_500_000), ("助餐服务", 65_000_000)]
    assert found[0].buyer_id == found[1].buyer_id


@pytest.mark.parametrize(
    ("name", "mapping_name", "least"),
    [
        ("notices_henan_2026_meta.csv", "henan_notices", 690),
        ("notices_intention_shandong_2026.csv", "shandong_intentions", 70),
    ],
)
def test_real_sheets_are_imported_and_imported_again(
    import_sheet: Import, shared_data: Path, name: str, mapping_name: str, least: int
) -> None:
    first = import_sheet(shared_data / "zh" / name, mapping_name)
    before = marks()
    second = import_sheet(shared_data / "zh" / name, mapping_name)

    assert first.exit_code in {0, 1}, first.output
    assert (before[0] or 0) >= least
    assert marks() == before
    assert second.exit_code == first.exit_code


def marks() -> list[int | None]:
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (Release, OutboxEvent)]
