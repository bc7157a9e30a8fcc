"""Sheets that the office hands out: templates of notice types, and rows that have to be put right."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.classification.queries import categories, regions
from portal.kernel.text import N_
from portal.publishing.notices.model import codelists
from portal.publishing.notices.sheets import columns_of
from portal.publishing.sheet_columns import PURCHASE, PURCHASE_EN, REQUIRED_MARK
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.sheets import SheetColumn

LAST_ROW = 2_000
EMPTY_ROWS = 2
LONGEST_CELL = 32_767
NUMBERS = {"amount", "count", "number", "percent"}
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed property, so that equal data give equal bytes
FORMS: Mapping[str, str] = {
    "line": N_("one line of text"), "paragraph": N_("text, also of several lines"), "rate": N_("text"),
    "amount": N_("a number; another unit may stand behind it, as in 12.5万元"), "count": N_("a whole number"),
    "number": N_("a number"), "percent": N_("a number from 0 to 100"), "day": N_("a day, as 2026-03-05"),
    "month": N_("a month, as 2026-03"), "year": N_("a year, as 2026"),
    "moment": N_("day and time, as 2026-03-05 09:30"), "choice": N_("choose from the list"),
    "organisation": N_("full name of the organisation"), "region": N_("choose from the list: code and name"),
    "category": N_("choose from the list: code and name"),
    "part": N_("identifier of the award or contract that it is about; empty where there is only one"),
}  # fmt: skip
CODE_FORM = N_("18 characters, as on the certificate")
PURCHASE_HINT = N_(
    "Empty for a new purchase. Where it continues one, its identifier or project number: what is published of it"
    " already need not be filled in again."
)
TABLE_HINT = N_("One of several: write the next one into the row below, and leave the other columns of that row empty.")


def heading_of(column: SheetColumn) -> str:
    """Give the heading of a column in the reader's language, with the mark where it has to be filled in."""
    is_required = column.field.required is True and not column.is_code
    return f"{pick(column.heading, column.heading_en)}{REQUIRED_MARK if is_required else ''}"


def header_of(notice: NoticeType) -> list[str]:
    """Give the first row of a template."""
    purchase = f"{pick(PURCHASE, PURCHASE_EN)}{'' if notice.begins else REQUIRED_MARK}"
    return [purchase, *(heading_of(column) for column in columns_of(notice))]


def csv_template(notice: NoticeType) -> bytes:
    """Make the template of a notice type as CSV in UTF-8 with a byte order mark, as spreadsheets know it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(header_of(notice))
    return text.getvalue().encode("utf-8-sig")


def xlsx_template(notice: NoticeType) -> bytes:
    """Make the template of a notice type: the rows to fill in, what every column means, and the lists."""
    file = io.BytesIO()
    book = _book(file)
    formats = _formats(book)
    columns = columns_of(notice)
    sheet = book.add_worksheet(_sheet_name(pick(notice.name, notice.name_en)))
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 45)
    for at, heading in enumerate(header_of(notice)):
        field = columns[at - 1].field if at else None
        is_number = field is not None and field.kind in NUMBERS and not columns[at - 1].is_code
        sheet.set_column(at, at, 18, formats["number" if is_number else "text"])
        sheet.write_string(0, at, heading, formats["required" if heading.endswith(REQUIRED_MARK) else "header"])
        for row in range(1, EMPTY_ROWS + 1):
            sheet.write_blank(row, at, None, formats["number" if is_number else "text"])
    _explain(book, formats, notice, columns)
    lists = _lists(book, columns)
    for at, column in enumerate(columns, start=1):
        if not column.is_code and (source := lists.get(_list_name(column.field))):
            sheet.data_validation(1, at, LAST_ROW, at, {
                "validate": "list", "source": source, "error_type": "warning",
                "error_message": str(gettext("Choose one of the list.")),
            })  # fmt: skip
    book.close()
    return file.getvalue()


def rows_sheet(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Make a workbook of rows of text, however many."""
    file = io.BytesIO()
    book = _book(file, constant_memory=True)
    formats = _formats(book)
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for at, text in enumerate(header):
        sheet.set_column(at, at, 18, formats["text"])
        sheet.write_string(0, at, text, formats["header"])
    for line, row in enumerate(rows, start=1):
        for at, text in enumerate(row):
            if text:
                sheet.write_string(line, at, text[:LONGEST_CELL], formats["text"])
    book.close()
    return file.getvalue()


