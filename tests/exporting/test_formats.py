"""Every format carries every row whole: one suite for all of them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pyarrow.parquet as pq
import pytest

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset, IncompleteDatasetError
from portal.exporting.formats import xlsx
from portal.exporting.formats.format import PLAIN, Options
from portal.exporting.formats.table import FORMATS
from portal.exporting.values import guarded
from portal.exporting.writing import write
from portal.kernel.clock import SHANGHAI
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOMENT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
COLUMNS = (ID, URL, UPDATED_AT, Column("title", "Title"), Column("amount_fen", "Amount", ColumnType.INTEGER, "fen"))
NAMES = ["id", "url", "updated_at", "title", "amount_fen"]


def make_row(**said: object) -> dict[str, object]:
    plain = {"id": "1", "url": "https://portal.test/1", "updated_at": MOMENT, "title": "养老服务", "amount_fen": 120000}
    return plain | said


def make_dataset(*rows: Mapping[str, object]) -> Dataset:
    return Dataset("things", "Things", "All things.", COLUMNS, lambda _filters: iter(rows))


def written(dataset: Dataset, extension: str, options: Options = PLAIN) -> bytes:
    out = io.BytesIO()
    write(dataset, Filters(), extension=extension, out=out, options=options)
    return out.getvalue()


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_jsonl(data: bytes) -> list[dict[str, str]]:
    return [
        {name: "" if value is None else str(value) for name, value in json.loads(line).items()}
        for line in data.decode().split("\n")
        if line
    ]


def read_xlsx(data: bytes) -> list[dict[str, str]]:
    sheets = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    return [
        dict(zip(NAMES, ("" if value is None else str(value) for value in row), strict=True))
        for sheet in sheets
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]


def read_parquet(data: bytes) -> list[dict[str, str]]:
    return [{name: told(value) for name, value in row.items()} for row in pq.read_table(io.BytesIO(data)).to_pylist()]


def told(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    return "" if value is None else str(value)


READERS: dict[str, Callable[[bytes], list[dict[str, str]]]] = {
    "csv": read_csv,
    "csv.gz": lambda data: read_csv(gzip.decompress(data)),
    "jsonl": read_jsonl,
    "jsonl.gz": lambda data: read_jsonl(gzip.decompress(data)),
    "xlsx": read_xlsx,
    "parquet": read_parquet,
}


@pytest.fixture(params=sorted(FORMATS))
def extension(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def titles(rows: Sequence[Mapping[str, str]]) -> list[str]:
    return [row["title"] for row in rows]


def test_a_row_comes_back_as_it_was(extension: str) -> None:
    data = written(make_dataset(make_row()), extension)

    assert READERS[extension](data) == [
        {
            "id": "1",
            "url": "https://portal.test/1",
            "updated_at": "2026-03-01T09:00:00+08:00",
            "title": "养老服务",
            "amount_fen": "120000",
        }
    ]


@pytest.mark.parametrize("text", ["𠮷野家", 'say "so", twice', "two\nlines", "é ü ñ", "١٢٣", "👩‍👩‍👧"])
def test_every_text_comes_back_as_it_was(extension: str, text: str) -> None:
    data = written(make_dataset(make_row(title=text)), extension)

    assert titles(READERS[extension](data)) == [text]


@pytest.mark.parametrize("spoilt", ["a\x00b", "a\x0bb", "a\ud800b", "a\ufffeb"])
def test_a_character_no_file_can_hold_is_left_out(extension: str, spoilt: str) -> None:
    data = written(make_dataset(make_row(title=spoilt)), extension)

    assert titles(READERS[extension](data)) == ["ab"]


def test_an_empty_dataset_is_a_file_without_rows(extension: str) -> None:
    data = written(make_dataset(), extension)

    assert READERS[extension](data) == []


def test_every_row_is_there(extension: str) -> None:
    rows = [make_row(id=str(number)) for number in range(1001)]

    data = written(make_dataset(*rows), extension)

    assert [row["id"] for row in READERS[extension](data)] == [str(number) for number in range(1001)]


def test_what_is_missing_stays_empty(extension: str) -> None:
    data = written(make_dataset(make_row(amount_fen=None)), extension)

    assert READERS[extension](data)[0]["amount_fen"] == ""


@pytest.mark.parametrize("value", [date(2026, 3, 1), Decimal("12.5"), True, False, 10**17])
def test_every_type_of_value_can_be_written(extension: str, value: object) -> None:
    data = written(make_dataset(make_row(title=value)), extension)

    assert titles(READERS[extension](data))[0].lower() == str(value).lower()


def test_equal_data_give_equal_bytes(extension: str) -> None:
    dataset = make_dataset(make_row())

    assert written(dataset, extension) == written(dataset, extension)


def test_a_formula_is_a_text_in_a_spreadsheet() -> None:
    data = written(make_dataset(make_row(title='=HYPERLINK("http://evil")')), "xlsx")

    cell = openpyxl.load_workbook(io.BytesIO(data)).active["D2"]
    assert cell.data_type == "s"
    assert cell.value == '=HYPERLINK("http://evil")'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", ' "=1', "＝1"])
def test_the_excel_variant_guards_texts_and_leaves_numbers(text: str) -> None:
    data = written(make_dataset(make_row(title=text, amount_fen=-5)), "csv", Options(for_excel=True))

    assert data.startswith(b"\xef\xbb\xbf")
    assert titles(read_csv(data)) == ["'" + text]
    assert read_csv(data)[0]["amount_fen"] == "-5"


def test_the_plain_variant_leaves_texts_alone() -> None:
    data = written(make_dataset(make_row(title="=1+1")), "csv")

    assert titles(read_csv(data)) == ["=1+1"]


def test_ordinary_texts_are_not_guarded() -> None:
    assert guarded("养老 = 服务") == "养老 = 服务"


def test_a_spreadsheet_goes_on_on_the_next_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS_PER_SHEET", 3)
    rows = [make_row(id=str(number)) for number in range(5)]

    data = written(make_dataset(*rows), "xlsx")

    assert len(openpyxl.load_workbook(io.BytesIO(data)).worksheets) == 3
    assert [row["id"] for row in read_xlsx(data)] == ["0", "1", "2", "3", "4"]


def test_a_text_too_long_for_a_cell_is_cut_visibly() -> None:
    data = written(make_dataset(make_row(title="字" * 40_000)), "xlsx")

    assert titles(read_xlsx(data))[0].endswith("字 […]")


def test_people_get_the_names_of_columns_in_their_language() -> None:
    header = ["编号", "网址", "更新", "标题", "金额"]

    data = written(make_dataset(), "csv", Options(header=header))

    assert data.decode().strip() == "编号,网址,更新,标题,金额"


def test_a_public_dataset_has_the_columns_that_all_have() -> None:
    with pytest.raises(IncompleteDatasetError):
        Dataset("things", "Things", "All things.", (ID,), lambda _filters: iter(()))
