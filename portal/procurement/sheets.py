"""Reading spreadsheets: each row becomes a release, by a mapping file.

Nothing of a row is guessed: a value that does not fit is named with its row and column, and the row is left out.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

from python_calamine import CalamineError, load_workbook

from portal.kernel import clock
from portal.kernel.text import clean_line, clean_text, nfkc_fold
from portal.procurement.mapping import put
from portal.procurement.reading import UnreadableError
from portal.procurement.rules import Json, Problem
from portal.procurement.standard import faults_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from portal.procurement.mapping import FieldRule, SheetMapping

LARGEST_SHEET = 200_000_000
ROWS_BEFORE_HEADER = 10
UNITS = {"yuan": Decimal(1), "wan": Decimal(10_000)}
_AMOUNT = re.compile(r"(-?\d{1,15}(?:\.\d{1,6})?)(元|万元|万|亿元|亿)?")
_UNITS_IN_CELL = {"元": 1, "万元": 10_000, "万": 10_000, "亿元": 100_000_000, "亿": 100_000_000}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class CellError(Exception):
    """Raised when a cell does not fit its mapping."""

    def __init__(self, column: str, reason: str) -> None:
        """Keep the column and the reason."""
        super().__init__(f"column {column}: {reason}")


class RowError(Exception):
    """Raised when a whole row does not fit."""


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number as a spreadsheet program counts, and its release or its problem."""

    number: int
    found: Json | Problem


def read_sheet(path: Path, mapping: SheetMapping, *, ocid_prefix: str) -> Iterator[Row]:
    """Go through the rows of a sheet: a release for each good one, a problem for each bad one.

    Empty rows and headers that come again are left out; a few lines may stand above the first header.

    Raises:
        UnreadableError: the file is no sheet that can be read, or lacks columns.
    """
    header: list[str] | None = None
    for number, cells in _rows(path):
        line = [clean_text(cell) for cell in cells]
        if not any(line):
            continue
        if mapping.columns <= set(line):
            header = _checked_header(line, mapping)
        elif header is None:
            if number > ROWS_BEFORE_HEADER or _lacks_only_some(line, mapping):
                break
        else:
            yield Row(number, _release_or_problem(f"row {number}", header, line, mapping, ocid_prefix))
    if header is None:
        columns = ", ".join(sorted(mapping.columns))
        raise UnreadableError(f"has no header with the columns {columns}; is it the right mapping?")


def _checked_header(line: list[str], mapping: SheetMapping) -> list[str]:
    double = sorted(column for column in mapping.columns if line.count(column) > 1)
    if double:
        raise UnreadableError(f"has the column {double[0]} twice")
    return line


def _lacks_only_some(line: Sequence[str], mapping: SheetMapping) -> bool:
    present = mapping.columns & set(line)
    if len(present) * 2 > len(mapping.columns):
        raise UnreadableError(f"lacks the columns {', '.join(sorted(mapping.columns - present))}")
    return False


def _release_or_problem(
    place: str, header: Sequence[str], line: Sequence[str], mapping: SheetMapping, ocid_prefix: str
) -> Json | Problem:
    try:
        release = _release(_named(header, line), mapping, ocid_prefix)
    except (CellError, RowError) as error:
        return Problem(place, str(error))
    for path, reason in faults_of(release):
        column = mapping.column_of(path)
        return Problem(place, f"column {column}: {reason}" if column else f"/{path}: {reason}")
    return release


