"""Reading spreadsheets: CSV in UTF-8, UTF-16 or GB18030, XLSX and XLS, row by row."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from python_calamine import CalamineError, load_workbook

from portal.kernel.errors import Reason
from portal.kernel.text import N_, clean_text
from portal.procurement import cell_faults
from portal.procurement.extents import check_extent
from portal.procurement.rows import SHOWN, RowError, is_garbled, release_of
from portal.procurement.rules import Json, Problem
from portal.procurement.unpacking import OLE, ZIP, UnreadableError, check_archive, counted, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from portal.procurement.mapping import SheetMapping

LARGEST_SHEET = 200_000_000
LONGEST_CELL = 10_000_000
CHUNK = 1 << 20
NO_HEADER = N_("has no header with the columns %(columns)s; is it the right mapping?")
TOO_LARGE = N_("is larger than %(most)s MB; split it")
ROWS_ABOVE_HEADER = 20  # titles and notes
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


def read_sheet(
    path: Path, mapping: SheetMapping, *, ocid_prefix: str, advance: Callable[[int], None] | None = None
) -> Iterator[Row]:
    """Go through the rows of a sheet; headers that come again and empty rows are passed over.

    Args:
        path: of the file.
        mapping: what each column means.
        ocid_prefix: of this publisher.
        advance: is told how many bytes of the file were read meanwhile.

    Raises:
        UnreadableError: the file is no sheet that can be read, or has other columns.
    """
    header: list[str] = []
    above: list[str] = []
    faults = cell_faults.faults_in(path) if _is_archive(path) else {}
    for number, cells in _rows(path, mapping.delimiter, advance):
        line = [clean_text(cell) for cell in cells]
        if not any(line) and number not in faults:
            continue
        found = _header_in(line, above, mapping)
        if found and (not header or found == line):
            header = _checked_header(found, mapping)
        elif header and number in faults:
            yield Row(number, None, [Problem(f"row {number}", reason) for reason in faults[number]])
        elif header:
            garbled = _garbled_in(cells, header, mapping)
            problems = [Problem(f"row {number}", reason) for reason in garbled]
            yield Row(number, None, problems) if problems else _read_row(number, line, header, mapping, ocid_prefix)
        elif number < ROWS_ABOVE_HEADER:
            _refuse_half_a_header(above, mapping)
            above = line
        else:
            break
    if not header:
        _refuse_half_a_header(above, mapping)
        columns = ", ".join(sorted(mapping.columns))
        raise UnreadableError(Reason(NO_HEADER, columns=columns))


def _header_in(line: list[str], above: Sequence[str], mapping: SheetMapping) -> list[str] | None:
    """Give a line that is the header, or what it makes with the line above it where cells are merged over both."""
    if mapping.columns <= set(line):
        return line
    joined = [low or high for low, high in zip_longest(line, above, fillvalue="")]
    return joined if mapping.columns <= set(joined) else None


def _checked_header(line: list[str], mapping: SheetMapping) -> list[str]:
    twice = sorted(column for column in mapping.columns if line.count(column) > 1)
    if twice:
        raise UnreadableError(Reason(N_("has the column %(column)s twice"), column=twice[0]))
    return line


def _refuse_half_a_header(line: Sequence[str], mapping: SheetMapping) -> None:
    present = mapping.columns & set(line)
    if len(present) * 2 > len(mapping.columns):
        lacking = ", ".join(sorted(mapping.columns - present))
        raise UnreadableError(Reason(N_("lacks the columns %(columns)s"), columns=lacking))


def _garbled_in(cells: Sequence[str], header: Sequence[str], mapping: SheetMapping) -> list[str]:
    """Name the columns whose text was read in a wrong encoding: seen before signs that nobody sees are dropped."""
    return [
        f"column {column}: {cell[:SHOWN]!r} is garbled; it was saved in one encoding and opened in another"
        for column, cell in zip(header, cells, strict=False)
        if column in mapping.columns and is_garbled(cell)
    ]


def _read_row(number: int, line: Sequence[str], header: Sequence[str], mapping: SheetMapping, prefix: str) -> Row:
    place = f"row {number}"
    if len(line) < len(header) or any(line[len(header) :]):
        reason = f"has {len(line)} cells where the header has {len(header)}"
        return Row(number, None, [Problem(place, reason)])
    try:
        return Row(number, release_of(dict(zip(header, line, strict=False)), mapping, ocid_prefix=prefix))
    except RowError as error:
        return Row(number, None, [Problem(place, reason) for reason in error.reasons])


def _rows(path: Path, delimiter: str, advance: Callable[[int], None] | None) -> Iterator[tuple[int, list[str]]]:
    with explained():
        size = path.stat().st_size
        if size > LARGEST_SHEET:
            raise UnreadableError(Reason(TOO_LARGE, most=LARGEST_SHEET // 1_000_000))
        with path.open("rb") as file:
            is_workbook = file.read(len(OLE)).startswith((ZIP, OLE))
    if is_workbook:
        check_extent(path)
        yield from _workbook_rows(path, size, advance)
    else:
        yield from _csv_rows(path, delimiter, advance)


def _is_archive(path: Path) -> bool:
    """Tell whether a file is an XLSX workbook, or refuse one that unpacks to more than can be meant."""
    with explained(), path.open("rb") as file:
        if not file.read(len(ZIP)).startswith(ZIP):
            return False
    check_archive(path)
    return True


def _csv_rows(path: Path, delimiter: str, advance: Callable[[int], None] | None) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)  # Python's own limit is shorter than the longest notices
    encoding = encoding_of(path)
    with explained(), path.open("rb") as file:
        text = io.TextIOWrapper(counted(file, advance), encoding, newline="")
        lines = csv.reader(text, delimiter=delimiter)
        try:
            yield from enumerate(lines, start=1)
        except csv.Error as error:
            reason = Reason(N_("line %(line)s cannot be read"), detail=str(error), line=lines.line_num)
            raise UnreadableError(reason) from error


def _workbook_rows(path: Path, size: int, advance: Callable[[int], None] | None) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = load_workbook(path).get_sheet_by_index(0)
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [_cell_text(cell) for cell in cells]
            if advance is not None:
                advance(number * size // sheet.total_height - (number - 1) * size // sheet.total_height)
    except CalamineError as error:
        raise UnreadableError(Reason(N_("is no workbook that can be read"), detail=str(error))) from error


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def encoding_of(path: Path) -> str:
    """Find the encoding in which all of a file can be read."""
    with explained(), path.open("rb") as file:
        marked = file.read(2).startswith(_UTF_16)
        for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                while data := file.read(CHUNK):
                    decoder.decode(data)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
    raise UnreadableError(Reason(N_("is encoded neither in UTF-8 nor in GB18030")))