def _book(file: io.BytesIO, *, constant_memory: bool = False) -> Workbook:
    import xlsxwriter  # noqa: PLC0415 - 13 MB that a process without such a file need not take

    where = "constant_memory" if constant_memory else "in_memory"
    book = xlsxwriter.Workbook(file, {where: True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _CREATED})
    return book


def _formats(book: Workbook) -> dict[str, Format]:
    wrapped = {"text_wrap": True, "valign": "top"}
    return {
        "text": book.add_format({"num_format": "@", **wrapped}), "number": book.add_format(wrapped),
        "header": book.add_format({"bold": True, "bottom": 1, "num_format": "@", **wrapped}),
        "required": book.add_format({"bold": True, "bottom": 1, "bg_color": "#F3F2F1", "num_format": "@", **wrapped}),
        "plain": book.add_format(wrapped),
    }  # fmt: skip


def _explain(book: Workbook, formats: Mapping[str, Format], notice: NoticeType, columns: Sequence[SheetColumn]) -> None:
    sheet = book.add_worksheet(_sheet_name(str(gettext("What the columns mean"))))
    titles = (gettext("Column"), gettext("Required"), gettext("What to write"), gettext("Meaning"), gettext("Choices"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 4, 44)
    for at, text in enumerate(titles):
        sheet.write_string(0, at, str(text), formats["header"])
    required = "" if notice.begins else str(gettext("yes"))
    first = (pick(PURCHASE, PURCHASE_EN), required, str(gettext("one line of text")), str(gettext(PURCHASE_HINT)), "")
    for line, row in enumerate([first, *(_explained(column) for column in columns)], start=1):
        for at, text in enumerate(row):
            sheet.write_string(line, at, text, formats["plain"])


def _explained(column: SheetColumn) -> tuple[str, str, str, str, str]:
    field = column.field
    form = CODE_FORM if column.is_code else FORMS[field.kind]
    hints = [pick(field.hint, field.hint_en), str(gettext(TABLE_HINT)) if column.table else ""]
    choices = codelists()[field.codelist].values() if field.codelist else ()
    return (
        pick(column.heading, column.heading_en),
        str(gettext("yes")) if field.required is True and not column.is_code else "",
        str(gettext(form)), " ".join(filter(None, hints)),
        str(gettext(", ")).join(pick(one.name, one.name_en) for one in choices),
    )  # fmt: skip


def _lists(book: Workbook, columns: Sequence[SheetColumn]) -> dict[str, str]:
    """Write every list to choose from into a sheet of its own; return where each stands."""
    names = dict.fromkeys(name for column in columns if (name := _list_name(column.field)))
    sheet = book.add_worksheet(_sheet_name(str(gettext("Lists"))))
    found: dict[str, str] = {}
    for at, name in enumerate(names):
        items = _items(name)
        for row, text in enumerate(items):
            sheet.write_string(row, at, text)
        letter = chr(ord("A") + at)
        if items:
            found[name] = f"='{sheet.get_name()}'!${letter}$1:${letter}${len(items)}"
    return found


def _list_name(field: FieldSpec) -> str:
    return field.codelist or (field.kind if field.kind in {"region", "category"} else "")


def _items(name: str) -> list[str]:
    if name in {"region", "category"}:
        known = (regions() if name == "region" else categories()).names
        return [f"{code} {pick(*names)}" for code, names in known.items()]
    return [pick(one.name, one.name_en) for one in codelists()[name].values()]


def _sheet_name(text: str) -> str:
    """Make a name that a workbook allows: no signs of addresses, at most 31 characters."""
    return "".join(sign for sign in text if sign not in "[]:*?/\\'")[:31]