def _named(header: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    """Name the cells of a row; one that was shifted or cut off is refused, never guessed at."""
    if len(line) < len(header) or any(line[len(header) :]):
        raise RowError(f"has {len(line)} cells where the header has {len(header)}")
    return dict(zip(header, line, strict=False))


def _release(row: Mapping[str, str], mapping: SheetMapping, ocid_prefix: str) -> Json:
    for column in mapping.required:
        if not row[column]:
            raise CellError(column, "is empty")
    key = [row[column] for column in mapping.key]
    if not any(key):
        raise CellError(mapping.key[0], "is empty, so that the row has no identifier")
    local = sha256("\x1f".join(key).encode()).hexdigest()[:16]
    tag = mapping.tag
    release: Json = {
        "ocid": f"{ocid_prefix}-{mapping.name}-{local}",
        "id": f"{mapping.name}-{local}",
        "date": _moment(row[mapping.date.column], mapping.date.column, mapping.date.formats),
        "tag": [_coded(row[tag.column], tag.column, tag.values) if tag.column else tag.constant],
        "initiationType": "tender",
        "language": "zh",
    }
    for path, constant in mapping.constants.items():
        put(release, path, constant)
    for rule in mapping.field:
        _apply(release, row[rule.column], rule)
    return release


def _apply(release: Json, raw: str, rule: FieldRule) -> None:
    if not raw or raw in rule.nothing:
        return
    value = _value(_matching(raw, rule), rule)
    if value == "":
        return
    put(release, rule.path, value)
    if rule.kind == "amount":
        put(release, f"{rule.path.rpartition('/')[0]}/currency", "CNY")


def _matching(raw: str, rule: FieldRule) -> str:
    """Take the part of a cell that the rule's pattern marks; all of it where there is none."""
    if rule.pattern is None:
        return raw
    found = re.search(rule.pattern, raw)
    if found is None:
        raise CellError(rule.column, f"{raw[:40]!r} is not of the form {rule.pattern}")
    return found[1] or ""


def _value(raw: str, rule: FieldRule) -> object:
    if rule.kind == "amount":
        return _amount(raw, rule.column, UNITS[rule.unit])
    if rule.kind == "moment":
        return _moment(raw, rule.column, rule.formats)
    if rule.kind == "code":
        return _coded(raw, rule.column, rule.values)
    return clean_line(raw) if rule.kind == "line" else raw


def _amount(raw: str, column: str, unit: Decimal) -> int | float:
    """Read an amount of money in yuan; a unit that stands in the cell itself goes before the mapping's."""
    found = _AMOUNT.fullmatch(re.sub(r"[,，\s]", "", nfkc_fold(raw)))
    if found is None:
        raise CellError(column, f"{raw[:40]!r} is no amount")
    amount = Decimal(found[1]) * (_UNITS_IN_CELL[found[2]] if found[2] else unit)
    if amount < 0:
        raise CellError(column, f"{raw[:40]!r} is below nought")
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _moment(raw: str, column: str, formats: Sequence[str]) -> str:
    text = nfkc_fold(raw).strip().upper()
    for form in formats:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is Shanghai's, put on below
        except ValueError:
            continue
        return found.replace(tzinfo=clock.SHANGHAI).isoformat(timespec="seconds")
    raise CellError(column, f"{raw[:40]!r} is no date like {', '.join(formats)}")


def _coded(raw: str, column: str, values: Mapping[str, str]) -> str:
    said = clean_line(raw)
    if said not in values:
        raise CellError(column, f"{said[:40]!r} is none of {', '.join(values)}")
    return str(values[said])


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    if path.stat().st_size > LARGEST_SHEET:
        raise UnreadableError("is larger than 200 MB; split it")
    data = path.read_bytes()
    if data.startswith(_WORKBOOKS):
        yield from _workbook_rows(data)
        return
    lines = csv.reader(io.StringIO(_decoded(data), newline=""))
    try:
        yield from enumerate(lines, start=1)
    except csv.Error as error:
        raise UnreadableError(f"line {lines.line_num}: {error}") from error


def _workbook_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        rows = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise UnreadableError(f"is no workbook that can be read: {error}") from error
    for number, cells in enumerate(rows, start=1):
        yield number, [_cell_text(cell) for cell in cells]


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("is neither UTF-8 nor GB18030; save it as CSV UTF-8 or as XLSX")
