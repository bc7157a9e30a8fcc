"""Spreadsheets, old and new: a page for each sheet, a tab between cells."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import python_calamine

from portal.disclosure.extraction.formats.unpacking import Unpacked
from portal.disclosure.extraction.results import Page, Pages, Status, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.disclosure.extraction.results import Limits


def read(data: bytes, limits: Limits) -> Pages:
    """Read every sheet."""
    if data.startswith(b"PK"):
        Unpacked(data, limits)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names[: limits.pages]
        pages = [Page(_text(book.get_sheet_by_name(name).iter_rows()), label=name) for name in names]
        return Pages(pages, total=len(book.sheet_names))
    except python_calamine.PasswordError as error:
        raise UnreadableError(Status.ENCRYPTED, str(error)) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableError(Status.DAMAGED, str(error)) from error


def _text(rows: Iterable[Iterable[object]]) -> str:
    lines = ("\t".join(map(_cell, row)).rstrip("\t") for row in rows)
    return "\n".join(line for line in lines if line)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time | timedelta):
        return str(value).removesuffix(" 00:00:00")
    return str(value).replace("\t", " ").replace("\n", " ")
