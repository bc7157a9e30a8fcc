"""Sheets as officials bring them: templates that were filled in with a spreadsheet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook, load_workbook

from portal.publishing.notices import cells
from portal.publishing.notices.model import notice_types
from portal.publishing.notices.sheets import columns_of
from portal.publishing.sheet_columns import folded
from tests.factories.drafts import PARTS, sample
from tests.factories.planning import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def typed(code: str, **said: str) -> dict[str, str]:
    """Tell what is typed into each column of a notice, by heading; `said` goes by the name of the field."""
    row: dict[str, str] = {}
    for column in columns_of(notice_types()[code]):
        if column.field.name in PARTS:
            continue
        value = CATEGORY if column.field.kind == "category" else sample(column.field)
        if column.field.kind == "organisation":
            assert isinstance(value, dict)
            text = str(value["code" if column.is_code else "name"])
        elif column.field.kind == "amount":
            text = cells.amount_text(value)
        else:
            text = cells.shown(column.field, value, english=False).removesuffix("%")
        row[column.heading] = text if column.is_code else said.get(column.field.name, text)
    return row


def fill(template: bytes, rows: Sequence[Mapping[str, object]]) -> bytes:
    """Fill a template in and save it."""
    book = load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    places = {folded(str(cell.value)): cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for heading, value in row.items():
            sheet.cell(number, places[folded(heading)], value)
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def first_sheet(data: bytes) -> list[list[str]]:
    """Read the first sheet of a workbook as text."""
    rows = load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]
