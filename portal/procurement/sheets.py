"""Reading spreadsheets: CSV in UTF-8, UTF-16 or GB18030, XLSX and XLS, row by row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_calamine import CalamineError, load_workbook

from portal.kernel.text import clean_text
from portal.procurement.rows import RowError, release_of
from portal.procurement.rules import Json, Problem
from portal.procurement.unpacking import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from portal.procurement.mapping import SheetMapping

LARGEST_SHEET = 200_000_000
LONGEST_CELL = 10_000_000
ROWS_ABOVE_HEADER = 20  # titles and notes
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Row:
    """A row that became a release, or the reasons why it did not."""

    number: int
    release: Json | None
    problems: Sequence[Problem] = ()

    @property
    def place(self) -> str:
        """Name the row as the spreadsheet does."""
        return f"row {self.number}"


def read_sheet(path: Path, mapping: SheetMapping, *, ocid_prefix: str) -> Iterator[Row]:
    """Go through the rows of a sheet; headers that come again and empty rows are passed over.

    Raises:
        UnreadableError: the file is no sheet that can be read, or has other columns.
    """
    header: list[str] = []
    for number, cells in _rows(path, mapping.delimiter):
        line = [clean_text(cell) for cell in cells]
        if not any(line):
            continue
        if mapping.columns <= set(line):
            header = _checked_header(line, mapping)
        elif header:
            yield _read_row(number, line, header, mapping, ocid_prefix)
        elif number < ROWS_ABOVE_HEADER:
            _refuse_half_a_header(line, mapping)
        else:
            break
    if not header:
        columns = ", ".join(sorted(mapping.columns))
        raise UnreadableError(f"has no header with the columns {columns}; is it the right mapping?")


def _checked_header(line: list[str], mapping: SheetMapping) -> list[str]:
    twice = sorted(column for column in mapping.columns if line.count(column) > 1)
    if twice:
        raise UnreadableError(f"has the column {twice[0]} twice")
    return line


def _refuse_half_a_header(line: Sequence[str], mapping: SheetMapping) -> None:
    present = mapping.columns & set(line)
    if len(present) * 2 > len(mapping.columns):
        raise UnreadableError(f"lacks the columns {', '.join(sorted(mapping.columns - present))}")


def _read_row(number: int, line: Sequence[str], header: Sequence[str], mapping: SheetMapping, prefix: str) -> Row:
    place = f"row {number}"
    if len(line) < len(header) or any(line[len(header) :]):
        reason = f"has {len(line)} cells where the header has {len(header)}"
        return Row(number, None, [Problem(place, reason)])
    try:
        return Row(number, release_of(dict(zip(header, line, strict=False)), mapping, ocid_prefix=prefix))
    except RowError as error:
        return Row(number, None, [Problem(place, reason) for reason in error.reasons])


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    try:
        if path.stat().st_size > LARGEST_SHEET:
            raise UnreadableError("is larger than 200 MB; split it")
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise UnreadableError(message) from error
    if data.startswith(_WORKBOOKS):
        yield from _workbook_rows(data)
    else:
        yield from _csv_rows(_decoded(data), delimiter)


def _csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)  # Python's own limit is shorter than the longest notices
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from enumerate(lines, start=1)
    except csv.Error as error:
        message = f"line {lines.line_num}: {error}"
        raise UnreadableError(message) from error


def _workbook_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        message = f"is no workbook that can be read: {error}"
        raise UnreadableError(message) from error
    for number, cells in enumerate(rows, start=1):
        yield number, [_cell_text(cell) for cell in cells]


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("is encoded neither in UTF-8 nor in GB18030")
