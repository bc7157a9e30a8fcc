"""Notice types as spreadsheets: the header of a template, and rows that become the values of a notice.

Every question of one input is a column; an organisation has two, the second for its code. Rows of a table
(lots, results, instalments …) follow each other: the first row of a notice has everything, the rows after
it only the columns of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.procurement.cells import CellError
from portal.publishing.notices import cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.writing import Values

CODE = "统一社会信用代码"
CODE_EN = "unified social credit code"
UNIT_NAMES = {"yuan": ("元", "yuan"), "wan": ("万元", "10,000 yuan")}


@dataclass(frozen=True)
class SheetColumn:
    """One column of a template: its headings, the question, and the table that it belongs to."""

    heading: str
    heading_en: str
    field: FieldSpec
    table: FieldSpec | None = None
    is_code: bool = False


@dataclass(frozen=True)
class CellFault:
    """A cell that does not fit: row (from 0 within the notice), heading, and what is wrong."""

    row: int
    heading: str
    error: CellError


def columns_of(notice: NoticeType) -> list[SheetColumn]:
    """List the columns of a template; headings are unique within it."""
    return [column for field in notice.fields for column in _columns(field)]


def values_of_rows(notice: NoticeType, rows: Sequence[Mapping[str, str]]) -> tuple[Values, list[CellFault]]:
    """Read the rows of one notice, cells by heading in either language; what does not fit is named and left out."""
    values: Values = {}
    faults: list[CellFault] = []
    columns = columns_of(notice)
    for number, row in enumerate(rows):
        tables: dict[str, dict[str, object]] = {}
        for column in columns:
            if column.is_code or (number and column.table is None):
                continue
            try:
                value = _cell(column, row)
            except CellError as error:
                faults.append(CellFault(number, column.heading, error))
                continue
            if value is not None and column.table is None:
                values[column.field.name] = value
            elif value is not None and column.table is not None:
                tables.setdefault(column.table.name, {})[column.field.name] = value
        for name, said in tables.items():
            kept = values.setdefault(name, [])
            assert isinstance(kept, list)  # noqa: S101 - made above
            kept.append(said)
    return values, faults


def _columns(field: FieldSpec) -> Iterator[SheetColumn]:
    if field.kind != "table":
        yield from _pair(field, None)
        return
    for column in field.columns:
        yield from _pair(column, field)


def _pair(field: FieldSpec, table: FieldSpec | None) -> Iterator[SheetColumn]:
    before, before_en = (f"{table.label}：", f"{table.label_en}: ") if table else ("", "")
    unit, unit_en = UNIT_NAMES[field.unit] if field.kind == "amount" else ("", "")
    name = f"{before}{field.label}{f'（{unit}）' if unit else ''}"
    name_en = f"{before_en}{field.label_en}{f' ({unit_en})' if unit_en else ''}"
    yield SheetColumn(name, name_en, field, table)
    if field.kind == "organisation":
        yield SheetColumn(f"{name}{CODE}", f"{name_en}, {CODE_EN}", field, table, is_code=True)


def _cell(column: SheetColumn, row: Mapping[str, str]) -> object:
    raw = row.get(column.heading) or row.get(column.heading_en) or ""
    if column.field.kind == "organisation":
        return cells.read_organisation(
            raw, row.get(f"{column.heading}{CODE}") or row.get(f"{column.heading_en}, {CODE_EN}") or ""
        )
    return cells.read(column.field, raw)
