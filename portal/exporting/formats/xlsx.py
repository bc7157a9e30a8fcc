"""XLSX, in constant memory, continued on further sheets at the format's limit of rows."""

from __future__ import annotations

import tempfile
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from portal.exporting.formats.format import PLAIN, Format, Options, header_of
from portal.exporting.values import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from portal.exporting.dataset import Dataset

ROWS_PER_SHEET = 1_048_576
LONGEST_CELL = 32_767
CUT_MARK = " […]"
LARGEST_EXACT = 10**15
BLOCK = 65_536
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed property, so that equal data give equal bytes


def chunks(dataset: Dataset, rows: Iterable[Mapping[str, object]], options: Options = PLAIN, /) -> Iterator[bytes]:
    """Yield an XLSX file: written to a temporary file first, for its index comes last."""
    with tempfile.TemporaryFile() as file:
        _write(file, header_of(dataset, options), _cells(dataset, rows))
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _write(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    import xlsxwriter  # noqa: PLC0415 - 13 MB that a process without such a file need not take

    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _CREATED})
    sheet = _new_sheet(book, header)
    line = 0
    for row in rows:
        line += 1
        if line == ROWS_PER_SHEET:
            sheet, line = _new_sheet(book, header), 1
        for position, value in enumerate(row):
            _write_cell(sheet, line, position, value)
    book.close()


def _new_sheet(book: Workbook, header: Sequence[str]) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for position, name in enumerate(header):
        sheet.write_string(0, position, name)
    return sheet


def _write_cell(sheet: Worksheet, line: int, position: int, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, position, value)
    elif isinstance(value, int | float | Decimal) and -LARGEST_EXACT < value < LARGEST_EXACT:
        sheet.write_number(line, position, value)
    else:
        sheet.write_string(line, position, _fitting(as_text(value)))


def _fitting(text: str) -> str:
    """Cut what no cell can hold, and say so; the other formats are complete."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT_MARK)] + CUT_MARK


def _cells(dataset: Dataset, rows: Iterable[Mapping[str, object]]) -> Iterator[Sequence[object]]:
    names = [column.name for column in dataset.columns]
    for row in rows:
        yield [row.get(name) for name in names]


FORMAT = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", chunks)
