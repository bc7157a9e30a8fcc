"""Sheets as officials bring them: templates that were filled in with a spreadsheet."""

from __future__ import annotations

import io
import struct
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


def old_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Write an XLS workbook (BIFF8 in a compound file) by hand, for nothing that writes one is among our tools."""
    cells = b"".join(
        _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))
        for row, line in enumerate(rows)
        for column, text in enumerate(line)
    )
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = struct.pack("<BBBB", 0, 0, 1, 0) + b"A"
    place = len(begin) + 4 + 4 + len(name) + 4
    book = begin + _record(0x0085, struct.pack("<I", place) + name) + _record(0x000A, b"")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + _record(0x000A, b"")
    return _compound(book + sheet)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """Put a stream called Workbook into a compound file: one sector of allocations, one of names, then the stream."""
    size = 512
    padded = stream.ljust(-(-max(len(stream), 4096) // size) * size, b"\0")
    count = len(padded) // size
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    table = [0xFFFFFFFD, end, *range(3, count + 2), end]
    assert len(table) <= size // 4
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 10 + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<108I", *[free] * 108)
    names = (
        _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 2, len(padded)) + _entry("", 0, free, 0, 0) * 2
    )
    return header + struct.pack(f"<{size // 4}I", *table, *[free] * (size // 4 - len(table))) + names + padded


def _entry(name: str, kind: int, child: int, start: int, length: int) -> bytes:
    written = name.encode("utf-16-le")
    free, size = 0xFFFFFFFF, len(written) + 2 if name else 0
    links = struct.pack("<III", free, free, child)
    return (
        written.ljust(64, b"\0")
        + struct.pack("<HBB", size, kind, 1)
        + links
        + b"\0" * 36
        + struct.pack("<IQ", start, length)
    )
